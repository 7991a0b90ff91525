import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { type Bot, type Context, GrammyError, HttpError, InputFile, InputMediaBuilder } from 'grammy'
import type { Clock } from '../src/clock.ts'
import type { Log } from '../src/log.ts'
import { type InlineButton, storeButtons, voidButtons } from '../src/messaging/buttons.ts'
import {
  findNextMessage,
  findSentIds,
  findWaitingChats,
  isOvertaken,
  markDropped,
  markFailed,
  markSending,
  markSent,
  type OutboxRow,
  postpone,
} from '../src/messaging/outbox.ts'
import type { Database } from '../src/transaction.ts'

/** Sends the outbox: in order within a chat, chats side by side. A wait that Telegram asks for holds that chat only. */
export type Sender = {
  /** Something was queued for this chat. */
  wake(chatId: number): void
  resume(): Promise<void>
  stop(): Promise<void>
  idle(): Promise<void>
}

export type SenderDeps = { db: Pick<Database, 'pool'>; log: Log; clock: Clock; api: Bot<Context>['api'] }

const MAX_WAIT_MS = 60_000
const FIRST_WAIT_MS = 1_000

export function createSender(deps: SenderDeps): Sender {
  const active = new Map<number, Promise<void>>()
  const timers = new Map<number, NodeJS.Timeout>()
  const again = new Set<number>()
  let stopped = false

  const wake = (chatId: number) => {
    if (stopped) return
    if (active.has(chatId)) {
      again.add(chatId)
      return
    }
    active.set(chatId, drain(chatId))
  }

  const drain = async (chatId: number) => {
    try {
      clearTimeout(timers.get(chatId))
      while (!stopped) {
        again.delete(chatId)
        const waitMs = await sendNext(deps, chatId)
        if (waitMs === 'empty') break
        if (waitMs > 0) {
          timers.set(chatId, setTimeout(() => wake(chatId), waitMs).unref())
          break
        }
      }
    } catch (err) {
      deps.log.error({ err, chatId }, 'outbox could not be worked')
      timers.set(chatId, setTimeout(() => wake(chatId), FIRST_WAIT_MS).unref())
    } finally {
      active.delete(chatId)
      if (again.delete(chatId)) wake(chatId)
    }
  }

  return {
    wake,
    resume: async () => {
      for (const chatId of await findWaitingChats(deps.db.pool)) wake(chatId)
    },
    stop: async () => {
      stopped = true
      for (const timer of timers.values()) clearTimeout(timer)
      await Promise.allSettled(active.values())
    },
    idle: async () => {
      while (active.size > 0) await Promise.allSettled(active.values())
    },
  }
}

/** Sends the chat's oldest message. Returns how long to wait before the next look, 0 for at once. */
async function sendNext(deps: SenderDeps, chatId: number): Promise<number | 'empty'> {
  const { pool } = deps.db
  const row = await findNextMessage(pool, chatId)
  if (!row) return 'empty'
  const dueInMs = row.notBefore ? row.notBefore.getTime() - deps.clock.now().getTime() : 0
  if (dueInMs > 0) return dueInMs
  if (row.content.kind === 'edit' && (await isOvertaken(pool, row))) {
    await markDropped(pool, row.id)
    return 0
  }
  await markSending(pool, row.id)
  try {
    const messageIds = await perform(deps, row)
    await markSent(pool, row.id, messageIds)
    return 0
  } catch (err) {
    return settleFailure(deps, row, err)
  }
}

async function settleFailure(deps: SenderDeps, row: OutboxRow, err: unknown): Promise<number> {
  const { pool } = deps.db
  const log = deps.log.child({ outboxId: row.id, chatId: row.chatId, kind: row.content.kind })
  if (err instanceof GrammyError && /message is not modified/i.test(err.description)) {
    await markSent(pool, row.id, await targetIds(deps, row))
    return 0
  }
  const waitMs = waitFor(err, row.attempts)
  if (waitMs === null) {
    await markFailed(pool, row.id, err instanceof Error ? err.message : String(err))
    await voidButtons(pool, { outboxId: row.id, chatId: row.chatId, ref: null })
    log.warn({ err }, 'message refused by Telegram')
    return 0
  }
  await postpone(
    pool,
    row.id,
    new Date(deps.clock.now().getTime() + waitMs),
    err instanceof Error ? err.message : String(err),
  )
  log.info({ waitMs }, 'message postponed')
  return waitMs
}

