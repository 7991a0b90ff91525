import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readRhythm } from '../../pipeline/rhythm.ts'
import { pauseSchedule, resetSchedule, setScheduleTimes } from '../../pipeline/schedule.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

const NOW = new Date('2026-11-22T12:00:00Z')
const HOUR = 3_600

describe('the rhythm of a brand', () => {
  let db: TestDatabase
  beforeEach(async () => {
    db = await createTestDatabase()
  })
  afterEach(() => db.close())
  const read = (fallbackCron = '30 18 * * 1-5; 30 19 * * 0,6') =>
    readRhythm(db.pool, { brand: 'factsmind', fallbackCron, zone: 'Europe/Madrid' }, NOW)

  it('is the longest time between two slots, since the schedule began', async () => {
    await resetSchedule(db.pool, 'factsmind', NOW)
    expect(await read()).toEqual({ periodSeconds: 25 * HOUR, since: NOW })
    await setScheduleTimes(db.pool, 'factsmind', '9:00 mondays', NOW)
    expect((await read())?.periodSeconds).toBe(7 * 24 * HOUR)
  })

  it('is none before the schedule began, while it is off, and while it is paused', async () => {
    expect(await read()).toBeNull()
    await resetSchedule(db.pool, 'factsmind', NOW)
    expect(await read('off')).toBeNull()
    await pauseSchedule(db.pool, 'factsmind')
    expect(await read()).toBeNull()
  })
})
