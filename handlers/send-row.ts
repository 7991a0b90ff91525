import { access, constants, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { type Bot, type Context, GrammyError, InputFile, InputMediaBuilder } from 'grammy'
import type { Clock } from '../src/clock.ts'
import { type InlineButton, storeButtons, voidButtons } from '../src/messaging/buttons.ts'
import { findSentIds, type OutboxRow } from '../src/messaging/outbox.ts'
import type { Database } from '../src/transaction.ts'
import { findApproved } from './approved-files.ts'
import { type Deadlines, uploadDeadlineMs } from './deadlines.ts'
import { splitHtml } from './views/split.ts'

/** One message of the outbox to Telegram. */

export type SendRowDeps = {
  db: Pick<Database, 'pool'>
  clock: Clock
  api: Bot<Context>['api']
  deadlines: Deadlines
}

type Content<Kind> = Extract<OutboxRow['content'], { kind: Kind }>
type Signal = Parameters<SendRowDeps['api']['sendMessage']>[3]
type Markup = { reply_markup?: { inline_keyboard: InlineButton[][] } }

const TEXT_OPTIONS = { parse_mode: 'HTML', link_preview_options: { is_disabled: true } } as const

/**
 * Sends it and gives its ids in Telegram. Once it is there, the buttons of its earlier sendings die: not before, or a card
 * that Telegram makes us wait with would stand there with dead buttons.
 */
export async function sendRow(deps: SendRowDeps, row: OutboxRow, signal: AbortSignal): Promise<number[]> {
  const given = signal as Signal
  switch (row.content.kind) {
    case 'text':
      return withButtons(deps, row, row.content, (markup) =>
        sendText(deps, row, row.content as Content<'text'>, markup, given),
      )
    case 'edit':
      return withButtons(deps, row, row.content, (markup) =>
        edit(deps, row, row.content as Content<'edit'>, markup, given),
      )
    case 'album':
      return sendAlbum(deps, row, row.content, signal)
    case 'document':
      return sendDocument(deps, row, row.content, signal)
    case 'delete': {
      const ids = await findTargets(deps, row)
      if (ids.length > 0) await deps.api.deleteMessages(row.chatId, ids, given)
      return []
    }
  }
}

/** The messages that an edit or a deletion is for. */
export async function findTargets(deps: Pick<SendRowDeps, 'db'>, row: OutboxRow): Promise<number[]> {
  return row.ref === null ? [] : findSentIds(deps.db.pool, row.chatId, row.ref)
}

/** New buttons for each sending: of two copies of a card, made by a lost answer, only the later one stays alive. */
async function withButtons(
  deps: SendRowDeps,
  row: OutboxRow,
  content: Content<'text' | 'edit'>,
  send: (markup: Markup) => Promise<number[]>,
): Promise<number[]> {
  const { pool } = deps.db
  const message = { outboxId: row.id, chatId: row.chatId, ref: row.ref }
  const given = content.keyboard ?? []
  const made = given.length > 0 ? await storeButtons(pool, { ...message, keyboard: given }, deps.clock.now()) : null
  const ids = await send(made ? { reply_markup: { inline_keyboard: made.keyboard } } : {})
  if (row.ref !== null || row.attempts > 0) await voidButtons(pool, message, made?.ids ?? [])
  return ids
}

async function sendText(
  { api }: SendRowDeps,
  row: OutboxRow,
  content: Pick<Content<'text'>, 'html' | 'silent'>,
  markup: Markup,
  signal: Signal,
): Promise<number[]> {
  const parts = splitHtml(content.html)
  const ids: number[] = []
  for (const [index, part] of parts.entries()) {
    const quiet = content.silent ? { disable_notification: true } : {}
    const options = { ...TEXT_OPTIONS, ...quiet, ...(index === parts.length - 1 ? markup : {}) }
    ids.push((await api.sendMessage(row.chatId, part, options, signal)).message_id)
  }
  return ids
}

async function edit(
  deps: SendRowDeps,
  row: OutboxRow,
  content: Content<'edit'>,
  markup: Markup,
  signal: Signal,
): Promise<number[]> {
  // Of a text in several messages the last one has the buttons.
  const messageId = (await findTargets(deps, row)).at(-1)
  const [html = '', ...rest] = splitHtml(content.html)
  try {
    if (messageId !== undefined) {
      const shown = rest.length > 0 ? `${html}…` : html
      await deps.api.editMessageText(row.chatId, messageId, shown, { ...TEXT_OPTIONS, ...markup }, signal)
      return [messageId]
    }
  } catch (err) {
    const gone = err instanceof GrammyError && /message to edit not found|can't be edited/i.test(err.description)
    if (!gone) throw err
  }
  return content.orSend ? sendText(deps, row, content, markup, signal) : []
}

async function sendAlbum(
  deps: SendRowDeps,
  row: OutboxRow,
  content: Content<'album'>,
  signal: AbortSignal,
): Promise<number[]> {
  const paths = content.approved ? await findApproved(content.files, content.approved) : content.files
  const bytes = await measure(paths)
  const files = paths.map((path, index) => new InputFile(path, basename(content.files[index] ?? path)))
  const media =
    content.as === 'photo'
      ? files.map((file) => InputMediaBuilder.photo(file))
      : files.map((file) => InputMediaBuilder.document(file))
  const deadline = AbortSignal.timeout(uploadDeadlineMs(deps.deadlines, bytes))
  const both = AbortSignal.any([signal, deadline])
  const [only] = files
  if (files.length === 1 && only) {
    const one =
      content.as === 'photo'
        ? await deps.api.sendPhoto(row.chatId, only, {}, both as Signal)
        : await deps.api.sendDocument(row.chatId, only, {}, both as Signal)
    return [one.message_id]
  }
  const sent = await deps.api.sendMediaGroup(row.chatId, media, {}, both as Signal)
  return sent.map((message) => message.message_id)
}

async function sendDocument(
  deps: SendRowDeps,
  row: OutboxRow,
  content: Content<'document'>,
  signal: AbortSignal,
): Promise<number[]> {
  const bytes = Buffer.from(content.text)
  const deadline = AbortSignal.timeout(uploadDeadlineMs(deps.deadlines, bytes.length))
  const both = AbortSignal.any([signal, deadline])
  const file = new InputFile(bytes, content.name)
  const options = { caption: content.captionHtml, parse_mode: 'HTML' as const }
  const sent = await deps.api.sendDocument(row.chatId, file, options, both as Signal)
  return [sent.message_id]
}

/** A file that cannot be read must be an error of ours: inside the upload it would look like a lost connection. */
async function measure(files: readonly string[]): Promise<number> {
  const sizes = files.map(async (file) => {
    await access(file, constants.R_OK)
    const found = await stat(file)
    if (!found.isFile()) throw Object.assign(new Error(`${basename(file)} is not a file`), { code: 'EISDIR' })
    return found.size
  })
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}
