import PQueue from 'p-queue'
import { Piscina } from 'piscina'
import { Failure } from './failure.ts'
import type { WorkerAnswer } from './worker-entry.ts'

/** Idle threads end after this long, so that a waiting bot does not pay for their memory. */
const IDLE_TIMEOUT_MS = 20_000

export type WorkerPool = {
  /**
   * Calls the default export of `module` with a structured clone of `task` on another thread.
   * An abort takes a waiting task out of the queue; a running one ends first, since killing a thread inside native code
   * would leave half a file behind.
   * @throws Failure what the task threw, or `cancelled`
   */
  run<T>(module: URL, task: unknown, options?: TaskOptions): Promise<T>
  /** Refuses new tasks, lets the accepted ones end, then ends the threads. */
  close(): Promise<void>
}

export type TaskOptions = {
  signal?: AbortSignal
  transfer?: readonly ArrayBuffer[]
  /** Higher goes first; 0 when absent. */
  priority?: number
}

/** Threads are started by the first task, at most `threads` of them. */
export function createWorkerPool(options: { threads: number }): WorkerPool {
  let threads: Piscina | undefined
  let closed = false
  const waiting = new PQueue({ concurrency: options.threads })

  async function runNow(module: URL, task: unknown, transfer: readonly ArrayBuffer[]): Promise<unknown> {
    threads ??= startThreads(options.threads)
    const answer: WorkerAnswer = await threads.run({ module: module.href, task }, { transferList: [...transfer] })
    if (answer.ok) return answer.value
    throw new Failure(answer.message, { code: answer.code, retryable: answer.retryable })
  }

  return {
    async run<T>(module: URL, task: unknown, { signal, transfer = [], priority = 0 }: TaskOptions = {}) {
      throwIfCancelled(signal)
      if (closed) throw new Failure('the worker pool is closed', { code: 'cancelled' })
      try {
        const value = await waiting.add(
          () => runNow(module, task, transfer),
          signal ? { signal, priority } : { priority },
        )
        throwIfCancelled(signal)
        return value as T
      } catch (thrown) {
        throwIfCancelled(signal)
        throw thrown
      }
    },
    async close() {
      closed = true
      await waiting.onIdle()
      await threads?.destroy()
      threads = undefined
    },
  }
}

function startThreads(maxThreads: number): Piscina {
  return new Piscina({
    filename: new URL('./worker-entry.ts', import.meta.url).href,
    minThreads: 0,
    maxThreads,
    idleTimeout: IDLE_TIMEOUT_MS,
    concurrentTasksPerWorker: 1,
  })
}

function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new Failure('cancelled', { code: 'cancelled', cause: signal.reason })
}
