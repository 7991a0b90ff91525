import { describe, expect, it } from 'vitest'
import { type Timing, watchUntilStable } from '../../ops/actions/watch.ts'
import { type Container, parseContainer } from '../../src/docker/container.ts'
import type { ContainerId } from '../../src/docker/container-id.ts'
import { Failure } from '../../src/failure.ts'
import { describeContainer } from '../support/docker-server.ts'

const ID = 'a'.repeat(64) as ContainerId
const base = parseContainer(describeContainer(ID, 'app'))
const at = (second: number): Container => ({ ...base, startedAt: new Date(second * 1000) })

/** Time passes only where the watcher waits; `look` says what there is to see at a second. */
function watch(
  look: (second: number) => Container | Failure,
  options: { wants?: 'running' | 'stopped'; suspect?: boolean } = {},
) {
  let ms = 0
  const timing: Timing = {
    stableMs: 8_000,
    suspectStableMs: 25_000,
    giveUpMs: 45_000,
    everyMs: 1_000,
    loadEveryMs: 3_000,
    laterLoadMs: 15_000,
    now: () => ms,
    pause: async (waitMs, signal) => {
      signal.throwIfAborted()
      ms += waitMs
    },
  }
  const inspect = async () => {
    const seen = look(ms / 1000)
    if (seen instanceof Failure) throw seen
    return seen
  }
  const { wants = 'running', suspect = false } = options
  const signal = new AbortController().signal
  return watchUntilStable({ inspect } as never, ID, { wants, suspect, timing, signal })
}

describe('a container is called steady', () => {
  it('when it stays up for the whole time', async () => {
    expect(await watch(() => base)).toMatchObject({ kind: 'stable', watchedMs: 8_000 })
  })

  it('when its health check comes round in time', async () => {
    const seen = await watch((second) => ({ ...base, health: second < 20 ? 'starting' : 'healthy' }))
    expect(seen).toMatchObject({ kind: 'stable', last: { health: 'healthy' } })
  })

  it('when it restarts once at first and then stays', async () => {
    expect(await watch((second) => at(second < 3 ? 0 : 3))).toMatchObject({ kind: 'stable' })
  })

  it('when it was to stop and stays off', async () => {
    expect(await watch(() => ({ ...base, state: 'exited' }), { wants: 'stopped' })).toMatchObject({ kind: 'stable' })
  })
})

describe('a container is never called steady', () => {
  it.each([1, 3, 5, 7])('when it crashes every %i seconds', async (period) => {
    const seen = await watch((second) => at(Math.floor(second / period) * period))
    expect(seen.kind).toBe('unstable')
  })

  it.each([9, 15, 20, 24])('when it has crashed before, and does so every %i seconds', async (period) => {
    const seen = await watch((second) => at(Math.floor(second / period) * period), { suspect: true })
    expect(seen.kind).not.toBe('stable')
  })

  it('when only the count of restarts tells', async () => {
    expect((await watch((second) => ({ ...base, restarts: second }))).kind).toBe('unstable')
  })

  it('when it ends by itself', async () => {
    const seen = await watch((second) =>
      second < 2 ? base : { ...base, state: 'exited', exitCode: 137, oomKilled: true },
    )
    expect(seen).toMatchObject({ kind: 'unstable', reason: expect.stringContaining('memory') })
  })

  it('when its health check fails, also now and then', async () => {
    expect((await watch(() => ({ ...base, health: 'unhealthy' }))).kind).toBe('unstable')
    const flapping = await watch((second) => ({
      ...base,
      health: Math.floor(second / 4) % 2 ? 'unhealthy' : 'healthy',
    }))
    expect(flapping.kind).not.toBe('stable')
  })

  it('when it was to stop and comes back', async () => {
    expect((await watch(() => base, { wants: 'stopped' })).kind).toBe('unstable')
  })
})

describe('what is not known is said to be so', () => {
  it('a slow start is unclear, and not a failure', async () => {
    expect(await watch(() => ({ ...base, health: 'starting' }))).toMatchObject({ kind: 'unclear' })
  })

  it('an engine that does not answer is unreachable, and one that comes back in time is no matter', async () => {
    const away = new Failure('away', { code: 'unavailable' })
    expect(await watch(() => away)).toEqual({ kind: 'unreachable', reason: 'away' })
    expect((await watch((second) => (second < 10 ? away : base))).kind).toBe('stable')
  })

  it('one that vanishes is gone', async () => {
    const gone = new Failure('gone', { code: 'not_found' })
    expect(await watch((second) => (second < 2 ? base : gone))).toEqual({ kind: 'gone' })
  })
})
