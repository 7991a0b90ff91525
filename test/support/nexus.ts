import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BotApi, type ChatMessage, type Person, startBotApi } from '../../demo/bot-api/server.ts'
import type { BotApiOptions } from '../../demo/bot-api/types.ts'
import { type BotService, startBotService } from '../../handlers/service.ts'
import { type App, type AppOverrides, closeApp, createApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'
import { createTestLog, type TestLog } from './log.ts'
import { createQuickArt, createQuickRenderer } from './quick-renderer.ts'
import { createScriptedMonitor } from './scripted-monitor.ts'

/** The whole bot on the local Telegram and a fresh database; only pictures are quick stand-ins unless `real` is set. */

export const ANA: Person = { id: 1001, first_name: 'Ana' }
export const BEN: Person = { id: 1002, first_name: 'Ben' }
export const EVE: Person = { id: 6666, first_name: 'Eve' }

export type Nexus = {
  api: BotApi
  db: TestDatabase
  dataDir: string
  log: TestLog
  app: App
  service: BotService
  renderer: ReturnType<typeof createQuickRenderer>
  art: ReturnType<typeof createQuickArt>
  /** Stops the bot and starts it again on the same database and Telegram, as after a deploy. */
  restart(env?: Record<string, string>): Promise<void>
  stop(): Promise<void>
  close(): Promise<void>
  /** The newest message whose keyboard has a button that begins so. */
  findWith(button: string, chatId?: number): ChatMessage | undefined
  /** Sends /generate and waits for the card. */
  generate(topic: string, by?: Person): Promise<ChatMessage>
  waitForText(part: string, chatId?: number): Promise<ChatMessage>
}

export type NexusOptions = {
  env?: Record<string, string>
  overrides?: AppOverrides
  telegram?: Partial<BotApiOptions>
  /** The real renderer and local art. */
  real?: boolean
  /** The real monitor: then what is wrong with the machine that runs the tests is told in the chat, too. */
  watch?: boolean
}

const TOKEN = '100000001:test-token-that-is-long-enough'

export async function startNexus(options: NexusOptions = {}): Promise<Nexus> {
  const api = await startBotApi({ token: TOKEN, ...options.telegram })
  const db = await createTestDatabase()
  const dataDir = await mkdtemp(join(tmpdir(), 'nexus-test-'))
  const log = createTestLog()
  const renderer = createQuickRenderer()
  const art = createQuickArt()
  let env = options.env ?? {}

  const open = async () => {
    const config = loadConfig({
      TELEGRAM_BOT_TOKEN: TOKEN,
      TELEGRAM_API_ROOT: api.url,
      NEXUS_OWNER_IDS: `${ANA.id},${BEN.id}`,
      NEXUS_DATA_DIR: dataDir,
      NEXUS_SCHEDULE: 'off',
      ...env,
    })
    const quick = options.real ? {} : { renderer, localArt: art }
    // No test may reach for the internet: the source of a fact is out of reach unless a test says otherwise.
    const fetchSource = async () => ({ status: 'unreachable' as const, reason: 'no network in tests' })
    const blind = options.watch ? {} : { monitor: createScriptedMonitor().monitor }
    const ops = { ...blind, ...options.overrides?.ops }
    const app = await createApp(config, { db, log: log.log, fetchSource, ...quick, ...options.overrides, ops })
    const service = await startBotService({
      ...app,
      access: { ownerIds: config.ownerIds, homeChatId: config.homeChatId },
      defaultBrand: config.brand,
      scheduleCron: config.schedule,
      timeZone: config.timeZone,
      budget: config.budget,
      pingUrl: config.pingUrl,
      telegram: { token: TOKEN, apiRoot: api.url },
    })
    return { app, service }
  }

  let { app, service } = await open()
  const stop = async () => {
    await service.stop(5_000)
    await closeApp(app)
  }
  const findWith = (button: string, chatId = ANA.id) =>
    api
      .messages(chatId)
      .findLast((message) => !message.deleted && message.keyboard.flat().some(({ text }) => text.startsWith(button)))

  return {
    api,
    db,
    dataDir,
    log,
    renderer,
    art,
    get app() {
      return app
    },
    get service() {
      return service
    },
    restart: async (changed) => {
      await stop()
      env = { ...env, ...changed }
      ;({ app, service } = await open())
    },
    stop,
    close: async () => {
      await stop()
      await api.close()
      await db.close()
      await rm(dataDir, { recursive: true, force: true })
    },
    findWith,
    generate: async (topic, by = ANA) => {
      const before = findWith('✅ Approve', by.id)?.id ?? 0
      api.sendText(by, `/generate ${topic}`)
      const isNew = () => {
        const card = findWith('✅ Approve', by.id)
        return card !== undefined && card.id > before && card
      }
      return api.waitFor(isNew, `the card for ${topic}`, 60_000)
    },
    waitForText: (part, chatId = ANA.id) =>
      api.waitFor(
        () => api.messages(chatId).findLast((message) => message.from === 'bot' && message.text.includes(part)),
        `“${part}”`,
        30_000,
      ),
  }
}
