import type { Queryable } from './pool.ts'

/** Runs of the command line. Their idempotency key is '<what was asked>:<random>', so that the same call finds them again. */

/** The newest run that the same call made before. */
export async function findLastCliRun(db: Queryable, asked: string): Promise<string | null> {
  const { rows } = await db.query<{ id: string }>(
    `select id from run where source = 'cli' and starts_with(idempotency_key, $1 || ':') order by created_at desc limit 1`,
    [asked],
  )
  return rows[0]?.id ?? null
}
