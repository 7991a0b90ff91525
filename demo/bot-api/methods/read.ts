import { ApiError, badRequest } from '../api-error.ts'
import { isRecord, type Params, readFlag, readInteger, readJson, readText } from '../params.ts'
import { wireBot, wireChat, wirePerson } from '../wire.ts'
import type { World } from '../world.ts'

const MAX_ANSWER_CHARS = 200
/** Bots can fetch files up to 20 MB only. */
const MAX_FETCHED_BYTES = 20 * 1024 * 1024
const MAX_TIMEOUT_SECONDS = 50

export function getMe(world: World) {
  return world.bot
}

export function getUpdates(world: World, params: Params, signal: AbortSignal) {
  if (world.webhookUrl.current !== '') {
    throw new ApiError(
      409,
      "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    )
  }
  const allowed = readJson(params, 'allowed_updates')
  return world.updates.poll({
    offset: readInteger(params, 'offset'),
    limit: readInteger(params, 'limit'),
    timeoutSeconds: Math.min(MAX_TIMEOUT_SECONDS, Math.max(0, readInteger(params, 'timeout') ?? 0)),
    allowed: Array.isArray(allowed) ? allowed.map(String) : undefined,
    signal,
  })
}

/** Only remembered: nothing is delivered to a webhook, but it blocks getUpdates as in the real service. */
export function setWebhook(world: World, params: Params) {
  const url = readText(params, 'url')
  if (url !== '' && URL.parse(url)?.protocol !== 'https:') {
    throw badRequest('bad webhook: An HTTPS URL must be provided for webhook')
  }
  world.webhookUrl.current = url
  return true
}

export function deleteWebhook(world: World, params: Params) {
  world.webhookUrl.current = ''
  if (readFlag(params, 'drop_pending_updates')) world.updates.clear()
  return true
}

export function getWebhookInfo(world: World) {
  return {
    url: world.webhookUrl.current,
    has_custom_certificate: false,
    pending_update_count: world.updates.pending(),
  }
}

export function answerCallbackQuery(world: World, params: Params) {
  const id = readText(params, 'callback_query_id')
  const text = readText(params, 'text')
  if (text.length > MAX_ANSWER_CHARS) throw badRequest('MESSAGE_TOO_LONG')
  const answer = { ...(text === '' ? {} : { text }), showAlert: readFlag(params, 'show_alert') }
  world.callbacks.answer(id, answer)
  world.emit({ kind: 'callback-answer', id, ...answer })
  return true
}

export function getFile(world: World, params: Params) {
  const stored = world.files.byId(readText(params, 'file_id'))
  if (!stored) throw badRequest('invalid file_id')
  if (stored.size > MAX_FETCHED_BYTES) throw badRequest('file is too big')
  return {
    file_id: stored.fileId,
    file_unique_id: stored.uniqueId,
    file_size: stored.size,
    file_path: stored.path,
  }
}

export function getChat(world: World, params: Params) {
  const chat = world.chats.known(readInteger(params, 'chat_id'))
  return { ...wireChat(chat), accent_color_id: 0, max_reaction_count: 11 }
}

export function getChatMember(world: World, params: Params) {
  const chat = world.chats.known(readInteger(params, 'chat_id'))
  const userId = readInteger(params, 'user_id')
  if (userId === world.bot.id) return { status: chat.group ? 'administrator' : 'member', user: wireBot(world) }
  const member = userId === undefined ? undefined : chat.members.get(userId)
  if (member) return { status: 'member', user: wirePerson(member) }
  const stranger = userId === undefined ? undefined : world.chats.person(userId)
  if (!stranger) throw badRequest('user not found')
  return { status: 'left', user: wirePerson(stranger) }
}

/** Used by faults and rate limits: the chat that a call is about. */
export function chatOf(params: Params): number | undefined {
  const direct = readInteger(params, 'chat_id')
  if (direct !== undefined) return direct
  const reply = params.values.reply_parameters
  return isRecord(reply) ? Number(reply.chat_id) || undefined : undefined
}
