import type { ContentHands } from '../../ops/actions/content-hands.ts'
import { clearOldOutputs, measureOldOutputs } from '../../pipeline/clear-outputs.ts'
import { retryFailedRun } from '../../pipeline/review.ts'
import { findRun } from '../../pipeline/runs.ts'
import { describeSchedule, pauseSchedule, readSchedule, resumeSchedule } from '../../pipeline/schedule.ts'
import { inTransaction } from '../../src/transaction.ts'
import { showProgressAgain } from '../announce.ts'
import { cancel, describeCancel } from '../cancel.ts'
import { findNamedBrand } from '../current.ts'
import type { HandlerDeps } from '../scope.ts'
import { describeRefusal } from '../tap-draft.ts'
import { clip } from '../views/html.ts'

const BUSY = ['queued', 'running']
const TITLE_CHARS = 60

/** What actions of the operations half may do to carousels: the same as a tap on a card's own buttons. */
export function createContentHands(deps: HandlerDeps): ContentHands {
  const { pool } = deps.db
  return {
    readRun: async (id) => {
      const run = await findRun(pool, id)
      const title = clip(run?.topic ?? 'A carousel', TITLE_CHARS)
      return run && { status: run.status, busy: BUSY.includes(run.status), title }
    },
    retryRun: (id, by) => retry(deps, id, by),
    cancelRun: (id, by) => stop(deps, id, by),
    readSchedule: async (name) => {
      const brand = await findNamedBrand(pool, deps, name)
      if (!brand) return null
      const { times, paused } = await readSchedule(pool, brand.kit.name, deps.scheduleCron)
      return { brand: brand.kit.name, times: describeSchedule({ times, paused: false }), paused }
    },
    setPaused: async (brand, paused) => {
      if (paused) await pauseSchedule(pool, brand)
      else await resumeSchedule(pool, brand, deps.clock.now())
    },
    findOldFiles: () => measureOldOutputs(deps.pipeline, deps.clock.now()),
    clearOldFiles: () => clearOldOutputs(deps.pipeline, deps.clock.now()),
  }
}

type By = { id: number; name: string }

async function retry(deps: HandlerDeps, runId: string, by: By): Promise<string | null> {
  const refusal = await inTransaction(deps.db.pool, async (tx) => {
    const outcome = await retryFailedRun(tx, runId, { allowRepeat: false, userId: by.id })
    if (outcome.kind !== 'done') return describeRefusal(outcome).text ?? 'It cannot be made again.'
    await showProgressAgain(tx, outcome.run, outcome.run.chatId ?? by.id)
    return null
  })
  if (refusal === null) deps.worker.wake(runId)
  return refusal
}

async function stop(deps: HandlerDeps, runId: string, by: By): Promise<string | null> {
  const afterCommit: (() => void)[] = []
  const outcome = await inTransaction(deps.db.pool, async (tx) => {
    const run = await findRun(tx, runId)
    const chatId = run?.chatId ?? by.id
    return cancel({ deps, tx, userId: by.id, userName: by.name, chatId, afterCommit }, runId)
  })
  for (const after of afterCommit) after()
  const isDone = outcome.kind === 'done' || outcome.kind === 'put-back'
  return isDone ? null : (describeCancel(outcome).text ?? 'It cannot be stopped.')
}
