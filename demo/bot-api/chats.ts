import { ApiError, badRequest } from './api-error.ts'
import { detectEntities, escapeHtml } from './format.ts'
import type { ChatMessage, GroupChat, Person } from './types.ts'

/** One chat with its members and messages. Ids are counted per chat and never used again. */
export type Chat = {
  id: number
  /** The other side of a private chat. */
  person?: Person
  group?: GroupChat
  members: Map<number, Person>
  messages: ChatMessage[]
  byId: Map<number, ChatMessage>
  nextId: number
  blocked: boolean
}

export type NewMessage = Pick<ChatMessage, 'from' | 'text' | 'entities' | 'html'> &
  Partial<Pick<ChatMessage, 'keyboard' | 'mediaGroupId' | 'photos' | 'documents' | 'replyTo'>>

export type ChatBook = ReturnType<typeof createChatBook>

export function createChatBook(options: { now: () => Date; firstMessageId: number }) {
  const chats = new Map<number, Chat>()
  const people = new Map<number, Person>()

  function openPrivate(person: Person): Chat {
    people.set(person.id, person)
    const chat = chats.get(person.id) ?? addChat(person.id)
    chat.person = person
    chat.members.set(person.id, person)
    return chat
  }

  function openGroup(group: GroupChat): Chat {
    const chat = chats.get(group.id) ?? addChat(group.id)
    chat.group = group
    return chat
  }

  function addChat(id: number): Chat {
    const chat: Chat = {
      id,
      members: new Map(),
      messages: [],
      byId: new Map(),
      nextId: options.firstMessageId,
      blocked: false,
    }
    chats.set(id, chat)
    return chat
  }

  /** The chat a bot may write to, or Telegram's refusal. */
  function reachable(chatId: number | undefined): Chat {
    const chat = known(chatId)
    if (chat.blocked) throw new ApiError(403, 'Forbidden: bot was blocked by the user')
    return chat
  }

  function known(chatId: number | undefined): Chat {
    const chat = chatId === undefined ? undefined : chats.get(chatId)
    if (!chat) throw badRequest('chat not found')
    return chat
  }

  function add(chat: Chat, fresh: NewMessage): ChatMessage {
    const message: ChatMessage = {
      id: chat.nextId++,
      chatId: chat.id,
      at: options.now(),
      keyboard: [],
      photos: [],
      documents: [],
      edits: 0,
      deleted: false,
      pinned: false,
      ...fresh,
    }
    chat.messages.push(message)
    chat.byId.set(message.id, message)
    return message
  }

  /** A message of a person: plain words, with commands and links found in them. */
  function addFromPerson(chat: Chat, from: Person, text: string, replyTo: number | undefined): ChatMessage {
    people.set(from.id, from)
    chat.members.set(from.id, from)
    const plain = { from, text, entities: detectEntities(text, []), html: escapeHtml(text) }
    return add(chat, replyTo === undefined ? plain : { ...plain, replyTo })
  }

  function findLive(chat: Chat, messageId: number | undefined): ChatMessage | undefined {
    const message = messageId === undefined ? undefined : chat.byId.get(messageId)
    return message?.deleted ? undefined : message
  }

  return {
    openPrivate,
    openGroup,
    reachable,
    known,
    add,
    addFromPerson,
    findLive,
    find: (chatId: number) => chats.get(chatId),
    person: (userId: number) => people.get(userId),
  }
}
