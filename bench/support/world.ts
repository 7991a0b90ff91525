import { randomInt } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { type BotApi, type ChatMessage, startBotApi } from '../../demo/bot-api/server.ts'
import { databaseUrl } from '../../test/support/database-url.ts'
import { startAllFakes } from '../../test/support/fakes/all.ts'
import { pictureFor } from '../../test/support/fakes/pictures.ts'
import { findPostgres } from '../../test/support/find-postgres.ts'
import { say } from './figures.ts'

/** What surrounds a measured bot: Telegram, the paid services and a database. They live in the measuring process. */
export type World = {
  api: BotApi
  env: Record<string, string>
  /** Sends /generate; resolves with the card and how long it took to come. */
  generate(): Promise<{ card: ChatMessage; ms: number }>
  close(): Promise<void>
}

export type WorldOptions = {
  database: 'postgres' | 'embedded'
  /** How long the services take to answer; null for a bot without any key. */
  delaysMs: { fact: number; slides: number; image: number; embedding: number } | null
}

export const OWNER = { id: 1001, first_name: 'Ana' }
const TOKEN = '100000001:bench-token-that-is-long-enough'
const CARD_WITHIN_MS = 60_000
/** More prompts than the fakes have pictures, so that all are painted before anything is measured. */
const PROMPTS_TO_WARM = 100

export async function openWorld(options: WorldOptions): Promise<World> {
  const api = await startBotApi({ token: TOKEN })
  const dataDir = await mkdtemp(join(tmpdir(), 'nexus-bench-'))
  const services = options.delaysMs === null ? null : await openServices(options.delaysMs)
  const database = options.database === 'postgres' ? await createDatabase() : null
  let asked = 0
  return {
    api,
    env: {
      ...services?.env,
      ...(database ? { DATABASE_URL: database.url } : {}),
      TELEGRAM_BOT_TOKEN: TOKEN,
      TELEGRAM_API_ROOT: api.url,
      NEXUS_OWNER_IDS: String(OWNER.id),
      NEXUS_DATA_DIR: dataDir,
      NEXUS_SCHEDULE: 'off',
      HTTP_PORT: '0',
      LOG_LEVEL: process.env.LOG_LEVEL ?? 'error',
    },
    generate: async () => {
      const startedMs = performance.now()
      asked += 1
      // Without a key the bank chooses: no topic, so that it never runs out of one.
      api.sendText(OWNER, services ? `/generate topic ${asked}` : '/generate')
      const card = await waitForCard(api, api.messages(OWNER.id).length)
      return { card, ms: performance.now() - startedMs }
    },
    close: async () => {
      await services?.close()
      await api.close()
      await database?.drop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** The next card that comes after the first `known` messages of the chat. */
export function waitForCard(api: BotApi, known: number): Promise<ChatMessage> {
  const hasApprove = (message: ChatMessage) => message.keyboard.flat().some(({ text }) => text.startsWith('✅'))
  const look = () => {
    const fresh = api.messages(OWNER.id).slice(known)
    const failed = fresh.find(({ text }) => text.includes('❌'))
    if (failed) throw new Error(`the run failed: ${failed.text}`)
    return fresh.find((message) => !message.deleted && hasApprove(message))
  }
  return api.waitFor(look, 'the card', CARD_WITHIN_MS)
}

async function openServices(delaysMs: NonNullable<WorldOptions['delaysMs']>) {
  await Promise.all(Array.from({ length: PROMPTS_TO_WARM }, (_, n) => pictureFor(`picture ${n}`)))
  return startAllFakes({
    groq: { delayMs: delaysMs.fact },
    anthropic: { delayMs: delaysMs.slides },
    gemini: { delayMs: delaysMs.image, embeddingDelayMs: delaysMs.embedding },
  })
}

export class NoPostgres extends Error {
  constructor() {
    super('no PostgreSQL server: run scripts/test-postgres.sh start, or set NEXUS_TEST_DATABASE_URL')
  }
}

/** The databases that can be measured here; says so when PostgreSQL is left out. */
export async function listDatabases(): Promise<readonly WorldOptions['database'][]> {
  if ((await findPostgres()) !== null) return ['postgres', 'embedded']
  say(`left out – ${new NoPostgres().message}`)
  return ['embedded']
}

/** An empty database on the server of the tests. @throws NoPostgres */
async function createDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const server = await findPostgres()
  if (server === null) throw new NoPostgres()
  const name = `nexus_bench_${process.pid}_${randomInt(1_000_000)}`
  const onServer = async (statement: string) => {
    const client = new pg.Client({ connectionString: server })
    await client.connect()
    await client.query(statement)
    await client.end()
  }
  await onServer(`create database ${name}`)
  return { url: databaseUrl(server, name), drop: () => onServer(`drop database if exists ${name} with (force)`) }
}
