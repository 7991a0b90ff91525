import { GrammyError, HttpError } from 'grammy'
import PQueue from 'p-queue'
import { Failure } from '../src/failure.ts'
import type { Log } from '../src/log.ts'
import { voidButtons } from '../src/messaging/buttons.ts'
import {
  findNextMessage,
  findWaitingChats,
  isOvertaken,
  markDropped,
  markFailed,
  markSending,
  markSent,
  type OutboxRow,
  postpone,
  queueMessage,
} from '../src/messaging/outbox.ts'
import { findTargets, type SendRowDeps, sendRow } from './send-row.ts'
import { albumFailedText } from './views/apology.ts'

/** Sends the outbox: in order within a chat, chats side by side. A wait that Telegram asks for holds that chat only. */
export type Sender = {
  /** Something was queued for this chat. */
  wake(chatId: number): void
  resume(): Promise<void>
  /** Sends nothing more. What is on its way has `graceMs` to get there; the rest goes out at the next start. */
  stop(graceMs: number): Promise<void>
  idle(): Promise<void>
}

export type SenderDeps = SendRowDeps & {
  log: Log
  /** Strangers wait in a line of their own: a thousand refusals must not hold up an answer to an owner. */
  isHome: (chatId: number) => boolean
}

/** What the lanes share. `sent` holds ids that Telegram gave and the database has not taken yet: those are not sent again. */
type Work = SenderDeps & { stopping: AbortSignal; hangUp: AbortSignal; sent: Map<number, number[]> }

const GUESTS_AT_ONCE = 2
const MAX_WAIT_MS = 60_000
const FIRST_WAIT_MS = 1_000
/** Clocks are corrected by less all the time. */
const CLOCK_SLACK_MS = 1_000
/** An error that is neither Telegram's nor the network's is a fault of ours or of the database. */
const MAX_OWN_FAULTS = 5

export function createSender(deps: SenderDeps): Sender {
  const active = new Map<number, Promise<void>>()
  const timers = new Map<number, NodeJS.Timeout>()
  const again = new Set<number>()
  const guests = new PQueue({ concurrency: GUESTS_AT_ONCE })
  const stopping = new AbortController()
  const hangUp = new AbortController()
  const work: Work = { ...deps, stopping: stopping.signal, hangUp: hangUp.signal, sent: new Map() }

  const wake = (chatId: number) => {
    if (stopping.signal.aborted) return
    if (active.has(chatId)) {
      again.add(chatId)
      return
    }
    clearTimeout(timers.get(chatId))
    timers.delete(chatId)
    active.set(chatId, deps.isHome(chatId) ? drain(chatId) : guests.add(() => drain(chatId)))
  }

  const drain = async (chatId: number) => {
    const waitMs = await drainChat(work, chatId, () => again.delete(chatId))
    active.delete(chatId)
    if (stopping.signal.aborted) return
    if (again.delete(chatId)) wake(chatId)
    else if (waitMs !== null) timers.set(chatId, setTimeout(wake, Math.min(waitMs, MAX_WAIT_MS), chatId).unref())
  }

  return {
    wake,
    resume: async () => {
      for (const chatId of await findWaitingChats(deps.db.pool)) wake(chatId)
    },
    stop: async (graceMs) => {
      stopping.abort()
      for (const timer of timers.values()) clearTimeout(timer)
      const timer = setTimeout(() => hangUp.abort(), graceMs)
      await Promise.all(active.values())
      clearTimeout(timer)
    },
    idle: async () => {
      while (active.size > 0) await Promise.all(active.values())
    },
  }
}

/** Sends what the chat has. Returns when to look again, in milliseconds, or null when all is sent. Never rejects. */
async function drainChat(work: Work, chatId: number, onLook: () => void): Promise<number | null> {
  try {
    while (!work.stopping.aborted) {
      onLook()
      const waitMs = await sendNext(work, chatId)
      if (waitMs !== 0) return waitMs
    }
    return null
  } catch (err) {
    work.log.error({ err, chatId }, 'outbox could not be worked')
    return FIRST_WAIT_MS
  }
}

