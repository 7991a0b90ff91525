import type { Tx } from '../src/db/pool.ts'
import { lockRun, type Run } from '../src/db/runs.ts'

/** Runs as handlers see them. Decisions are in review.ts, starting in start.ts. */
export { countRunsIn } from '../src/db/run-counts.ts'
export { expireRuns, findRun, listRuns, type Redo, type Run } from '../src/db/runs.ts'

/**
 * Whether this revision is still being made. Locks the row until the transaction ends, so that what is written about its
 * progress comes before the news of its end, or not at all.
 */
export async function isBeingMade(tx: Tx, run: Pick<Run, 'id' | 'revision'>): Promise<boolean> {
  const now = await lockRun(tx, run.id)
  return now?.status === 'running' && now.revision === run.revision
}
