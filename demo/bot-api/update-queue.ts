import type { Update } from 'grammy/types'
import { ApiError } from './api-error.ts'
import type { RawUpdate } from './types.ts'

/** Telegram forgets an update that nobody fetched for a day. */
const KEEP_MS = 24 * 60 * 60 * 1000
const MAX_BATCH = 100
/** These come only to a bot that asks for them. */
const NOT_BY_DEFAULT = new Set(['chat_member', 'message_reaction', 'message_reaction_count'])

export type PollOptions = {
  offset: number | undefined
  limit: number | undefined
  timeoutSeconds: number
  allowed: string[] | undefined
  signal: AbortSignal
}

type Poller = { deliver: () => void; refuse: (error: ApiError) => void }

/** Updates that wait for the bot: numbered, kept for a day, confirmed by a higher offset; one poller at a time. */
export function createUpdateQueue(options: { firstId: number; now: () => Date; changed: () => void }) {
  let nextId = options.firstId
  let waiting: { update: Update; at: number }[] = []
  let allowed: ReadonlySet<string> | undefined
  let poller: Poller | undefined

  function push(raw: RawUpdate): number {
    const update = { update_id: nextId++, ...raw } as Update
    const kind = Object.keys(raw)[0] ?? ''
    const wanted = allowed ? allowed.has(kind) : !NOT_BY_DEFAULT.has(kind)
    if (wanted) waiting.push({ update, at: options.now().getTime() })
    poller?.deliver()
    options.changed()
    return update.update_id
  }

  function dropOld(): void {
    const oldest = options.now().getTime() - KEEP_MS
    const [first] = waiting
    if (first && first.at < oldest) waiting = waiting.filter((entry) => entry.at >= oldest)
  }

  function confirm(offset: number | undefined): void {
    if (offset === undefined || offset === 0) return
    const before = waiting.length
    if (offset < 0) waiting = waiting.slice(offset)
    else {
      const keepFrom = waiting.findIndex((entry) => entry.update.update_id >= offset)
      waiting = keepFrom === -1 ? [] : waiting.slice(keepFrom)
    }
    if (waiting.length !== before) options.changed()
  }

  function batch(limit: number | undefined): Update[] {
    const size = limit === undefined || limit < 1 || limit > MAX_BATCH ? MAX_BATCH : limit
    return waiting.slice(0, size).map((entry) => entry.update)
  }

  /** The newer of two pollers wins; the older one is told so, as Telegram does. */
  async function poll(wanted: PollOptions): Promise<Update[]> {
    poller?.refuse(
      new ApiError(
        409,
        'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
      ),
    )
    if (wanted.allowed) allowed = wanted.allowed.length > 0 ? new Set(wanted.allowed) : undefined
    dropOld()
    confirm(wanted.offset)
    if (waiting.length === 0 && wanted.timeoutSeconds > 0) await waitForUpdate(wanted)
    return batch(wanted.limit)
  }

  function waitForUpdate({ timeoutSeconds, signal }: PollOptions): Promise<void> {
    return new Promise((resolve, reject) => {
      const mine: Poller = {
        deliver: () => finish(resolve),
        refuse: (error) => finish(() => reject(error)),
      }
      const timer = setTimeout(mine.deliver, timeoutSeconds * 1000)
      const onAbort = () => finish(() => reject(signal.reason))
      const finish = (settle: () => void) => {
        clearTimeout(timer)
        signal.removeEventListener('abort', onAbort)
        if (poller === mine) poller = undefined
        settle()
      }
      signal.addEventListener('abort', onAbort, { once: true })
      poller = mine
      if (signal.aborted) onAbort()
    })
  }

  function clear(): void {
    waiting = []
    options.changed()
  }

  return {
    push,
    poll,
    clear,
    pending: () => {
      dropOld()
      return waiting.length
    },
  }
}
