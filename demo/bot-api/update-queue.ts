import type { Update } from 'grammy/types'
import { ApiError } from './api-error.ts'
import type { RawUpdate } from './types.ts'

/** Telegram forgets an update that nobody fetched for a day. */
const KEEP_MS = 24 * 60 * 60 * 1000
const MAX_BATCH = 100
const TWO_POLLERS = 'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running'
/** These come only to a bot that asks for them. */
const NOT_BY_DEFAULT = new Set(['chat_member', 'message_reaction', 'message_reaction_count'])

export type PollOptions = {
  offset: number | undefined
  limit: number | undefined
  timeoutSeconds: number
  allowed: string[] | undefined
  signal: AbortSignal
}

/** Updates as they are kept over a restart; `at` in Unix milliseconds. */
export type UpdateSnapshot = { nextId: number; waiting: { update: Update; at: number }[] }

type Poller = { deliver: () => void; refuse: (error: ApiError) => void }

/** Updates that wait for the bot: numbered, kept for a day, confirmed by a higher offset; one poller at a time. */
export class UpdateQueue {
  private nextId: number
  private waiting: UpdateSnapshot['waiting'] = []
  private allowed: ReadonlySet<string> | undefined
  private poller: Poller | undefined
  private readonly now: () => Date
  private readonly changed: () => void

  constructor(options: { firstId: number; now: () => Date; changed: () => void }) {
    this.nextId = options.firstId
    this.now = options.now
    this.changed = options.changed
  }

  /** Returns the update's number. An unwanted kind gets one too, and is dropped. */
  push(raw: RawUpdate): number {
    const update = { update_id: this.nextId++, ...raw } as Update
    const kind = Object.keys(raw)[0] ?? ''
    const wanted = this.allowed ? this.allowed.has(kind) : !NOT_BY_DEFAULT.has(kind)
    if (wanted) this.waiting.push({ update, at: this.now().getTime() })
    if (wanted) this.poller?.deliver()
    this.changed()
    return update.update_id
  }

  pending(): number {
    this.dropOld()
    return this.waiting.length
  }

  snapshot(): UpdateSnapshot {
    return { nextId: this.nextId, waiting: this.waiting }
  }

  /** Numbers only go up, also over a restart. */
  restore(snapshot: UpdateSnapshot): void {
    this.nextId = Math.max(this.nextId, snapshot.nextId)
    this.waiting = snapshot.waiting
  }

  clear(): void {
    this.waiting = []
    this.changed()
  }

  /** The newer of two pollers wins; the older one is told so, as Telegram does. */
  async poll(wanted: PollOptions): Promise<Update[]> {
    this.poller?.refuse(new ApiError(409, TWO_POLLERS))
    if (wanted.allowed) this.allowed = wanted.allowed.length > 0 ? new Set(wanted.allowed) : undefined
    this.dropOld()
    this.confirm(wanted.offset)
    if (this.waiting.length === 0 && wanted.timeoutSeconds > 0) await this.waitForUpdate(wanted)
    return this.batch(wanted.limit)
  }

  private dropOld(): void {
    const oldest = this.now().getTime() - KEEP_MS
    const [first] = this.waiting
    if (first && first.at < oldest) this.waiting = this.waiting.filter((entry) => entry.at >= oldest)
  }

  private confirm(offset: number | undefined): void {
    if (offset === undefined || offset === 0) return
    const before = this.waiting.length
    if (offset < 0) this.waiting = this.waiting.slice(offset)
    else {
      const keepFrom = this.waiting.findIndex((entry) => entry.update.update_id >= offset)
      this.waiting = keepFrom === -1 ? [] : this.waiting.slice(keepFrom)
    }
    if (this.waiting.length !== before) this.changed()
  }

  private batch(limit: number | undefined): Update[] {
    const size = limit === undefined || limit < 1 || limit > MAX_BATCH ? MAX_BATCH : limit
    return this.waiting.slice(0, size).map((entry) => entry.update)
  }

  private waitForUpdate({ timeoutSeconds, signal }: PollOptions): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer)
        signal.removeEventListener('abort', onAbort)
        if (this.poller === mine) this.poller = undefined
        settle()
      }
      const onAbort = () => finish(() => reject(signal.reason))
      const mine: Poller = { deliver: () => finish(resolve), refuse: (error) => finish(() => reject(error)) }
      const timer = setTimeout(mine.deliver, timeoutSeconds * 1000)
      signal.addEventListener('abort', onAbort, { once: true })
      this.poller = mine
      if (signal.aborted) onAbort()
    })
  }
}
