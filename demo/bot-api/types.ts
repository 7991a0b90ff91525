import type { BotCommand, MessageEntity, Update } from 'grammy/types'
import type { Faults } from './faults.ts'

/** The public shapes of the local Telegram. What travels over HTTP is built from them in wire.ts. */

export type Person = { id: number; first_name: string; username?: string }

/** Ids are negative, as Telegram's; a supergroup's begins with -100. */
export type GroupChat = { id: number; type: 'group' | 'supergroup'; title: string }

export type KeyboardButton = {
  text: string
  callback_data?: string
  url?: string
  copy_text?: string
  /** Colour hint of newer clients. */
  style?: 'danger' | 'success' | 'primary'
}

export type ChatFile = {
  fileId: string
  name: string
  mime: string
  /** Bytes on the wire. */
  size: number
  /** Read from disk when the server keeps files in a folder. */
  readonly bytes: Buffer
}
export type ChatPhoto = ChatFile & { width: number; height: number }

/** One message as a person sees it. The object is live: an edit changes it in place. */
export type ChatMessage = {
  id: number
  chatId: number
  from: Person | 'bot'
  at: Date
  /** Text or caption, without markup. */
  text: string
  entities: MessageEntity[]
  /** The same text as Telegram HTML, escaped. */
  html: string
  keyboard: KeyboardButton[][]
  mediaGroupId?: string
  photos: ChatPhoto[]
  documents: ChatFile[]
  replyTo?: number
  /** Every accepted edit counts, also one of the buttons alone. */
  edits: number
  /** When the words or files changed last; a change of buttons alone is not shown as an edit. */
  editedAt?: Date
  deleted: boolean
  pinned: boolean
  /** Emoji that the bot put under the message. */
  reaction?: string
}

export type CallOutcome =
  | { kind: 'pending' }
  | { kind: 'ok'; result: unknown }
  | { kind: 'error'; code: number; description: string }
  /** `performed` tells whether the request took effect although the caller never heard of it. */
  | { kind: 'fault'; fault: FaultKind; performed: boolean }
  | { kind: 'aborted' }

/** One line of the transcript. An uploaded file appears in `params` as its name and its number of bytes. */
export type ApiCall = { seq: number; at: Date; method: string; params: Record<string, unknown>; outcome: CallOutcome }

export type FaultKind = 'lost-answer' | 'reset-before' | 'hang' | '429' | '500' | '502-html' | '403-blocked'
export type Fault = {
  method: string | '*'
  kind: FaultKind
  /** How many calls it hits, default 1. */
  times?: number
  chatId?: number
  /** Seconds, for '429'; default 1. */
  retryAfter?: number
}

export type BotApiEvent =
  | { kind: 'message' | 'edit' | 'delete'; message: ChatMessage }
  | { kind: 'action'; chatId: number; action: string }
  | { kind: 'callback-answer'; id: string; text?: string; showAlert: boolean }
  | { kind: 'commands' }
  | { kind: 'updates' }
  /** When a call arrives and again when its outcome is known. */
  | { kind: 'call'; call: ApiCall }

export type RateLimits = {
  /** Messages a second in one chat, and how many may come at once. */
  perChatPerSecond: number
  chatBurst: number
  perGroupPerMinute: number
  overallPerSecond: number
}

export type BotApiOptions = {
  token: string
  /** 0 (the default) takes any free port. */
  port?: number
  host?: string
  /** Where files and chats are kept over restarts; in memory when absent. */
  dataDir?: string
  now?: () => Date
  /** Off by default; `true` takes Telegram's published figures. */
  rateLimits?: boolean | RateLimits
  /** How long a tap may wait for answerCallbackQuery, by `now`; default 30 s. */
  callbackAgeMs?: number
  botUsername?: string
  botName?: string
}

export type SendTextOptions = { chat?: GroupChat; replyTo?: number }
export type CallbackAnswer = { text?: string; showAlert: boolean }

/** An update without its number, which the server gives. */
export type RawUpdate = Omit<Update, 'update_id'>

export type BotApi = {
  /** Root for the client, e.g. `http://127.0.0.1:41234`. */
  readonly url: string
  readonly token: string
  readonly bot: { id: number; first_name: string; username: string }
  close(): Promise<void>
  /** Makes a chat known without a message, as if the person had pressed Start earlier. */
  open(chat: Person | GroupChat): void
  /** The person blocks or unblocks the bot; a my_chat_member update tells it. */
  setBlocked(person: Person, blocked: boolean): void
  /** Returns the id of the new message. */
  sendText(from: Person, text: string, options?: SendTextOptions): number
  /** Presses a button by its label (a unique beginning is enough) or by forged data; resolves with the bot's answer. */
  tap(from: Person, chatId: number, messageId: number, button: string | { data: string }): Promise<CallbackAnswer>
  /** Queues any update as it is; returns its number. */
  pushUpdate(update: RawUpdate): number
  /** In order of sending, deleted ones included and marked. */
  messages(chatId: number): readonly ChatMessage[]
  /** The menu that this person sees in this chat. */
  commandsFor(chatId: number, userId: number): readonly BotCommand[]
  readonly calls: readonly ApiCall[]
  readonly faults: Pick<Faults, 'add' | 'clear'>
  /** Looks again after each event. Rejects after `timeoutMs` (default 15 s) and then shows the last messages. */
  waitFor<T>(look: () => T | undefined | false, what: string, timeoutMs?: number): Promise<T>
  onEvent(listener: (event: BotApiEvent) => void): () => void
  /** Updates that the bot has not confirmed yet. */
  pendingUpdates(): number
}
