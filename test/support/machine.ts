import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import { type BotApi, type ChatMessage, type Person, startBotApi } from '../../demo/bot-api/server.ts'
import { createTestDatabase } from './database.ts'
import { startProcess, type TestProcess } from './process.ts'

/**
 * A machine on which the real programs run as processes, with a local Telegram beside it. The database is PostgreSQL or
 * embedded, by the project of the test. Everything that was started is ended with it.
 */
export type Machine = {
  dataDir: string
  api: BotApi
  /** Null with the embedded database, which lives in the data folder. */
  databaseUrl: string | null
  env: Record<string, string>
  start(script: string, args?: readonly string[], env?: Record<string, string>): TestProcess
  /** Starts the bot and waits until it is ready. */
  startBot(env?: Record<string, string>): Promise<TestProcess>
  waitForCard(): Promise<ChatMessage>
  close(): Promise<void>
}

export const OWNER: Person = { id: 1001, first_name: 'Ana' }
export const TOKEN = '100000001:test-token-that-is-long-enough'

export async function startMachine(): Promise<Machine> {
  const database = inject('postgresUrl') === undefined ? null : await createTestDatabase()
  const dataDir = await mkdtemp(join(tmpdir(), 'nexus-machine-'))
  const api = await startBotApi({ token: TOKEN })
  const started: TestProcess[] = []
  const env = {
    TELEGRAM_BOT_TOKEN: TOKEN,
    TELEGRAM_API_ROOT: api.url,
    NEXUS_OWNER_IDS: String(OWNER.id),
    NEXUS_DATA_DIR: dataDir,
    NEXUS_SCHEDULE: 'off',
    HTTP_PORT: '0',
    ...(database?.url ? { DATABASE_URL: database.url } : {}),
  }
  const start: Machine['start'] = (script, args = [], more = {}) => {
    const child = startProcess(script, args, { ...env, ...more })
    started.push(child)
    return child
  }
  return {
    dataDir,
    api,
    databaseUrl: database?.url ?? null,
    env,
    start,
    startBot: async (more) => {
      const bot = start('src/main.ts', [], more)
      await bot.printed('Nexus is ready')
      return bot
    },
    waitForCard: () =>
      api.waitFor(
        () => api.messages(OWNER.id).findLast(({ keyboard }) => keyboard[0]?.[0]?.text.startsWith('✅')),
        'the card',
        60_000,
      ),
    close: async () => {
      for (const child of started) child.kill('SIGKILL')
      await Promise.all(started.map((child) => child.ended))
      await api.close()
      await database?.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
