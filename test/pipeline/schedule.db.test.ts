import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  bufferDays,
  describeSchedule,
  nextSlots,
  pauseSchedule,
  readSchedule,
  restartSchedule,
  resumeSchedule,
  type Slot,
  setScheduleTimes,
  slotKey,
  type TakeOptions,
  takeDueSlots,
} from '../../pipeline/schedule.ts'
import type { Tx } from '../../src/db/pool.ts'
import { createRun } from '../../src/db/runs.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { createTestLog } from '../support/log.ts'

const MADRID = 'Europe/Madrid'
const CRON = '30 18 * * 1-5; 30 19 * * 0,6'
const HOUR_MS = 3_600_000
const { log } = createTestLog()

let db: TestDatabase
beforeAll(async () => {
  db = await createTestDatabase()
})
afterAll(() => db.close())

let brands = 0
/** A brand of its own for each test, and a clock set by hand (Madrid time is UTC+1 in January 2026, UTC+2 in summer). */
function createBench(fallbackCron = CRON) {
  const brand = `brand-${++brands}`
  let nowMs = 0
  const deps = { db, log, clock: { now: () => new Date(nowMs) } }
  const createSlotRun = async (tx: Tx, slot: Slot) => {
    const key = slotKey(slot)
    const run = { brand, source: 'schedule' as const, idempotencyKey: key, chatId: 1, requestedBy: null, topic: null }
    return (await createRun(tx, run)).id
  }
  const tick = (at: string | Date, more: Partial<TakeOptions> = {}) => {
    nowMs = new Date(at).getTime()
    return takeDueSlots(deps, { brand, zone: MADRID, fallbackCron, createRun: createSlotRun, ...more })
  }
  return { brand, tick, createSlotRun }
}

async function slotRows(brand: string) {
  const { rows } = await db.pool.query<{ slot: string; status: string; run_id: string | null; note: string | null }>(
    `select local_date || ' ' || local_time as slot, status, run_id, note from slot where brand = $1 order by 1`,
    [brand],
  )
  return rows
}

async function countRuns(brand: string): Promise<number> {
  const { rows } = await db.pool.query<{ n: number }>('select count(*) as n from run where brand = $1', [brand])
  return rows[0]?.n ?? -1
}

const namesOf = (slots: Slot[]) => slots.map((slot) => `${slot.localDate} ${slot.localTime}`)

