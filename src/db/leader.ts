import { createHash } from 'node:crypto'
import type { Log } from '../log.ts'
import type { Database } from './pool.ts'

export type Leadership = { release(): Promise<void> }

/**
 * One process works for one bot. With PostgreSQL it is a session lock on a connection of its own: it is gone the moment
 * the process or its connection is. The embedded database needs none, as its folder is locked.
 * @returns null while another process leads
 */
export async function tryLead(
  database: Database,
  options: { name: string; log: Log; onLost: () => void },
): Promise<Leadership | null> {
  if (database.kind === 'embedded') return { release: async () => undefined }
  const client = await database.pool.connect()
  const key = createHash('sha256').update(options.name).digest().readBigInt64BE(0).toString()
  const { rows } = await client.query<{ leads: boolean }>('select pg_try_advisory_lock($1) as leads', [key])
  if (!rows[0]?.leads) {
    client.release()
    return null
  }
  let released = false
  const lost = (err?: Error) => {
    if (released) return
    released = true
    options.log.error({ err }, 'leadership lost')
    options.onLost()
  }
  client.on('error', lost)
  client.on('end', () => lost())
  return {
    release: async () => {
      if (released) return
      released = true
      client.release(true)
    },
  }
}
