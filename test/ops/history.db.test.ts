import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { storeSample } from '../../ops/samples.ts'
import { failed, ok } from '../../ops/snapshot/reading.ts'
import type { Snapshot } from '../../ops/snapshot/snapshot.ts'
import {
  findBeginning,
  findLastImageChange,
  findLastUpgrade,
  findVersionAt,
  insertStart,
  listImagesAt,
  pruneHistory,
} from '../../src/db/history.ts'
import { listBins, listDiskBins, pruneSamples, rollUpHours } from '../../src/db/hours.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { containerWith, diskAt, GB, NOW, snapshotWith } from './sample-snapshot.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

let db: TestDatabase
beforeEach(async () => {
  db = await createTestDatabase()
})
afterEach(() => db.close())

const later = (ms: number) => new Date(NOW.getTime() + ms)
const store = (ms: number, parts: Partial<Snapshot> = {}) =>
  storeSample(db.pool, snapshotWith({ takenAt: later(ms), ...parts }))
const cpu = (percent: number) => ({ cpu: ok({ percent, cores: 4, load: [1, 1, 1] as [number, number, number] }) })

describe('hours', () => {
  it('are means of their minutes, with the highest beside them', async () => {
    const web = (memoryBytes: number) => ({
      containers: ok([containerWith({ name: 'web', cpuPercent: 10, memoryBytes, memoryLimitBytes: 900 })]),
    })
    await store(0, { ...cpu(10), ...web(100) })
    await store(MINUTE_MS, { ...cpu(40), ...web(400), disks: ok({ disks: [diskAt(44)], silent: [] }) })
    await store(2 * MINUTE_MS, { cpu: failed('hung'), containers: failed('hung') })
    expect(await rollUpHours(db.pool, later(HOUR_MS))).toBe(1)
    const { rows } = await db.pool.query('select * from sample_hour')
    expect(rows).toMatchObject([{ hour: NOW, minutes: 3, cpu_percent: 25, cpu_percent_max: 40, temperature_c: 52.3 }])
    expect(rows[0].containers).toEqual({ web: [10, 250, 400, 900] })
    expect(rows[0].disks['/']).toEqual({
      used: Math.round(((42 + 44 + 42) / 3) * GB),
      free: Math.round(((58 + 56 + 58) / 3) * GB),
    })
  })

  it('are made once each, and only when they are over', async () => {
    await store(-HOUR_MS)
    await store(0)
    expect(await rollUpHours(db.pool, later(30 * MINUTE_MS))).toBe(1)
    expect(await rollUpHours(db.pool, later(30 * MINUTE_MS))).toBe(0)
    expect(await rollUpHours(db.pool, later(HOUR_MS))).toBe(1)
    expect(await rollUpHours(db.pool, later(50 * DAY_MS))).toBe(0)
  })

  it('stay when the minutes go', async () => {
    for (const days of [400, 91, 89, 0]) await store(-days * DAY_MS)
    await rollUpHours(db.pool, later(HOUR_MS))
    await pruneSamples(db.pool, { minutesAfter: later(-90 * DAY_MS), hoursAfter: later(-366 * DAY_MS) })
    const count = async (table: string) => (await db.pool.query(`select count(*)::int as n from ${table}`)).rows[0].n
    expect([await count('sample'), await count('sample_hour')]).toEqual([2, 3])
  })
})

describe('the points of a chart', () => {
  const day = { from: NOW, to: later(DAY_MS), binSeconds: 300, of: 'minutes' } as const

  it('are the lowest, the mean and the highest of their minutes, and none where there was no minute', async () => {
    await store(0, cpu(10))
    await store(4 * MINUTE_MS, cpu(50))
    await store(20 * MINUTE_MS, { cpu: failed('hung') })
    const bins = await listBins(db.pool, day)
    expect(bins.map(({ at }) => at)).toEqual([NOW, later(20 * MINUTE_MS)])
    expect(bins[0]?.cpu).toEqual({ min: 10, mean: 30, max: 50 })
    expect([bins[1]?.cpu, bins[1]?.memory?.mean]).toEqual([null, expect.closeTo(45)])
    const hourly = { from: NOW, to: later(DAY_MS), binSeconds: 3600, of: 'hours' } as const
    await rollUpHours(db.pool, later(HOUR_MS))
    expect((await listBins(db.pool, hourly))[0]?.cpu).toEqual({ min: null, mean: 30, max: 50 })
  })

  it('count a disk as df does, by mount', async () => {
    await store(0)
    expect(await listDiskBins(db.pool, day)).toEqual([
      { at: NOW, mount: '/', usedPercent: 42 },
      { at: NOW, mount: '/mnt/backup', usedPercent: 17 },
    ])
  })
})

describe('what happened', () => {
  const withImage = (image: string, imageId: string) => ({
    containers: ok([containerWith({ name: 'web', image, imageId })]),
  })

  it('tells when a container came onto another image, also under the same name', async () => {
    await store(0, withImage('app:1', 'sha256:1'))
    await store(MINUTE_MS, withImage('app:1', 'sha256:1'))
    expect(await findLastImageChange(db.pool)).toBeNull()
    await store(2 * MINUTE_MS, withImage('app:1', 'sha256:2'))
    expect(await findLastImageChange(db.pool)).toEqual({ at: later(2 * MINUTE_MS), name: 'web', image: 'app:1' })
    expect((await listImagesAt(db.pool, later(MINUTE_MS))).get('web')).toBe('app:1\nsha256:1')
    await pruneHistory(db.pool, later(DAY_MS))
    expect((await db.pool.query('select image_id from container_image')).rows).toEqual([{ image_id: 'sha256:2' }])
  })

  it('tells the last start with another version or commit', async () => {
    for (const [minute, version, commit] of [
      [0, '1.0.0', 'a'],
      [1, '1.0.0', 'a'],
      [2, '1.0.0', 'b'],
      [3, '1.0.0', 'b'],
    ] as const)
      await insertStart(db.pool, later(minute * MINUTE_MS), { version, commit })
    expect(await findLastUpgrade(db.pool)).toEqual({ at: later(2 * MINUTE_MS), version: '1.0.0', commit: 'b' })
    expect(await findVersionAt(db.pool, later(90_000))).toEqual({ version: '1.0.0', commit: 'a' })
    expect(await findVersionAt(db.pool, later(-HOUR_MS))).toEqual({ version: '1.0.0', commit: 'a' })
  })
  it('tells when the bot began, unless there is a sample from before its oldest start', async () => {
    expect(await findBeginning(db.pool)).toBeNull()
    await insertStart(db.pool, later(MINUTE_MS / 2), { version: '1.0.0', commit: null })
    await insertStart(db.pool, later(HOUR_MS), { version: '1.0.0', commit: null })
    await store(0)
    expect(await findBeginning(db.pool)).toEqual(later(MINUTE_MS / 2))
    await store(-MINUTE_MS)
    expect(await findBeginning(db.pool)).toBeNull()
  })
})
