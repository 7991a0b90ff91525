import { afterEach, beforeEach, expect, test } from 'vitest'
import { migrate } from '../../src/db/migrate.ts'
import { openDatabase } from '../../src/db/pool.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { createTestLog } from '../support/log.ts'

let database: TestDatabase
beforeEach(async () => {
  database = await createTestDatabase()
})
afterEach(() => database.close())

test('processes that start together migrate once', async () => {
  await database.pool.query('drop schema public cascade')
  await database.pool.query('create schema public')
  const { log, lines } = createTestLog()
  const starts = Array.from({ length: 4 }, async () => {
    const own = await openDatabase({ url: database.url, dataDir: null, log })
    try {
      await migrate(own, log)
    } finally {
      await own.close()
    }
  })
  await Promise.all(starts)
  expect(lines.filter((line) => line.msg === 'schema migrated')).toHaveLength(1)
})
