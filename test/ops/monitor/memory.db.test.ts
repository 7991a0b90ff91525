import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readMemory, writeMemory } from '../../../ops/monitor/memory.ts'
import { createTrack } from '../../../ops/monitor/track.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'

describe('what the monitor remembers', () => {
  let db: TestDatabase
  beforeEach(async () => {
    db = await createTestDatabase()
  })
  afterEach(() => db.close())
  const nothing = { lastEventAt: null, tracks: [], dockerAt: null }

  it('is nothing at first, and afterwards what was written last', async () => {
    expect(await readMemory(db.pool)).toEqual(nothing)
    const track = { ...createTrack('web', 'a'.repeat(64)), stoppedAt: 1_795_000_000_000, ends: [1, 2, 3] }
    const at = '2026-11-22T12:00:00.123Z'
    await writeMemory(db.pool, { lastEventAt: at, tracks: [track, createTrack('db', 'b')], dockerAt: 5 })
    await writeMemory(db.pool, { lastEventAt: at, tracks: [track], dockerAt: 6 })
    expect(await readMemory(db.pool)).toEqual({ lastEventAt: new Date(at), tracks: [track], dockerAt: 6 })
  })

  it('of a version that remembered in another shape is nothing, and no error', async () => {
    await db.pool.query(`insert into setting (key, value) values ('monitor', '{"tracks": [{"name": 5}]}')`)
    expect(await readMemory(db.pool)).toEqual(nothing)
  })
})
