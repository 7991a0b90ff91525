import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
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

async function read(reader: ReturnType<typeof createContainersReader>, patience?: 'short' | 'long') {
  const reading = await reader.read(patience)
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

/** An engine under load: each container's figures take their time, and some never come. */
function createSlowEngine(takesMs: readonly number[], startedAt = '2026-11-22T11:00:00Z') {
  const ids = takesMs.map((_, index) => index.toString(16).padStart(64, 'a'))
  const asked: number[] = []
  const state = { startedAt }
  const list = async () =>
    ids.map((id, index) => ({
      ...parseContainer(describeContainer(id, `c${index}`)),
      startedAt: new Date(state.startedAt),
    }))
  const sample = (id: string, signal: AbortSignal) => {
    const index = ids.indexOf(id)
    asked.push(index)
    const { promise, resolve, reject } = Promise.withResolvers<StatsSample>()
    const answer = () =>
      resolve(
        StatsSample.parse({
          read: new Date().toISOString(),
          cpu_stats: { cpu_usage: { total_usage: 0 } },
          memory_stats: { usage: 1_000_000 },
        }),
      )
    setTimeout(answer, takesMs[index])
    signal.addEventListener('abort', () => reject(new Error('cut off')))
    return promise
  }
  const findDocker = async () => ({ kind: 'ready' as const, docker: { list, sample } as unknown as Docker })
  return { findDocker, asked, restartAll: (at: string) => Object.assign(state, { startedAt: at }) }
}

describe('figures of an engine under load', () => {
  beforeEach(() => {
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'],
      now: new Date('2026-11-22T12:00:00Z'),
    })
  })
  afterEach(() => {
    vi.useRealTimers()
  })
  const NEVER_MS = 3_600_000
  type Reader = ReturnType<typeof createContainersReader>
  /** Whose figures a read tells after so long. */
  const look = async (reader: Reader, patience: 'short' | 'long', afterMs: number) => {
    let known: string[] | null = null
    void read(reader, patience).then((seen) => {
      known = [...seen.values()].flatMap(({ name, memoryBytes }) => (memoryBytes === null ? [] : [name]))
    })
    await vi.advanceTimersByTimeAsync(afterMs)
    return known
  }
  const names = (count: number, from = 0) => Array.from({ length: count }, (_, index) => `c${index + from}`)

  it('the watching waits five seconds for them, a person not a whole one', async () => {
    const reader = createContainersReader(createSlowEngine([2_000]).findDocker)
    expect(await look(reader, 'short', 600)).toEqual([])
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await look(reader, 'long', 1_999)).toBeNull()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await look(reader, 'long', 2_000)).toEqual(['c0'])
    await vi.advanceTimersByTimeAsync(200_000)
    const stuck = createContainersReader(createSlowEngine([NEVER_MS]).findDocker)
    expect(await look(stuck, 'long', 4_999)).toBeNull()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await look(stuck, 'long', 5_000)).toEqual([])
  })

  it('begin with those whose turn is longest ago, so that none is left out twice', async () => {
    const engine = createSlowEngine(Array.from({ length: 8 }, () => 3_000))
    const reader = createContainersReader(engine.findDocker)
    expect(await look(reader, 'long', 55_000)).toEqual(names(4))
    engine.asked.length = 0
    expect(await look(reader, 'long', 55_000)).toEqual(names(8))
    expect(engine.asked.slice(0, 4)).toEqual([4, 5, 6, 7])
    engine.asked.length = 0
    await look(reader, 'long', 55_000)
    expect(engine.asked.slice(0, 4)).toEqual([0, 1, 2, 3])
  })

  it('are not held up for good by those that never answer', async () => {
    const engine = createSlowEngine([...Array.from({ length: 4 }, () => NEVER_MS), 10, 10, 10])
    const reader = createContainersReader(engine.findDocker)
    expect(await look(reader, 'long', 55_000)).toEqual([])
    for (let minute = 0; minute < 5; minute++) expect(await look(reader, 'long', 55_000)).toEqual(names(3, 4))
  })

  it('are told without those that are missing when something happens, and what comes in later counts at the next look', async () => {
    const reader = createContainersReader(createSlowEngine([10, 3_000]).findDocker)
    const waiting = look(reader, 'long', 1_000)
    expect(await waiting).toBeNull()
    const hurried = read(reader, 'long')
    reader.hurry()
    expect([...(await hurried).values()].map(({ memoryBytes }) => memoryBytes)).toEqual([1_000_000, null])
    await vi.advanceTimersByTimeAsync(3_000)
    expect(await look(reader, 'short', 600)).toEqual(['c0', 'c1'])
  })

  it('stand for themselves for a minute and a half, and never for another run', async () => {
    const takesMs = [10]
    const engine = createSlowEngine(takesMs)
    const reader = createContainersReader(engine.findDocker)
    await look(reader, 'long', 30_000)
    takesMs[0] = NEVER_MS
    expect(await look(reader, 'long', 30_000)).toEqual(['c0'])
    engine.restartAll('2026-11-22T12:00:40Z')
    expect(await look(reader, 'long', 10_000)).toEqual([])
    engine.restartAll('2026-11-22T11:00:00Z')
    expect(await look(reader, 'long', 10_000)).toEqual(['c0'])
    expect(await look(reader, 'long', 10_000)).toEqual(['c0'])
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await look(reader, 'long', 10_000)).toEqual([])
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
