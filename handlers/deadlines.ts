import type { Transformer } from 'grammy'

/** How long a call to Telegram may take. Without a limit a hanging connection would hold up its chat for minutes. */

/** Of the fetch of updates; Telegram answers earlier when there is one. */
export const POLL_SECONDS = 30

export type Deadlines = { pollMs: number; callMs: number; uploadMs: number }

export const DEADLINES: Deadlines = {
  pollMs: POLL_SECONDS * 1000 + 15_000,
  callMs: 20_000,
  /** Beside what the files themselves need. */
  uploadMs: 60_000,
}

/** The slowest upstream that is taken into account: 40 kB/s, a poor mobile link. */
const BYTES_PER_MS = 40

/** For an upload of so many bytes: five PNG slides over a home line may take minutes. Whole, as timers want it. */
export function uploadDeadlineMs(deadlines: Deadlines, bytes: number): number {
  return Math.ceil(deadlines.uploadMs + bytes / BYTES_PER_MS)
}

/** No upload may take longer, whatever its size: the client's own last resort. */
export const LAST_RESORT_S = 30 * 60

/** Every call of one bot. */
export type Calls = {
  transform: Transformer
  /** For the end of the process: what is under way has `graceMs` to end, then it is ended; later calls end at once. */
  finish(graceMs: number): Promise<void>
}

const UPLOADS: ReadonlySet<string> = new Set(['sendMediaGroup', 'sendPhoto', 'sendDocument'])

/** Ends each call at its deadline, at the caller's signal, or when the bot finishes. Uploads bring their own deadline. */
export function createCalls(deadlines: Deadlines): Calls {
  const underWay = new Set<Promise<unknown>>()
  const finished = new AbortController()
  const transform: Transformer = async (call, method, payload, signal) => {
    const controller = new AbortController()
    const abort = () => controller.abort()
    const isUpload = UPLOADS.has(method)
    const timer = isUpload ? undefined : setTimeout(abort, deadlineOf(deadlines, method))
    const sources = [finished.signal, signal]
    for (const source of sources) {
      if (source?.aborted) abort()
      else source?.addEventListener('abort', abort)
    }
    const answer = call(method, payload, controller.signal as typeof signal)
    underWay.add(answer)
    try {
      return await answer
    } finally {
      underWay.delete(answer)
      clearTimeout(timer)
      for (const source of sources) source?.removeEventListener('abort', abort)
    }
  }
  const finish = async (graceMs: number) => {
    const timer = setTimeout(() => finished.abort(), graceMs)
    await Promise.allSettled(underWay)
    clearTimeout(timer)
    finished.abort()
  }
  return { transform, finish }
}

function deadlineOf(deadlines: Deadlines, method: string): number {
  return method === 'getUpdates' ? deadlines.pollMs : deadlines.callMs
}
