import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { type BotApi, type ChatMessage, startBotApi } from '../../demo/bot-api/server.ts'
import { createBot } from '../../handlers/bot.ts'
import { createCalls, DEADLINES } from '../../handlers/deadlines.ts'
import { createSender, type Sender } from '../../handlers/sender.ts'
import { lookUpTap, type TapLookup } from '../../src/messaging/buttons.ts'
import { type OutgoingMessage, queueMessage } from '../../src/messaging/outbox.ts'
import { inTransaction } from '../../src/transaction.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'
import { createTestLog, type TestLog } from './log.ts'
import { ANA, BEN, EVE } from './nexus.ts'

const TOKEN = '100000001:test-token-that-is-long-enough'
/** Chats of owners; every other chat is a stranger's. */
export const HOME = [ANA.id, BEN.id]
export const BUTTON = { text: 'Go', action: { kind: 'test' } }

/** The sender alone, on the local Telegram and a fresh database, with a clock that the test moves. */
export type OutboxBench = {
  api: BotApi
  db: TestDatabase
  log: TestLog
  folder: string
  sender: Sender
  advance(ms: number): void
  now(): Date
  /** A further sender, as at a start of the process. */
  start(deadlines?: Partial<typeof DEADLINES>): Sender
  queue(chatId: number, content: OutgoingMessage['content'], ref?: string): Promise<number>
  say(chatId: number, html: string): Promise<number>
  /** Sends what is due in this chat and waits until nothing is in hand. */
  send(chatId?: number, sender?: Sender): Promise<void>
  texts(chatId: number): string[]
  shown(text: string, chatId?: number): Promise<ChatMessage>
  rows(): Promise<{ status: string; attempts: number; error: string | null }[]>
  pictures(count: number): Promise<string[]>
  /** What a tap on the first button of the message would mean now. */
  tapOn(message: ChatMessage): Promise<TapLookup>
  close(): Promise<void>
}

export async function startOutboxBench(): Promise<OutboxBench> {
  const api = await startBotApi({ token: TOKEN })
  const db = await createTestDatabase()
  const log = createTestLog()
  const folder = await mkdtemp(join(tmpdir(), 'nexus-sender-'))
  const started: Sender[] = []
  let nowMs = Date.UTC(2026, 0, 5)
  const clock = { now: () => new Date(nowMs) }
  const start: OutboxBench['start'] = (changed = {}) => {
    const deadlines = { ...DEADLINES, ...changed }
    const bot = createBot({ token: TOKEN, apiRoot: api.url, calls: createCalls(deadlines) })
    const isHome = (chatId: number) => HOME.includes(chatId)
    const made = createSender({ db, log: log.log, clock, api: bot.api, deadlines, isHome })
    started.push(made)
    return made
  }
  const queue: OutboxBench['queue'] = async (chatId, content, ref) => {
    const id = await queueMessage(db.pool, { chatId, content, ...(ref === undefined ? {} : { ref }) })
    if (id === null) throw new Error('nothing was queued')
    return id
  }
  const sender = start()
  for (const person of [ANA, BEN, EVE]) api.open(person)
  return {
    api,
    db,
    log,
    folder,
    sender,
    start,
    queue,
    now: clock.now,
    advance: (ms) => {
      nowMs += ms
    },
    say: (chatId, html) => queue(chatId, { kind: 'text', html }),
    send: async (chatId = ANA.id, by = sender) => {
      by.wake(chatId)
      await by.idle()
    },
    texts: (chatId) => api.messages(chatId).map((message) => message.text),
    shown: (text, chatId = ANA.id) =>
      api.waitFor(() => api.messages(chatId).findLast((message) => message.text === text && !message.deleted), text),
    rows: async () => (await db.pool.query('select status, attempts, error from outbox order by id')).rows,
    pictures: (count) => paint(folder, count),
    tapOn: (message) => {
      const data = message.keyboard[0]?.[0]?.callback_data ?? ''
      return inTransaction(db.pool, (tx) => lookUpTap(tx, data, message.chatId, clock.now()))
    },
    close: async () => {
      await Promise.all(started.map((one) => one.stop(0)))
      await api.close()
      await db.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function paint(folder: string, count: number): Promise<string[]> {
  const canvas = sharp({ create: { width: 40, height: 50, channels: 3, background: '#123456' } })
  const bytes = await canvas.png().toBuffer()
  const files = Array.from({ length: count }, (_, index) => join(folder, `slide-${index + 1}.png`))
  await Promise.all(files.map((file) => writeFile(file, bytes)))
  return files
}
