import { asFailure, Failure } from '../../src/failure.ts'

/** What could not be read, and why not, in a few words. */
export type Gap = { what: string; reason: string }

/** Reads one part of the evidence; null when it failed or was late. */
export type Read = <T>(what: string, limitMs: number, read: (signal: AbortSignal) => Promise<T>) => Promise<T | null>

/**
 * What fails or is late becomes a gap, and costs only itself; nothing goes on beyond the common limit. Only the caller's own
 * stop is passed on, as Failure cancelled.
 */
export function createReader(gaps: Gap[], limitMs: number, signal: AbortSignal): Read {
  const endsAt = performance.now() + limitMs
  return async (what, ownMs, read) => {
    const deadline = new AbortController()
    const late = Promise.withResolvers<never>()
    const end = () => {
      late.reject(new Failure(`${what} did not answer in time`, { code: 'timeout' }))
      deadline.abort()
    }
    const timer = setTimeout(end, Math.max(0, Math.min(ownMs, endsAt - performance.now())))
    const stop = () => late.reject(new Failure('the diagnosis was stopped', { code: 'cancelled' }))
    signal.addEventListener('abort', stop, { once: true })
    try {
      signal.throwIfAborted()
      return await Promise.race([read(AbortSignal.any([signal, deadline.signal])), late.promise])
    } catch (thrown) {
      if (signal.aborted) throw new Failure('the diagnosis was stopped', { code: 'cancelled' })
      if (!gaps.some((gap) => gap.what === what)) gaps.push({ what, reason: reasonOf(thrown) })
      return null
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
    }
  }
}

function reasonOf(thrown: unknown): string {
  switch (asFailure(thrown).code) {
    case 'timeout':
      return 'no answer in time'
    case 'not_found':
      return 'it is gone'
    case 'unavailable':
      return 'it cannot be reached'
    case 'database':
      return 'the database does not answer'
    default:
      return 'an error instead of an answer'
  }
}
