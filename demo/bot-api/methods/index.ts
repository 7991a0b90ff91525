import type { Params } from '../params.ts'
import type { World } from '../world.ts'
import { deleteMyCommands, getMyCommands, setMyCommands } from './commands.ts'
import * as edit from './edit.ts'
import * as read from './read.ts'
import * as send from './send.ts'

export type Method = (world: World, params: Params, signal: AbortSignal) => unknown

const METHODS: Record<string, Method> = {
  getMe: read.getMe,
  getUpdates: read.getUpdates,
  setWebhook: read.setWebhook,
  deleteWebhook: read.deleteWebhook,
  getWebhookInfo: read.getWebhookInfo,
  getFile: read.getFile,
  getChat: read.getChat,
  getChatMember: read.getChatMember,
  answerCallbackQuery: read.answerCallbackQuery,
  setMyCommands,
  getMyCommands,
  deleteMyCommands,
  sendMessage: send.sendMessage,
  sendPhoto: send.sendPhoto,
  sendDocument: send.sendDocument,
  sendMediaGroup: send.sendMediaGroup,
  sendChatAction: send.sendChatAction,
  editMessageText: edit.editMessageText,
  editMessageCaption: edit.editMessageCaption,
  editMessageMedia: edit.editMessageMedia,
  editMessageReplyMarkup: edit.editMessageReplyMarkup,
  deleteMessage: edit.deleteMessage,
  deleteMessages: edit.deleteMessages,
  setMessageReaction: edit.setMessageReaction,
  pinChatMessage: (world, params) => edit.pinChatMessage(world, params, true),
  unpinChatMessage: (world, params) => edit.pinChatMessage(world, params, false),
}

const BY_LOWER_CASE = new Map(Object.entries(METHODS).map(([name, method]) => [name.toLowerCase(), { name, method }]))

/** Method names are not case-sensitive in the Bot API. */
export function findMethod(name: string): { name: string; method: Method } | undefined {
  return BY_LOWER_CASE.get(name.toLowerCase())
}
