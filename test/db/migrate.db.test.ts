import { readdirSync, readFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { migrate } from '../../src/db/migrate.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { createTestLog } from '../support/log.ts'

const FILES = readdirSync(new URL('../../migrations/', import.meta.url)).sort()

let database: TestDatabase
beforeEach(async () => {
  database = await createTestDatabase()
})
afterEach(() => database.close())

async function empty(): Promise<void> {
  await database.pool.query('drop schema public cascade')
  await database.pool.query('create schema public')
}

async function applied(): Promise<string[]> {
  const { rows } = await database.pool.query<{ name: string }>('select name from migration order by id')
  return rows.map((row) => row.name)
}

test('an empty database gets every migration, in order', async () => {
  await empty()
  const { log, lines } = createTestLog()
  await migrate(database, log)
  const names = FILES.map((file) => file.replace(/\.sql$/, ''))
  expect(await applied()).toEqual(names)
  expect(lines).toMatchObject([{ level: 'info', msg: 'schema migrated', applied: names }])
})

test('a second time changes nothing and says nothing', async () => {
  const before = await applied()
  const { log, lines } = createTestLog()
  await migrate(database, log)
  expect(await applied()).toEqual(before)
  expect(lines).toEqual([])
})

test('a schema that cannot be brought up to date is one clear failure that leaves nothing half done', async () => {
  await empty()
  await database.pool.query('create table outbox (id text)') // in the way of the first migration
  const { log } = createTestLog()
  await expect(migrate(database, log)).rejects.toMatchObject({
    code: 'database',
    message: expect.stringMatching(/could not be brought up to date: .*outbox/),
  })
  const { rows } = await database.pool.query(`select to_regclass('telegram_update') as found`)
  expect(rows).toEqual([{ found: null }])
  expect((await database.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
})

test('the database refuses a transition of a run that the table does not allow', async () => {
  const { rows } = await database.pool.query<{ id: string }>(
    `insert into run (brand, source, idempotency_key) values ('factsmind', 'cli', 'k') returning id`,
  )
  const id = rows[0]?.id
  await expect(database.pool.query(`update run set status = 'delivered' where id = $1`, [id])).rejects.toThrow(
    'a run cannot go from queued to delivered',
  )
  await database.pool.query(`update run set status = 'running' where id = $1`, [id])
})

test('actions and their audit from before are kept, and what they said is still so', async () => {
  await migrate(database, createTestLog().log)
  const id = 'a'.repeat(64)
  const down = readFileSync(new URL('../../migrations/009_actions.sql', import.meta.url), 'utf8').split(
    '-- Down Migration',
  )
  await database.pool.query(down[1] ?? '')
  await database.pool.query(
    `insert into action_proposal (kind, container_id, container_name, chat_id, proposed_by, proposed_at, expires_at)
     values ('restart', $1, 'shop', 1, 1, now(), now())`,
    [id],
  )
  await database.pool.query(
    `insert into action_audit (at, event, actor, kind, container_id, container_name) values (now(), 'proposed', 1, 'restart', $1, 'shop')`,
    [id],
  )
  await database.pool.query(down[0] ?? '')
  const { rows } = await database.pool.query('select target, risk, actor_kind as "by", args from action_proposal')
  expect(rows).toEqual([{ target: id, risk: 'confirm', by: 'person', args: {} }])
  expect((await database.pool.query('select event, target from action_audit')).rows).toEqual([
    { event: 'proposed', target: null },
  ])
  await expect(database.pool.query('delete from action_audit')).rejects.toThrow('append-only')
})
