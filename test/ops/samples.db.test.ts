import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createHealth } from '../../ops/health.ts'
import { forecastDisks, readFindings, storeSample } from '../../ops/samples.ts'
import { failed, ok } from '../../ops/snapshot/reading.ts'
import type { Snapshot } from '../../ops/snapshot/snapshot.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { createTestLog } from '../support/log.ts'
import { containerWith, diskAt, GB, NOW, snapshotWith } from './sample-snapshot.ts'

const MINUTE_MS = 60_000

let db: TestDatabase
beforeEach(async () => {
  db = await createTestDatabase()
})
afterEach(() => db.close())

const at = (offsetMs: number, parts: Partial<Snapshot> = {}) =>
  snapshotWith({ takenAt: new Date(NOW.getTime() + offsetMs), ...parts })
const disk = (percent: number) => ({ disks: ok({ disks: [diskAt(percent)], silent: [] }) })
const rows = async () => (await db.pool.query('select * from sample order by minute')).rows

describe('samples', () => {
  it('are one a minute, whoever takes them', async () => {
    for (const offsetMs of [0, 20_000, 59_999, MINUTE_MS]) await storeSample(db.pool, at(offsetMs))
    const stored = await rows()
    expect(stored.map(({ minute }) => minute)).toEqual([NOW, new Date(NOW.getTime() + MINUTE_MS)])
    expect(stored[0]).toMatchObject({ cpu_percent: 12.4, temperature_c: 52.3, findings: [] })
    expect(stored[0].memory_percent).toBeCloseTo(45)
    expect(stored[0].disks).toEqual({
      '/': { used: 42 * GB, free: 58 * GB },
      '/mnt/backup': { used: 17 * GB, free: 83 * GB },
    })
  })

  it('have a gap for what could not be read', async () => {
    const dead = failed('no answer')
    await storeSample(db.pool, at(0, { cpu: dead, memory: dead, disks: dead, temperature: dead, network: dead }))
    expect((await rows())[0]).toMatchObject({ cpu_percent: null, memory_percent: null, temperature_c: null, disks: {} })
  })

  it('hold the figures of each container, in few characters', async () => {
    const limited = { name: 'db', cpuPercent: 12.345, memoryBytes: 200, memoryLimitBytes: 512 }
    const ended = { name: 'old', state: 'exited', cpuPercent: null, memoryBytes: null, restarts: 3 }
    await storeSample(db.pool, at(0, { containers: ok([containerWith(limited), containerWith(ended)]) }))
    expect((await rows())[0].containers).toEqual({
      db: [12.3, 200, 512, 0],
      old: [null, null, null, 3, 'exited'],
    })
  })

  it('carry what is wrong from minute to minute, over a restart, but not over a long silence', async () => {
    await storeSample(db.pool, at(0, disk(85)))
    await storeSample(db.pool, at(MINUTE_MS, disk(79.5)))
    const [found] = await readFindings(db.pool, new Date(NOW.getTime() + 2 * MINUTE_MS))
    expect(found).toMatchObject({ rule: 'disk', subject: '/', severity: 'warning', since: NOW })
    expect(await readFindings(db.pool, new Date(NOW.getTime() + 20 * MINUTE_MS))).toEqual([])
  })

  it('of a later version, with rules that nobody here knows, are taken for none', async () => {
    await storeSample(db.pool, at(0))
    await db.pool.query(`update sample set findings = '[{"rule": "comet"}]'`)
    expect(await readFindings(db.pool, new Date(NOW.getTime() + MINUTE_MS))).toEqual([])
  })

  it('tell when a disk will be full', async () => {
    for (let hour = 72; hour > 0; hour--) await storeSample(db.pool, at(-hour * 3_600_000, disk(60 - hour / 24)))
    const days = await forecastDisks(db.pool, at(0, disk(60)))
    expect(days.get('/')).toBeCloseTo(40, 3)
  })

  it('that cannot be stored are said once, and never end the bot', async () => {
    const log = createTestLog()
    const access = { db, spend: async () => ({ todayUsd: 0, monthUsd: 0 }), budget: { dailyUsd: 5, monthlyUsd: 60 } }
    const clock = { now: () => NOW }
    const health = createHealth({ clock, log: log.log, database: ok(access), isBot: true })
    await db.pool.query('alter table sample rename to elsewhere')
    await health.sample()
    await health.sample()
    expect(log.lines.filter(({ msg }) => msg === 'sample not stored')).toHaveLength(1)
    await db.pool.query('alter table elsewhere rename to sample')
    await health.sample()
    expect(await rows()).toHaveLength(1)
  })
})

describe('the database and the bot', () => {
  it('are told with real figures', async () => {
    const access = { db, spend: async () => ({ todayUsd: 1, monthUsd: 2 }), budget: { dailyUsd: 5, monthlyUsd: 60 } }
    await db.pool.query(
      `insert into run (brand, source, idempotency_key, status, started_at, ready_at)
       values ('b', 'command', 'a', 'awaiting_review', now() - interval '150 seconds', now())`,
    )
    await db.pool.query(
      `insert into run (brand, source, idempotency_key, status, finished_at) values
         ('b', 'command', 'before', 'failed', now() - interval '1 hour'),
         ('b', 'cli', 'at-the-terminal', 'failed', now() + interval '1 second'),
         ('b', 'command', 'after', 'failed', now() + interval '1 second'),
         ('b', 'schedule', 'after-too', 'failed', now() + interval '2 seconds')`,
    )
    await db.pool.query(
      `insert into outbox (chat_id, kind, payload, status) values (1, 'text', '{}', 'failed'), (1, 'text', '{}', 'pending')`,
    )
    const health = createHealth({
      clock: { now: () => new Date() },
      log: createTestLog().log,
      database: ok(access),
      isBot: true,
    })
    const { snapshot, findings } = await health.look()
    expect(snapshot.database).toMatchObject({ kind: 'ok', value: { kind: db.kind } })
    expect(snapshot.database.kind === 'ok' && snapshot.database.value.sizeBytes).toBeGreaterThan(1_000_000)
    expect(snapshot.bot).toMatchObject({
      kind: 'ok',
      value: {
        runs: { awaiting_review: 1, failed: 4 },
        failedInRow: 2,
        outboxWaiting: 1,
        outboxRefused: 1,
        updatesWaiting: 0,
        spend: { todayUsd: 1, dailyCapUsd: 5 },
      },
    })
    expect(findings.map(({ rule }) => rule)).toContain('generation-slow')
  })
})
