import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { absent, ok } from '../../ops/snapshot/reading.ts'
import type { AppOverrides } from '../../src/app.ts'
import { inTransaction } from '../../src/db/pool.ts'
import { containerWith } from '../ops/sample-snapshot.ts'
import { openChat, queryAll } from '../support/chat.ts'
import { findEngineGap, startEngine } from '../support/containers.ts'
import { type Machine, startMachine } from '../support/machine.ts'
import { ANA, BEN, EVE, type Nexus, startNexus } from '../support/nexus.ts'

const NEVER = new Promise<never>(() => undefined)
const NO_DOCKER = async () => ({ kind: 'absent' as const, reason: 'There is no Docker socket at /nowhere.' })

describe('/health', () => {
  let nexus: Nexus
  afterEach(() => nexus.close())
  const start = async (ops: AppOverrides['ops'] = {}, env: Record<string, string> = {}) => {
    nexus = await startNexus({ env, overrides: { ops: { findDocker: NO_DOCKER, ...ops } } })
  }
  const ask = async () => {
    const id = nexus.api.sendText(ANA, '/health')
    return nexus.api.waitFor(
      () => nexus.api.messages(ANA.id).find((message) => message.from === 'bot' && message.id > id),
      'the answer to /health',
    )
  }

  it('tells the real figures of this machine, the database and the bot', async () => {
    await start()
    const { text, keyboard } = await ask()
    expect(text.split('\n')[0]).toMatch(/^(✅ All is well|⚠️|🔴)/)
    expect(text).toMatch(/🖥 Processor \d+ % · load \d+\.\d on \d+ cores?/)
    expect(text).toMatch(/🧠 Memory \d+ % · .+ of .+ free/)
    expect(text).toMatch(/💾 \/\S* \d+ % · .+ free/)
    expect(text).toMatch(/⏱ Up .+ · bot /)
    expect(text).toContain('0 to approve · 0 in the making')
    expect(text).toContain('$0.00 of $5.00 today')
    expect(text).toContain(nexus.db.kind === 'postgres' ? '🗄 PostgreSQL' : '🗄 Embedded database')
    expect(keyboard.flat().map((button) => button.text)).toEqual([
      '🔄 Refresh',
      '🔎 Details',
      '📈 Charts',
      '🩺 Diagnose',
    ])
  })

  it('says once that there is no Docker, which is no fault', async () => {
    await start()
    const { text } = await ask()
    expect(text.match(/Docker/g)).toHaveLength(1)
    expect(text).toMatch(/Not seen here: .*Docker/)
    expect(text).not.toContain('📦')
  })

  it('answers although a probe hangs, and says which', async () => {
    await start({ probes: { disks: () => NEVER, containers: () => NEVER } })
    const { text } = await ask()
    expect(text).toContain('Disks cannot be read: no answer within')
    expect(text).toContain('Docker cannot be read: no answer within')
    expect(text).toMatch(/🧠 Memory \d+ %/)
    const again = await ask()
    expect(again.text).toContain('Disks cannot be read')
  })

  it('holds up neither the update nor the chat while it looks', async () => {
    const gate = Promise.withResolvers<void>()
    await start({ probes: { units: () => gate.promise.then(() => absent('not here')) } })
    nexus.api.sendText(ANA, '/health')
    nexus.api.sendText(ANA, '/help')
    await nexus.waitForText('What I can do')
    expect(nexus.api.messages(ANA.id).some(({ text }) => text.includes('Processor'))).toBe(false)
    gate.resolve()
    await nexus.waitForText('Processor')
  })

  it('shows details and back in the same message, and refreshes it', async () => {
    let containers = [containerWith({ name: 'web-1', health: 'healthy' })]
    await start({ probes: { containers: async () => ok(containers) } })
    const chat = openChat(nexus)
    const { id, text } = await ask()
    expect(text).toContain('📦 1 of 1 container running')
    await chat.openMenu(id, '🔎', '🔙')
    expect(chat.message(id).text).toContain('🟢 web-1 running, healthy')
    expect(chat.message(id).text).toMatch(/Updates waiting: \d/)
    containers = [containerWith({ name: 'web-1', state: 'exited', exitCode: 3 })]
    expect((await nexus.api.tap(ANA, ANA.id, id, '🔄')).text).toBe('Looking…')
    await nexus.api.waitFor(
      () => chat.message(id).text.includes('Container web-1 ended with an error (code 3)'),
      'the news',
    )
    expect(chat.message(id).text.split('\n')[0]).toMatch(/^🔴 /)
    await chat.openMenu(id, '🔙', '🔎')
    expect(nexus.api.messages(ANA.id).filter((message) => message.from === 'bot')).toHaveLength(1)
  })

  it('is for a private chat with an owner only', async () => {
    const group = { chat: { id: -1002000000001, type: 'supergroup' as const, title: 'Team' } }
    await start({}, { NEXUS_CHAT_ID: String(group.chat.id) })
    nexus.api.sendText(EVE, '/health')
    await nexus.waitForText('', EVE.id)
    nexus.api.sendText(BEN, `/health@${nexus.api.bot.username}`, group)
    await nexus.waitForText('private chat', group.chat.id)
    await nexus.service.idle()
    for (const chatId of [EVE.id, group.chat.id]) {
      expect(nexus.api.messages(chatId).some(({ text }) => text.includes('Processor'))).toBe(false)
    }
  })

  it('says last what is muted, also when the alert had another word for it, and what has an alert since then', async () => {
    const off = { state: 'exited', exitCode: 3 } as const
    const all = ['looper', 'web-1'].map((name) => containerWith({ name, ...off, id: name.padEnd(64, '0') }))
    await start({ probes: { containers: async () => ok(all) } })
    const { incidents } = nexus.app.ops
    const { pool } = nexus.db
    const since = new Date(Date.now() - 1_800_000)
    const findings = all.map(({ name, id }) => ({
      rule: 'container-loop' as const,
      severity: 'critical' as const,
      subject: name,
      words: 'Container {} keeps crashing',
      value: 3,
      since,
      containerId: id,
    }))
    await incidents.observe({ at: new Date(), findings, dependsOn: new Map() }, async () => () => undefined)
    const looper = (await incidents.listOpen(pool)).find(({ subject }) => subject === 'looper')
    await inTransaction(pool, (tx) => incidents.mute(tx, looper?.id ?? '', { id: ANA.id, name: 'Ana' }))
    const { text } = await ask()
    expect(text).toMatch(
      /^🔴 One thing needs attention now\n\n🔴 Container web-1 ended with an error \(code 3\), since/,
    )
    const clock = since.toLocaleTimeString('en-GB', { timeZone: 'Europe/Madrid', hour: '2-digit', minute: '2-digit' })
    expect(text).toMatch(new RegExp(`web-1 ended with an error \\(code 3\\), since \\w+ ${clock}`))
    expect(text).toContain('🔕 Container looper ended with an error (code 3) (muted)')
  })

  it('remembers since when something has been wrong', async () => {
    const down = [containerWith({ name: 'web-1', state: 'exited', exitCode: 3 })]
    await start({ probes: { containers: async () => ok(down) } })
    await nexus.app.ops.health.sample()
    expect(await queryAll(nexus, 'select jsonb_array_length(findings) as n from sample')).toEqual([
      { n: expect.anything() },
    ])
    await nexus.restart()
    const { text } = await ask()
    expect(text).toMatch(/Container web-1 ended with an error \(code 3\), since today \d\d:\d\d/)
  })
})

