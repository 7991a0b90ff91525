import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { Failure } from '../failure.ts'
import type { Log } from '../log.ts'
import { type FolderLock, lockFolder } from './folder-lock.ts'

/** What a query needs: the pool, or the client of an open transaction. */
export type Queryable = Pick<pg.ClientBase, 'query'>
/** The client of an open transaction. Pass it down: with the embedded database a pool query inside it would wait for ever. */
export type Tx = pg.PoolClient

export type Database = { pool: pg.Pool; kind: 'postgres' | 'embedded'; close(): Promise<void> }

const MAX_CONNECTIONS = 10
const CONNECT_TIMEOUT_MS = 10_000

// int8 and numeric arrive as strings by default; ids and dollars here stay far below 2^53.
pg.types.setTypeParser(pg.types.builtins.INT8, Number)
pg.types.setTypeParser(pg.types.builtins.NUMERIC, Number)
// The library's list of type ids leaves arrays out; it takes them all the same.
const INT8_ARRAY = 1016 as pg.types.TypeId
pg.types.setTypeParser(INT8_ARRAY, (text) => (text === '{}' ? [] : text.slice(1, -1).split(',').map(Number)))

/**
 * PostgreSQL when there is an address, else PGlite in `dataDir`/database (or in memory when dataDir is null).
 * This is the only place where the two differ.
 * @throws Failure database (cannot connect), conflict (another process uses the folder)
 */
export async function openDatabase(options: {
  url: string | null
  dataDir: string | null
  log: Log
}): Promise<Database> {
  const database = options.url === null ? await openEmbedded(options.dataDir) : openPostgres(options.url)
  // Without a listener an idle connection that the server closes would end the process.
  database.pool.on('error', (err) => options.log.warn({ err }, 'idle database connection lost'))
  try {
    await database.pool.query('select 1')
  } catch (cause) {
    await database.close().catch(() => undefined)
    throw new Failure(`The database does not answer: ${cause instanceof Error ? cause.message : cause}`, {
      code: 'database',
      retryable: true,
      cause,
    })
  }
  return database
}

function openPostgres(url: string): Database {
  const pool = new pg.Pool({ connectionString: url, max: MAX_CONNECTIONS, connectionTimeoutMillis: CONNECT_TIMEOUT_MS })
  return { pool, kind: 'postgres', close: () => pool.end() }
}

/** PGlite neither locks its folder nor syncs it to disk: the lock is ours, the second is why it is for trying out. */
async function openEmbedded(dataDir: string | null): Promise<Database> {
  // Imported here: 30 MB that a process with PostgreSQL never needs.
  const [{ PGlite }, { vector }, { createPgConfig }] = await Promise.all([
    import('@electric-sql/pglite'),
    import('@electric-sql/pglite-pgvector'),
    import('@electric-sql/pglite/node-postgres'),
  ])
  const lock: FolderLock | null = dataDir === null ? null : lockFolder(dataDir)
  const folder = dataDir === null ? 'memory://' : join(dataDir, 'database')
  if (dataDir !== null) mkdirSync(folder, { recursive: true })
  const pglite = new PGlite(folder, { extensions: { vector } })
  const config = createPgConfig(pglite)
  const pool = new pg.Pool({ ...config, max: config.poolSize, idleTimeoutMillis: 0 })
  const close = async () => {
    await pool.end()
    await pglite.close()
    lock?.release()
  }
  return { pool, kind: 'embedded', close }
}

/** Commits what `work` did, or rolls all of it back and rethrows. */
export async function inTransaction<T>(pool: pg.Pool, work: (tx: Tx) => Promise<T>): Promise<T> {
  const tx = await pool.connect()
  let broken: Error | undefined
  try {
    await tx.query('begin')
    const result = await work(tx)
    await tx.query('commit')
    return result
  } catch (thrown) {
    await tx.query('rollback').catch((cause: Error) => {
      broken = cause
    })
    throw thrown
  } finally {
    tx.release(broken)
  }
}
