import { type Bot, type Context, GrammyError, HttpError } from 'grammy'
import type { Update } from 'grammy/types'
import type { Clock } from '../src/clock.ts'
import type { Log } from '../src/log.ts'
import { type IncomingUpdate, noteStrangers, storeUpdates } from '../src/messaging/inbox.ts'
import { queueMessages } from '../src/messaging/outbox.ts'
import type { Telemetry } from '../src/telemetry.ts'
import { type Database, inTransaction } from '../src/transaction.ts'
import { type Access, authorise, laneOf, type Verdict } from './authorise.ts'
import { POLL_SECONDS } from './deadlines.ts'
import { pause } from './pause.ts'
import { refusal } from './views/refusal.ts'

/** Fetch, store, and only then confirm (by asking from the next id on): a kill at any moment loses no update. */

export type IntakeDeps = {
  db: Pick<Database, 'pool'>
  log: Log
  clock: Clock
  telemetry: Pick<Telemetry, 'recordUpdate'>
  api: Bot<Context>['api']
  access: Access
  /** Something new is stored. */
  onStored: () => void
  /** A stranger is to be told no. */
  onQueued: (chatId: number) => void
  /** Telegram has answered. */
  onPolled?: () => void
}

export type IntakeEnd = { kind: 'stopped' } | { kind: 'unauthorized' }

const BATCH = 100
const ALLOWED_UPDATES = ['message', 'callback_query'] as const
const MIN_PAUSE_MS = 500
const MAX_PAUSE_MS = 30_000
const CONFLICT_SILENCE_MS = 10 * 60_000
const DAY_MS = 86_400_000

/** Runs until the signal, or until Telegram says that the token is wrong. */
export async function runIntake(deps: IntakeDeps, signal: AbortSignal): Promise<IntakeEnd> {
  const toasts = createToasts(deps)
  // Asked without an offset first: what was stored but not confirmed comes again and is stored once.
  let last: { id: number; at: number } | null = null
  let pauseMs = MIN_PAUSE_MS
  const told = { conflictAt: Number.NEGATIVE_INFINITY }
  while (!signal.aborted) {
    try {
      const updates = await fetchUpdates(deps, isFresh(deps, last) ? last.id : null, signal)
      deps.onPolled?.()
      if (updates.length > 0) {
        last = { id: await storeBatch(deps, updates, toasts), at: deps.clock.now().getTime() }
      }
      pauseMs = MIN_PAUSE_MS
    } catch (err) {
      if (signal.aborted) break
      if (err instanceof GrammyError && err.error_code === 401) return { kind: 'unauthorized' }
      explain(deps, err, told)
      await pause(waitOf(err) ?? pauseMs, signal)
      pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)
    }
  }
  return { kind: 'stopped' }
}

/**
 * After a week of silence Telegram numbers from a random id: an old offset above it would throw new updates away unseen.
 * It keeps updates for a day, so after that there is nothing left to confirm.
 */
function isFresh(deps: IntakeDeps, last: { id: number; at: number } | null): last is { id: number; at: number } {
  return last !== null && deps.clock.now().getTime() - last.at < DAY_MS
}

async function fetchUpdates(deps: IntakeDeps, last: number | null, signal: AbortSignal): Promise<Update[]> {
  const updates = await deps.api.getUpdates(
    {
      ...(last === null ? {} : { offset: last + 1 }),
      limit: BATCH,
      timeout: POLL_SECONDS,
      allowed_updates: ALLOWED_UPDATES,
    },
    signal as Parameters<typeof deps.api.getUpdates>[1],
  )
  return updates.filter((update) => Number.isSafeInteger(update?.update_id))
}

type Toasts = { refuse(callbackId: string): void }
type Judged = { update: Update; verdict: Verdict }

/** Stores updates, counts strangers and queues their refusals: all or nothing. Returns the highest id. */
async function storeBatch(deps: IntakeDeps, updates: readonly Update[], toasts: Toasts): Promise<number> {
  const judged = updates.map((update): Judged => ({ update, verdict: authorise(update, deps.access) }))
  const { fresh, refused } = await inTransaction(deps.db.pool, async (tx) => {
    const ids = await storeUpdates(tx, judged.map(toIncoming))
    const isNew = judged.filter(({ update }) => ids.has(update.update_id))
    const newcomers = await noteStrangers(tx, countStrangers(isNew))
    const content = { kind: 'text' as const, html: refusal().html }
    await queueMessages(
      tx,
      newcomers.map((userId) => ({ chatId: userId, content, dedupeKey: `refusal:${userId}` })),
    )
    return { fresh: isNew, refused: newcomers }
  })
  const forUs = fresh.filter(({ verdict }) => verdict.kind === 'owner').length
  if (forUs > 0) deps.telemetry.recordUpdate('stored', forUs)
  if (fresh.length > forUs) deps.telemetry.recordUpdate('refused', fresh.length - forUs)
  if (forUs > 0) deps.onStored()
  for (const userId of refused) deps.onQueued(userId)
  for (const { update, verdict } of fresh) {
    if (verdict.kind !== 'owner' && update.callback_query) toasts.refuse(update.callback_query.id)
  }
  return Math.max(...updates.map((update) => update.update_id))
}

function toIncoming({ update, verdict }: Judged): IncomingUpdate {
  const forUs = verdict.kind === 'owner'
  // Of a refused update only its number is kept: strangers must not fill the disk.
  const payload = forUs ? update : {}
  return { updateId: update.update_id, lane: laneOf(update), payload, status: forUs ? 'pending' : 'refused' }
}

/** In a group nobody is refused in words: that would be noise for everybody. A private chat has the number of its person. */
function countStrangers(judged: readonly Judged[]): Map<number, number> {
  const counts = new Map<number, number>()
  for (const { verdict } of judged) {
    if (verdict.kind !== 'stranger' || !verdict.privately) continue
    counts.set(verdict.userId, (counts.get(verdict.userId) ?? 0) + 1)
  }
  return counts
}

const TOASTS_AT_ONCE = 3

/** A member of the group who is no owner should learn why nothing happens. A lost answer is no loss, a flood of them is. */
function createToasts(deps: Pick<IntakeDeps, 'api' | 'log'>): Toasts {
  let underWay = 0
  return {
    refuse: (callbackId) => {
      if (underWay >= TOASTS_AT_ONCE) return
      underWay++
      deps.api
        .answerCallbackQuery(callbackId, { text: 'Only the owners of this bot can use its buttons.' })
        .catch((err) => deps.log.debug({ err }, 'tap of a stranger not answered'))
        .finally(() => underWay--)
    },
  }
}

function waitOf(err: unknown): number | undefined {
  const seconds = err instanceof GrammyError ? err.parameters.retry_after : undefined
  return seconds === undefined ? undefined : seconds * 1000
}

/** Two programs that fetch push each other out every second, perhaps for days: that is one line now and then. */
function explain({ log, clock }: Pick<IntakeDeps, 'log' | 'clock'>, err: unknown, told: { conflictAt: number }): void {
  if (err instanceof GrammyError && err.error_code === 409) {
    const now = clock.now().getTime()
    if (now - told.conflictAt < CONFLICT_SILENCE_MS) return
    told.conflictAt = now
    log.warn(
      { code: 409 },
      'Another program fetches updates with this bot token. Stop it, or remove its webhook: one bot, one Nexus.',
    )
    return
  }
  if (err instanceof GrammyError || err instanceof HttpError)
    log.warn({ err }, 'Telegram does not answer; trying again')
  else log.error({ err }, 'updates could not be stored; they are fetched again')
}
