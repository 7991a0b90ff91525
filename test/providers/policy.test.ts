import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Failure, type FailureCode } from '../../src/failure.ts'
import { createPolicy, type PolicyOptions } from '../../src/providers/policy.ts'
import { mayHaveBeenBilled } from '../../src/providers/translate.ts'

const OPTIONS: PolicyOptions = {
  service: 'Testing',
  attempts: 3,
  timeoutMs: 10_000,
  initialDelayMs: 1_000,
  maxDelayMs: 8_000,
  maxRetryAfterMs: 20_000,
  breakAfter: 3,
  halfOpenAfterMs: 30_000,
}

const forever = () => new AbortController().signal
const outage = (retryAfterMs?: number) =>
  new Failure('down', { code: 'unavailable', retryable: true, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) })

/** Settles without ever being an unhandled rejection while timers are advanced. */
async function ending<T>(call: Promise<T>): Promise<{ value: T } | { failure: Failure }> {
  return call.then(
    (value) => ({ value }),
    (failure: Failure) => ({ failure }),
  )
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(Math, 'random').mockReturnValue(0)
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('retries', () => {
  it('makes a passing failure good with growing pauses', async () => {
    const policy = createPolicy(OPTIONS)
    const at: number[] = []
    const startMs = Date.now()
    const call = ending(
      policy.run(forever(), async (number) => {
        at.push(Date.now() - startMs)
        if (number < 3) throw outage()
        return `answer ${number}`
      }),
    )
    await vi.runAllTimersAsync()
    expect(await call).toEqual({ value: 'answer 3' })
    // Half jitter with a die that shows 0: half of 1 s, then half of 2 s.
    expect(at).toEqual([0, 500, 1_500])
  })

  it('gives up after the last attempt with its failure', async () => {
    const attempt = vi.fn().mockRejectedValue(outage())
    const call = ending(createPolicy(OPTIONS).run(forever(), attempt))
    await vi.runAllTimersAsync()
    expect(await call).toMatchObject({ failure: { code: 'unavailable' } })
    expect(attempt).toHaveBeenCalledTimes(3)
  })

  it('waits as long as the service asked', async () => {
    const attempt = vi.fn().mockRejectedValueOnce(outage(12_000)).mockResolvedValue('late')
    const call = ending(createPolicy(OPTIONS).run(forever(), attempt))
    await vi.advanceTimersByTimeAsync(11_999)
    expect(attempt).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(2)
    expect(await call).toEqual({ value: 'late' })
  })

  it('does not wait for a service that asks for longer than a fallback takes', async () => {
    const attempt = vi.fn().mockRejectedValue(outage(20_001))
    expect(await ending(createPolicy(OPTIONS).run(forever(), attempt))).toMatchObject({
      failure: { retryAfterMs: 20_001 },
    })
    expect(attempt).toHaveBeenCalledTimes(1)
  })

  it.each<FailureCode>([
    'bad_model_output',
    'refused',
    'unauthorized',
    'bad_image',
    'budget_exceeded',
    'cancelled',
    'not_found',
  ])('never repeats a call that ended with %s', async (code) => {
    const attempt = vi.fn().mockRejectedValue(new Failure('no', { code }))
    expect(await ending(createPolicy(OPTIONS).run(forever(), attempt))).toMatchObject({ failure: { code } })
    expect(attempt).toHaveBeenCalledTimes(1)
  })

  it('stops waiting for the next attempt the moment the signal fires', async () => {
    const stop = new AbortController()
    const attempt = vi.fn().mockRejectedValue(outage(15_000))
    const call = ending(createPolicy(OPTIONS).run(stop.signal, attempt))
    await vi.advanceTimersByTimeAsync(1_000)
    stop.abort()
    expect(await call).toMatchObject({ failure: { code: 'cancelled' } })
    await vi.runAllTimersAsync()
    expect(attempt).toHaveBeenCalledTimes(1)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('says timeout when the signal was a deadline', async () => {
    const stop = new AbortController()
    const call = ending(createPolicy(OPTIONS).run(stop.signal, () => new Promise(() => undefined)))
    stop.abort(new DOMException('time is up', 'TimeoutError'))
    expect(await call).toMatchObject({ failure: { code: 'timeout' } })
  })

  it('makes no attempt when the signal has fired before', async () => {
    const attempt = vi.fn()
    expect(await ending(createPolicy(OPTIONS).run(AbortSignal.abort(), attempt))).toMatchObject({
      failure: { code: 'cancelled' },
    })
    await vi.runAllTimersAsync()
    expect(attempt).not.toHaveBeenCalled()
  })
})

describe('the deadline of an attempt', () => {
  it('ends a call that never ends and does not listen to its signal', async () => {
    const policy = createPolicy({ ...OPTIONS, attempts: 1 })
    const call = ending(policy.run(forever(), (_, within) => within(() => new Promise(() => undefined))))
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await call).toMatchObject({ failure: { code: 'timeout', retryable: true } })
  })

  it('tells the call through its signal', async () => {
    const policy = createPolicy({ ...OPTIONS, attempts: 1 })
    let seen: AbortSignal | undefined
    const call = ending(
      policy.run(forever(), (_, within) =>
        within((signal) => {
          seen = signal
          return new Promise(() => undefined)
        }),
      ),
    )
    await vi.advanceTimersByTimeAsync(9_999)
    expect(seen?.aborted).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    await call
    expect(seen?.aborted).toBe(true)
  })

  it('is fresh for each attempt', async () => {
    const policy = createPolicy({ ...OPTIONS, attempts: 2 })
    const call = ending(
      policy.run(forever(), (number, within) =>
        within(() => (number === 1 ? new Promise<string>(() => undefined) : Promise.resolve('second'))),
      ),
    )
    await vi.runAllTimersAsync()
    expect(await call).toEqual({ value: 'second' })
  })
})

describe('a call that was stopped before it went out', () => {
  it('is not made, and is known to have cost nothing', async () => {
    const stop = new AbortController()
    const ask = vi.fn()
    let thrown: Failure | undefined
    const call = ending(
      createPolicy(OPTIONS).run(stop.signal, async (_, within) => {
        stop.abort()
        await within(ask).catch((failure: Failure) => {
          thrown = failure
        })
      }),
    )
    expect(await call).toMatchObject({ failure: { code: 'cancelled' } })
    expect(ask).not.toHaveBeenCalled()
    expect(thrown && mayHaveBeenBilled(thrown)).toBe(false)
  })
})

describe('the circuit', () => {
  const once = { ...OPTIONS, attempts: 1 }

  async function breakIt(policy: ReturnType<typeof createPolicy>) {
    for (let at = 0; at < once.breakAfter; at++) await ending(policy.run(forever(), () => Promise.reject(outage())))
  }

  it('opens after outages in a row and then asks nobody', async () => {
    const policy = createPolicy(once)
    await breakIt(policy)
    const attempt = vi.fn()
    expect(policy.circuit).toBe('open')
    expect(await ending(policy.run(forever(), attempt))).toMatchObject({
      failure: { code: 'unavailable', retryable: false },
    })
    expect(attempt).not.toHaveBeenCalled()
  })

  it('tries again with one call after a while, and closes when that one succeeds', async () => {
    const policy = createPolicy(once)
    await breakIt(policy)
    vi.advanceTimersByTime(30_000)
    expect(await ending(policy.run(forever(), async () => 'back'))).toEqual({ value: 'back' })
    expect(policy.circuit).toBe('closed')
  })

  it('stays open when that one fails', async () => {
    const policy = createPolicy(once)
    await breakIt(policy)
    vi.advanceTimersByTime(30_000)
    await ending(policy.run(forever(), () => Promise.reject(outage())))
    expect(policy.circuit).toBe('open')
  })

  it('counts a bad answer as a sign of life', async () => {
    const policy = createPolicy(once)
    await ending(policy.run(forever(), () => Promise.reject(outage())))
    await ending(policy.run(forever(), () => Promise.reject(outage())))
    await ending(policy.run(forever(), () => Promise.reject(new Failure('nonsense', { code: 'bad_model_output' }))))
    await ending(policy.run(forever(), () => Promise.reject(outage())))
    expect(policy.circuit).toBe('closed')
  })

  it('does not blame the service for a person who cancels', async () => {
    const policy = createPolicy(once)
    for (let at = 0; at < 5; at++) {
      const stop = new AbortController()
      const call = ending(policy.run(stop.signal, (_, within) => within(() => new Promise(() => undefined))))
      stop.abort()
      await call
    }
    expect(policy.circuit).toBe('closed')
  })

  it('does not keep a call waiting for the trial of another when its own signal fires', async () => {
    const policy = createPolicy(once)
    await breakIt(policy)
    vi.advanceTimersByTime(30_000)
    const trial = ending(policy.run(forever(), (_, within) => within(() => new Promise(() => undefined))))
    const stop = new AbortController()
    const waiting = ending(policy.run(stop.signal, async () => 'never asked'))
    stop.abort()
    expect(await waiting).toMatchObject({ failure: { code: 'cancelled' } })
    await vi.runAllTimersAsync()
    await trial
  })
})
