import { Failure } from '../../src/failure.ts'

/** Reads one part of the evidence; null when it failed or was late. */
export type Read = <T>(what: string, limitMs: number, read: (signal: AbortSignal) => Promise<T>) => Promise<T | null>

/**
 * What fails or is late becomes a gap, and costs only itself; nothing goes on beyond the common limit. Only the caller's own
 * stop is passed on, as Failure cancelled.
 */
export function createReader(gaps: string[], limitMs: number, signal: AbortSignal): Read {
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
    } catch {
      if (signal.aborted) throw new Failure('the diagnosis was stopped', { code: 'cancelled' })
      if (!gaps.includes(what)) gaps.push(what)
      return null
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
    }
  }
}
