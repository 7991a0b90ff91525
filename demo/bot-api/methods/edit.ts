import { badRequest } from '../api-error.ts'
import { type Chat, findLive } from '../chats.ts'
import { MAX_TEXT_CHARS, readFormatted, renderHtml } from '../format.ts'
import { readKeyboard } from '../keyboard.ts'
import { type Params, readInteger, readJson, readText } from '../params.ts'
import type { ChatMessage } from '../types.ts'
import { wireMessage } from '../wire.ts'
import type { World } from '../world.ts'
import { checkCaption, readMedia } from './send.ts'

const DELETE_WITHIN_MS = 48 * 60 * 60 * 1000
const MAX_DELETED_AT_ONCE = 100
const NOT_MODIFIED =
  'message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message'

type Content = Pick<ChatMessage, 'text' | 'entities' | 'html' | 'photos' | 'documents' | 'keyboard'>

export function editMessageText(world: World, params: Params) {
  const { chat, message } = findOwn(world, params)
  const words = readFormatted(params, { text: 'text', entities: 'entities' })
  if (words.text === '') throw badRequest('message text is empty')
  if (words.text.length > MAX_TEXT_CHARS) throw badRequest('MESSAGE_TOO_LONG')
  if (hasMedia(message)) throw badRequest('there is no text in the message to edit')
  return apply(world, chat, message, { ...words, html: renderHtml(words), keyboard: readKeyboard(params) ?? [] })
}

export function editMessageCaption(world: World, params: Params) {
  const { chat, message } = findOwn(world, params)
  const words = readFormatted(params, { text: 'caption', entities: 'caption_entities' })
  checkCaption(words)
  if (!hasMedia(message)) throw badRequest('there is no caption in the message to edit')
  return apply(world, chat, message, { ...words, html: renderHtml(words), keyboard: readOwnKeyboard(message, params) })
}

export function editMessageReplyMarkup(world: World, params: Params) {
  const { chat, message } = findOwn(world, params)
  return apply(world, chat, message, { keyboard: readOwnKeyboard(message, params) })
}

export async function editMessageMedia(world: World, params: Params) {
  const { chat, message } = findOwn(world, params)
  const media = await readMedia(world, params, readJson(params, 'media'))
  if (!hasMedia(message)) throw badRequest('there is no media in the message to edit')
  const staysPhoto = message.photos.length > 0 === media.photos.length > 0
  if (message.mediaGroupId !== undefined && !staysPhoto)
    throw badRequest("message content type can't be used in an album")
  return apply(world, chat, message, { ...media, keyboard: readOwnKeyboard(message, params) })
}

/** An edit without reply_markup takes the buttons away. An album never has any. */
function readOwnKeyboard(message: ChatMessage, params: Params) {
  const keyboard = readKeyboard(params) ?? []
  if (message.mediaGroupId !== undefined && keyboard.length > 0) throw badRequest('albums take no reply_markup')
  return keyboard
}

function hasMedia(message: ChatMessage): boolean {
  return message.photos.length + message.documents.length > 0
}

function findOwn(world: World, params: Params): { chat: Chat; message: ChatMessage } {
  if (readText(params, 'inline_message_id') !== '') throw badRequest('MESSAGE_ID_INVALID')
  const chat = world.chats.reachable(readInteger(params, 'chat_id'))
  const id = readInteger(params, 'message_id')
  if (id === undefined) throw badRequest('message identifier is not specified')
  const message = findLive(chat, id)
  if (!message) throw badRequest('message to edit not found')
  if (message.from !== 'bot') throw badRequest("message can't be edited")
  return { chat, message }
}

function apply(world: World, chat: Chat, message: ChatMessage, change: Partial<Content>) {
  const next: Content = { ...contentOf(message), ...change }
  if (fingerprint(contentOf(message)) === fingerprint(next)) throw badRequest(NOT_MODIFIED)
  world.limiter.admit(chat.id, 1)
  const isOnlyKeyboard = Object.keys(change).every((field) => field === 'keyboard')
  Object.assign(message, next, { edits: message.edits + 1 }, isOnlyKeyboard ? {} : { editedAt: world.now() })
  world.emit({ kind: 'edit', message })
  return wireMessage(world, chat, message)
}

function contentOf(message: ChatMessage): Content {
  const { text, entities, html, photos, documents, keyboard } = message
  return { text, entities, html, photos, documents, keyboard }
}

function fingerprint(content: Content): string {
  const files = [...content.photos, ...content.documents].map((file) => file.fileId)
  return JSON.stringify([content.text, content.entities, files, content.keyboard])
}

export function deleteMessage(world: World, params: Params) {
  const chat = world.chats.reachable(readInteger(params, 'chat_id'))
  const message = findLive(chat, readInteger(params, 'message_id'))
  if (!message) throw badRequest('message to delete not found')
  if (!isDeletable(world, message)) throw badRequest("message can't be deleted for everyone")
  remove(world, message)
  return true
}

/** Those that cannot be found or deleted are skipped. */
export function deleteMessages(world: World, params: Params) {
  const chat = world.chats.reachable(readInteger(params, 'chat_id'))
  const ids = readJson(params, 'message_ids')
  if (!Array.isArray(ids) || ids.length === 0) throw badRequest('message identifiers are not specified')
  if (ids.length > MAX_DELETED_AT_ONCE) throw badRequest('too many message identifiers specified')
  for (const id of ids) {
    const message = findLive(chat, Number(id))
    if (message && isDeletable(world, message)) remove(world, message)
  }
  return true
}

function isDeletable(world: World, message: ChatMessage): boolean {
  return world.now().getTime() - message.at.getTime() <= DELETE_WITHIN_MS
}

function remove(world: World, message: ChatMessage): void {
  message.deleted = true
  world.emit({ kind: 'delete', message })
}

export function pinChatMessage(world: World, params: Params, pinned = true) {
  const chat = world.chats.reachable(readInteger(params, 'chat_id'))
  const message = findLive(chat, readInteger(params, 'message_id'))
  if (!message) throw badRequest(pinned ? 'message to pin not found' : 'message to unpin not found')
  message.pinned = pinned
  world.emit({ kind: 'edit', message })
  return true
}

/** The emojis that every chat allows as a reaction. */
const REACTIONS = new Set(
  '👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷 😡'.split(
    ' ',
  ),
)

export function setMessageReaction(world: World, params: Params) {
  const chat = world.chats.reachable(readInteger(params, 'chat_id'))
  const message = findLive(chat, readInteger(params, 'message_id'))
  if (!message) throw badRequest('message to react not found')
  const reactions = readJson(params, 'reaction')
  const first: unknown = Array.isArray(reactions) ? reactions[0] : undefined
  const emoji = typeof first === 'object' && first !== null && 'emoji' in first ? String(first.emoji) : undefined
  if (Array.isArray(reactions) && reactions.length > 1) throw badRequest('REACTIONS_TOO_MANY')
  if (first !== undefined && (emoji === undefined || !REACTIONS.has(emoji))) throw badRequest('REACTION_INVALID')
  if (emoji === undefined) delete message.reaction
  else message.reaction = emoji
  world.emit({ kind: 'edit', message })
  return true
}
