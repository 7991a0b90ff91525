import type { Update } from 'grammy/types'

/** Who may use the bot, and where: owners, in a private chat or in the configured group. Decided for every update. */

export type Access = { ownerIds: readonly number[]; homeChatId: number | null }

export type Verdict =
  | { kind: 'owner'; userId: number; chatId: number }
  /** `privately`: in a private chat, where one polite refusal is due. */
  | { kind: 'stranger'; userId: number; chatId: number; privately: boolean }
  /** An owner in a chat that is not configured, a bot (an anonymous admin or a channel too), or an update that nobody sent. */
  | { kind: 'ignored' }

/** Never throws: what comes in is whatever somebody could make Telegram send. */
export function authorise(update: Update, access: Access): Verdict {
  const from = update.message?.from ?? update.callback_query?.from
  const chat = chatOf(update)
  if (!isId(from?.id) || !isId(chat?.id) || from.is_bot) return { kind: 'ignored' }
  const privately = chat.type === 'private'
  const here = privately || chat.id === access.homeChatId
  if (!here) return { kind: 'ignored' }
  const who = { userId: from.id, chatId: chat.id }
  return access.ownerIds.includes(from.id) ? { kind: 'owner', ...who } : { kind: 'stranger', ...who, privately }
}

/** Updates of one lane are worked in order. */
export function laneOf(update: Update): number {
  const id = chatOf(update)?.id ?? update.callback_query?.from?.id
  return isId(id) ? id : 0
}

/** A chat that the bot writes to of its own accord: all others are strangers', whose refusals can wait. */
export function isHomeChat(chatId: number, access: Access): boolean {
  return chatId === access.homeChatId || access.ownerIds.includes(chatId)
}

function chatOf(update: Update) {
  return (update.message ?? update.callback_query?.message)?.chat
}

function isId(id: unknown): id is number {
  return Number.isSafeInteger(id)
}
