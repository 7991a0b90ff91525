import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Docker } from '../../src/docker/engine.ts'
import type { ContainerEvent } from '../../src/docker/events.ts'
import { followEvents } from '../../src/docker/follow-events.ts'
import { Failure } from '../../src/failure.ts'
import { createTestLog } from '../support/log.ts'

const START = new Date('2026-11-22T12:00:00Z')
const eventAt = (second: number, key = `${second}`) =>
  ({ at: new Date(START.getTime() + second * 1000), action: 'die', key }) as ContainerEvent

type Turn = { tell: ContainerEvent[]; end: 'closed' | 'fails' | 'stays' }

describe('following events', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  /** An engine that does one thing after the other, whenever it is asked. */
  function createScript(turns: Turn[]) {
    const asked: Date[] = []
    const events: Docker['events'] = async ({ since, onOpen }, take, signal) => {
      asked.push(since)
      const turn = turns.shift() ?? { tell: [], end: 'stays' }
      if (turn.end === 'fails') throw new Failure('Docker cannot be reached', { code: 'unavailable', retryable: true })
      onOpen?.()
      turn.tell.forEach(take)
      if (turn.end === 'stays') await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    }
    return { asked, findDocker: async () => ({ kind: 'ready' as const, docker: { events } as Docker }) }
  }

  it('goes on from the last event, and takes none twice', async () => {
    const { asked, findDocker } = createScript([
      { tell: [eventAt(1), eventAt(5)], end: 'closed' },
      { tell: [eventAt(5), eventAt(5, 'another'), eventAt(9)], end: 'closed' },
      { tell: [eventAt(9)], end: 'stays' },
    ])
    const taken: string[] = []
    const stop = new AbortController()
    const log = createTestLog().log
    const take = (event: ContainerEvent) => taken.push(event.key)
    const following = followEvents({ findDocker, log }, { since: START, take, signal: stop.signal })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(taken).toEqual(['1', '5', 'another', '9'])
    expect(asked).toEqual([START, eventAt(5).at, eventAt(9).at])
    stop.abort()
    await following
  })

  it('takes events whose clock was set back', async () => {
    const { findDocker } = createScript([{ tell: [eventAt(60), eventAt(2)], end: 'stays' }])
    const taken: string[] = []
    const stop = new AbortController()
    const take = (event: ContainerEvent) => taken.push(event.key)
    const following = followEvents(
      { findDocker, log: createTestLog().log },
      { since: START, take, signal: stop.signal },
    )
    await vi.advanceTimersByTimeAsync(10)
    expect(taken).toEqual(['60', '2'])
    stop.abort()
    await following
  })

  it('tries less and less often while there is no engine, says so once, and comes back', async () => {
    const { asked, findDocker } = createScript([
      ...Array.from({ length: 8 }, (): Turn => ({ tell: [], end: 'fails' })),
      { tell: [eventAt(1)], end: 'stays' },
    ])
    const test = createTestLog()
    const taken: string[] = []
    let connected = 0
    const stop = new AbortController()
    const following = followEvents(
      { findDocker, log: test.log },
      {
        since: START,
        take: (event) => taken.push(event.key),
        onConnected: () => connected++,
        signal: stop.signal,
      },
    )
    await vi.advanceTimersByTimeAsync(10_000)
    expect(asked.length).toBeLessThan(8)
    await vi.advanceTimersByTimeAsync(120_000)
    expect(taken).toEqual(['1'])
    expect(connected).toBe(1)
    expect(test.lines.filter(({ msg }) => msg === 'no events of containers for now')).toHaveLength(1)
    stop.abort()
    await following
  })

  it('ends while it waits for an engine', async () => {
    const { findDocker } = createScript([{ tell: [], end: 'fails' }])
    const stop = new AbortController()
    const following = followEvents(
      { findDocker, log: createTestLog().log },
      { since: START, take: () => {}, signal: stop.signal },
    )
    await vi.advanceTimersByTimeAsync(1)
    stop.abort()
    await following
  })
})
