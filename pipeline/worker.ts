import PQueue from 'p-queue'
import { findRun, listUnfinishedRuns, type Run } from '../src/db/runs.ts'
import { workOnRun } from './run.ts'
import type { PipelineDeps } from './step.ts'

/** Works runs, several at once. The run's row is the job: this only remembers which ones are in hand. */
export type Worker = {
  /** Takes the run up; a run in hand is looked at once more afterwards. */
  wake(runId: string): void
  /** Takes up whatever a dead process left. */
  resume(): Promise<number>
  /** Ends what is under way for a run that was cancelled. */
  cancel(runId: string): void
  /** Starts no further step, waits for those under way, and after the grace ends them. */
  stop(graceMs: number): Promise<void>
  idle(): Promise<void>
  inHand(): number
}

/** `begun` is false while it waits for its turn. */
type Entry = { cancel: AbortController; begun: boolean; again: boolean }

/** Enough that one which waits for a service does not hold up the others; the pictures share the render threads. */
const RUNS_AT_ONCE = 3
/** Handing over and a changed text wait for no service, so they do not wait for runs that do, either. */
const SHORT_ONES_AT_ONCE = 2
/** A database that was away for a moment; doubled each time, so that a lasting fault does not fill the log. */
const RETRY_MS = 2_000
const MAX_RETRY_MS = 300_000

export function createWorker(deps: PipelineDeps, options: { retryMs?: number } = {}): Worker {
  const inHand = new Map<string, Entry>()
  const working = new Set<Promise<void>>()
  const stopping = new AbortController()
  const inTurn = createLanes()

  const wake = (runId: string) => {
    if (stopping.signal.aborted) return
    const known = inHand.get(runId)
    if (known) {
      known.again = true
      return
    }
    const entry: Entry = { cancel: new AbortController(), begun: false, again: false }
    inHand.set(runId, entry)
    const turn = takeTurn(runId, entry).finally(() => working.delete(turn))
    working.add(turn)
  }
  const retries = createRetries(wake, options.retryMs ?? RETRY_MS)

  const takeTurn = async (runId: string, entry: Entry) => {
    try {
      const run = await findRun(deps.db.pool, runId)
      await inTurn(run, async () => {
        if (stopping.signal.aborted || inHand.get(runId) !== entry) return
        entry.begun = true
        await workOnRun(deps, runId, { signal: entry.cancel.signal, stopping: stopping.signal })
      })
      retries.forget(runId)
    } catch (err) {
      // Only the database can fail here; the row is unchanged, and stays there to be taken up again.
      deps.log.error({ err, runId }, 'run could not be worked')
      if (!stopping.signal.aborted) retries.plan(runId)
    } finally {
      if (inHand.get(runId) === entry) inHand.delete(runId)
      if (entry.again) wake(runId)
    }
  }

  const cancelEntry = (runId: string) => {
    const entry = inHand.get(runId)
    if (entry?.begun) entry.cancel.abort()
    // One that waits for its turn is forgotten: before it comes, the run may be wanted again, and for another kind of turn.
    else inHand.delete(runId)
  }
  const rest = async () => {
    while (working.size > 0) await Promise.all(working)
  }

  return {
    wake,
    resume: async () => {
      const waiting = await listUnfinishedRuns(deps.db.pool)
      for (const runId of waiting) wake(runId)
      return waiting.length
    },
    cancel: cancelEntry,
    stop: async (graceMs) => {
      stopping.abort()
      retries.stop()
      const timer = setTimeout(() => {
        for (const entry of inHand.values()) entry.cancel.abort()
      }, graceMs)
      await rest()
      clearTimeout(timer)
    },
    idle: rest,
    inHand: () => inHand.size,
  }
}

/** A person waits for what was approved, for a changed text, for one new picture; a whole carousel takes its time anyway. */
function createLanes(): (run: Run | null, work: () => Promise<void>) => Promise<void> {
  const makers = new PQueue({ concurrency: RUNS_AT_ONCE })
  const shortOnes = new PQueue({ concurrency: SHORT_ONES_AT_ONCE })
  return (run, work) => {
    const isShort = run?.status === 'approved' || run?.request.redo === 'edit'
    const priority = run?.request.redo === 'picture' ? 1 : 0
    return (isShort ? shortOnes : makers).add(work, { priority })
  }
}

function createRetries(wake: (runId: string) => void, retryMs: number) {
  const failures = new Map<string, number>()
  const timers = new Set<NodeJS.Timeout>()
  return {
    plan: (runId: string) => {
      const times = failures.get(runId) ?? 0
      failures.set(runId, times + 1)
      const again = () => {
        timers.delete(timer)
        wake(runId)
      }
      const timer = setTimeout(again, Math.min(retryMs * 2 ** times, MAX_RETRY_MS))
      timers.add(timer.unref())
    },
    forget: (runId: string) => failures.delete(runId),
    stop: () => {
      for (const timer of timers) clearTimeout(timer)
    },
  }
}