/** Sends the chat's oldest message. Returns how long to wait before the next look, 0 for at once, null when there is none. */
async function sendNext(work: Work, chatId: number): Promise<number | null> {
  const { pool } = work.db
  const row = await findNextMessage(pool, chatId)
  if (!row) return null
  const dueInMs = findRest(row, work.clock.now())
  if (dueInMs > 0) return dueInMs
  if (row.content.kind === 'edit' && (await isOvertaken(pool, row))) {
    await markDropped(pool, row.id)
    return 0
  }
  const known = work.sent.get(row.id)
  if (!known) {
    if (!(await markSending(pool, row.id))) return 0
    try {
      work.sent.set(row.id, await sendRow(work, row, work.hangUp))
    } catch (err) {
      return settleFailure(work, row, err)
    }
  }
  await markSent(pool, row.id, work.sent.get(row.id) ?? [])
  work.sent.delete(row.id)
  return 0
}

/** What is left of a wait. More left than it ever was means that the clock was put back: nobody knows, so it counts as over. */
function findRest({ notBefore, waitMs }: OutboxRow, now: Date): number {
  const restMs = notBefore ? notBefore.getTime() - now.getTime() : 0
  return waitMs !== null && restMs > waitMs + CLOCK_SLACK_MS ? 0 : restMs
}

async function settleFailure(work: Work, row: OutboxRow, err: unknown): Promise<number | null> {
  const { pool } = work.db
  const log = work.log.child({ outboxId: row.id, chatId: row.chatId, kind: row.content.kind })
  // Ended by the shutdown: it stays marked as under way, and the next start sends it at once.
  if (work.hangUp.aborted) return null
  if (err instanceof GrammyError && /message is not modified/i.test(err.description)) {
    await markSent(pool, row.id, (await findTargets(work, row)).slice(-1))
    return 0
  }
  const waitMs = waitFor(err, row.attempts)
  if (waitMs === null) return giveUp(work, row, err, log)
  await postpone(pool, row.id, { now: work.clock.now(), waitMs }, reasonOf(err))
  if (isForeign(err)) log.info({ waitMs }, 'message postponed')
  else log.error({ err, waitMs }, 'message could not be sent')
  return waitMs
}

async function giveUp(work: Work, row: OutboxRow, err: unknown, log: Log): Promise<number> {
  const { pool } = work.db
  await voidButtons(pool, { outboxId: row.id, chatId: row.chatId, ref: null }, [])
  const files = row.content.kind === 'album' ? row.content.as : row.content.kind === 'document' ? 'document' : null
  if (files !== null && !isUnreachable(err)) {
    const { html } = albumFailedText(files, reasonOf(err))
    await queueMessage(pool, {
      chatId: row.chatId,
      content: { kind: 'text', html },
      dedupeKey: `album-failed:${row.id}`,
    })
  }
  await markFailed(pool, row.id, reasonOf(err))
  log.warn({ err, ...movedTo(err) }, 'message refused by Telegram')
  return 0
}

/** Milliseconds until the next try; null when trying again cannot help. */
function waitFor(err: unknown, attempts: number): number | null {
  const backOff = Math.min(FIRST_WAIT_MS * 2 ** attempts, MAX_WAIT_MS)
  if (err instanceof GrammyError) {
    if (err.error_code === 429) return (err.parameters.retry_after ?? 1) * 1000
    // 401 and 404 are about the token or the address of the server, not about this message.
    return err.error_code >= 500 || err.error_code === 401 || err.error_code === 404 ? backOff : null
  }
  if (err instanceof HttpError) return backOff
  return isFileError(err) || isChangedFile(err) || attempts >= MAX_OWN_FAULTS ? null : backOff
}

function isForeign(err: unknown): boolean {
  return err instanceof GrammyError || err instanceof HttpError
}

function isFileError(err: unknown): boolean {
  const code = err instanceof Error && 'code' in err ? String(err.code) : ''
  return ['ENOENT', 'EACCES', 'EPERM', 'EISDIR', 'ENOTDIR'].includes(code)
}

/** It was approved and is something else by now: trying again would send it. */
function isChangedFile(err: unknown): boolean {
  return err instanceof Failure && err.code === 'conflict'
}

function isUnreachable(err: unknown): boolean {
  return err instanceof GrammyError && (err.error_code === 403 || /chat not found/i.test(err.description))
}

/** A group that became a supergroup has a new id, which the configuration needs. */
function movedTo(err: unknown): { movedTo?: number } {
  const id = err instanceof GrammyError ? err.parameters.migrate_to_chat_id : undefined
  return id === undefined ? {} : { movedTo: id }
}

function reasonOf(err: unknown): string {
  if (err instanceof GrammyError) return err.description
  return err instanceof Error ? err.message : String(err)
}
