import { createHash } from 'node:crypto'
import type pg from 'pg'
import { Failure } from '../failure.ts'
import type { Log } from '../log.ts'
import type { Database } from './pool.ts'

export type Leadership = { release(): Promise<void> }

export type LeadOptions = {
  /** What there is one leader for. */
  name: string
  log: Log
  /** Called once when the lock is gone against our will: from then on another process may lead. */
  onLost: () => void
  /** How often the connection is tried, and how long it may take to answer; 5 s unless said otherwise. */
  heartbeatMs?: number
}

const HEARTBEAT_MS = 5_000

/** A machine that vanishes leaves its connection open on the server, which by default notices after two hours; so it is told to look. */
const NOTICE_DEAD_LEADER = 'set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3'

/**
 * One process works with one database. With PostgreSQL it is a session lock on a connection of its own: it is gone the moment
 * the process or its connection is. The embedded database needs none, as its folder is locked.
 * @returns null while another process leads
 * @throws Failure database when the database does not answer
 */
export async function tryLead(database: Database, options: LeadOptions): Promise<Leadership | null> {
  if (database.kind === 'embedded') return { release: async () => undefined }
  const client = await claim(database.pool, options.name)
  return client && holdLock(client, options)
}

async function claim(pool: pg.Pool, name: string): Promise<pg.PoolClient | null> {
  let client: pg.PoolClient | undefined
  try {
    client = await pool.connect()
    const key = createHash('sha256').update(name).digest().readBigInt64BE(0).toString()
    const { rows } = await client.query<{ leads: boolean }>('select pg_try_advisory_lock($1) as leads', [key])
    if (rows[0]?.leads) {
      await client.query(NOTICE_DEAD_LEADER)
      return client
    }
    client.release()
    return null
  } catch (cause) {
    client?.release(true)
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Failure(`The database does not answer: ${reason}`, { code: 'database', retryable: true, cause })
  }
}

function holdLock(client: pg.PoolClient, options: LeadOptions): Leadership {
  const heartbeatMs = options.heartbeatMs ?? HEARTBEAT_MS
  let held = true
  const letGo = () => {
    held = false
    clearInterval(heartbeat)
    // Ends the session, and the lock with it, also when only our side believes that it is lost.
    client.release(true)
  }
  const lose = (err?: Error) => {
    if (!held) return
    letGo()
    options.log.error({ err }, 'leadership lost')
    options.onLost()
  }
  // A dead server says nothing: without a question nobody would notice.
  const heartbeat = setInterval(() => {
    answersWithin(client, heartbeatMs).catch(lose)
  }, heartbeatMs)
  heartbeat.unref()
  client.on('error', lose)
  client.on('end', () => lose())
  return {
    release: async () => {
      if (held) letGo()
    },
  }
}

async function answersWithin(client: pg.PoolClient, deadlineMs: number): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`no answer within ${deadlineMs} ms`)), deadlineMs)
  try {
    await Promise.race([client.query('select 1'), late])
  } finally {
    clearTimeout(timer)
  }
}
