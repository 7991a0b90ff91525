import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Engine, findEngineGap, startEngine } from '../../support/containers.ts'
import { startWatch, type Watch } from '../../support/monitor.ts'

const gap = findEngineGap()

describe.skipIf(gap)(`a monitor on a real Docker Engine${gap ? ` (${gap})` : ''}`, () => {
  let engine: Engine
  let watch: Watch
  beforeAll(async () => {
    engine = await startEngine()
    watch = startWatch(engine.host)
    await watch.until(() => true, 'the first look')
  })
  afterAll(async () => {
    await watch.stop()
    await engine.close()
  })
  const rulesOf = (subject: string) =>
    (watch.observations.at(-1)?.findings ?? []).filter((one) => one.subject === subject).map(({ rule }) => rule)
  const everFound = (subject: string) =>
    watch.observations.some(({ findings }) => findings.some((one) => one.subject === subject))

  it('tells of a container that crashed, with its code and its id', async () => {
    const id = engine.run('crash')
    engine.signal('crash', 'USR1')
    const { findings } = await watch.untilFinding('container-died', 'crash')
    expect(findings.find(({ subject }) => subject === 'crash')).toMatchObject({
      severity: 'critical',
      words: 'Container {} ended with an error (code 42)',
      value: 42,
      containerId: id,
    })
  })

  it('tells of one that the kernel killed for its memory', async () => {
    engine.run('eater', { script: 'x=a; while :; do x=$x$x; done', args: ['--memory', '16m'] })
    await watch.untilFinding('container-oom', 'eater')
    expect(rulesOf('eater')).toEqual(['container-oom'])
  })

  it('tells of a health check that fails', async () => {
    engine.run('sick', { health: true })
    engine.signal('sick', 'USR2')
    await watch.untilFinding('container-unhealthy', 'sick')
  })

  it('calls one that Docker brings back again and again a loop', async () => {
    engine.run('loop', { script: 'exit 3', args: ['--restart', 'always'] })
    await watch.untilFinding('container-loop', 'loop')
    expect(rulesOf('loop')).toContain('container-died')
    engine.docker('rm', '--force', 'loop')
  })

  it('is not deceived by labels that are called like the fields of an event', async () => {
    engine.run('liar', { labels: { exitCode: '0', signal: '15', name: 'innocent' } })
    engine.signal('liar', 'USR1')
    const { findings } = await watch.untilFinding('container-died', 'liar')
    expect(findings.find(({ subject }) => subject === 'liar')).toMatchObject({ value: 42 })
  })

  it('tells of one that was stopped and then cannot be started, which no event says', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'nexus-mount-'))
    const file = join(folder, 'app.conf')
    writeFileSync(file, '')
    const id = engine.run('unmounted', { args: ['--volume', `${file}:/app.conf`] })
    engine.docker('stop', '--time', '1', 'unmounted')
    await watch.monitor.look(AbortSignal.timeout(10_000))
    rmSync(file)
    mkdirSync(file)
    expect(() => engine.docker('start', 'unmounted')).toThrow()
    // The monitor's own look at the stop may have begun before the start failed, and this one would join it.
    await watch.monitor.look(AbortSignal.timeout(10_000))
    const { findings } = await watch.monitor.look(AbortSignal.timeout(10_000))
    rmSync(folder, { recursive: true })
    expect(findings.filter(({ subject }) => subject === 'unmounted')).toMatchObject([
      { rule: 'container-down', words: 'Container {} cannot be started', containerId: id },
    ])
    engine.docker('rm', 'unmounted')
  })

  it('says nothing of what people do: stop, restart, kill, and work that ends well', async () => {
    engine.run('deaf', { script: 'trap "" TERM; while :; do sleep 1; done' })
    engine.docker('restart', '--time', '1', 'deaf')
    engine.docker('stop', '--time', '1', 'deaf')
    engine.run('killed')
    engine.docker('kill', 'killed')
    engine.run('done', { script: 'exit 0' })
    engine.docker('wait', 'done')
    engine.run('marker')
    engine.signal('marker', 'USR1')
    await watch.untilFinding('container-died', 'marker')
    for (const name of ['deaf', 'killed', 'done']) expect(everFound(name)).toBe(false)
    // Also for those who only look.
    const { findings } = await watch.monitor.look(AbortSignal.timeout(10_000))
    expect(findings.map(({ subject }) => subject)).not.toContain('deaf')
    expect(findings.map(({ subject }) => subject)).not.toContain('killed')
  })

  it('reads logs by the label', async () => {
    const labels = { 'nexus.log-pattern': 'fatal*7|panic', 'nexus.log-rate': '2/5' }
    engine.run('talker', { labels, script: 'echo "fatal: code 7"; echo fine; sleep 0.1; echo PANIC; exec sleep 600' })
    await expect
      .poll(async () => (await watch.monitor.look(AbortSignal.timeout(10_000))).findings.map(({ rule }) => rule))
      .toContain('log-pattern')
    engine.docker('rm', '--force', 'talker')
  })

  it('is not kept busy by signals that mean nothing, and hears what comes after them', async () => {
    const id = engine.run('noisy', { script: 'trap : USR2; while :; do sleep 1; done' })
    const before = watch.observations.length
    await sendSignals(engine.socketPath, id, 300)
    engine.run('after-noise')
    engine.signal('after-noise', 'USR1')
    await watch.untilFinding('container-died', 'after-noise')
    expect(everFound('noisy')).toBe(false)
    expect(watch.observations.length - before).toBeLessThan(5)
  }, 60_000)

  it('hears of what happened while the bot was away, and of nothing twice', async () => {
    // The engine remembers 256 events, and each health check of the earlier ones makes three.
    engine.docker('rm', '--force', ...engine.docker('ps', '--all', '--quiet', '--no-trunc').split('\n').filter(Boolean))
    const settings = new Map<string, unknown>()
    const before = startWatch(engine.host, { settings })
    engine.run('heard')
    engine.signal('heard', 'USR1')
    await before.untilFinding('container-died', 'heard')
    await before.stop()
    engine.docker('rm', 'heard')
    const script = '[ -f /once ] || { echo > /once; exit 9; }; exec sleep 600'
    engine.run('brought-back', { script, args: ['--restart', 'on-failure'] })
    await expect
      .poll(() => engine.docker('inspect', '--format', '{{.RestartCount}} {{.State.Status}}', 'brought-back'))
      .toBe('1 running')
    const after = startWatch(engine.host, { settings })
    const { findings } = await after.untilFinding('container-died', 'brought-back')
    expect(findings.find(({ subject }) => subject === 'brought-back')).toMatchObject({ value: 9 })
    await after.stop()
  })

  it('goes on after the engine was restarted', async () => {
    await engine.restart()
    await watch.until(({ findings }) => !findings.some(({ subject }) => subject === 'Docker'), 'an engine again')
    engine.run('after-restart')
    engine.signal('after-restart', 'USR1')
    await watch.untilFinding('container-died', 'after-restart')
  }, 90_000)
})

/** Each is an event. As many at once as an engine answers without refusing. */
async function sendSignals(socketPath: string, id: string, count: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 20 })
  const send = () =>
    new Promise<void>((resolve, reject) => {
      const path = `/containers/${id}/kill?signal=USR2`
      const asked = request({ socketPath, path, method: 'POST', agent }, (answer) => {
        answer.resume()
        answer.on('end', resolve)
      })
      asked.on('error', reject).end()
    })
  let left = count
  const work = async () => {
    while (left-- > 0) await send()
  }
  await Promise.all(Array.from({ length: 20 }, work))
  agent.destroy()
}
