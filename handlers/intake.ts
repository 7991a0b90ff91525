import { type Bot, type Context, GrammyError } from 'grammy'
import type { Update } from 'grammy/types'
import type { Clock } from '../src/clock.ts'
import type { Log } from '../src/log.ts'
import { type IncomingUpdate, noteStranger, storeUpdates } from '../src/messaging/inbox.ts'
import { queueMessage } from '../src/messaging/outbox.ts'
import type { Telemetry } from '../src/telemetry.ts'
import type { Database } from '../src/transaction.ts'
import { type Access, authorise, laneOf } from './authorise.ts'
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
}

export type IntakeEnd = { kind: 'stopped' } | { kind: 'unauthorized' }

const POLL_SECONDS = 30
const BATCH = 100
const ALLOWED_UPDATES = ['message', 'callback_query'] as const
const MIN_PAUSE_MS = 500
const MAX_PAUSE_MS = 30_000
const DAY_MS = 86_400_000

/** Runs until the signal, or until Telegram says that the token is wrong. */
export async function runIntake(deps: IntakeDeps, signal: AbortSignal): Promise<IntakeEnd> {
  // Asked without an offset first: what was stored but not confirmed comes again and is stored once.
  let last: { id: number; at: number } | null = null
  let pauseMs = MIN_PAUSE_MS
  while (!signal.aborted) {
    try {
      const updates = await fetchUpdates(deps, isFresh(deps, last) ? last.id : null, signal)
      if (updates.length > 0) last = { id: await storeBatch(deps, updates), at: deps.clock.now().getTime() }
      pauseMs = MIN_PAUSE_MS
    } catch (err) {
      if (signal.aborted) break
      if (err instanceof GrammyError && err.error_code === 401) return { kind: 'unauthorized' }
      explain(deps.log, err)
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
  return deps.api.getUpdates(
    {
      ...(last === null ? {} : { offset: last + 1 }),
      limit: BATCH,
      timeout: POLL_SECONDS,
      allowed_updates: ALLOWED_UPDATES,
    },
    signal as Parameters<typeof deps.api.getUpdates>[1],
  )
}

async function storeBatch(deps: IntakeDeps, updates: readonly Update[]): Promise<number> {
  const strangers = new Map<number, number>()
  const incoming = updates.map((update): IncomingUpdate => {
    const verdict = authorise(update, deps.access)
    if (verdict.kind === 'stranger' && verdict.privately) strangers.set(verdict.userId, verdict.chatId)
    const status = verdict.kind === 'owner' ? 'pending' : 'refused'
    // Of a refused update only its number is kept: strangers must not fill the disk.
    return { updateId: update.update_id, lane: laneOf(update), payload: status === 'pending' ? update : {}, status }
  })
  await storeUpdates(deps.db.pool, incoming)
  const refused = incoming.filter((update) => update.status === 'refused').length
  deps.telemetry.recordUpdate('stored', incoming.length - refused)
  if (refused > 0) deps.telemetry.recordUpdate('refused', refused)
  if (refused < incoming.length) deps.onStored()
  answerStrangersTaps(deps, updates)
  for (const [userId, chatId] of strangers) await refuseOnce(deps, userId, chatId)
  return Math.max(...updates.map((update) => update.update_id))
}

async function refuseOnce(deps: IntakeDeps, userId: number, chatId: number): Promise<void> {
  if (!(await noteStranger(deps.db.pool, userId))) return
  const { html } = refusal()
  await queueMessage(deps.db.pool, { chatId, content: { kind: 'text', html }, dedupeKey: `refusal:${userId}` })
  deps.onQueued(chatId)
}

/** A member of the group who is no owner should learn why nothing happens; a lost answer is no loss. */
function answerStrangersTaps(deps: IntakeDeps, updates: readonly Update[]): void {
  const foreign = updates.filter((update) => update.callback_query && authorise(update, deps.access).kind !== 'owner')
  for (const update of foreign.slice(0, 5)) {
    const id = update.callback_query?.id
    if (id === undefined) continue
    deps.api.answerCallbackQuery(id, { text: 'Only the owners of this bot can use its buttons.' }).catch((err) => {
      deps.log.debug({ err }, 'tap of a stranger not answered')
    })
  }
}

function waitOf(err: unknown): number | undefined {
  const seconds = err instanceof GrammyError ? err.parameters.retry_after : undefined
  return seconds === undefined ? undefined : seconds * 1000
}

function explain(log: Log, err: unknown): void {
  if (err instanceof GrammyError && err.error_code === 409) {
    log.warn(
      { code: 409 },
      'Another program fetches updates with this bot token. Stop it, or remove its webhook: one bot, one Nexus.',
    )
    return
  }
  log.warn({ err }, 'Telegram does not answer; trying again')
}
