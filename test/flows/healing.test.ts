import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
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

describe.skipIf(gap)(`healing, on a real Docker Engine${gap ? ` (${gap})` : ''}`, () => {
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
  const sick = (name: string, rule: 'container-died' | 'container-unhealthy') =>
    monitor.finding(rule, name, {
      containerId: inspect(name, '.Id'),
      since: new Date(now.getTime() - 60_000),
    })

  it('healing restarts a dead and an unhealthy container, tells it, and leaves what is not managed', async () => {
    await ask('/heal', 'Healing is off')
    await ask('/heal on', 'Healing is on (turned on by Ana')
    engine.run('shop', {
      labels: MANAGED,
      script: 'busybox test -f /tried && busybox sleep 600; busybox touch /tried; exit 3',
    })
    engine.run('foreign', { script: 'exit 3' })
    engine.docker('wait', 'shop', 'foreign')
    await monitor.see([sick('shop', 'container-died'), sick('foreign', 'container-died')])
    await nexus.service.idle()
    const told = await nexus.waitForText('Done')
    expect(told.text).toContain('(healing)')
    expect(inspect('shop', '.State.Status')).toBe('running')
    expect(inspect('foreign', '.State.Status')).toBe('exited')
    engine.run('web', { labels: MANAGED, health: true })
    await until(() => inspect('web', '.State.Health.Status') === 'healthy', 'healthy')
    engine.signal('web', 'USR2')
    await until(() => inspect('web', '.State.Health.Status') === 'unhealthy', 'unhealthy')
    await monitor.see([sick('web', 'container-unhealthy')])
    await nexus.service.idle()
    expect(inspect('web', '.State.Health.Status')).toBe('healthy')
    await ask('/heal status', '2 of 6')
  })

  it('healing gives up on a container that does not stay up, and calls once', async () => {
    await ask('/heal on', 'Healing is on')
    engine.run('broken', { labels: MANAGED, script: 'exit 9' })
    engine.docker('wait', 'broken')
    for (let tries = 0; tries < 6; tries++) {
      await monitor.see([sick('broken', 'container-died')])
      await nexus.service.idle()
      pass(500)
    }
    await nexus.service.idle()
    expect(openChat(nexus).said('needs you')).toHaveLength(1)
    expect(openChat(nexus).said('Done')).toEqual([])
    const rows = await queryAll(nexus, `select outcome->>'kind' as kind from action_proposal`)
    expect(rows).toEqual(Array(3).fill({ kind: 'not-fixed' }))
    expect(nexus.findWith('🔄 Restart it myself')).toBeDefined()
  })

  it('a call for a loop that was just told of stands in its alert, and rings nobody again', async () => {
    await ask('/heal on', 'Healing is on')
    engine.run('loop', { labels: MANAGED, script: 'sleep 0.2; exit 4', args: ['--restart', 'always'] })
    await until(() => Number(inspect('loop', '.RestartCount')) > 2, 'looping')
    const since = new Date(now.getTime() - 60_000)
    const looping = monitor.finding('container-loop', 'loop', { containerId: inspect('loop', '.Id'), since })
    await monitor.see([looping])
    const alert = await nexus.waitForText('It needs you: healing leaves it alone.')
    expect(alert.text).toContain('container-loop loop')
    expect(openChat(nexus).said('needs you')).toHaveLength(1)
    await ask('/heal', 'loop needs you')
  })

  it('a later look only changes the card when an alert has told of the same crash', async () => {
    const script =
      'trap "exit 0" TERM; while ! busybox test -f /crash; do sleep 1 & wait $!; done; busybox rm /crash; exit 4'
    engine.run('shop', { labels: MANAGED, script })
    const card = await ask('/restart shop', 'Restart shop')
    await tap(card.id, '✅')
    await nexus.waitForText('Done')
    await nexus.service.idle()
    pass(61)
    engine.docker('exec', 'shop', 'busybox', 'touch', '/crash')
    engine.docker('wait', 'shop')
    await monitor.see([monitor.finding('container-died', 'shop', { containerId: inspect('shop', '.Id') })])
    await nexus.service.idle()
    await tick()
    await nexus.waitForText('Not fixed: ')
    expect(openChat(nexus).message(card.id).text).toContain('It ended again by itself')
    expect(openChat(nexus).said('Not fixed after all')).toEqual([])
    expect(openChat(nexus).said('container-died')).toHaveLength(1)
  })

  it('under memory pressure what may be spared is offered, stopped on a tap, and comes back when there is room', async () => {
    engine.run('games', { labels: { ...MANAGED, 'nexus.expendable': 'true' } })
    nexus.api.open(ANA)
    const memory = monitor.finding('memory', '', { words: 'Memory is 94 % used' })
    await monitor.see([memory])
    const card = await nexus.waitForText('Memory is short')
    expect(card.text).toMatch(/Memory is 94 % used; this one takes \d+/)
    expect(openChat(nexus).labels(card.id)).toEqual(['✅ Stop it', '✅ Stop, and start it again later', '✖️ Leave it'])
    await tap(card.id, '✅ Stop, and')
    await nexus.waitForText('stopped, and it stays off')
    expect(inspect('games', '.State.Status')).toBe('exited')
    await monitor.see([])
    await nexus.waitForText('started, and it stays up')
    expect(inspect('games', '.State.Status')).toBe('running')
  })
})