const gap = findEngineGap()

describe.skipIf(gap)(`/health on a real Docker Engine${gap ? ` (${gap})` : ''}`, () => {
  it('tells of a container that has crashed, and not of one whose work is done', async () => {
    const engine = await startEngine()
    const nexus = await startNexus({ env: { DOCKER_HOST: engine.host } })
    try {
      engine.run('web-shop')
      engine.run('worker', { script: 'exit 7' })
      engine.run('nightly', { script: 'exit 0' })
      engine.docker('wait', 'worker', 'nightly')
      nexus.api.sendText(ANA, '/health')
      const { id, text } = await nexus.waitForText('Processor')
      expect(text).toContain('📦 1 of 3 containers running')
      expect(text).toContain(
        '🔴 Container worker ended with an error (code 7)\n   Its last lines say why: /logs worker',
      )
      expect(text).not.toContain('nightly')
      const chat = openChat(nexus)
      await chat.openMenu(id, '🔎', '🔙')
      for (const line of ['🟢 web-shop running', '🔴 worker exited', '⚪️ nightly done'])
        expect(chat.message(id).text).toContain(line)
    } finally {
      await nexus.close()
      await engine.close()
    }
  })
})

describe('npm run health', () => {
  let machine: Machine
  beforeEach(async () => {
    machine = await startMachine()
  })
  afterEach(() => machine.close())
  const run = (args: string[] = [], env: Record<string, string> = {}) =>
    machine.start('src/cli/health.ts', args, { DOCKER_HOST: 'unix:///nowhere.sock', ...env }).ended

  it('works beside a bot that runs', async () => {
    await machine.startBot()
    const { code, stdout, stderr } = await run()
    expect([code, stderr]).toEqual([expect.any(Number), ''])
    expect(stdout).toMatch(/🧠 Memory \d+ %/)
    if (machine.databaseUrl === null) expect(stdout).toContain('in use by a Nexus that runs')
    else expect(stdout).toContain('🗄 PostgreSQL')
    expect(await readdir(machine.dataDir)).not.toContain('nexus.lock.next')
  })

  it('needs no token and no bot, and prints one JSON object when asked to', async () => {
    const { code, stdout } = await run(['--json'], { TELEGRAM_BOT_TOKEN: '' })
    const { ok: isOk, findings, snapshot } = JSON.parse(stdout)
    expect(code).toBe(isOk ? 0 : 1)
    expect(findings).toEqual(expect.any(Array))
    expect(snapshot).toMatchObject({ memory: { kind: 'ok' }, disks: { kind: 'ok' }, containers: { kind: 'absent' } })
  })

  it('ends with 1 when something is critical: a database that does not answer', async () => {
    const { code, stdout } = await run([], { DATABASE_URL: 'postgres://nobody:hidden-word@127.0.0.1:9/none' })
    expect(code).toBe(1)
    expect(stdout).toMatch(/^🔴 /)
    expect(stdout).toContain('Database cannot be read')
    expect(stdout).not.toContain('hidden-word')
  })

  it('ends with 2 on a wrong word, and on a wrong configuration', async () => {
    expect(await run(['--fast'])).toMatchObject({ code: 2, stdout: '' })
    const wrong = await run([], { TZ: 'Nowhere' })
    expect(wrong).toMatchObject({ code: 2, stdout: '' })
    expect(wrong.stderr).toContain('TZ')
  })

  it('leaves a data folder that was never used as it is', async () => {
    const dataDir = join(machine.dataDir, 'never')
    expect((await run([], { DATABASE_URL: '', NEXUS_DATA_DIR: dataDir })).stdout).toContain('made at the first start')
    expect(await readdir(machine.dataDir)).not.toContain('never')
  })
})
