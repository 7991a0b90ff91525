import type { Queryable, Tx } from '../src/db/pool.ts'
import { lockRun, type Run, setChat } from '../src/db/runs.ts'
import { listHookTitles } from '../src/db/steps.ts'
import type { WaitingDraft } from './earlier-draft.ts'
import { type DraftRef, type Refusal, readCarousel } from './review.ts'

/** The finished draft of a run, to show it once more; locked until the transaction ends. */
export async function findWaitingDraft(tx: Tx, runId: string): Promise<({ kind: 'waiting' } & WaitingDraft) | Refusal> {
  const run = await lockRun(tx, runId)
  if (!run) return { kind: 'gone' }
  if (run.status !== 'awaiting_review' || run.contentHash === null) return { kind: 'already-decided', run }
  return { kind: 'waiting', run, carousel: await readCarousel(tx, run), contentHash: run.contentHash }
}

/** News of a waiting draft goes to this chat from now on; false when it is not this draft that waits. */
export async function takeToChat(tx: Tx, ref: DraftRef, chatId: number): Promise<boolean> {
  const run = await lockRun(tx, ref.runId)
  if (run?.status !== 'awaiting_review' || run.revision !== ref.revision || run.contentHash !== ref.contentHash)
    return false
  if (run.chatId !== chatId) await setChat(tx, run.id, chatId)
  return true
}

/** The titles of the first slides, by the runs' ids; a run whose words are not written yet has none. */
export function readTitles(db: Queryable, runs: readonly Pick<Run, 'id'>[]): Promise<Map<string, string>> {
  return listHookTitles(
    db,
    runs.map((run) => run.id),
  )
}
