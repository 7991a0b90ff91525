import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type BotApi, startBotApi } from '../../demo/bot-api/server.ts'
import { createApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config.ts'
import { type Running, run } from '../../src/main.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { createTestLog, type TestLog } from '../support/log.ts'
import { OWNER, TOKEN } from '../support/machine.ts'
import { createQuickArt, createQuickRenderer } from '../support/quick-renderer.ts'

let api: BotApi
let db: TestDatabase
let log: TestLog
let dataDir: string
let bot: Running
beforeEach(async () => {
  api = await startBotApi({ token: TOKEN })
  db = await createTestDatabase()
  log = createTestLog()
  dataDir = await mkdtemp(join(tmpdir(), 'nexus-http-'))
  const config = loadConfig({
    TELEGRAM_BOT_TOKEN: TOKEN,
    TELEGRAM_API_ROOT: api.url,
    NEXUS_OWNER_IDS: String(OWNER.id),
    NEXUS_DATA_DIR: dataDir,
    NEXUS_SCHEDULE: 'off',
    HTTP_PORT: '0',
  })
  const fetchSource = async () => ({ status: 'unreachable' as const, reason: 'no network in tests' })
  const quick = { renderer: createQuickRenderer(), localArt: createQuickArt() }
  bot = await run(await createApp(config, { db, log: log.log, fetchSource, ...quick }))
})
afterEach(async () => {
  vi.restoreAllMocks()
  await bot.stop('test ended')
  await api.close()
  await db.close()
  await rm(dataDir, { recursive: true, force: true })
})

const get = async (path: string) => {
  const response = await fetch(`${bot.httpUrl}${path}`)
  return { status: response.status, body: await response.text() }
}

describe('the health port', () => {
  it('answers that the process lives and that every part is at work', async () => {
    expect(await get('/healthz')).toEqual({ status: 200, body: '{"status":"ok"}' })
    const ready = await get('/readyz')
    expect(ready.status).toBe(200)
    expect(JSON.parse(ready.body)).toEqual({ ok: true, checks: { database: 'ok', telegram: 'ok' } })
  })

  it('names the database when it is down, also when it only hangs, while the process still lives', async () => {
    const query = vi.spyOn(db.pool, 'query')
    query.mockImplementation(() => Promise.reject(new Error('terminated')))
    expect(await get('/readyz')).toMatchObject({ status: 503 })
    query.mockImplementation(() => new Promise(() => undefined))
    const hanging = await get('/readyz')
    expect(hanging.status).toBe(503)
    expect(JSON.parse(hanging.body).checks).toEqual({ database: 'down', telegram: 'ok' })
    expect((await get('/healthz')).status).toBe(200)
  })

  it('counts a finished carousel, its time, the queue and the calls of the providers', async () => {
    api.sendText(OWNER, '/generate octopus hearts')
    await api.waitFor(
      () => api.messages(OWNER.id).some(({ keyboard }) => keyboard[0]?.[0]?.text.startsWith('✅')),
      'the card',
      60_000,
    )
    const { body } = await get('/metrics')
    expect(body).toMatch(/^nexus_carousel_generation_total\{status="succeeded"\} 1$/m)
    expect(body).toMatch(/^nexus_carousel_generation_total\{status="failed"\} 0$/m)
    expect(body).toMatch(/^nexus_carousel_generation_seconds_count 1$/m)
    expect(body).toMatch(/^nexus_queue_depth\{state="awaiting_review"\} 1$/m)
    expect(body).toMatch(/^nexus_updates_total\{outcome="done"\} 1$/m)
    for (const name of ['nexus_provider_calls_total', 'nexus_provider_call_seconds', 'nexus_provider_cost_usd_total'])
      expect(body).toContain(`# TYPE ${name} `)
  })
})

describe('a token that is revoked while the bot runs', () => {
  it('ends the bot with that reason', async () => {
    const ended = bot.ended
    await api.close()
    api = await startBotApi({ token: '100000001:a-new-token-that-is-long-enough', port: Number(new URL(api.url).port) })
    expect(await ended).toBe('token-refused')
  })
})
