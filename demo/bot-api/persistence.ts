import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BotCommand } from 'grammy/types'
import type { Chat } from './chats.ts'
import type { StoredFile } from './files.ts'
import type { BotApiEvent, ChatMessage, Person } from './types.ts'
import type { UpdateSnapshot } from './update-queue.ts'
import type { World } from './world.ts'

/**
 * Telegram remembers chats while a bot is down. So does the local one when it has a folder: a bot that starts again
 * finds its cards, and the person finds the conversation.
 */

const VERSION = 1
const MAX_SAVED_MESSAGES = 2000

type SavedChat = Omit<Chat, 'members' | 'byId'> & { members: Person[] }
type Saved = {
  version: number
  chats: SavedChat[]
  files: Omit<StoredFile, 'bytes'>[]
  updates: UpdateSnapshot
  commands: [string, BotCommand[]][]
}

/**
 * Loads what an earlier run left, then saves after each change, before the bot can have read the answer to its call: what it
 * takes for sent is there after a kill. Returns what saves a last time and stops.
 */
export function keepOnDisk(world: World, dataDir: string): () => void {
  const path = join(dataDir, 'chats.json')
  load(world, path)
  let soon: NodeJS.Immediate | undefined
  let isChanged = false
  const saveNow = () => {
    clearImmediate(soon)
    soon = undefined
    if (isChanged) isChanged = !trySave(world, path)
  }
  const onEvent = ({ kind }: BotApiEvent) => {
    if (kind === 'call' || kind === 'action' || kind === 'callback-answer') return
    isChanged = true
    soon ??= setImmediate(saveNow)
  }
  world.events.add(onEvent)
  return () => {
    world.events.delete(onEvent)
    saveNow()
  }
}

/** A full disk must not end the chat: what could not be saved goes with the next change. */
function trySave(world: World, path: string): boolean {
  try {
    save(world, path)
    return true
  } catch {
    return false
  }
}

function save(world: World, path: string): void {
  const saved: Saved = {
    version: VERSION,
    chats: world.chats.all().map(({ byId: _, members, messages, ...chat }) => ({
      ...chat,
      members: [...members.values()],
      messages: messages.slice(-MAX_SAVED_MESSAGES),
    })),
    files: world.files.describeAll(),
    updates: world.updates.snapshot(),
    commands: [...world.commands],
  }
  writeFileSync(`${path}.part`, JSON.stringify(saved))
  renameSync(`${path}.part`, path)
}

function load(world: World, path: string): void {
  const saved = readSaved(path)
  if (!saved) return
  for (const file of saved.files) world.files.restore(file)
  for (const chat of saved.chats) world.chats.restore(reviveChat(world, chat))
  for (const [key, menu] of saved.commands) world.commands.set(key, menu)
  world.updates.restore(saved.updates)
}

/** A file that cannot be read is put aside: a demo starts, with an empty chat. */
function readSaved(path: string): Saved | undefined {
  try {
    const saved = JSON.parse(readFileSync(path, 'utf8')) as Saved
    if (saved.version === VERSION) return saved
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
  }
  renameSync(path, `${path}.unreadable`)
  return undefined
}

function reviveChat(world: World, saved: SavedChat): Chat {
  const messages = saved.messages.map((message) => reviveMessage(world, message))
  return {
    ...saved,
    members: new Map(saved.members.map((person) => [person.id, person])),
    messages,
    byId: new Map(messages.map((message) => [message.id, message])),
  }
}

function reviveMessage(world: World, saved: ChatMessage): ChatMessage {
  return {
    ...saved,
    at: new Date(saved.at),
    ...(saved.editedAt === undefined ? {} : { editedAt: new Date(saved.editedAt) }),
    photos: saved.photos.map((photo) => world.files.photoAgain(photo.fileId)),
    documents: saved.documents.map((document) => world.files.documentAgain(document.fileId)),
  }
}
