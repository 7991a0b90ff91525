import type { Database, Queryable } from './pool.ts'

/** Room inside the database's own files. */

export type Room = {
  sizeBytes: number
  /** Rows that were changed or deleted and still take room. */
  deadRows: number
  /** When the last of our tables was vacuumed, or the database never was: null. */
  lastVacuumAt: Date | null
}

/** Counters may lag behind by a second; where there are none, nothing counts as dead. */
export async function readRoom(db: Queryable): Promise<Room> {
  const { rows } = await db.query<Room>(
    `select pg_database_size(current_database()) as "sizeBytes", coalesce(sum(n_dead_tup), 0)::bigint as "deadRows",
       min(coalesce(last_vacuum, '-infinity')) filter (where n_live_tup + n_dead_tup > 0) as "lastVacuumAt"
     from pg_stat_user_tables`,
  )
  const [room] = rows
  const at = room?.lastVacuumAt
  return {
    sizeBytes: room?.sizeBytes ?? 0,
    deadRows: room?.deadRows ?? 0,
    lastVacuumAt: at instanceof Date && !Number.isNaN(at.getTime()) ? at : null,
  }
}

/** Not inside a transaction. Readers and writers go on meanwhile; only the embedded database does one thing at a time. */
export async function vacuum({ pool }: Pick<Database, 'pool'>, limitMs: number): Promise<void> {
  // The connection's own limit is for statements that somebody waits for.
  await pool.query({ text: 'vacuum (analyze)', query_timeout: limitMs } as { text: string })
}
