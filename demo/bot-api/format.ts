import type { MessageEntity } from 'grammy/types'
import { badRequest } from './api-error.ts'
import { type FormattedText, parseHtml, sortEntities, trimFormatted } from './html.ts'
import { isRecord, type Params, readJson, readText } from './params.ts'

export const MAX_TEXT_CHARS = 4096
export const MAX_CAPTION_CHARS = 1024

/** Text and formatting of a call: `parse_mode`, or ready entities, then what clients detect by themselves (links, commands). */
export function readFormatted(
  params: Params,
  fields: { text: string; entities: string; parseMode?: string },
): FormattedText {
  const source = checkUnicode(readText(params, fields.text))
  const mode = readText(params, fields.parseMode ?? 'parse_mode')
  return format(source, mode, readJson(params, fields.entities))
}

export function format(source: string, parseMode: string, given: unknown): FormattedText {
  const parsed = parseBy(parseMode, source, given)
  const { text, entities } = trimFormatted(parsed)
  return { text, entities: sortEntities([...entities, ...detectEntities(text, entities)]) }
}

function parseBy(parseMode: string, source: string, given: unknown): FormattedText {
  const mode = parseMode.toLowerCase()
  if (mode === 'html') return parseHtml(source)
  // Markdown exists in the real service; nothing here uses it, and guessing at it would hide mistakes.
  if (mode !== '') throw badRequest('unsupported parse_mode')
  return { text: source, entities: readGivenEntities(given, source.length) }
}

function readGivenEntities(given: unknown, length: number): MessageEntity[] {
  if (!Array.isArray(given)) return []
  return given.filter((entity): entity is MessageEntity => {
    if (!isRecord(entity) || typeof entity.type !== 'string') throw badRequest("can't parse MessageEntity")
    const { offset, length: size } = entity
    if (typeof offset !== 'number' || typeof size !== 'number') throw badRequest("can't parse MessageEntity")
    if (offset < 0 || size <= 0 || offset + size > length) throw badRequest('entity offset or length is out of range')
    return true
  })
}

function checkUnicode(text: string): string {
  if (!text.isWellFormed()) throw badRequest('strings must be encoded in UTF-8')
  return text
}

const DETECTORS: { type: MessageEntity['type']; pattern: RegExp }[] = [
  { type: 'url', pattern: /https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]}…]/giu },
  { type: 'email', pattern: /[\w.+-]+@[\w-]+\.[\w.-]*\w/gu },
  { type: 'bot_command', pattern: /(?<![\p{L}\p{N}_/])\/[A-Za-z0-9_]{1,32}(?:@\w{3,32})?(?![\p{L}\p{N}_/])/gu },
  { type: 'mention', pattern: /(?<![\p{L}\p{N}_])@[A-Za-z]\w{2,31}(?!\w)/gu },
  { type: 'hashtag', pattern: /(?<![\p{L}\p{N}_#])#[\p{L}\p{N}_]*\p{L}[\p{L}\p{N}_]*/gu },
]

export function detectEntities(text: string, taken: MessageEntity[]): MessageEntity[] {
  const opaque = taken.filter((entity) => ['code', 'pre', 'text_link'].includes(entity.type))
  const found: MessageEntity[] = []
  for (const { type, pattern } of DETECTORS) {
    for (const match of text.matchAll(pattern)) {
      const entity = { type, offset: match.index, length: match[0].length } as MessageEntity
      if (![...opaque, ...found].some((other) => overlaps(other, entity))) found.push(entity)
    }
  }
  return found
}

function overlaps(a: MessageEntity, b: MessageEntity): boolean {
  return a.offset < b.offset + b.length && b.offset < a.offset + a.length
}

const TAG_OF: Partial<Record<MessageEntity['type'], string>> = {
  bold: 'b',
  italic: 'i',
  underline: 'u',
  strikethrough: 's',
  spoiler: 'tg-spoiler',
  code: 'code',
  pre: 'pre',
  blockquote: 'blockquote',
  expandable_blockquote: 'blockquote',
  text_link: 'a',
}

export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

/** Plain text and entities as escaped Telegram HTML; detected entities (links, commands) get no tag. */
export function renderHtml({ text, entities }: FormattedText): string {
  const tagged = sortEntities(entities.filter((entity) => TAG_OF[entity.type] !== undefined))
  return renderRange(text, tagged, 0, text.length)
}

function renderRange(text: string, entities: MessageEntity[], start: number, end: number): string {
  const [first] = entities
  if (!first) return escapeHtml(text.slice(start, end))
  const stop = Math.min(end, first.offset + first.length)
  const inner = entities.slice(1).filter((entity) => entity.offset < stop)
  const after = entities.slice(1).filter((entity) => entity.offset >= stop)
  const body = renderRange(text, inner, first.offset, stop)
  return escapeHtml(text.slice(start, first.offset)) + wrap(first, body) + renderRange(text, after, stop, end)
}

function wrap(entity: MessageEntity, body: string): string {
  const tag = TAG_OF[entity.type] ?? ''
  if (entity.type === 'text_link') return `<a href="${escapeHtml(entity.url)}">${body}</a>`
  if (entity.type === 'pre' && entity.language) {
    return `<pre><code class="language-${escapeHtml(entity.language)}">${body}</code></pre>`
  }
  return `<${tag}${entity.type === 'expandable_blockquote' ? ' expandable' : ''}>${body}</${tag}>`
}
