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
})
