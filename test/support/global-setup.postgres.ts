import { randomBytes } from 'node:crypto'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { migrate } from '../../src/db/migrate.ts'
import { openDatabase } from '../../src/db/pool.ts'
import { createLog } from '../../src/log.ts'
import { databaseUrl } from './database-url.ts'
import './test-context.ts'

const PREFIX = 'nexus_test'
/** Databases of runs that were killed are dropped after this; no run takes so long. */
const STALE_SECONDS = 2 * 3600

/** Migrates one template database; each test copies it. All databases of the run go at the end. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = project.getProvidedContext().postgresUrl ?? ''
  const run = `${PREFIX}_${nowSeconds()}_${randomBytes(3).toString('hex')}`
  const template = `${run}_template`
  await withServer(server, async (client) => {
    await dropDatabases(client, await staleDatabases(client))
    await client.query(`create database ${template}`)
  })
  const log = createLog({ level: 'silent', redact: (text) => text })
  const database = await openDatabase({ url: databaseUrl(server, template), dataDir: null, log })
  try {
    await migrate(database, log)
  } finally {
    await database.close()
  }
  project.provide('postgresTemplate', template)
  return () => withServer(server, async (client) => dropDatabases(client, await databasesLike(client, `${run}_`)))
}

async function withServer(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}

async function databasesLike(client: pg.Client, prefix: string): Promise<string[]> {
  const { rows } = await client.query<{ datname: string }>(
    'select datname from pg_database where starts_with(datname, $1)',
    [prefix],
  )
  return rows.map((row) => row.datname)
}

async function staleDatabases(client: pg.Client): Promise<string[]> {
  const names = await databasesLike(client, `${PREFIX}_`)
  return names.filter((name) => Number(name.split('_')[2]) < nowSeconds() - STALE_SECONDS)
}

async function dropDatabases(client: pg.Client, names: readonly string[]): Promise<void> {
  for (const name of names) await client.query(`drop database if exists "${name}" with (force)`)
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000)
}
