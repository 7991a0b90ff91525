import type { Message } from 'grammy/types'
import type { Chat } from './chats.ts'
import type { StoredFile } from './files.ts'
import type { ChatMessage, KeyboardButton, Person } from './types.ts'
import type { World } from './world.ts'

/** Our records as the Bot API writes them. */

type Json = Record<string, unknown>

export function wirePerson(person: Person): Json {
  return { is_bot: false, language_code: 'en', ...person }
}

export function wireChat(chat: Chat): Json {
  if (chat.group) return { id: chat.id, type: chat.group.type, title: chat.group.title }
  const { first_name, username } = chat.person ?? { first_name: 'Someone' }
  return { id: chat.id, type: 'private', first_name, ...(username === undefined ? {} : { username }) }
}

export function wireBot(world: World): Json {
  const { id, first_name, username } = world.bot
  return { id, is_bot: true, first_name, username }
}

export function unixSeconds(at: Date): number {
  return Math.floor(at.getTime() / 1000)
}

function wireKeyboard(rows: KeyboardButton[][]): Json {
  return {
    inline_keyboard: rows.map((row) =>
      row.map(({ copy_text, ...button }) =>
        copy_text === undefined ? button : { ...button, copy_text: { text: copy_text } },
      ),
    ),
  }
}

export function wireMessage(world: World, chat: Chat, message: ChatMessage, withReply = true): Message {
  const hasMedia = message.photos.length + message.documents.length > 0
  const wire: Json = {
    message_id: message.id,
    from: message.from === 'bot' ? wireBot(world) : wirePerson(message.from),
    chat: wireChat(chat),
    date: unixSeconds(message.at),
    ...(message.editedAt === undefined ? {} : { edit_date: unixSeconds(message.editedAt) }),
    ...(message.mediaGroupId === undefined ? {} : { media_group_id: message.mediaGroupId }),
    ...(hasMedia ? wireMedia(world, message) : {}),
    ...wireText(message, hasMedia),
    ...(message.keyboard.length > 0 ? { reply_markup: wireKeyboard(message.keyboard) } : {}),
  }
  const original = withReply && message.replyTo !== undefined ? chat.byId.get(message.replyTo) : undefined
  if (original) wire.reply_to_message = wireMessage(world, chat, original, false)
  return wire as unknown as Message
}

function wireText(message: ChatMessage, hasMedia: boolean): Json {
  if (message.text === '' && hasMedia) return {}
  const entities = message.entities.length > 0 ? message.entities : undefined
  if (hasMedia) return { caption: message.text, ...(entities ? { caption_entities: entities } : {}) }
  return { text: message.text, ...(entities ? { entities } : {}) }
}

/** A photo comes in the sizes that the clients show; all of them lead to the same file here. */
function wireMedia(world: World, message: ChatMessage): Json {
  const [photo] = message.photos
  if (photo) {
    const stored = world.files.byId(photo.fileId)
    const sizes = [320, 800, 1280].filter((side) => side < Math.max(photo.width, photo.height))
    const scaled = sizes.map((side) => wirePhotoSize(stored, side / Math.max(photo.width, photo.height), photo))
    return { photo: [...scaled, wirePhotoSize(stored, 1, photo)] }
  }
  const [document] = message.documents
  const stored = document && world.files.byId(document.fileId)
  if (!document || !stored) return {}
  return {
    document: {
      file_id: document.fileId,
      file_unique_id: stored.uniqueId,
      file_name: document.name,
      mime_type: document.mime,
      file_size: document.size,
    },
  }
}

function wirePhotoSize(stored: StoredFile | undefined, scale: number, photo: { width: number; height: number }): Json {
  return {
    file_id: stored?.fileId,
    file_unique_id: stored?.uniqueId,
    width: Math.round(photo.width * scale),
    height: Math.round(photo.height * scale),
    file_size: Math.round((stored?.size ?? 0) * scale * scale),
  }
}
