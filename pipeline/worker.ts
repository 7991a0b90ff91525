import PQueue from 'p-queue'
import { listUnfinishedRuns } from '../src/db/runs.ts'
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

/** Enough that one which waits for a service does not hold up the others; the pictures share the render threads. */
const RUNS_AT_ONCE = 3
/** A database that was away for a moment; doubled each time, so that a lasting fault does not fill the log. */
const RETRY_MS = 2_000
const MAX_RETRY_MS = 300_000

export function createWorker(deps: PipelineDeps, options: { retryMs?: number } = {}): Worker {
  const failures = new Map<string, number>()
  const retries = new Set<NodeJS.Timeout>()
  const queue = new PQueue({ concurrency: RUNS_AT_ONCE })
  const inHand = new Map<string, { cancel: AbortController; again: boolean }>()
  const stopping = new AbortController()

  const wake = (runId: string) => {
    if (stopping.signal.aborted) return
    const known = inHand.get(runId)
    if (known) {
      known.again = true
      return
    }
    inHand.set(runId, { cancel: new AbortController(), again: false })
    void queue.add(() => work(runId))
  }

  const work = async (runId: string) => {
    const entry = inHand.get(runId)
    if (!entry) return
    try {
      if (!stopping.signal.aborted)
        await workOnRun(deps, runId, { signal: entry.cancel.signal, stopping: stopping.signal })
      failures.delete(runId)
    } catch (err) {
      // Only the database can fail here; the row is unchanged, and stays there to be taken up again.
      deps.log.error({ err, runId }, 'run could not be worked')
      retryLater(runId)
    } finally {
      inHand.delete(runId)
      if (entry.again) wake(runId)
    }
  }

  const retryLater = (runId: string) => {
    const times = failures.get(runId) ?? 0
    failures.set(runId, times + 1)
    const timer = setTimeout(
      () => {
        retries.delete(timer)
        wake(runId)
      },
      Math.min((options.retryMs ?? RETRY_MS) * 2 ** times, MAX_RETRY_MS),
    )
    retries.add(timer.unref())
  }

  return {
    wake,
    resume: async () => {
      const waiting = await listUnfinishedRuns(deps.db.pool)
      for (const runId of waiting) wake(runId)
      return waiting.length
    },
    cancel: (runId) => inHand.get(runId)?.cancel.abort(),
    stop: async (graceMs) => {
      stopping.abort()
      for (const retry of retries) clearTimeout(retry)
      const timer = setTimeout(() => {
        for (const entry of inHand.values()) entry.cancel.abort()
      }, graceMs)
      await queue.onIdle()
      clearTimeout(timer)
    },
    idle: () => queue.onIdle(),
    inHand: () => inHand.size,
  }
}
