import type { MessageEntity } from 'grammy/types'
import { badRequest } from './api-error.ts'

/** Telegram's HTML dialect: text in, plain text and entities out (offsets in UTF-16 units), and back. */

export type FormattedText = { text: string; entities: MessageEntity[] }

type OpenTag = { name: string; start: number; attributes: Record<string, string> }

const SIMPLE_TAGS: Record<string, MessageEntity['type']> = {
  b: 'bold',
  strong: 'bold',
  i: 'italic',
  em: 'italic',
  u: 'underline',
  ins: 'underline',
  s: 'strikethrough',
  strike: 'strikethrough',
  del: 'strikethrough',
  'tg-spoiler': 'spoiler',
  span: 'spoiler',
  code: 'code',
}
const ALLOWED_TAGS = new Set([...Object.keys(SIMPLE_TAGS), 'a', 'pre', 'blockquote', 'tg-emoji'])
const NAMED_REFERENCES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"' }

export function parseHtml(source: string): FormattedText {
  const open: OpenTag[] = []
  const entities: MessageEntity[] = []
  let text = ''
  let at = 0
  while (at < source.length) {
    const char = source[at]
    if (char === '&') {
      const reference = readReference(source, at)
      text += reference.text
      at = reference.next
    } else if (char === '<' && source[at + 1] === '/') {
      at = closeTag(source, at, open, entities, text)
    } else if (char === '<') {
      const tag = readStartTag(source, at)
      open.push({ name: tag.name, start: text.length, attributes: tag.attributes })
      at = tag.next
    } else {
      const next = source.slice(at).search(/[<&]/)
      const end = next === -1 ? source.length : at + next
      text += source.slice(at, end)
      at = end
    }
  }
  const unclosed = open.at(-1)
  if (unclosed) throw parseError(`Can't find end tag corresponding to start tag "${unclosed.name}"`)
  return { text, entities: dropNestedInCode(entities) }
}

function parseError(reason: string) {
  return badRequest(`can't parse entities: ${reason}`)
}

function byteOffset(source: string, at: number): number {
  return Buffer.byteLength(source.slice(0, at))
}

function readReference(source: string, at: number): { text: string; next: number } {
  const found = /^&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(lt|gt|amp|quot));?/i.exec(source.slice(at, at + 12))
  if (!found) return { text: '&', next: at + 1 }
  const [whole, decimal, hex, name] = found
  const next = at + whole.length
  if (name !== undefined) return { text: NAMED_REFERENCES[name.toLowerCase()] ?? '&', next }
  const code = decimal === undefined ? Number.parseInt(hex ?? '0', 16) : Number(decimal)
  return code > 0 && code <= 0x10ffff ? { text: String.fromCodePoint(code), next } : { text: whole, next }
}

const ATTRIBUTE = /([a-z-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/gi
const WHOLE_TAG = /^<[^\s>]*(?:\s+[a-z-]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+))?)*\s*>/i

function readStartTag(source: string, at: number) {
  const rest = source.slice(at)
  const offset = byteOffset(source, at)
  const head = /^<[^\s>]*/.exec(rest)?.[0] ?? '<'
  if (head.length === rest.length) throw parseError(`Unclosed start tag at byte offset ${offset}`)
  const name = head.slice(1).toLowerCase()
  if (!ALLOWED_TAGS.has(name)) throw parseError(`Unsupported start tag "${name}" at byte offset ${offset}`)
  const whole = WHOLE_TAG.exec(rest)?.[0]
  if (whole === undefined) throw parseError(`Unclosed start tag at byte offset ${offset}`)
  const attributes: Record<string, string> = {}
  for (const [, key = '', double, single, bare] of whole.slice(head.length).matchAll(ATTRIBUTE)) {
    attributes[key.toLowerCase()] = decode(double ?? single ?? bare ?? '')
  }
  if (name === 'span' && attributes.class !== 'tg-spoiler') {
    throw parseError(`Tag "span" must have class "tg-spoiler" at byte offset ${offset}`)
  }
  return { name, attributes, next: at + whole.length }
}

