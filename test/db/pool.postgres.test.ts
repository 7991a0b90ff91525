import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Database, inTransaction, openDatabase } from '../../src/db/pool.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { databaseUrl } from '../support/database-url.ts'
import { createTestLog, type TestLog } from '../support/log.ts'

let server: TestDatabase
let database: Database
let testLog: TestLog
beforeEach(async () => {
  server = await createTestDatabase()
  testLog = createTestLog()
  database = await openDatabase({ url: server.url, dataDir: null, log: testLog.log })
})
afterEach(async () => {
  await database.close()
  await server.close()
})

/** As an administrator or a restart of the server does it. */
async function endConnection(pid: number): Promise<void> {
  // Waits until the server process is gone, so that the test needs no pause.
  await server.pool.query('select pg_terminate_backend($1, 5000)', [pid])
}

test('an idle connection that the server closes is reported and replaced', async () => {
  const warned = new Promise((resolve) => database.pool.once('error', resolve))
  const { rows } = await database.pool.query<{ pid: number }>('select pg_backend_pid() as pid')
  await endConnection(rows[0]?.pid ?? 0)
  await warned
  expect((await database.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  expect(testLog.lines.filter((line) => line.level === 'warn')).toMatchObject([
    { msg: 'idle database connection lost' },
  ])
})

test('a connection lost inside a transaction fails that transaction and nothing else', async () => {
  const work = inTransaction(database.pool, async (tx) => {
    await tx.query(`insert into setting (key, value) values ('a', '1')`)
    const lost = new Promise((resolve) => tx.once('end', resolve))
    const { rows } = await tx.query<{ pid: number }>('select pg_backend_pid() as pid')
    await endConnection(rows[0]?.pid ?? 0)
    await lost
    await tx.query(`insert into setting (key, value) values ('b', '1')`)
  })
  await expect(work).rejects.toThrow(/connection|terminat|queryable/i)
  expect((await database.pool.query('select key from setting')).rows).toEqual([])
})

test('a database that does not exist is named in the failure', async () => {
  const url = databaseUrl(server.url ?? '', 'nexus_test_nowhere')
  await expect(openDatabase({ url, dataDir: null, log: testLog.log })).rejects.toMatchObject({
    code: 'database',
    message: expect.stringMatching(/does not answer: .*nexus_test_nowhere/),
  })
})
