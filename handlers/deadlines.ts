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

/** Ends each call at its deadline, at the caller's signal, or when the bot hangs up. Uploads bring their own deadline. */
export function withDeadlines(deadlines: Deadlines, hangUp: AbortSignal): Transformer {
  return async (call, method, payload, signal) => {
    const controller = new AbortController()
    const abort = () => controller.abort()
    const timer = method === 'sendMediaGroup' ? undefined : setTimeout(abort, deadlineOf(deadlines, method))
    for (const source of [hangUp, signal]) {
      if (source?.aborted) abort()
      else source?.addEventListener('abort', abort)
    }
    try {
      return await call(method, payload, controller.signal as typeof signal)
    } finally {
      clearTimeout(timer)
      hangUp.removeEventListener('abort', abort)
      signal?.removeEventListener('abort', abort)
    }
  }
}

function deadlineOf(deadlines: Deadlines, method: string): number {
  return method === 'getUpdates' ? deadlines.pollMs : deadlines.callMs
}
