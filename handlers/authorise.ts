import type { Update } from 'grammy/types'

/** Who may use the bot, and where: owners, in a private chat or in the configured group. Decided for every update. */

export type Access = { ownerIds: readonly number[]; homeChatId: number | null }

export type Verdict =
  | { kind: 'owner'; userId: number; chatId: number }
  /** `privately`: in a private chat, where one polite refusal is due. */
  | { kind: 'stranger'; userId: number; chatId: number; privately: boolean }
  /** An owner in a chat that is not configured, or an update that nobody sent. */
  | { kind: 'ignored' }

export function authorise(update: Update, access: Access): Verdict {
  const from = update.message?.from ?? update.callback_query?.from
  const chat = update.message?.chat ?? update.callback_query?.message?.chat
  if (!from || !chat || from.is_bot) return { kind: 'ignored' }
  const privately = chat.type === 'private'
  const here = privately || chat.id === access.homeChatId
  if (!access.ownerIds.includes(from.id)) {
    return here ? { kind: 'stranger', userId: from.id, chatId: chat.id, privately } : { kind: 'ignored' }
  }
  return here ? { kind: 'owner', userId: from.id, chatId: chat.id } : { kind: 'ignored' }
}

/** Updates of one lane are worked in order. */
export function laneOf(update: Update): number {
  const message = update.message ?? update.callback_query?.message
  return message?.chat.id ?? update.callback_query?.from.id ?? 0
}
