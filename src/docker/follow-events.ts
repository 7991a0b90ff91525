import { asFailure, Failure } from '../failure.ts'
import type { Log } from '../log.ts'
import type { ContainerEvent } from './events.ts'
import type { FindDocker } from './open-docker.ts'

/** Follows the events of an engine for as long as the process lives, whatever becomes of the engine meanwhile. */

export type FollowOptions = {
  /** From here on; what happened between this and now is told first, as far as the engine remembers (its last 256 events). */
  since: Date
  take: (event: ContainerEvent) => void
  /** The stream is there, for the first time or again: what happened in between may be lost. */
  onConnected?: () => void
  signal: AbortSignal
}

const FIRST_WAIT_MS = 250
const MAX_WAIT_MS = 30_000
/** A connection that died silently is noticed by nobody; after this it is made anew, and misses nothing. */
const RENEW_AFTER_MS = 10 * 60_000
/** One that held so long was a good one: the next attempt comes at once. */
const GOOD_AFTER_MS = 5_000
/** Twice what an engine remembers, so that nothing it tells again is taken again. */
const REMEMBERED = 512

/** Ends when `signal` does, and never throws. */
export async function followEvents(
  deps: { findDocker: FindDocker; log: Log; renewAfterMs?: number },
  { since, take, onConnected, signal }: FollowOptions,
): Promise<void> {
  const isNew = createMemory(REMEMBERED)
  let from = since
  let waitMs = FIRST_WAIT_MS
  let failing = false
  const once = (event: ContainerEvent) => {
    if (!isNew(event.key)) return
    from = event.at
    take(event)
  }
  while (!signal.aborted) {
    const startedAt = performance.now()
    try {
      const state = await deps.findDocker()
      if (state.kind === 'absent') throw new Failure(state.reason, { code: 'unavailable', retryable: true })
      const until = AbortSignal.any([signal, AbortSignal.timeout(deps.renewAfterMs ?? RENEW_AFTER_MS)])
      const open = () => {
        failing = false
        onConnected?.()
      }
      await state.docker.events({ since: from, onOpen: open }, once, until)
    } catch (thrown) {
      if (signal.aborted) return
      // Once: a machine without Docker would say so for ever.
      if (!failing) deps.log.info({ err: asFailure(thrown) }, 'no events of containers for now')
      failing = true
    }
    waitMs = performance.now() - startedAt > GOOD_AFTER_MS ? FIRST_WAIT_MS : Math.min(MAX_WAIT_MS, waitMs * 2)
    await pause(waitMs, signal)
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    if (signal.aborted) end()
    else signal.addEventListener('abort', end)
  })
}

/** True for a key that is not among the last `size`. */
function createMemory(size: number): (key: string) => boolean {
  const known = new Set<string>()
  return (key) => {
    if (known.has(key)) return false
    known.add(key)
    const [oldest] = known
    if (known.size > size && oldest !== undefined) known.delete(oldest)
    return true
  }
}
