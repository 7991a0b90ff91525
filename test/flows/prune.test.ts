import { access, mkdir, readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ANA, type Nexus, startNexus } from '../support/nexus.ts'

const DAY_MS = 86_400_000
let now = new Date('2026-03-02T10:00:00Z')
let nexus: Nexus
beforeEach(async () => {
  now = new Date()
  nexus = await startNexus({ overrides: { clock: { now: () => now } } })
})
afterEach(() => nexus.close())

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  )
/** That the bot was at work the day before: without it the clock is not believed. */
const noteYesterday = () =>
  nexus.db.pool.query(`insert into bot_start (at, version) values ($1, 'earlier')`, [
    new Date(now.getTime() - 1.5 * DAY_MS),
  ])
const count = async (table: string) => (await nexus.db.pool.query(`select count(*) as n from ${table}`)).rows[0].n

describe('what is long settled', () => {
  it('leaves the disk and the database, but neither the output nor the history', async () => {
    const card = await nexus.generate('octopus hearts')
    await nexus.api.tap(ANA, ANA.id, card.id, '✅')
    await nexus.waitForText('handed over')
    await nexus.service.idle()
    const [runId = ''] = await readdir(join(nexus.dataDir, 'runs'))
    const cache = await readdir(join(nexus.dataDir, 'cache'))
    expect(cache.length).toBeGreaterThan(0)

    now = new Date(now.getTime() + 100 * DAY_MS)
    await noteYesterday()
    await nexus.service.tick()
    await nexus.service.idle()
    expect(await exists(join(nexus.dataDir, 'runs', runId))).toBe(false)
    expect(await readdir(join(nexus.dataDir, 'cache'))).toEqual([])
    expect(await count('paid_result')).toBe(0)
    expect(await count(`outbox where created_at < now() - interval '1 day'`)).toBe(0)
    expect(await count('told_fact')).toBe(1)
    expect(await count('run')).toBe(1)
    expect(await readdir(join(nexus.dataDir, 'outputs'))).toHaveLength(1)
  })

  it('is the books of paid calls after 400 days, and a stranger not seen for 180', async () => {
    const { pool } = nexus.db
    await nexus.service.tick()
    const day = (days: number) => new Date(now.getTime() - days * DAY_MS)
    for (const [step, days] of [
      ['old', 401],
      ['kept', 399],
    ] as const) {
      await pool.query(
        `insert into provider_call (step, provider, model, kind, attempt, status, reserved_usd, cost_usd, started_at)
         values ($1, 'groq', 'm', 'text', 1, 'succeeded', 0, 0, $2)`,
        [step, day(days)],
      )
    }
    await pool.query('insert into stranger (user_id, last_seen_at) values (1, $1), (2, $2)', [day(181), day(179)])
    now = new Date(now.getTime() + DAY_MS / 2)
    await noteYesterday()
    await nexus.restart()
    await nexus.service.tick()
    expect((await pool.query('select step from provider_call')).rows).toEqual([{ step: 'kept' }])
    expect((await pool.query('select user_id from stranger')).rows).toEqual([{ user_id: 2 }])
  })

  it('is not a draft that waits, nor a folder that is none of ours', async () => {
    await nexus.generate('octopus hearts')
    const [runId = ''] = await readdir(join(nexus.dataDir, 'runs'))
    const foreign = join(nexus.dataDir, 'runs', 'notes of mine')
    await mkdir(foreign)
    await writeFile(join(nexus.dataDir, 'cache', 'old.png'), 'x')
    await utimes(join(nexus.dataDir, 'cache', 'old.png'), new Date(0), new Date(0))
    // Two days on: the draft still waits.
    now = new Date(now.getTime() + 2 * DAY_MS)
    await nexus.service.tick()
    expect(await exists(join(nexus.dataDir, 'runs', runId))).toBe(true)
    expect(await exists(foreign)).toBe(true)
    expect(await exists(join(nexus.dataDir, 'cache', 'old.png'))).toBe(false)
  })
})

