import { appendFileSync, statSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { proposeButton } from '../../handlers/views/action.ts'
import type { ActionRequest } from '../../ops/actions/definitions.ts'
import { insertSample } from '../../src/db/samples.ts'
import { queueMessage } from '../../src/messaging/outbox.ts'
import { openChat, queryAll } from '../support/chat.ts'
import { type Engine, findEngineGap, MANAGED, startEngine } from '../support/containers.ts'
import { ANA, type Nexus, startNexus } from '../support/nexus.ts'
import { createScriptedMonitor } from '../support/scripted-monitor.ts'

const gap = findEngineGap()
const TIMING = {
  stableMs: 1_500,
  suspectStableMs: 4_000,
  giveUpMs: 10_000,
  everyMs: 200,
  loadEveryMs: 1_000,
  laterLoadMs: 2_000,
}

let now = new Date()
const clock = { now: () => now }
let nexus: Nexus
let monitor: ReturnType<typeof createScriptedMonitor>
const open = async (env: Record<string, string>) => {
  now = new Date()
  monitor = createScriptedMonitor(clock.now)
  nexus = await startNexus({ env, overrides: { clock, ops: { timing: TIMING, monitor: monitor.monitor } } })
}
const pass = (seconds: number) => {
  now = new Date(now.getTime() + seconds * 1000)
}
const tick = async () => {
  await nexus.service.tick()
  await nexus.service.idle()
}
const ask = async (text: string, answer: string) => {
  nexus.api.sendText(ANA, text)
  return nexus.waitForText(answer)
}
const tap = (messageId: number, button: string) => nexus.api.tap(ANA, ANA.id, messageId, button)
/** A button as an alert or an answer would have it. */
let offers = 0
const offer = async (request: ActionRequest) => {
  offers += 1
  const html = `Something is wrong (${offers}).`
  nexus.api.open(ANA)
  const keyboard = [[proposeButton(request, '🛠 Fix')]]
  await queueMessage(nexus.db.pool, {
    chatId: ANA.id,
    content: { kind: 'text', html, keyboard },
  })
  await nexus.restart()
  const message = await nexus.waitForText(html)
  await tap(message.id, '🛠')
}

describe.skipIf(gap)(`actions from the chat, on a real Docker Engine${gap ? ` (${gap})` : ''}`, () => {
  let engine: Engine
  beforeAll(async () => {
    engine = await startEngine()
  })
  afterAll(() => engine.close())
  beforeEach(() => open({ DOCKER_HOST: engine.host }))
  afterEach(async () => {
    await nexus.close()
    const all = engine.docker('ps', '--all', '--quiet').split('\n').filter(Boolean)
    if (all.length > 0) engine.docker('rm', '--force', ...all)
  })
  const inspect = (name: string, what: string) => engine.docker('inspect', '--format', `{{${what}}}`, name)
  const until = async (look: () => boolean, what: string) => {
    for (let tries = 0; !look(); tries++) {
      if (tries === 200) throw new Error(`never: ${what}`)
      await pause(100)
    }
  }

  it('a stop of what others need asks twice', async () => {
    engine.run('db', { labels: MANAGED })
    engine.run('shop', { labels: { ...MANAGED, 'nexus.depends-on': 'db' } })
    const card = await ask('/stop db', 'Stop db')
    expect(card.text).toContain('What needs it: shop')
    const first = openChat(nexus).data(card.id, '✅')
    await tap(card.id, '✅')
    await nexus.waitForText('Really?')
    // Shown a moment before it is noted that the earlier buttons are dead.
    await nexus.service.idle()
    expect((await nexus.api.tap(ANA, ANA.id, card.id, first)).text).toContain('changed')
    expect(inspect('db', '.State.Status')).toBe('running')
    await tap(card.id, '✅ Yes')
    await nexus.waitForText('stopped, and it stays off')
    expect(inspect('db', '.State.Status')).toBe('exited')
  })

  it('what was called done and falls over later is said anew, also by a bot that was started since', async () => {
    const script =
      'trap "exit 0" TERM; while ! busybox test -f /crash; do sleep 1 & wait $!; done; busybox rm /crash; exit 4'
    engine.run('shop', { labels: MANAGED, script, args: ['--restart', 'always'] })
    const card = await ask('/restart shop', 'Restart shop')
    await tap(card.id, '✅')
    await nexus.waitForText('Done')
    await nexus.restart()
    engine.docker('exec', 'shop', 'busybox', 'touch', '/crash')
    await until(() => inspect('shop', '.RestartCount') === '1', 'restarted')
    pass(31)
    await tick()
    const told = await nexus.waitForText('Not fixed after all')
    expect(told.id).toBeGreaterThan(card.id)
    expect(told.text).toContain('restarted once more')
    expect(openChat(nexus).message(card.id).text).toMatch(/Not fixed.*31 s later: \w+.*, 1 restart/s)
    await ask('/audit', 'newest first')
    expect(openChat(nexus).said('newest first').at(-1)?.text).toMatch(/🔎 .* the bot · Restart shop: After 3\d s/)
  })

  const TURN = 'while :; do :; done'
  /** Told of in the minute before, and restarted by a tap. */
  const restartHog = async (script: string) => {
    const labels = { ...MANAGED, 'nexus.cpu-percent': '15' }
    engine.run('hog', { labels, script: `trap "exit 0" TERM; trap "echo turning; ${TURN}" USR1; ${script}` })
    const found = monitor.finding('container-cpu', 'hog', { value: 95, containerId: inspect('hog', '.Id') })
    const none = { cpuPercent: null, load1: null, memoryPercent: null, swapPercent: null, temperatureC: null }
    const empty = { ...none, receivedPerSecond: null, sentPerSecond: null, disks: {}, containers: {} }
    await insertSample(nexus.db.pool, { ...empty, minute: now, findings: [found] })
    pass(1)
    const card = await ask('/restart hog', 'Restart hog')
    await tap(card.id, '✅')
  }

  it('a restart does not fix what turns in a circle again', async () => {
    await restartHog(TURN)
    const { text } = await nexus.waitForText('Not fixed')
    expect(text).toMatch(/It runs, but (still )?takes .* processor.*: 95 % → \d+ %/)
    expect(text).toMatch(/Before: running, processor 95 %\nAfter: running, processor \d+ %/)
  })

  it('a restart of what turned in a circle is done when it rests, and is not when it turns again later', async () => {
    const rest = 'while :; do sleep 1 & wait $!; done'
    await restartHog(`if busybox test -f /again; then ${rest}; fi; busybox touch /again; ${TURN}`)
    expect((await nexus.waitForText('Done')).text).toMatch(/It takes less: processor 95 % → \d %/)
    engine.signal('hog', 'USR1')
    await until(() => engine.docker('logs', 'hog').includes('turning'), 'turning')
    pass(31)
    await tick()
    expect((await nexus.waitForText('Not fixed after all')).text).toMatch(/processor.*: 95 % → \d+ %/)
    // Two looks that wait for the engine's figures, on a machine that may be busy with itself.
  }, 90_000)

  it('unused images go, those with a name stay', async () => {
    engine.run('spare', { script: 'busybox dd if=/dev/zero of=/big bs=1M count=3' })
    engine.docker('wait', 'spare')
    engine.docker('commit', 'spare', 'old:1')
    engine.docker('rm', '--force', 'spare')
    engine.run('spare', { script: 'busybox dd if=/dev/zero of=/big bs=1M count=2' })
    engine.docker('wait', 'spare')
    engine.docker('commit', 'spare', 'old:1')
    const panel = await ask('/cleanup', 'Room and housekeeping')
    expect(panel.text).toMatch(/Remove unused images: Frees about [\d.]+ MB in 1 image/)
    await tap(panel.id, '🧹 Remove unused')
    const card = await nexus.waitForText('I ask twice')
    await tap(card.id, '✅')
    await nexus.waitForText('Really?')
    await tap(card.id, '✅')
    expect((await nexus.waitForText('Done')).text).toMatch(/Freed [\d.]+ MB/)
    expect(engine.docker('images', '--quiet', '--filter', 'dangling=true')).toBe('')
    expect(engine.docker('images', '--quiet', 'old:1')).not.toBe('')
    expect(engine.docker('images', '--quiet', 'nexus-test-app')).not.toBe('')
  })

  it('a log without a limit is emptied where it can be reached; one with a limit is left', async () => {
    const id = engine.run('chatty', { labels: MANAGED })
    const log = inspect('chatty', '.LogPath')
    const line = `${JSON.stringify({ log: 'x'.repeat(1_000), stream: 'stdout', time: '2026-01-01T00:00:00Z' })}\n`
    appendFileSync(log, line.repeat(12_000))
    // What a restart alone does to a log: nothing.
    engine.docker('restart', '--time', '1', 'chatty')
    expect(statSync(log).size).toBeGreaterThan(12_000_000)
    await offer({ kind: 'shrink-log', containerId: id, containerName: 'chatty' })
    const card = await nexus.waitForText('Empty the log of chatty')
    expect(card.text).toContain('Empties its log of 13 MB')
    await tap(card.id, '✅')
    await nexus.waitForText('Really?')
    await tap(card.id, '✅')
    expect((await nexus.waitForText('rid of its old log')).text).toContain('max-size')
    expect(statSync(log).size).toBeLessThan(10_000)
    expect(inspect('chatty', '.State.Status')).toBe('running')
    engine.run('limited', { labels: MANAGED, args: ['--log-opt', 'max-size=1m'] })
    await offer({ kind: 'shrink-log', containerId: inspect('limited', '.Id'), containerName: 'limited' })
    await nexus.waitForText('limited already (max-size 1m)')
  })
})

describe('actions without Docker', () => {
  beforeEach(() => open({ DOCKER_HOST: 'unix:///nowhere/docker.sock' }))
  afterEach(() => nexus.close())

  it('/cleanup says what can be done and what cannot, and a backup and a vacuum are made from it', async () => {
    const panel = await ask('/cleanup', 'Room and housekeeping')
    expect(panel.text).toContain('Remove unused images: There is no Docker socket')
    expect(panel.text).toContain('reads it back. There is none yet.')
    await tap(panel.id, '🗄 Vacuum')
    const card = await nexus.waitForText('Vacuum the database?')
    await tap(card.id, '✅')
    await nexus.waitForText('the database is vacuumed')
    await tap(panel.id, '💾 Make')
    const backup = await nexus.waitForText('Make a backup?')
    await tap(backup.id, '✅')
    expect((await nexus.waitForText('a backup is made')).text).toContain('read back, and is whole')
  })

  it('the schedule is paused and resumed by the same cards, and so is a carousel stopped and taken up again', async () => {
    await ask('/schedule 18:30 weekdays', 'Schedule')
    await offer({ kind: 'pause-schedule' })
    const card = await nexus.waitForText('Pause the schedule?')
    expect(card.text).toContain('/schedule resume')
    await tap(card.id, '✅')
    await nexus.waitForText('the schedule is paused')
    await offer({ kind: 'pause-schedule' })
    await nexus.waitForText('It is paused already')
    await queryAll(
      nexus,
      `insert into run (brand, source, idempotency_key, status, failure, chat_id)
       values ('factsmind', 'command', 'k', 'failed', '{"code": "unavailable", "message": "m", "retryable": true}', $1)`,
      [ANA.id],
    )
    const [run] = await queryAll(nexus, 'select id from run')
    await offer({ kind: 'cancel-run', runId: run.id })
    await nexus.waitForText('It is not being made just now')
    await offer({ kind: 'retry-run', runId: run.id })
    const retry = await nexus.waitForText('Make it again?')
    await tap(retry.id, '✅')
    await nexus.waitForText('it is in the making')
  })

  it('an end that could not be written down is looked up by the running bot, and nothing is done again', async () => {
    await ask('/help', 'What I can do')
    await queryAll(
      nexus,
      `insert into action_proposal (kind, target, chat_id, proposed_by, proposed_at, expires_at, status, claimed_by,
         claimed_by_name, claimed_at)
       values ('vacuum', 'data', $1, $1, $2, $2, 'running', $1, 'Ana', $2)`,
      [ANA.id, now],
    )
    await tick()
    expect(openChat(nexus).said('Unknown')).toEqual([])
    pass(16 * 60)
    await tick()
    expect((await nexus.waitForText('Unknown')).text).toContain('have not done it again')
    const [row] = await queryAll(nexus, 'select status from action_proposal')
    expect(row).toEqual({ status: 'done' })
  })

  it('only an owner in a private chat may ask', async () => {
    for (const text of ['/audit', '/heal on', '/cleanup']) {
      nexus.api.sendText(ANA, text, { chat: { id: -100_200, type: 'supergroup', title: 'Team' } })
    }
    await nexus.service.idle()
    expect(await queryAll(nexus, 'select count(*) as n from action_audit')).toEqual([{ n: 0 }])
    await ask('/audit', 'Nothing was proposed or done yet')
    await ask('/audit x', 'I read /audit')
    await ask('/heal maybe', 'I read /heal on')
  })
})
