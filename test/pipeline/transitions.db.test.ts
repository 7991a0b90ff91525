import { afterAll, beforeAll, expect, it } from 'vitest'
import { RUN_STATUSES, TRANSITIONS } from '../../src/db/runs.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await createTestDatabase()
})
afterAll(() => db.close())

it('knows the same transitions in the code and in the database', async () => {
  const { rows } = await db.pool.query<{ pair: string }>(
    `select from_status || ' > ' || to_status as pair from run_transition order by 1`,
  )
  const inCode = RUN_STATUSES.flatMap((from) => TRANSITIONS[from].map((to) => `${from} > ${to}`))
  expect(rows.map(({ pair }) => pair)).toEqual(inCode.toSorted())
})

it('lets the database take each allowed transition and refuse each other one', async () => {
  for (const from of RUN_STATUSES) {
    for (const to of RUN_STATUSES) {
      const { rows } = await db.pool.query<{ id: string }>(
        `insert into run (brand, source, idempotency_key, status) values ('b', 'cli', $1, $2) returning id`,
        [`${from} ${to}`, from],
      )
      const change = db.pool.query('update run set status = $2 where id = $1', [rows[0]?.id, to])
      if (from === to || TRANSITIONS[from].includes(to)) await change
      else await expect(change, `${from} to ${to}`).rejects.toThrow(`a run cannot go from ${from} to ${to}`)
    }
  }
})

it('refuses a status that nobody knows', async () => {
  const insert = `insert into run (brand, source, idempotency_key, status) values ('b', 'cli', 'k', 'lost')`
  await expect(db.pool.query(insert)).rejects.toThrow('run_status_check')
})
