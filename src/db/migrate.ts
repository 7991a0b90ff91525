import { readdir } from 'node:fs/promises'
import { runner } from 'node-pg-migrate'
import { Failure } from '../failure.ts'
import type { Log } from '../log.ts'
import type { Database } from './pool.ts'

export const MIGRATIONS_DIR = new URL('../../migrations/', import.meta.url).pathname

/** Names of all migrations that this version knows, in order. */
export async function listKnownMigrations(): Promise<string[]> {
  const files = await readdir(MIGRATIONS_DIR)
  return files.flatMap((file) => (file.endsWith('.sql') ? [file.slice(0, -'.sql'.length)] : [])).sort()
}

/**
 * Brings the schema up to date, or in a database without one to what the first `count` migrations make. The runner takes an
 * advisory lock, so two processes that start together do it once.
 */
export async function migrate(database: Database, log: Log, count = Number.POSITIVE_INFINITY): Promise<void> {
  const client = await database.pool.connect()
  try {
    const applied = await runner({
      dbClient: client,
      dir: MIGRATIONS_DIR,
      direction: 'up',
      count,
      migrationsTable: 'migration',
      log: () => undefined,
      advisoryLockMode: 'wait',
    })
    if (applied.length > 0) log.info({ applied: applied.map((migration) => migration.name) }, 'schema migrated')
  } catch (cause) {
    // The runner leaves the failed transaction open and the lock held; the next user of this connection would inherit both.
    await client.query('rollback')
    await client.query('select pg_advisory_unlock_all()')
    throw new Failure(
      `The database schema could not be brought up to date: ${cause instanceof Error ? cause.message : cause}`,
      {
        code: 'database',
        cause,
      },
    )
  } finally {
    client.release()
  }
}
