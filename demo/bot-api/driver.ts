import type { Chat } from './chats.ts'
import { commandsFor } from './methods/commands.ts'
import type { BotApi, CallbackAnswer, ChatMessage, GroupChat, KeyboardButton, Person } from './types.ts'
import { unixSeconds, wireBot, wireChat, wireMessage, wirePerson } from './wire.ts'
import type { World } from './world.ts'

const WAIT_TIMEOUT_MS = 15_000
/** Longer than any bot may need, shorter than a test run. */
const TAP_TIMEOUT_MS = 30_000
const SHOWN_MESSAGES = 6

type Driver = Pick<
  BotApi,
  | 'open'
  | 'setBlocked'
  | 'sendText'
  | 'tap'
  | 'pushUpdate'
  | 'messages'
  | 'commandsFor'
  | 'waitFor'
  | 'onEvent'
  | 'pendingUpdates'
>

/** The people's side of the chats: what a person does becomes an update, what the bot does can be watched. */
export function createDriver(world: World): Driver {
  const lastChat = { id: undefined as number | undefined }
  world.events.add((event) => {
    if ('message' in event) lastChat.id = event.message.chatId
  })
  return {
    open: (chat) => void (isGroup(chat) ? world.chats.openGroup(chat) : world.chats.openPrivate(chat)),
    setBlocked: (person, blocked) => setBlocked(world, person, blocked),
    sendText: (from, text, options) => sendText(world, from, text, options?.chat, options?.replyTo),
    tap: (from, chatId, messageId, button) => tap(world, from, chatId, messageId, button),
    pushUpdate: (update) => world.updates.push(update),
    messages: (chatId) => world.chats.find(chatId)?.messages ?? [],
    commandsFor: (chatId, userId) => commandsFor(world, chatId, userId),
    waitFor: (look, what, timeoutMs) => waitFor(world, look, what, timeoutMs ?? WAIT_TIMEOUT_MS, () => lastChat.id),
    onEvent: (listener) => {
      world.events.add(listener)
      return () => void world.events.delete(listener)
    },
    pendingUpdates: () => world.updates.pending(),
  }
}

function isGroup(chat: Person | GroupChat): chat is GroupChat {
  return 'title' in chat
}

function sendText(world: World, from: Person, text: string, group?: GroupChat, replyTo?: number): number {
  const chat = group ? world.chats.openGroup(group) : world.chats.openPrivate(from)
  const message = world.chats.addFromPerson(chat, from, text, replyTo)
  world.updates.push({ message: wireMessage(world, chat, message) as never })
  world.emit({ kind: 'message', message })
  return message.id
}

function setBlocked(world: World, person: Person, blocked: boolean): void {
  const chat = world.chats.openPrivate(person)
  chat.blocked = blocked
  const member = (status: string) => ({
    user: wireBot(world),
    status,
    ...(status === 'kicked' ? { until_date: 0 } : {}),
  })
  const update = {
    my_chat_member: {
      chat: wireChat(chat),
      from: wirePerson(person),
      date: unixSeconds(world.now()),
      old_chat_member: member(blocked ? 'member' : 'kicked'),
      new_chat_member: member(blocked ? 'kicked' : 'member'),
    },
  }
  world.updates.push(update as never)
}

function tap(
  world: World,
  from: Person,
  chatId: number,
  messageId: number,
  button: string | { data: string },
): Promise<CallbackAnswer> {
  const chat = world.chats.find(chatId)
  if (!chat) return Promise.reject(new Error(`nobody has written in chat ${chatId} yet`))
  const message = chat.byId.get(messageId)
  const data = typeof button === 'string' ? findButton(message, messageId, button) : button.data
  if (data instanceof Error) return Promise.reject(data)
  return new Promise((resolve, reject) => {
    const id = world.callbacks.add((answer) => {
      clearTimeout(timer)
      resolve(answer)
    })
    const timer = setTimeout(() => {
      world.callbacks.forget(id)
      reject(new Error(`the bot did not answer the tap on "${data}" of message ${messageId}\n${showChat(chat)}`))
    }, TAP_TIMEOUT_MS)
    timer.unref()
    world.updates.push({
      callback_query: {
        id,
        from: wirePerson(from),
        message: tappedMessage(world, chat, message, messageId),
        chat_instance: String(chatId),
        data,
      } as never,
    })
  })
}

/** A message that is gone arrives as its numbers only. */
function tappedMessage(world: World, chat: Chat, message: ChatMessage | undefined, messageId: number) {
  if (message && !message.deleted) return wireMessage(world, chat, message)
  return { chat: wireChat(chat), message_id: messageId, date: 0 }
}

function findButton(message: ChatMessage | undefined, messageId: number, label: string): string | Error {
  const buttons = message && !message.deleted ? message.keyboard.flat() : []
  const exact = buttons.filter((button) => button.text === label)
  const found = exact.length > 0 ? exact : buttons.filter((button) => button.text.startsWith(label))
  const [first] = found
  if (first && found.length === 1 && first.callback_data !== undefined) return first.callback_data
  const problem = found.length > 1 ? 'fits several buttons' : first ? 'is no callback button' : 'is not there'
  return new Error(`"${label}" ${problem}; message ${messageId} has ${describeButtons(buttons) || 'no buttons'}`)
}

function describeButtons(buttons: KeyboardButton[]): string {
  return buttons.map((button) => `[${button.text}]`).join(' ')
}

/** Looks now and after every event, so that a test goes on at the moment when it can. */
function waitFor<T>(
  world: World,
  look: () => T | undefined | false,
  what: string,
  timeoutMs: number,
  chatToShow: () => number | undefined,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (settle: () => void) => {
      clearTimeout(timer)
      world.events.delete(lookAgain)
      settle()
    }
    const lookAgain = () => {
      try {
        const seen = look()
        if (seen !== undefined && seen !== false) stop(() => resolve(seen))
      } catch (error) {
        stop(() => reject(error))
      }
    }
    const timer = setTimeout(() => {
      const chat = world.chats.find(chatToShow() ?? 0)
      const shown = chat ? showChat(chat) : '(nothing was written)'
      stop(() => reject(new Error(`waited ${timeoutMs} ms in vain for ${what}; the chat ends with:\n${shown}`)))
    }, timeoutMs)
    world.events.add(lookAgain)
    lookAgain()
  })
}

function showChat(chat: Chat): string {
  return chat.messages.slice(-SHOWN_MESSAGES).map(showMessage).join('\n')
}

function showMessage(message: ChatMessage): string {
  const who = message.from === 'bot' ? 'bot' : message.from.first_name
  const files = [...message.photos, ...message.documents].map((file) => `<${file.name}>`)
  const marks = [message.deleted ? '(deleted)' : '', message.edits > 0 ? `(edited ${message.edits}×)` : '']
  const parts = [...marks, ...files, message.text, describeButtons(message.keyboard.flat())]
  return `  #${message.id} ${who}: ${parts.filter((part) => part !== '').join(' ')}`
}
