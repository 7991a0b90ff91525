import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import pg from 'pg'
import { inject } from 'vitest'
import { type Database, openDatabase } from '../../src/db/pool.ts'
import { databaseUrl } from './database-url.ts'
import { createTestLog } from './log.ts'
import { wrapEmbedded } from './wrap-embedded.ts'
import './test-context.ts'

export type TestDatabase = Database & {
  /** For a second pool or a child process on the same database; null with the embedded one, which has one user only. */
  url: string | null
}

/**
 * A migrated database that nothing else uses: a copy on PostgreSQL in the project `postgres`, an embedded one in memory in
 * the project `embedded`. The test closes it; closing twice is allowed.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const snapshot = inject('embeddedSnapshot')
  if (snapshot !== undefined) return openSnapshot(snapshot)
  const server = inject('postgresUrl')
  const template = inject('postgresTemplate')
  if (server !== undefined && template !== undefined) return copyTemplate(server, template)
  throw new Error('a test that uses a database is named *.db.test.ts or lives in test/flows (see vitest.config.ts)')
}

async function openSnapshot(file: string): Promise<TestDatabase> {
  const pglite = new PGlite('memory://', { extensions: { vector }, loadDataDir: new Blob([readFileSync(file)]) })
  const database = wrapEmbedded(pglite)
  await pglite.waitReady
  return { ...database, url: null, close: once(database.close) }
}

async function copyTemplate(server: string, template: string): Promise<TestDatabase> {
  const name = `${template.replace(/_template$/, '')}_${randomBytes(6).toString('hex')}`
  await onServer(server, `create database ${name} template ${template}`)
  const url = databaseUrl(server, name)
  const database = await openDatabase({ url, dataDir: null, log: createTestLog().log })
  const close = async () => {
    await database.close()
    await onServer(server, `drop database if exists ${name} with (force)`)
  }
  return { ...database, url, close: once(close) }
}

async function onServer(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

function once(close: () => Promise<void>): () => Promise<void> {
  let closed: Promise<void> | undefined
  return () => {
    closed ??= close()
    return closed
  }
}