function decode(value: string): string {
  return value.replace(/&(?:lt|gt|amp|quot|#\d{1,7}|#x[0-9a-f]{1,6});?/gi, (whole) => readReference(whole, 0).text)
}

/** Returns where to go on reading. */
function closeTag(source: string, at: number, open: OpenTag[], entities: MessageEntity[], text: string): number {
  const offset = byteOffset(source, at)
  const end = source.indexOf('>', at)
  if (end === -1) throw parseError(`Unclosed end tag at byte offset ${offset}`)
  const name = source
    .slice(at + 2, end)
    .trim()
    .toLowerCase()
  const tag = open.pop()
  if (!tag) throw parseError(`Unexpected end tag at byte offset ${offset}`)
  if (name !== '' && name !== tag.name) {
    throw parseError(`Unmatched end tag at byte offset ${offset}, expected "</${tag.name}>", found "</${name}>"`)
  }
  const entity = toEntity(tag, text, open)
  if (entity) entities.push(entity)
  return end + 1
}

function toEntity(tag: OpenTag, text: string, open: OpenTag[]): MessageEntity | undefined {
  const offset = tag.start
  const length = text.length - offset
  if (length === 0) return undefined
  const simple = SIMPLE_TAGS[tag.name]
  if (tag.name === 'code' && open.at(-1)?.name === 'pre' && tag.attributes.class?.startsWith('language-')) {
    const pre = open.at(-1)
    if (pre) pre.attributes.language = tag.attributes.class.slice('language-'.length)
    return undefined
  }
  if (tag.name === 'a') return linkEntity(tag.attributes.href ?? text.slice(offset), offset, length)
  if (tag.name === 'pre') {
    const language = tag.attributes.language
    return language ? { type: 'pre', offset, length, language } : { type: 'pre', offset, length }
  }
  if (tag.name === 'blockquote') {
    return { type: 'expandable' in tag.attributes ? 'expandable_blockquote' : 'blockquote', offset, length }
  }
  if (tag.name === 'tg-emoji') {
    return { type: 'custom_emoji', offset, length, custom_emoji_id: tag.attributes['emoji-id'] ?? '' }
  }
  return simple === undefined ? undefined : ({ type: simple, offset, length } as MessageEntity)
}

/** A link that is no link is dropped without a word, as Telegram does; its text stays. */
function linkEntity(href: string, offset: number, length: number): MessageEntity | undefined {
  const url = URL.parse(href.includes(':') ? href : `http://${href}`)
  if (!url || !['http:', 'https:', 'tg:', 'mailto:', 'tel:'].includes(url.protocol)) return undefined
  return { type: 'text_link', offset, length, url: url.href }
}

/** Code has no other formatting inside it. */
function dropNestedInCode(entities: MessageEntity[]): MessageEntity[] {
  const code = entities.filter((entity) => entity.type === 'code' || entity.type === 'pre')
  const kept = entities.filter(
    (entity) => code.includes(entity) || !code.some((outer) => contains(outer, entity) && outer !== entity),
  )
  return sortEntities(kept)
}

function contains(outer: MessageEntity, inner: MessageEntity): boolean {
  return outer.offset <= inner.offset && outer.offset + outer.length >= inner.offset + inner.length
}

export function sortEntities(entities: MessageEntity[]): MessageEntity[] {
  return [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length)
}

/** Cuts white space at both ends, with the entities moved along; empty ones go. */
export function trimFormatted({ text, entities }: FormattedText): FormattedText {
  const cut = text.length - text.trimStart().length
  const trimmed = text.trim()
  const moved = entities.flatMap((entity) => {
    const start = Math.max(0, entity.offset - cut)
    const end = Math.min(trimmed.length, entity.offset + entity.length - cut)
    return end > start ? [{ ...entity, offset: start, length: end - start }] : []
  })
  return { text: trimmed, entities: moved }
}
