import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  findNextUpdates,
  finishUpdate,
  type IncomingUpdate,
  noteStrangers,
  storeUpdates,
} from '../../src/messaging/inbox.ts'
import { inTransaction } from '../../src/transaction.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

let db: TestDatabase
beforeEach(async () => {
  db = await createTestDatabase()
})
afterEach(() => db.close())

const update = (updateId: number, lane: number, payload: object = { update_id: updateId }): IncomingUpdate => ({
  updateId,
  lane,
  payload,
  status: 'pending',
})
const next = async (busy: number[] = [], limit = 10) =>
  (await findNextUpdates(db.pool, busy, limit)).map((found) => found.updateId)

describe('storing', () => {
  it('takes each update once and says which were new', async () => {
    expect(await storeUpdates(db.pool, [update(1, 7), update(2, 7)])).toEqual(new Set([1, 2]))
    expect(await storeUpdates(db.pool, [update(2, 7), update(3, 7)])).toEqual(new Set([3]))
    const { rows } = await db.pool.query('select count(*) as n from telegram_update')
    expect(rows).toEqual([{ n: 3 }])
  })

  it('takes whatever somebody wrote', async () => {
    let deep: object = {}
    for (let level = 0; level < 20_000; level++) deep = { deep }
    const texts = ['\\u0000', '\u0000', '\\\u0000u0000', '\ud800', '\udfff\ud800', '"}\\', 'x'.repeat(2_000_000)]
    const all = texts.map((text, index) => update(index, 1, { text }))
    await storeUpdates(db.pool, [...all, update(100, 1, deep)])
    const { rows } = await db.pool.query(`select payload->>'text' as text from telegram_update order by update_id`)
    expect(rows[0].text).toBe('\\u0000')
    expect(rows[2].text).toBe('\\u0000')
    expect(rows[5].text).toBe('"}\\')
    expect(rows).toHaveLength(8)
  })
})

describe('what comes next', () => {
  it('is the oldest update of each lane that is not busy', async () => {
    const lanes = [-1_000, 5, 9_007_199_254_740_991]
    const all = lanes.flatMap((lane, index) => [10, 20, 30].map((base) => update(base + index, lane)))
    await storeUpdates(db.pool, all)
    expect(await next()).toEqual([10, 11, 12])
    expect(await next([5])).toEqual([10, 12])
    await inTransaction(db.pool, (tx) => finishUpdate(tx, 10))
    expect(await next()).toEqual([11, 12, 20])
    expect(await next([], 2)).toEqual([11, 12])
  })

  it('is nothing where all is done', async () => {
    expect(await next()).toEqual([])
    await storeUpdates(db.pool, [{ ...update(1, 1), status: 'refused' }])
    expect(await next()).toEqual([])
  })
})

describe('strangers', () => {
  it('are new once, and counted afterwards', async () => {
    expect(
      await noteStrangers(
        db.pool,
        new Map([
          [1, 3],
          [2, 1],
        ]),
      ),
    ).toEqual([1, 2])
    expect(
      await noteStrangers(
        db.pool,
        new Map([
          [2, 5],
          [3, 1],
        ]),
      ),
    ).toEqual([3])
    const { rows } = await db.pool.query('select user_id as id, updates from stranger order by user_id')
    expect(rows).toEqual([
      { id: 1, updates: 3 },
      { id: 2, updates: 6 },
      { id: 3, updates: 1 },
    ])
  })
})
