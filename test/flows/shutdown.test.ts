import { createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type AllFakes, startAllFakes } from '../support/fakes/index.ts'
import { type Machine, OWNER, startMachine } from '../support/machine.ts'
import type { Ended } from '../support/process.ts'

vi.setConfig({ testTimeout: 120_000 })

const PROMISED_MS = 10_000
let machine: Machine
let fakes: AllFakes
beforeEach(async () => {
  machine = await startMachine()
  fakes = await startAllFakes({ groq: { delayMs: 1_000 } })
})
afterEach(async () => {
  await machine.close()
  await fakes.close()
})

const until = (look: () => boolean) => vi.waitUntil(look, { timeout: 30_000, interval: 20 })
const pictures = () => fakes.gemini.requests.filter(({ path }) => path.includes('image'))

async function endOf(bot: { ended: Promise<Ended> }): Promise<Ended & { tookMs: number }> {
  const startedMs = performance.now()
  const end = await bot.ended
  return { ...end, tookMs: performance.now() - startedMs }
}

describe('shutdown', () => {
  it('lets a paid call in flight end and keeps its result: the next start pays for nothing again', async () => {
    const bot = await machine.startBot(fakes.env)
    machine.api.sendText(OWNER, '/generate octopus hearts')
    await until(() => fakes.groq.requests.length === 1)
    bot.kill('SIGTERM')
    const end = await endOf(bot)
    expect(end).toMatchObject({ code: 0, signal: null, stderr: '' })
    expect(fakes.anthropic.requests).toHaveLength(0)

    await machine.startBot(fakes.env)
    await machine.waitForCard()
    expect(fakes.groq.requests).toHaveLength(1)
    expect(fakes.anthropic.requests).toHaveLength(1)
    expect(pictures()).toHaveLength(4)
  })

  it('ends within 10 s when a provider hangs, and the next start goes on', async () => {
    const bot = await machine.startBot(fakes.env)
    fakes.anthropic.always({ kind: 'hang' })
    machine.api.sendText(OWNER, '/generate octopus hearts')
    await until(() => fakes.anthropic.requests.length === 1)
    bot.kill('SIGTERM')
    const end = await endOf(bot)
    expect(end).toMatchObject({ code: 0, signal: null })
    expect(end.tookMs).toBeLessThan(PROMISED_MS)

    fakes.anthropic.always(null)
    await machine.startBot(fakes.env)
    await machine.waitForCard()
    expect(fakes.groq.requests).toHaveLength(1)
    expect(fakes.anthropic.requests).toHaveLength(2)
  })

  it('ends within 10 s when Telegram hangs, and sends the message after the next start', async () => {
    const bot = await machine.startBot()
    machine.api.faults.add({ method: 'sendMessage', kind: 'hang' })
    machine.api.sendText(OWNER, '/help')
    await until(() => machine.api.calls.some(({ outcome }) => outcome.kind === 'fault'))
    bot.kill('SIGTERM')
    const end = await endOf(bot)
    expect(end.code).toBe(0)
    expect(end.tookMs).toBeLessThan(PROMISED_MS)

    await machine.startBot()
    await machine.api.waitFor(
      () => machine.api.messages(OWNER.id).some(({ from }) => from === 'bot'),
      'the answer',
      60_000,
    )
  })

  it('counts a Ctrl+C that npm passes on once more as one', async () => {
    const bot = await machine.startBot()
    bot.kill('SIGINT')
    bot.kill('SIGINT')
    expect(await bot.ended).toMatchObject({ code: 0, signal: null })
    expect(bot.stdout()).toContain('bot has stopped')
  })
})

describe('a start that cannot succeed', () => {
  const fail = (env: Record<string, string>) => machine.start('src/main.ts', [], env).ended

  it('asks for a token in one line', async () => {
    const end = await fail({ TELEGRAM_BOT_TOKEN: '' })
    expect(end.code).toBe(1)
    expect(end.stderr).toMatch(/^TELEGRAM_BOT_TOKEN is not set[^\n]*npm run demo\n$/)
  })

  it('says that Telegram refuses the token', async () => {
    const end = await fail({ TELEGRAM_BOT_TOKEN: '100000001:another-token-that-is-long-enough' })
    expect(end.code).toBe(1)
    expect(end.stderr).toMatch(/^Telegram refuses the bot token[^\n]*\n$/)
    expect(end.stdout + end.stderr).not.toContain('another-token')
  })

  it('lists every problem of the configuration at once', async () => {
    const end = await fail({ HTTP_PORT: 'x', TZ: 'Nowhere', NEXUS_OWNER_IDS: 'me' })
    expect(end.code).toBe(1)
    for (const name of ['HTTP_PORT', 'TZ', 'NEXUS_OWNER_IDS']) expect(end.stderr).toContain(`- ${name} `)
  })

  it('says whose port is taken and what to set', async () => {
    const other = createServer()
    const port = await new Promise<number>((resolve) =>
      other.listen(0, '127.0.0.1', () => {
        const address = other.address()
        resolve(typeof address === 'object' && address ? address.port : 0)
      }),
    )
    const end = await fail({ HTTP_PORT: String(port) })
    other.close()
    expect(end.code).toBe(1)
    expect(end.stderr).toMatch(new RegExp(`^Port ${port} on 127\\.0\\.0\\.1 is in use[^\\n]*HTTP_PORT[^\\n]*\\n$`))
  })

  it('says that the database does not answer, without its password', async () => {
    const end = await fail({ DATABASE_URL: 'postgres://nexus:hidden-word@127.0.0.1:1/nexus' })
    expect(end.code).toBe(1)
    expect(end.stderr).toMatch(/^The database does not answer[^\n]*\n$/)
    expect(end.stdout + end.stderr).not.toContain('hidden-word')
  })

  it('ends in time and cleanly when it is stopped before Telegram answered', async () => {
    for (let n = 0; n < 6; n++) machine.api.faults.add({ method: 'getMe', kind: '500' })
    const bot = machine.start('src/main.ts')
    await bot.printed('Telegram does not answer yet')
    bot.kill('SIGTERM')
    const end = await endOf(bot)
    expect(end).toMatchObject({ code: 0, stderr: '' })
    expect(end.tookMs).toBeLessThan(PROMISED_MS)
  })
})
