import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Docker, ENGINE_LIMITS } from '../../src/docker/engine.ts'
import { openDocker } from '../../src/docker/open-docker.ts'
import { type Engine, findEngineGap, startEngine } from '../support/containers.ts'
import { createTestLog } from '../support/log.ts'

const gap = findEngineGap()
/** The machine of the tests may be slow; the limit of time has a test of its own. */
const limits = { ...ENGINE_LIMITS, logsMs: 60_000, readMs: 60_000, inspectMs: 60_000 }

describe.skipIf(gap)(`a real Docker Engine${gap ? ` (${gap})` : ''}`, () => {
  let engine: Engine
  let docker: Docker
  beforeAll(async () => {
    engine = await startEngine()
    const state = await openDocker({ host: engine.host, log: createTestLog().log, limits })()
    if (state.kind === 'absent') throw new Error(state.reason)
    docker = state.docker
  })
  afterAll(() => engine.close())

  const find = async (name: string) => {
    const container = (await docker.list()).find((one) => one.name === name)
    if (!container) throw new Error(`no container ${name}`)
    return container
  }
  const wish = { lines: 50, maxBytes: 100_000 }

  it('lists running and ended containers with state, exit code, labels and image, and no values of their environment', async () => {
    const id = engine.run('list-up', { labels: { 'nexus.managed': 'true' } })
    engine.run('list-down', { script: 'exit 3' })
    engine.docker('wait', 'list-down')
    expect(await find('list-up')).toMatchObject({
      id,
      state: 'running',
      health: null,
      restarts: 0,
      image: 'nexus-test-app',
      labels: { 'nexus.managed': 'true' },
    })
    const down = await find('list-down')
    expect(down).toMatchObject({ state: 'exited', exitCode: 3, oomKilled: false })
    expect(JSON.stringify(down)).not.toContain('hunter2')
  })

  it('gives the share of the processor from two samples', async () => {
    engine.run('busy', { script: 'while :; do :; done' })
    const { id } = await find('busy')
    const stats = await docker.stats(id)
    expect(stats.cpuPercent).toBeGreaterThan(10)
    expect(stats.memoryBytes).toBeGreaterThan(0)
    engine.docker('rm', '--force', 'busy')
  })

  it('reads both outputs of a container without a terminal, without frames, colours and control signs', async () => {
    engine.run('colours', {
      script: `printf '\\033[31mred\\033[0m\\n\\007bell\\n'; echo on-stderr >&2; printf 'a\\342\\200\\256b\\n'`,
    })
    engine.docker('wait', 'colours')
    const { text, cut } = await docker.logs(await find('colours'), wish)
    expect(text.split('\n').sort()).toEqual(['', 'ab', 'bell', 'on-stderr', 'red'])
    expect(cut).toBe(false)
  })

  it('reads the output of a container with a terminal as it is', async () => {
    engine.run('terminal', { script: 'echo hello', args: ['--tty'] })
    engine.docker('wait', 'terminal')
    const container = await find('terminal')
    expect(container.tty).toBe(true)
    expect((await docker.logs(container, wish)).text).toBe('hello\n')
  })

  it('gives the last lines only', async () => {
    engine.run('many-lines', { script: 'i=0; while [ $i -lt 500 ]; do echo line $i; i=$((i+1)); done' })
    engine.docker('wait', 'many-lines')
    const { text } = await docker.logs(await find('many-lines'), { lines: 3, maxBytes: 1000 })
    expect(text).toBe('line 497\nline 498\nline 499\n')
  })

  it('stays within its bytes when 200 MB come without a line feed, and keeps the end', async () => {
    engine.run('flood', {
      script: 'busybox dd if=/dev/zero bs=1M count=200 2>/dev/null | busybox tr "\\0" x; echo THE-END',
    })
    engine.docker('wait', 'flood')
    const before = process.memoryUsage().rss
    const { text, cut } = await docker.logs(await find('flood'), { lines: 100_000, maxBytes: 100_000 })
    expect(cut).toBe(true)
    expect(text.length).toBeLessThanOrEqual(100_000)
    expect(text.slice(-10)).toBe('xxTHE-END\n')
    expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000)
    engine.docker('rm', '--force', 'flood')
  }, 120_000)

  it('restarts, stops and starts, and takes "it was so already" for done', async () => {
    engine.run('changes')
    const { id, startedAt } = await find('changes')
    const options = { graceSeconds: 5 }
    await docker.restart(id, options)
    expect((await docker.inspect(id)).startedAt).not.toEqual(startedAt)
    await docker.stop(id, options)
    await docker.stop(id, options)
    expect((await docker.inspect(id)).state).toBe('exited')
    await docker.start(id, options)
    await docker.start(id, options)
    expect((await docker.inspect(id)).state).toBe('running')
  })

  it('says so when a container has gone since it was listed', async () => {
    engine.run('vanishing')
    const { id } = await find('vanishing')
    engine.docker('rm', '--force', 'vanishing')
    await expect(docker.inspect(id)).rejects.toMatchObject({ code: 'not_found' })
    await expect(docker.restart(id, { graceSeconds: 1 })).rejects.toMatchObject({ code: 'not_found' })
    expect((await docker.list()).map((one) => one.name)).not.toContain('vanishing')
  })
})
