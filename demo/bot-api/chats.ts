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

/** All chats and people. A message once added keeps its place and its number. */
export class ChatBook {
  private readonly chats = new Map<number, Chat>()
  private readonly people = new Map<number, Person>()
  private readonly now: () => Date
  private readonly firstMessageId: number

  constructor(options: { now: () => Date; firstMessageId: number }) {
    this.now = options.now
    this.firstMessageId = options.firstMessageId
  }

  openPrivate(person: Person): Chat {
    this.people.set(person.id, person)
    const chat = this.chats.get(person.id) ?? this.addChat(person.id)
    chat.person = person
    chat.members.set(person.id, person)
    return chat
  }

  openGroup(group: GroupChat): Chat {
    const chat = this.chats.get(group.id) ?? this.addChat(group.id)
    chat.group = group
    return chat
  }

  find(chatId: number): Chat | undefined {
    return this.chats.get(chatId)
  }

  person(userId: number): Person | undefined {
    return this.people.get(userId)
  }

  /** The chat, or Telegram's refusal. */
  known(chatId: number | undefined): Chat {
    const chat = chatId === undefined ? undefined : this.chats.get(chatId)
    if (!chat) throw badRequest('chat not found')
    return chat
  }

  /** A chat that the bot may write to. */
  reachable(chatId: number | undefined): Chat {
    const chat = this.known(chatId)
    if (chat.blocked) throw new ApiError(403, 'Forbidden: bot was blocked by the user')
    return chat
  }

  add(chat: Chat, fresh: NewMessage): ChatMessage {
    const message: ChatMessage = {
      id: chat.nextId++,
      chatId: chat.id,
      at: this.now(),
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
  addFromPerson(chat: Chat, from: Person, text: string, replyTo: number | undefined): ChatMessage {
    this.people.set(from.id, from)
    chat.members.set(from.id, from)
    const plain = { from, text, entities: detectEntities(text, []), html: escapeHtml(text) }
    return this.add(chat, replyTo === undefined ? plain : { ...plain, replyTo })
  }

  all(): Chat[] {
    return [...this.chats.values()]
  }

  /** A chat of an earlier run, as it was. */
  restore(chat: Chat): void {
    this.chats.set(chat.id, chat)
    for (const person of chat.members.values()) this.people.set(person.id, person)
  }

  private addChat(id: number): Chat {
    const nextId = this.firstMessageId
    const chat: Chat = { id, members: new Map(), messages: [], byId: new Map(), nextId, blocked: false }
    this.chats.set(id, chat)
    return chat
  }
}

export function findLive(chat: Chat, messageId: number | undefined): ChatMessage | undefined {
  const message = messageId === undefined ? undefined : chat.byId.get(messageId)
  return message?.deleted ? undefined : message
}
