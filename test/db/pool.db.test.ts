import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { inTransaction } from '../../src/db/pool.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
beforeEach(async () => {
  database = await createTestDatabase()
})
afterEach(() => database.close())

async function settings(): Promise<string[]> {
  const { rows } = await database.pool.query<{ key: string }>('select key from setting order by key')
  return rows.map((row) => row.key)
}

describe('a transaction', () => {
  test('commits what the work did and returns what it returned', async () => {
    const result = await inTransaction(database.pool, async (tx) => {
      await tx.query(`insert into setting (key, value) values ('a', '1')`)
      return 'done'
    })
    expect(result).toBe('done')
    expect(await settings()).toEqual(['a'])
  })

  test('takes everything back when the work throws, and throws the same on', async () => {
    const thrown = new Error('no')
    const work = inTransaction(database.pool, async (tx) => {
      await tx.query(`insert into setting (key, value) values ('a', '1')`)
      throw thrown
    })
    await expect(work).rejects.toBe(thrown)
    expect(await settings()).toEqual([])
  })

  test('takes everything back when a statement fails, and reports that statement', async () => {
    const work = inTransaction(database.pool, async (tx) => {
      await tx.query(`insert into setting (key, value) values ('a', '1')`)
      await tx.query('select * from nowhere')
    })
    await expect(work).rejects.toThrow('nowhere')
    expect(await settings()).toEqual([])
  })

  test('whose failed statement was swallowed does not half commit', async () => {
    const work = inTransaction(database.pool, async (tx) => {
      await tx.query(`insert into setting (key, value) values ('a', '1')`)
      await tx.query('select * from nowhere').catch(() => undefined)
      await tx.query(`insert into setting (key, value) values ('b', '1')`)
    })
    await expect(work).rejects.toThrow('aborted')
    expect(await settings()).toEqual([])
  })

  test('gives its connection back, however often it fails', async () => {
    for (let attempt = 0; attempt < 25; attempt++) {
      await expect(inTransaction(database.pool, (tx) => tx.query('select 1 / 0'))).rejects.toThrow('zero')
    }
    expect(await settings()).toEqual([])
  })

  test('beside others waits its turn and loses nothing', async () => {
    const work = Array.from({ length: 30 }, (_, n) =>
      inTransaction(database.pool, async (tx) => {
        await tx.query(`insert into setting (key, value) values ('count', '1')
          on conflict (key) do update set value = to_jsonb(setting.value::int + 1)`)
        if (n % 3 === 0) throw new Error('no')
      }),
    )
    const outcomes = await Promise.allSettled(work)
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(20)
    const { rows } = await database.pool.query(`select value from setting where key = 'count'`)
    expect(rows).toEqual([{ value: 20 }])
  })
})

describe('a statement that fails', () => {
  test('does not disturb the ones after it', async () => {
    for (let attempt = 0; attempt < 15; attempt++) {
      await expect(database.pool.query('select 1 / $1::int', [0])).rejects.toThrow('zero')
      expect((await database.pool.query('select $1::int as one', [1])).rows).toEqual([{ one: 1 }])
    }
  })

  test('does not disturb the ones beside it', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 30 }, (_, n) => database.pool.query('select 6 / $1::int as value', [n % 3])),
    )
    const values = outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value.rows[0].value : 'failed'))
    expect(values).toEqual(Array.from({ length: 10 }, () => ['failed', 6, 3]).flat())
  })
})

describe('values arrive as', () => {
  test.each([
    ['numbers, also the big ones', `9007199254740991::bigint`, 9_007_199_254_740_991],
    ['numbers, also dollars', '0.25::numeric', 0.25],
    ['lists of numbers', `'{1,-2}'::bigint[]`, [1, -2]],
    ['empty lists', `'{}'::bigint[]`, []],
    ['parsed JSON', `'{"a": [1]}'::jsonb`, { a: [1] }],
    ['dates', `'2026-03-29T01:30:00+01:00'::timestamptz`, new Date('2026-03-29T00:30:00Z')],
    ['nothing', 'null::text', null],
  ])('%s', async (_what, sql, expected) => {
    const { rows } = await database.pool.query(`select ${sql} as value`)
    expect(rows[0].value).toEqual(expected)
  })
})

test('vectors are stored and compared', async () => {
  const { rows } = await database.pool.query(`select '[1,0]'::vector <=> '[0,1]'::vector as distance`)
  expect(rows).toEqual([{ distance: 1 }])
})
