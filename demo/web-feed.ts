import type { BotApi, BotApiEvent, ChatFile, ChatMessage, Person } from './bot-api/types.ts'

/** A person of the switch; the note says who that is for the bot, e.g. "owner" or "stranger". */
export type WebPerson = Person & { note?: string }

/** What the page keeps; older messages are still there for the bot. */
const MAX_SHOWN_MESSAGES = 400
/** One frame: a burst of edits reaches the page as one. */
const FLUSH_MS = 16

type Write = (event: string, data: unknown) => void

/**
 * Sends `hello` (all of the chat), then `messages`, `gone`, `action` and `commands` as things change.
 * Returns what stops it.
 */
export function followChat(api: BotApi, person: Person, people: WebPerson[], write: Write): () => void {
  const changed = new Set<ChatMessage>()
  let timer: NodeJS.Timeout | undefined
  const flush = () => {
    timer = undefined
    const messages = [...changed]
    changed.clear()
    const gone = messages.filter((message) => message.deleted).map((message) => message.id)
    const shown = messages.filter((message) => !message.deleted).map((message) => describeMessage(message, person))
    if (shown.length > 0) write('messages', shown)
    if (gone.length > 0) write('gone', gone)
  }
  const onEvent = (event: BotApiEvent) => {
    if ('message' in event && event.message.chatId === person.id) {
      changed.add(event.message)
      timer ??= setTimeout(flush, FLUSH_MS)
    }
    if (event.kind === 'action' && event.chatId === person.id) write('action', event.action)
    if (event.kind === 'commands') write('commands', api.commandsFor(person.id, person.id))
  }
  write('hello', describeChat(api, person, people))
  const stop = api.onEvent(onEvent)
  return () => {
    clearTimeout(timer)
    stop()
  }
}

function describeChat(api: BotApi, person: Person, people: WebPerson[]) {
  const live = api.messages(person.id).filter((message) => !message.deleted)
  return {
    bot: { name: api.bot.first_name, username: api.bot.username },
    person,
    people,
    commands: api.commandsFor(person.id, person.id),
    messages: live.slice(-MAX_SHOWN_MESSAGES).map((message) => describeMessage(message, person)),
  }
}

function describeMessage(message: ChatMessage, person: Person) {
  const { id, text, entities, keyboard, mediaGroupId, replyTo, editedAt, pinned, reaction } = message
  return {
    id,
    mine: message.from !== 'bot',
    at: message.at.getTime(),
    text,
    entities,
    keyboard,
    group: mediaGroupId ?? null,
    replyTo: replyTo ?? null,
    edited: editedAt !== undefined,
    pinned,
    reaction: reaction ?? null,
    photos: message.photos.map((photo) => ({
      ...describeFile(message, photo, person),
      width: photo.width,
      height: photo.height,
    })),
    documents: message.documents.map((document) => describeFile(message, document, person)),
  }
}

function describeFile(message: ChatMessage, file: ChatFile, person: Person) {
  const url = `/api/files/${message.id}/${file.fileId}?person=${person.id}`
  return { name: file.name, size: file.size, mime: file.mime, url }
}
