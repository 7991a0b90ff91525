import type { BotCommand } from 'grammy/types'
import { badRequest } from '../api-error.ts'
import { isRecord, type Params, readJson, readText } from '../params.ts'
import type { World } from '../world.ts'

const MAX_COMMANDS = 100
const SCOPES = new Set([
  'default',
  'all_private_chats',
  'all_group_chats',
  'all_chat_administrators',
  'chat',
  'chat_administrators',
  'chat_member',
])

export function setMyCommands(world: World, params: Params) {
  const given = readJson(params, 'commands')
  if (!Array.isArray(given)) throw badRequest('expected an Array of BotCommand')
  if (given.length > MAX_COMMANDS) throw badRequest('BOT_COMMANDS_TOO_MUCH')
  world.commands.set(readKey(world, params), given.map(readCommand))
  world.emit({ kind: 'commands' })
  return true
}

function readCommand(given: unknown): BotCommand {
  if (!isRecord(given)) throw badRequest("can't parse BotCommand: expected an Object")
  const command = String(given.command ?? '').replace(/^\//, '')
  const description = String(given.description ?? '').trim()
  if (!/^[a-z0-9_]{1,32}$/.test(command)) throw badRequest('BOT_COMMAND_INVALID')
  if (description.length < 1 || description.length > 256) throw badRequest('BOT_COMMAND_DESCRIPTION_INVALID')
  return { command, description }
}

export function getMyCommands(world: World, params: Params) {
  return world.commands.get(readKey(world, params)) ?? []
}

export function deleteMyCommands(world: World, params: Params) {
  world.commands.delete(readKey(world, params))
  world.emit({ kind: 'commands' })
  return true
}

function readKey(world: World, params: Params): string {
  const scope = readJson(params, 'scope')
  if (scope === undefined) return keyOf('default', [], readText(params, 'language_code'))
  if (!isRecord(scope)) throw badRequest('BotCommandScope must be an Object')
  const type = String(scope.type)
  if (!SCOPES.has(type)) throw badRequest('unsupported type specified')
  const ids: number[] = []
  if (type.startsWith('chat')) ids.push(world.chats.known(Number(scope.chat_id)).id)
  if (type === 'chat_member') ids.push(Number(scope.user_id))
  return keyOf(type, ids, readText(params, 'language_code'))
}

function keyOf(type: string, ids: number[], language: string): string {
  return [type, ...ids, language].join(' ')
}

/** What one person sees: the narrowest scope that has a menu wins. */
export function commandsFor(world: World, chatId: number, userId: number): BotCommand[] {
  const kind = chatId > 0 ? 'all_private_chats' : 'all_group_chats'
  const order = [keyOf('chat_member', [chatId, userId], ''), keyOf('chat', [chatId], ''), keyOf(kind, [], '')]
  for (const key of [...order, keyOf('default', [], '')]) {
    const menu = world.commands.get(key)
    if (menu) return menu
  }
  return []
}
