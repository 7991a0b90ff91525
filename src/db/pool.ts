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
const KEEP_ALIVE_MS = 10_000
/** Above everything that a query of ours may take, waiting for a lock and building an index in a migration included. */
const QUERY_TIMEOUT_MS = 120_000

// int8 and numeric arrive as strings by default; ids and dollars here stay far below 2^53.
pg.types.setTypeParser(pg.types.builtins.INT8, Number)
pg.types.setTypeParser(pg.types.builtins.NUMERIC, Number)
// The library's list of type ids leaves arrays out; it takes them all the same.
const INT8_ARRAY = 1016 as Parameters<typeof pg.types.setTypeParser>[0]
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
  // Without a listener a connection that the server closes would end the process: an idle one emits on the pool, one in
  // use on its client, where the next query fails and reports it.
  database.pool.on('error', (err) => options.log.warn({ err }, 'idle database connection lost'))
  database.pool.on('connect', (client) => client.on('error', () => undefined))
  try {
    await database.pool.query('select 1')
  } catch (cause) {
    await database.close().catch(() => undefined)
    throw new Failure(`The database does not answer: ${reasonOf(cause)}`, { code: 'database', retryable: true, cause })
  }
  return database
}

/** Where a name has several addresses, the error of connecting holds one error each and no message of its own. */
function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError) return cause.errors.map(reasonOf).join('; ')
  return cause instanceof Error ? cause.message : String(cause)
}

function openPostgres(url: string): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    // A server that vanished without a word would be waited for until the system gives up, a quarter of an hour later.
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    // And the other way round: what a vanished process had locked is free again.
    idle_in_transaction_session_timeout: QUERY_TIMEOUT_MS,
    application_name: 'nexus',
  })
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
  try {
    const folder = dataDir === null ? 'memory://' : join(dataDir, 'database')
    if (dataDir !== null) mkdirSync(folder, { recursive: true })
    const pglite = new PGlite(folder, { extensions: { vector } })
    // Awaited here: a pool that connects to one which never gets ready waits for ever.
    await pglite.waitReady
    const { pool, close } = createEmbeddedPool(pglite, createPgConfig(pglite))
    return { pool, kind: 'embedded', close: () => close().finally(() => lock?.release()) }
  } catch (cause) {
    lock?.release()
    const where = dataDir ?? 'memory'
    throw new Failure(
      `The embedded database in ${where} cannot be opened (${reasonOf(cause)}): restore it from a backup or move it away`,
      { code: 'database', cause },
    )
  }
}

/** A pool of the one connection that an embedded database has. */
export function createEmbeddedPool(
  pglite: { close(): Promise<void> },
  config: pg.PoolConfig & { poolSize: number },
): Pick<Database, 'pool' | 'close'> {
  const pool = new pg.Pool({ ...config, max: config.poolSize, idleTimeoutMillis: 0 })
  // The pool's own query drops a client whose statement failed. All clients share one adapter here, which would then report
  // the end of the dropped one to its successor, so that the statement after a failed one fails as well.
  const query = async (text: string, values?: unknown[]) => {
    const client = await pool.connect()
    try {
      return await client.query(text, values)
    } finally {
      client.release()
    }
  }
  pool.query = query as typeof pool.query
  const close = async () => {
    await pool.end()
    await pglite.close()
  }
  return { pool, close }
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
