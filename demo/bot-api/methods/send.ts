import { badRequest } from '../api-error.ts'
import type { Chat, NewMessage } from '../chats.ts'
import { findUpload } from '../files.ts'
import { format, MAX_CAPTION_CHARS, MAX_TEXT_CHARS, readFormatted, renderHtml } from '../format.ts'
import type { FormattedText } from '../html.ts'
import { readKeyboard } from '../keyboard.ts'
import { isRecord, type Params, readFlag, readInteger, readJson, readText } from '../params.ts'
import type { ChatMessage } from '../types.ts'
import { wireMessage } from '../wire.ts'
import type { World } from '../world.ts'

const MIN_ALBUM_ITEMS = 2
const MAX_ALBUM_ITEMS = 10

const CHAT_ACTIONS = new Set([
  'typing',
  'upload_photo',
  'record_video',
  'upload_video',
  'record_voice',
  'upload_voice',
  'upload_document',
  'choose_sticker',
  'find_location',
  'record_video_note',
  'upload_video_note',
])

export function sendMessage(world: World, params: Params) {
  const chat = world.chats.reachable(readInteger(params, 'chat_id'))
  const words = readFormatted(params, { text: 'text', entities: 'entities' })
  if (words.text === '') throw badRequest('message text is empty')
  if (words.text.length > MAX_TEXT_CHARS) throw badRequest('message is too long')
  return post(world, chat, params, words, {})
}

export async function sendPhoto(world: World, params: Params) {
  const chat = world.chats.reachable(readInteger(params, 'chat_id'))
  const caption = readCaption(params)
  const source = findUpload(params, params.values.photo, 'photo')
  const photo = typeof source === 'string' ? world.files.photoAgain(source) : await world.files.keepPhoto(source)
  return post(world, chat, params, caption, { photos: [photo] })
}

export function sendDocument(world: World, params: Params) {
  const chat = world.chats.reachable(readInteger(params, 'chat_id'))
  const caption = readCaption(params)
  const source = findUpload(params, params.values.document, 'document')
  const document = typeof source === 'string' ? world.files.documentAgain(source) : world.files.keepDocument(source)
  return post(world, chat, params, caption, { documents: [document] })
}

export function sendChatAction(world: World, params: Params) {
  const chat = world.chats.reachable(readInteger(params, 'chat_id'))
  const action = readText(params, 'action')
  if (!CHAT_ACTIONS.has(action)) throw badRequest('wrong parameter action in request')
  world.emit({ kind: 'action', chatId: chat.id, action })
  return true
}

/** All items are checked before the first one is shown: an album comes whole or not at all. */
export async function sendMediaGroup(world: World, params: Params) {
  const chat = world.chats.reachable(readInteger(params, 'chat_id'))
  // The real service has no such parameter and drops the buttons in silence; here the mistake is loud.
  if (readJson(params, 'reply_markup') !== undefined) throw badRequest('albums take no reply_markup')
  const media = readJson(params, 'media')
  if (!Array.isArray(media)) throw badRequest('expected an Array of InputMedia')
  if (media.length < MIN_ALBUM_ITEMS) throw badRequest('there must be at least 2 items in an album')
  if (media.length > MAX_ALBUM_ITEMS) throw badRequest('too many messages to send as an album')
  checkAlbumKinds(media)
  const replyTo = readReplyTo(chat, params)
  const items: NewMessage[] = []
  for (const [index, item] of media.entries()) items.push(await readAlbumItem(world, params, item, index))
  world.limiter.admit(chat.id, items.length)
  const mediaGroupId = `${Date.now()}${String(chat.nextId).padStart(6, '0')}`
  const posted = items.map((item) => world.chats.add(chat, { ...item, ...replyTo, mediaGroupId }))
  for (const message of posted) world.emit({ kind: 'message', message })
  return posted.map((message) => wireMessage(world, chat, message))
}

function checkAlbumKinds(media: unknown[]): void {
  const kinds = new Set(media.map((item) => (isRecord(item) ? String(item.type) : 'unknown')))
  const unknown = [...kinds].find((kind) => kind !== 'photo' && kind !== 'document')
  if (unknown !== undefined)
    throw badRequest(`can't parse InputMedia: type "${unknown}" can't be used in an album here`)
  if (kinds.size > 1) throw badRequest("document can't be mixed with other media types")
}

async function readAlbumItem(world: World, params: Params, item: unknown, index: number): Promise<NewMessage> {
  try {
    return { from: 'bot', ...(await readMedia(world, params, item)) }
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^Bad Request: /, '') : String(error)
    throw badRequest(`failed to send message #${index + 1} with the error message "${reason}"`)
  }
}

/** One InputMedia object: its file and its caption. */
export async function readMedia(world: World, params: Params, item: unknown) {
  if (!isRecord(item)) throw badRequest("can't parse InputMedia: InputMedia must be an Object")
  const source = findUpload(params, item.media, 'media')
  const isAgain = typeof source === 'string'
  const caption = format(String(item.caption ?? ''), String(item.parse_mode ?? ''), item.caption_entities)
  checkCaption(caption)
  const words = { ...caption, html: renderHtml(caption) }
  if (item.type === 'photo') {
    const photo = isAgain ? world.files.photoAgain(source) : await world.files.keepPhoto(source)
    return { ...words, photos: [photo], documents: [] }
  }
  if (item.type !== 'document')
    throw badRequest(`can't parse InputMedia: type "${String(item.type)}" is not known here`)
  const document = isAgain ? world.files.documentAgain(source) : world.files.keepDocument(source)
  return { ...words, photos: [], documents: [document] }
}

function readCaption(params: Params): FormattedText {
  const caption = readFormatted(params, { text: 'caption', entities: 'caption_entities' })
  checkCaption(caption)
  return caption
}

export function checkCaption(caption: FormattedText): void {
  if (caption.text.length > MAX_CAPTION_CHARS) throw badRequest('message caption is too long')
}

function post(
  world: World,
  chat: Chat,
  params: Params,
  words: FormattedText,
  media: Partial<Pick<ChatMessage, 'photos' | 'documents'>>,
) {
  const keyboard = readKeyboard(params) ?? []
  const replyTo = readReplyTo(chat, params)
  world.limiter.admit(chat.id, 1)
  const fresh: NewMessage = { from: 'bot', ...words, html: renderHtml(words), keyboard, ...media, ...replyTo }
  const message = world.chats.add(chat, fresh)
  world.emit({ kind: 'message', message })
  return wireMessage(world, chat, message)
}

function readReplyTo(chat: Chat, params: Params): { replyTo?: number } {
  const given = readJson(params, 'reply_parameters')
  const wanted = isRecord(given) ? Number(given.message_id) : readInteger(params, 'reply_to_message_id')
  if (wanted === undefined) return {}
  if (chat.byId.get(wanted)?.deleted === false) return { replyTo: wanted }
  const isOptional = isRecord(given)
    ? given.allow_sending_without_reply
    : readFlag(params, 'allow_sending_without_reply')
  if (isOptional === true) return {}
  throw badRequest('message to be replied not found')
}