describe('a clock that has jumped', () => {
  it('throws nothing away before it has been right for a day, also when the bot starts in that year', async () => {
    await nexus.db.pool.query(`insert into stranger (user_id, last_seen_at) values (1, $1)`, [now])
    const wrong = new Date(now.getTime() + 10 * 365 * DAY_MS)
    now = wrong
    await nexus.service.tick()
    await nexus.restart()
    for (const hours of [1, 12, 23]) {
      now = new Date(wrong.getTime() + (hours * DAY_MS) / 24)
      await nexus.service.tick()
    }
    expect(await count('stranger')).toBe(1)
    now = new Date(wrong.getTime() + 1.1 * DAY_MS)
    await nexus.service.tick()
    expect(await count('stranger')).toBe(0)
  })
})

describe('a part of the tick that fails', () => {
  it('stops none of the others, and is in the log', async () => {
    const { pool } = nexus.db
    const longAgo = new Date(now.getTime() - 200 * DAY_MS)
    await pool.query('insert into stranger (user_id, last_seen_at) values (1, $1)', [longAgo])
    await pool.query(
      `insert into talk_turn (chat_id, user_id, user_name, text, asked_at) values (1, 1, 'Ana', 'x', $1)`,
      [longAgo],
    )
    nexus.log.expectErrors('tick failed')
    await pool.query('alter table run rename to run_away')
    await noteYesterday()
    await nexus.service.tick()
    await pool.query('alter table run_away rename to run')
    const failed = nexus.log.lines.filter(({ msg }) => msg === 'tick failed').map(({ part }) => part)
    expect(new Set(failed)).toEqual(new Set(['drafts', 'files']))
    expect([await count('stranger'), await count('talk_turn')]).toEqual([0, 0])
  })
})

describe('old outputs', () => {
  const approve = async (topic: string) => {
    const card = await nexus.generate(topic)
    await nexus.api.tap(ANA, ANA.id, card.id, '✅')
    await nexus.service.idle()
  }
  const clear = async () => {
    nexus.api.sendText(ANA, '/cleanup')
    const panel = await nexus.waitForText('Room and housekeeping')
    await nexus.api.tap(ANA, ANA.id, panel.id, '🧹 Remove old carousels')
    const card = await nexus.waitForText('I ask twice')
    await nexus.api.tap(ANA, ANA.id, card.id, '✅')
    await nexus.waitForText('Really?')
    await nexus.api.tap(ANA, ANA.id, card.id, '✅')
    return nexus.waitForText('old carousels and caches are gone')
  }

  it('go on two taps, but not what is young, what is not handed over, and what somebody else has put there', async () => {
    await approve('octopus hearts')
    await approve('black holes')
    await approve('honey')
    const outputs = join(nexus.dataDir, 'outputs')
    const { rows } = await nexus.db.pool.query<{ id: string; dir: string }>(
      'select id, output_dir as dir from run order by created_at',
    )
    const [first, second, third] = rows
    if (!first || !second || !third) throw new Error('three carousels')
    await writeFile(join(first.dir, 'notes.txt'), 'mine')
    // Handed over long ago: the first two; of the second the row says that it was approved only.
    await nexus.db.pool.query(`update run set finished_at = now() - interval '91 days' where id = any ($1)`, [
      [first.id, second.id],
    ])
    await nexus.db.pool.query(`alter table run disable trigger run_transition`)
    await nexus.db.pool.query(`update run set status = 'approved' where id = $1`, [second.id])
    await nexus.db.pool.query(`alter table run enable trigger run_transition`)
    const done = await clear()
    expect(done.text).toMatch(/Removed 1\d files/)
    expect(await readdir(first.dir)).toEqual(['notes.txt'])
    expect((await readdir(second.dir)).length).toBeGreaterThan(10)
    expect((await readdir(third.dir)).length).toBeGreaterThan(10)
    expect(await readdir(outputs)).toHaveLength(3)
  })
})
