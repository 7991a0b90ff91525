import type { Queryable } from './pool.ts'
import type { RunStatus } from './runs.ts'

/** How many runs there are of what. */

export async function countRuns(db: Queryable): Promise<Record<string, number>> {
  const { rows } = await db.query<{ status: string; n: number }>(
    'select status, count(*) as n from run group by status',
  )
  return Object.fromEntries(rows.map((row) => [row.status, row.n]))
}

/** `brand` null means every brand. */
export async function countRunsIn(
  db: Queryable,
  brand: string | null,
  statuses: readonly RunStatus[],
): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    'select count(*) as n from run where ($1::text is null or brand = $1) and status = any ($2)',
    [brand, statuses],
  )
  return rows[0]?.n ?? 0
}

/** Runs in the works that somebody goes on with: one of the command line that was killed stays as it was left. */
export async function countOpenRuns(db: Queryable, brand: string): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `select count(*) as n from run where brand = $1 and status in ('queued', 'running') and source <> 'cli'`,
    [brand],
  )
  return rows[0]?.n ?? 0
}