describe('slots that are due', () => {
  test('the first start leaves the past alone; the next slot makes one run, however often the clock ticks', async () => {
    const { brand, tick } = createBench()
    expect(await tick('2026-01-14T20:00:00Z')).toEqual({ run: [], missed: [], skipped: [] })
    expect(await tick('2026-01-15T17:29:59Z')).toMatchObject({ run: [] })
    const { run } = await tick('2026-01-15T17:30:10Z')
    expect(run).toMatchObject([{ slot: { brand, localDate: '2026-01-15', localTime: '18:30' }, late: false }])
    expect(await tick('2026-01-15T17:30:10Z')).toMatchObject({ run: [] })
    expect(await tick('2026-01-15T17:31:00Z')).toMatchObject({ run: [] })
    expect(await slotRows(brand)).toEqual([
      { slot: '2026-01-15 18:30', status: 'run', run_id: run[0]?.runId, note: null },
    ])
    expect(await countRuns(brand)).toBe(1)
  })

  test('a clock that steps two hours back and forth gives each slot once', async () => {
    const { brand, tick } = createBench('30 18 * * *')
    await tick('2026-01-15T12:00:00Z')
    let runs = 0
    for (let hour = 0; hour < 72; hour++) {
      const real = Date.parse('2026-01-15T12:00:00Z') + hour * HOUR_MS
      for (const stepHours of [0, -2, 2, -1, 0]) runs += (await tick(new Date(real + stepHours * HOUR_MS))).run.length
    }
    expect(runs).toBe(3)
    expect((await slotRows(brand)).map((row) => row.slot)).toEqual([
      '2026-01-15 18:30',
      '2026-01-16 18:30',
      '2026-01-17 18:30',
    ])
  })

  test('a clock set back to before the first start loses none of the slots in between', async () => {
    const { tick } = createBench()
    await tick('2026-01-15T19:00:00Z')
    await tick('2026-01-15T17:00:00Z')
    expect(await tick('2026-01-15T17:30:00Z')).toMatchObject({ run: [{ late: false }] })
  })

  test.each([
    ['skipped in spring', '2026-03-28T12:00:00Z', '2026-03-29T01:00:00Z', '2026-03-29 02:30'],
    ['doubled in autumn', '2026-10-24T12:00:00Z', '2026-10-25T00:30:00Z', '2026-10-25 02:30'],
  ])('a time %s is run once', async (_name, start, due, slot) => {
    const { brand, tick } = createBench('30 2 * * 0')
    await tick(start)
    expect(await tick(new Date(Date.parse(due) - 1))).toMatchObject({ run: [] })
    expect(await tick(due)).toMatchObject({ run: [{ late: false }] })
    expect(await tick(new Date(Date.parse(due) + HOUR_MS))).toMatchObject({ run: [] })
    expect((await slotRows(brand)).map((row) => row.slot)).toEqual([slot])
  })

  test('eight takers at the same moment make one run', async () => {
    const { brand, tick } = createBench()
    await tick('2026-01-15T12:00:00Z')
    const taken = await Promise.all(Array.from({ length: 8 }, () => tick('2026-01-15T17:30:00Z')))
    expect(taken.flatMap((each) => each.run)).toHaveLength(1)
    expect(await countRuns(brand)).toBe(1)
  })

  test('eight takers after a long absence agree on one late run and tell of each missed slot once', async () => {
    const { brand, tick } = createBench('0 * * * *')
    await tick('2026-01-15T12:00:30Z')
    const taken = await Promise.all(Array.from({ length: 8 }, () => tick('2026-01-16T12:30:00Z')))
    expect(taken.flatMap((each) => each.run)).toHaveLength(1)
    expect(taken.flatMap((each) => each.missed)).toHaveLength(23)
    expect(await countRuns(brand)).toBe(1)
  })

  test('a run that cannot be stored leaves the slot free for the next tick', async () => {
    const { brand, tick, createSlotRun } = createBench()
    await tick('2026-01-15T12:00:00Z')
    const crash = async (tx: Tx, slot: Slot) => {
      await createSlotRun(tx, slot)
      throw new Error('killed between run and slot')
    }
    await expect(tick('2026-01-15T17:30:00Z', { createRun: crash })).rejects.toThrow('killed')
    expect(await slotRows(brand)).toEqual([])
    expect(await countRuns(brand)).toBe(0)
    expect(await tick('2026-01-15T17:30:15Z')).toMatchObject({ run: [{ late: false }] })
  })
})

