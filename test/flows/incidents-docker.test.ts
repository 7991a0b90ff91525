import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { absent } from '../../ops/snapshot/reading.ts'
import { openChat } from '../support/chat.ts'
import { type Engine, findEngineGap, MANAGED, startEngine } from '../support/containers.ts'
import { ANA, type Nexus, startNexus } from '../support/nexus.ts'
import { createScriptedMonitor } from '../support/scripted-monitor.ts'

const gap = findEngineGap()
/** Nothing of the machine that runs the tests: its disk may be full. */
const nothing = async () => absent('not in this test')
const PROBES = {
  disks: nothing,
  memory: nothing,
  temperature: nothing,
  units: nothing,
  database: nothing,
  bot: nothing,
}
const TIMING = { stableMs: 1_500, suspectStableMs: 4_000, giveUpMs: 10_000, everyMs: 200 }
const BEYOND_START_MS = 10_500
/** From the event to the message, as the product promises. */
const ALERT_MS = 5_000

describe.skipIf(gap)(`alerts about real containers${gap ? ` (${gap})` : ''}`, () => {
  let engine: Engine
  let nexus: Nexus
  beforeAll(async () => {
    engine = await startEngine()
  })
  afterAll(() => engine.close())
  afterEach(async () => {
    await nexus.close()
    const all = engine.docker('ps', '--all', '--quiet').split('\n').filter(Boolean)
    if (all.length > 0) engine.docker('rm', '--force', ...all)
  })
  const said = () => nexus.api.messages(ANA.id).filter(({ from }) => from === 'bot')

  it('one that crashes is told within five seconds, with why, and a button starts it again', async () => {
    nexus = await startNexus({
      watch: true,
      env: { DOCKER_HOST: engine.host },
      overrides: { ops: { probes: PROBES, timing: TIMING } },
    })
    nexus.api.open(ANA)
    engine.run('shop', { labels: MANAGED })
    engine.run('other', { labels: MANAGED })
    await nexus.app.ops.monitor.look(new AbortController().signal)
    // Of one that ends sooner nobody says that a start helps.
    const startedAt = Date.parse(engine.docker('inspect', '--format', '{{.State.StartedAt}}', 'shop'))
    await vi.waitUntil(() => Date.now() - startedAt > BEYOND_START_MS, { timeout: 20_000 })
    engine.signal('shop', 'USR1')
    const alert = await nexus.api.waitFor(() => said()[0], 'the alert', ALERT_MS)
    expect(alert.text).toMatch(/^🔴 Container shop /)
    await nexus.api.waitFor(() => alert.text.includes('🔎'), 'the cause')
    const start = await nexus.api.waitFor(
      () =>
        openChat(nexus)
          .labels(alert.id)
          .find((label) => /Start|Restart/.test(label)),
      'a button that repairs',
    )
    await nexus.api.tap(ANA, ANA.id, alert.id, start)
    const card = await nexus.api.waitFor(() => nexus.findWith('✅ Start') ?? nexus.findWith('✅ Restart'), 'the card')
    await nexus.api.tap(ANA, ANA.id, card.id, '✅')
    await nexus.waitForText('Done')
    expect(engine.docker('inspect', '--format', '{{.State.Status}}', 'shop')).toBe('running')
    expect(said().filter(({ text }) => text.startsWith('🔴'))).toHaveLength(1)
  })

  it('a database that dies with what hangs on it is one message', async () => {
    nexus = await startNexus({
      watch: true,
      env: { DOCKER_HOST: engine.host },
      overrides: { ops: { probes: PROBES, timing: TIMING } },
    })
    nexus.api.open(ANA)
    engine.run('db', { labels: MANAGED })
    const names = ['web', 'api', 'cron']
    for (const name of names) engine.run(name, { labels: { ...MANAGED, 'nexus.depends-on': 'db' } })
    await nexus.app.ops.monitor.look(new AbortController().signal)
    for (const name of ['web', 'db', 'api', 'cron']) engine.signal(name, 'USR1')
    await nexus.api.waitFor(() => names.every((name) => said()[0]?.text.includes(name)), 'all of it', 10_000)
    await nexus.service.idle()
    expect(said().map(({ text }) => text.split('\n')[0])).toEqual([expect.stringMatching(/^🔴 Container db /)])
  })

  it('lines that nobody wants to hear of: what it would hide is shown first, and the pattern has no secret in it', async () => {
    const watch = createScriptedMonitor()
    const env = { DOCKER_HOST: engine.host, GROQ_API_KEY: 'gsk_a-key-that-nobody-may-see' }
    nexus = await startNexus({ env, overrides: { ops: { monitor: watch.monitor } } })
    nexus.api.open(ANA)
    const script = `i=0; while [ $i -lt 20 ]; do echo "error: request $i with gsk_a-key-that-nobody-may-see was slow"; echo "all is fine"; i=$((i+1)); done; sleep 600`
    const containerId = engine.run('chatty', { script, labels: { 'nexus.log-pattern': 'error' } })
    await watch.see([
      watch.finding('log-pattern', 'chatty', { severity: 'warning', containerId, words: 'Container {} complains' }),
    ])
    const alert = await nexus.waitForText('Container chatty complains')
    await nexus.service.idle()
    await nexus.api.tap(ANA, ANA.id, alert.id, '🙈')
    const offer = await nexus.waitForText('Ignore lines of')
    expect(offer.text).toContain('error: request * with * was slow')
    expect(offer.text).toContain('it would have hidden 20 of 40 lines')
    expect(offer.text).not.toContain('gsk_')
    expect(await nexus.app.ops.incidents.listMutes(nexus.db.pool)).toEqual([])
    expect((await nexus.api.tap(ANA, ANA.id, offer.id, '🙈')).text).toContain('Ignored.')
    expect(await nexus.app.ops.incidents.listMutes(nexus.db.pool)).toMatchObject([
      { kind: 'ignore', subject: 'chatty', pattern: 'error: request * with * was slow' },
    ])
    nexus.api.sendText(ANA, '/mutes')
    expect((await nexus.waitForText('Not heard')).text).toContain(
      '🙈 chatty: lines like error: request * with * was slow · since',
    )
    await nexus.api.tap(ANA, ANA.id, alert.id, '🙈')
    await nexus.waitForText('nothing to ignore by')
    const quote = 'error: cannot write spool'
    engine.docker('exec', 'chatty', 'sh', '-c', `echo "${quote}" > /proc/1/fd/1`)
    const given = { severity: 'warning' as const, containerId, words: 'Container {} complains', quote }
    await watch.see([watch.finding('log-pattern', 'chatty', given)])
    await nexus.service.idle()
    expect(alert.text).toContain(`Container chatty complains\n${quote}\n🔎`)
    expect(alert.text).not.toContain('was slow')
  })
})
