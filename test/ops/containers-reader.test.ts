import { describe, expect, it } from 'vitest'
import { createContainersReader } from '../../ops/snapshot/containers.ts'
import { parseContainer } from '../../src/docker/container.ts'
import type { Docker } from '../../src/docker/engine.ts'
import { StatsSample } from '../../src/docker/stats.ts'
import { describeContainer } from '../support/docker-server.ts'

const WEB = 'a'.repeat(64)
const MUTE = 'b'.repeat(64)
const START_MS = Date.parse('2026-11-22T12:00:00Z')

/** An engine with two containers, of which one gives no figures. */
function createEngine() {
  let second = 0
  let busyMs = 0
  const list = async () => [WEB, MUTE].map((id) => parseContainer(describeContainer(id, id === WEB ? 'web' : 'mute')))
  const sample: Docker['sample'] = async (id) => {
    if (id === MUTE) throw new Error('no figures')
    return StatsSample.parse({
      read: new Date(START_MS + second * 1_000).toISOString(),
      cpu_stats: { cpu_usage: { total_usage: busyMs * 1_000_000 } },
      memory_stats: { usage: 120_000_000, limit: 500_000_000, stats: { inactive_file: 20_000_000 } },
    })
  }
  return {
    pass: (seconds: number, busy: number) => {
      second += seconds
      busyMs += busy * 1_000
    },
    findDocker: async () => ({ kind: 'ready' as const, docker: { list, sample } as unknown as Docker }),
  }
}

async function read(reader: ReturnType<typeof createContainersReader>) {
  const reading = await reader.read()
  if (reading.kind !== 'ok') throw new Error(reading.why)
  return new Map(reading.value.map((one) => [one.name, one]))
}

describe('figures of containers', () => {
  it('are the mean since the look before, without waiting for a second sample', async () => {
    const engine = createEngine()
    const reader = createContainersReader(engine.findDocker)
    expect((await read(reader)).get('web')).toMatchObject({ cpuPercent: null, memoryBytes: 100_000_000 })
    engine.pass(60, 30)
    expect((await read(reader)).get('web')).toMatchObject({ cpuPercent: 50, memoryLimitBytes: 500_000_000 })
  })

  it('stay what they were when somebody looks again in the same second', async () => {
    const engine = createEngine()
    const reader = createContainersReader(engine.findDocker)
    await read(reader)
    engine.pass(60, 30)
    await read(reader)
    engine.pass(0.4, 0.4)
    expect((await read(reader)).get('web')?.cpuPercent).toBe(50)
    engine.pass(59.6, 5.6)
    expect((await read(reader)).get('web')?.cpuPercent).toBe(10)
  })

  it('are not told of a time so long that they say nothing of now', async () => {
    const engine = createEngine()
    const reader = createContainersReader(engine.findDocker)
    await read(reader)
    engine.pass(3_600, 30)
    expect((await read(reader)).get('web')?.cpuPercent).toBeNull()
  })

  it('are missing for one that does not answer, which is listed all the same', async () => {
    const reader = createContainersReader(createEngine().findDocker)
    expect((await read(reader)).get('mute')).toMatchObject({ state: 'running', cpuPercent: null, memoryBytes: null })
  })
})

describe('a Docker that is not there', () => {
  const findDocker = async () => ({ kind: 'absent' as const, reason: 'Docker cannot be reached' })

  it('is no fault where there never was one, and one where it was until lately', async () => {
    expect(await createContainersReader(findDocker).read()).toMatchObject({ kind: 'absent' })
    const memory = { wasStopped: () => false, expectsDocker: () => true }
    expect(await createContainersReader(findDocker, memory).read()).toEqual({
      kind: 'failed',
      why: 'Docker cannot be reached',
    })
  })
})