describe('slots missed while the bot was off', () => {
  test('one of the last six hours is run late, once', async () => {
    const { brand, tick } = createBench()
    await tick('2026-01-15T12:00:00Z')
    expect(await tick('2026-01-15T23:30:00Z')).toMatchObject({ run: [{ late: true }], missed: [] })
    expect(await tick('2026-01-15T23:31:00Z')).toMatchObject({ run: [] })
    expect(await slotRows(brand)).toMatchObject([{ status: 'run', note: 'late' }])
  })

  test('an older one is written down and told in the same transaction', async () => {
    const { brand, tick } = createBench()
    await tick('2026-01-15T12:00:00Z')
    const told: string[] = []
    const reportMissed = async (_tx: Tx, missed: Slot[]) => {
      told.push(...namesOf(missed))
    }
    const taken = await tick('2026-01-15T23:30:01Z', { reportMissed })
    expect(taken.run).toEqual([])
    expect(namesOf(taken.missed)).toEqual(['2026-01-15 18:30'])
    expect(told).toEqual(['2026-01-15 18:30'])
    expect(await slotRows(brand)).toMatchObject([{ status: 'missed', run_id: null }])
    await tick('2026-01-15T23:31:00Z', { reportMissed })
    expect(told).toHaveLength(1)
  })

  test('a missed slot whose message cannot be stored stays open until it can', async () => {
    const { brand, tick } = createBench()
    await tick('2026-01-15T12:00:00Z')
    const reportMissed = async () => {
      throw new Error('killed')
    }
    await expect(tick('2026-01-16T12:00:00Z', { reportMissed })).rejects.toThrow('killed')
    expect(await slotRows(brand)).toEqual([])
  })

  test('of several only the newest is run; none of them when another one is due right now', async () => {
    const late = createBench('0 9,12,18 * * *')
    await late.tick('2026-01-15T07:00:00Z')
    const taken = await late.tick('2026-01-15T17:30:00Z')
    expect(taken.run).toMatchObject([{ slot: { localTime: '18:00' }, late: true }])
    expect(namesOf(taken.missed)).toEqual(['2026-01-15 09:00', '2026-01-15 12:00'])

    const punctual = createBench('0 9,12,18 * * *')
    await punctual.tick('2026-01-15T10:00:00Z')
    const both = await punctual.tick('2026-01-15T17:02:00Z')
    expect(both.run).toMatchObject([{ slot: { localTime: '18:00' }, late: false }])
    expect(namesOf(both.missed)).toEqual(['2026-01-15 12:00'])
  })

  test('the hours can be set, also to never', async () => {
    const { tick } = createBench()
    await tick('2026-01-15T12:00:00Z')
    expect(await tick('2026-01-15T18:00:00Z', { missedWithinHours: 0 })).toMatchObject({ run: [], missed: [{}] })
    expect(await tick('2026-01-17T08:00:00Z', { missedWithinHours: 24 })).toMatchObject({ run: [{ late: true }] })
  })

  test('after a year away only the last fortnight is told', async () => {
    const { tick } = createBench()
    await tick('2025-01-15T12:00:00Z')
    expect((await tick('2026-01-15T12:00:00Z')).missed).toHaveLength(14)
  })
})