/** Milliseconds until the next try; null when trying again cannot help. */
function waitFor(err: unknown, attempts: number): number | null {
  const backOff = Math.min(FIRST_WAIT_MS * 2 ** attempts, MAX_WAIT_MS)
  if (err instanceof GrammyError) {
    if (err.error_code === 429) return (err.parameters.retry_after ?? 1) * 1000
    return err.error_code >= 500 || err.error_code === 401 ? backOff : null
  }
  return err instanceof HttpError ? backOff : null
}

async function perform(deps: SenderDeps, row: OutboxRow): Promise<number[]> {
  const { api } = deps
  const { content, chatId } = row
  switch (content.kind) {
    case 'text': {
      const sent = await api.sendMessage(chatId, content.html, { ...TEXT_OPTIONS, ...(await keyboardOf(deps, row)) })
      return [sent.message_id]
    }
    case 'album': {
      // A missing file must be an error of ours: inside the upload it would look like a lost connection.
      await Promise.all(content.files.map((file) => stat(file)))
      const files = content.files.map((file) => new InputFile(file, basename(file)))
      const media =
        content.as === 'photo'
          ? files.map((file) => InputMediaBuilder.photo(file))
          : files.map((file) => InputMediaBuilder.document(file))
      return (await api.sendMediaGroup(chatId, media)).map((message) => message.message_id)
    }
    case 'edit':
      return editMessage(deps, row, content)
    case 'delete': {
      const ids = await targetIds(deps, row)
      if (ids.length > 0) await api.deleteMessages(chatId, ids)
      return []
    }
  }
}

const TEXT_OPTIONS = { parse_mode: 'HTML', link_preview_options: { is_disabled: true } } as const

async function editMessage(
  deps: SenderDeps,
  row: OutboxRow,
  content: Extract<OutboxRow['content'], { kind: 'edit' }>,
): Promise<number[]> {
  const [messageId] = await targetIds(deps, row)
  const options = { ...TEXT_OPTIONS, ...(await keyboardOf(deps, row)) }
  try {
    if (messageId !== undefined) {
      await deps.api.editMessageText(row.chatId, messageId, content.html, options)
      return [messageId]
    }
  } catch (err) {
    const gone = err instanceof GrammyError && /not found|can't be edited/i.test(err.description)
    if (!gone) throw err
  }
  if (!content.orSend) return []
  return [(await deps.api.sendMessage(row.chatId, content.html, options)).message_id]
}

function targetIds(deps: SenderDeps, row: OutboxRow): Promise<number[]> {
  return row.ref === null ? Promise.resolve([]) : findSentIds(deps.db.pool, row.chatId, row.ref)
}

/** New buttons for each sending: of two copies of a card, made by a lost answer, only the later one is alive. */
async function keyboardOf(
  deps: SenderDeps,
  row: OutboxRow,
): Promise<{ reply_markup?: { inline_keyboard: InlineButton[][] } }> {
  const { content } = row
  if (content.kind !== 'text' && content.kind !== 'edit') return {}
  const message = { outboxId: row.id, chatId: row.chatId, ref: row.ref }
  if (!content.keyboard || content.keyboard.length === 0) {
    if (content.kind === 'edit') await voidButtons(deps.db.pool, message)
    return {}
  }
  const inlineKeyboard = await storeButtons(deps.db.pool, { ...message, keyboard: content.keyboard }, deps.clock.now())
  return { reply_markup: { inline_keyboard: inlineKeyboard } }
}
