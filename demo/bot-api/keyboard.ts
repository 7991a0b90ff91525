import { badRequest } from './api-error.ts'
import { isRecord, type Params, readJson } from './params.ts'
import type { KeyboardButton } from './types.ts'

const MAX_BUTTONS = 100
const MAX_BUTTONS_PER_ROW = 8
const MAX_DATA_BYTES = 64
const MAX_COPY_CHARS = 256

/** The inline keyboard of a call, checked; `undefined` when there is none. Other kinds of keyboard are taken and not shown. */
export function readKeyboard(params: Params): KeyboardButton[][] | undefined {
  const markup = readJson(params, 'reply_markup')
  if (markup === undefined) return undefined
  if (!isRecord(markup)) throw badRequest('object expected as reply markup')
  if (!('inline_keyboard' in markup)) return undefined
  const rows = markup.inline_keyboard
  if (!Array.isArray(rows)) throw badRequest('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array')
  const keyboard = rows.map(readRow).filter((row) => row.length > 0)
  if (keyboard.flat().length > MAX_BUTTONS) throw badRequest('REPLY_MARKUP_TOO_LONG')
  return keyboard
}

function readRow(row: unknown): KeyboardButton[] {
  if (!Array.isArray(row))
    throw badRequest('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
  if (row.length > MAX_BUTTONS_PER_ROW) throw badRequest('REPLY_MARKUP_INVALID')
  return row.map(readButton)
}

function readButton(button: unknown): KeyboardButton {
  if (!isRecord(button)) throw badRequest("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
  const { text } = button
  if (typeof text !== 'string' || text.trim() === '') {
    throw badRequest('can\'t parse inline keyboard button: Field "text" must be of type String')
  }
  const style = readStyle(button.style)
  const base = style === undefined ? { text } : { text, style }
  if (button.callback_data !== undefined) return { ...base, callback_data: checkData(button.callback_data) }
  if (button.url !== undefined) return { ...base, url: checkUrl(button.url) }
  if (button.copy_text !== undefined) return { ...base, copy_text: checkCopyText(button.copy_text) }
  throw badRequest("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
}

function checkData(data: unknown): string {
  const size = typeof data === 'string' ? Buffer.byteLength(data) : 0
  if (typeof data !== 'string' || size < 1 || size > MAX_DATA_BYTES) throw badRequest('BUTTON_DATA_INVALID')
  return data
}

function checkUrl(url: unknown): string {
  const parsed = typeof url === 'string' ? URL.parse(url.includes('://') ? url : `http://${url}`) : null
  const isWeb = parsed && (parsed.protocol === 'tg:' || /\.[a-z0-9-]{2,}$/i.test(parsed.hostname))
  if (parsed && isWeb && ['http:', 'https:', 'tg:'].includes(parsed.protocol)) return parsed.href
  throw badRequest(`inline keyboard button URL '${String(url)}' is invalid: Wrong HTTP URL`)
}

function checkCopyText(copy: unknown): string {
  const text = isRecord(copy) ? copy.text : undefined
  if (typeof text !== 'string' || text.length < 1 || text.length > MAX_COPY_CHARS) {
    throw badRequest('BUTTON_COPY_TEXT_INVALID')
  }
  return text
}

function readStyle(style: unknown): KeyboardButton['style'] {
  return style === 'danger' || style === 'success' || style === 'primary' ? style : undefined
}