describe('changing the schedule', () => {
  test('times set in chat replace the configuration, and count from now on', async () => {
    const { brand, tick } = createBench()
    await tick('2026-01-15T12:00:00Z')
    const set = await setScheduleTimes(db.pool, brand, '17:00 every day', new Date('2026-01-15T16:30:00Z'))
    expect(set.kind === 'set' && describeSchedule(set.schedule)).toBe('17:00 every day')
    expect(await tick('2026-01-15T17:30:00Z')).toEqual({ run: [], missed: [], skipped: [] })
    expect(await tick('2026-01-16T16:00:00Z')).toMatchObject({ run: [{ slot: { localTime: '17:00' } }] })
    expect(await readSchedule(db.pool, brand, CRON)).toMatchObject({ source: 'chat', paused: false })
  })

  test('times that cannot be read change nothing', async () => {
    const { brand } = createBench()
    const set = await setScheduleTimes(db.pool, brand, 'whenever', new Date())
    expect(set).toEqual({ kind: 'not-understood', hint: expect.stringContaining('“whenever”') })
    expect(await readSchedule(db.pool, brand, CRON)).toMatchObject({ source: 'configuration', since: null })
  })

  test('another configuration counts from the first tick that sees it; the same one goes on', async () => {
    const { tick } = createBench()
    await tick('2026-01-15T12:00:00Z')
    expect(await tick('2026-01-15T18:00:00Z', { fallbackCron: '0 15 * * *' })).toMatchObject({ run: [], missed: [] })
    expect(await tick('2026-01-16T14:00:00Z', { fallbackCron: '0 15 * * *' })).toMatchObject({ run: [{}] })
  })

  test('slots of a pause are skipped and not made up for', async () => {
    const { brand, tick } = createBench()
    await tick('2026-01-15T12:00:00Z')
    expect(await pauseSchedule(db.pool, brand)).toBe(true)
    expect(await pauseSchedule(db.pool, brand)).toBe(false)
    const paused = await readSchedule(db.pool, brand, CRON)
    expect(describeSchedule(paused)).toBe('18:30 Mon–Fri, 19:30 Sat–Sun (paused)')
    expect(nextSlots(paused, MADRID, new Date(), 3)).toEqual([])
    expect(await tick('2026-01-15T17:30:00Z')).toMatchObject({ run: [], missed: [], skipped: [{}] })
    expect(await resumeSchedule(db.pool, brand, new Date('2026-01-15T17:40:00Z'))).toBe(true)
    expect(await resumeSchedule(db.pool, brand, new Date('2026-01-15T17:40:00Z'))).toBe(false)
    expect(await tick('2026-01-15T17:41:00Z')).toMatchObject({ run: [] })
    expect(await tick('2026-01-16T17:30:00Z')).toMatchObject({ run: [{}] })
    expect((await slotRows(brand)).map((row) => row.status)).toEqual(['skipped', 'run'])
  })

  test('a pause before the very first tick, and new times during a pause, keep the pause', async () => {
    const { brand, tick } = createBench()
    await pauseSchedule(db.pool, brand)
    await tick('2026-01-15T12:00:00Z')
    const set = await setScheduleTimes(db.pool, brand, '18:00', new Date('2026-01-15T12:01:00Z'))
    expect(set.kind === 'set' && describeSchedule(set.schedule)).toBe('18:00 every day (paused)')
    expect(await tick('2026-01-15T17:00:00Z')).toMatchObject({ run: [], skipped: [{}] })
  })

  test('a brand that is chosen again counts from then on', async () => {
    const { brand, tick } = createBench()
    await tick('2026-01-15T12:00:00Z')
    await restartSchedule(db.pool, brand, new Date('2026-01-20T20:00:00Z'))
    expect(await tick('2026-01-20T20:01:00Z')).toEqual({ run: [], missed: [], skipped: [] })
    expect(await tick('2026-01-21T17:30:00Z')).toMatchObject({ run: [{ late: false }] })
  })

  test('"off" in the configuration or in chat makes nothing', async () => {
    const { brand, tick } = createBench('off')
    await tick('2026-01-15T12:00:00Z')
    expect(await tick('2026-01-25T12:00:00Z')).toEqual({ run: [], missed: [], skipped: [] })
    expect(describeSchedule(await readSchedule(db.pool, brand, 'off'))).toBe('off')
    expect(bufferDays(3, await readSchedule(db.pool, brand, 'off'))).toBeNull()
  })

  test('a schedule that is not weekly is refused as bad input when it is needed', async () => {
    const { brand } = createBench()
    await expect(readSchedule(db.pool, brand, '0 9 1 * *')).rejects.toMatchObject({ code: 'bad_input' })
  })

  test('a stored schedule that was tampered with is named', async () => {
    const { brand, tick } = createBench()
    await db.pool.query('insert into setting (key, value) values ($1, $2)', [`schedule:${brand}`, '{"times":"x"}'])
    await expect(tick('2026-01-15T12:00:00Z')).rejects.toMatchObject({ code: 'database' })
  })
})

test('the buffer counts days of the week as they are planned', () => {
  expect(bufferDays(3, { times: [{ time: '18:30', days: [1, 2, 3, 4, 5, 6, 7] }] })).toBe(3)
  expect(bufferDays(3, { times: [{ time: '18:30', days: [1, 3, 5] }] })).toBe(7)
  expect(bufferDays(0, { times: [{ time: '18:30', days: [1] }] })).toBe(0)
})
