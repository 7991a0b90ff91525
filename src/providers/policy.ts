import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  ConstantBackoff,
  circuitBreaker,
  ExponentialBackoff,
  halfJitterGenerator,
  handleWhen,
  type IBackoff,
  retry,
  TaskCancelledError,
  type TimeoutPolicy,
  TimeoutStrategy,
  timeout,
} from 'cockatiel'
import { asFailure, Failure, type FailureCode } from '../failure.ts'
import { unsent } from './translate.ts'

export type PolicyOptions = {
  /** As a person calls it; used in messages. */
  service: string
  /** Tries in all, the first included. */
  attempts: number
  /** For one attempt, from the request to the last byte of its body. */
  timeoutMs: number
  initialDelayMs: number
  maxDelayMs: number
  /** A service that asks for more than this is given up on at once: the next in the chain is quicker. */
  maxRetryAfterMs: number
  /** Outages in a row after which the service is left alone. */
  breakAfter: number
  /** How long it is left alone before one call may try it again. */
  halfOpenAfterMs: number
}

/** A carousel should be there in 90 s; two slow attempts and a fallback must fit. */
export const POLICY_DEFAULTS = {
  attempts: 3,
  timeoutMs: 45_000,
  initialDelayMs: 500,
  maxDelayMs: 8_000,
  maxRetryAfterMs: 20_000,
  breakAfter: 5,
  halfOpenAfterMs: 30_000,
} as const

/** Runs `ask` under the deadline of one attempt. The promise settles at the deadline even if `ask` ignores its signal. */
export type Within = <A>(ask: (signal: AbortSignal) => Promise<A>) => Promise<A>

export type CallPolicy = {
  /** @throws Failure: the last attempt's, or cancelled | timeout when `signal` fired, or unavailable with the circuit open */
  run<T>(signal: AbortSignal, attempt: (number: number, within: Within) => Promise<T>): Promise<T>
  readonly circuit: 'closed' | 'open' | 'half-open'
}

/**
 * Retry with back-off and jitter, a deadline per attempt, and a circuit breaker, in this order from outside to inside:
 * each retry asks the breaker again. Only failures marked retryable are retried, so a refused or malformed answer never is.
 */
export function createPolicy(options: PolicyOptions): CallPolicy {
  const breaker = circuitBreaker(handleWhen(isOutage), {
    halfOpenAfter: options.halfOpenAfterMs,
    breaker: new ConsecutiveBreaker(options.breakAfter),
  })
  const limit = timeout(options.timeoutMs, TimeoutStrategy.Aggressive)

  async function run<T>(signal: AbortSignal, attempt: (number: number, within: Within) => Promise<T>): Promise<T> {
    const within = limitAttempts(limit, options, signal)
    const pause = createPauses(options)
    // The pause is taken inside the try and not as the library's back-off, because that one cannot be interrupted.
    const retries = retry(
      handleWhen((error) => shouldRetry(error, options.maxRetryAfterMs)),
      { maxAttempts: options.attempts - 1, backoff: new ConstantBackoff(0) },
    )
    let last: Failure | undefined
    const work = retries.execute(async ({ attempt: retryNumber }) => {
      if (last !== undefined) await wait(pause(last), signal)
      if (signal.aborted) throw abortFailure(signal)
      try {
        return await passBreaker(breaker, signal, () => attempt(retryNumber + 1, within))
      } catch (thrown) {
        last = translateRefusal(thrown, options, signal)
        throw last
      }
    }, signal)
    return orAborted(work, signal)
  }

  return {
    run,
    get circuit() {
      if (breaker.state === CircuitState.Closed) return 'closed'
      return breaker.state === CircuitState.HalfOpen ? 'half-open' : 'open'
    },
  }
}

function limitAttempts(limit: TimeoutPolicy, options: PolicyOptions, signal: AbortSignal): Within {
  return async (ask) => {
    // Between the decision to call and the call lies a database transaction; whoever stopped meanwhile pays nothing.
    if (signal.aborted) throw unsent(abortFailure(signal))
    try {
      return await limit.execute(({ signal: limited }) => ask(limited), signal)
    } catch (thrown) {
      if (signal.aborted) throw abortFailure(signal)
      if (!(thrown instanceof TaskCancelledError)) throw thrown
      throw new Failure(`${options.service} did not finish within ${options.timeoutMs / 1000} s`, {
        code: 'timeout',
        retryable: true,
      })
    }
  }
}

/** A failure that is no outage proves that the service is up: it leaves the breaker as a value, which counts as success. */
async function passBreaker<T>(
  breaker: CircuitBreakerPolicy,
  signal: AbortSignal,
  attempt: () => Promise<T>,
): Promise<T> {
  const outcome = await breaker.execute(async () => {
    try {
      return { value: await attempt() }
    } catch (thrown) {
      const failure = asFailure(thrown)
      if (isOutage(failure) || PROVES_NOTHING.has(failure.code)) throw failure
      return { failure }
    }
  }, signal)
  if ('failure' in outcome) throw outcome.failure
  return outcome.value
}

/** What the library throws when it does not let a call through. */
function translateRefusal(thrown: unknown, options: PolicyOptions, signal: AbortSignal): Failure {
  if (thrown instanceof BrokenCircuitError) {
    return new Failure(`${options.service} failed ${options.breakAfter} times in a row and is left alone for a while`, {
      code: 'unavailable',
    })
  }
  return thrown instanceof TaskCancelledError ? abortFailure(signal) : asFailure(thrown)
}

/** What a fired signal means: its own Failure if it carries one, timeout for a deadline, else cancelled. */
function abortFailure(signal: AbortSignal): Failure {
  const reason: unknown = signal.reason
  if (reason instanceof Failure) return reason
  const expired = reason instanceof Error && reason.name === 'TimeoutError'
  return expired
    ? new Failure('The time for this step is over', { code: 'timeout' })
    : new Failure('Stopped before it was finished', { code: 'cancelled' })
}

/** Failures from which nothing follows about the service: it was not asked, or not listened to. */
const PROVES_NOTHING: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'cancelled',
  'budget_exceeded',
  'database',
  'timeout',
])

function isOutage(error: unknown): boolean {
  return error instanceof Failure && error.retryable && (error.code === 'unavailable' || error.code === 'timeout')
}

function shouldRetry(error: unknown, maxRetryAfterMs: number): boolean {
  return error instanceof Failure && error.retryable && (error.retryAfterMs ?? 0) <= maxRetryAfterMs
}

/** Each call of the result gives the next pause in milliseconds: exponential with jitter, never shorter than Retry-After. */
function createPauses(options: PolicyOptions): (failure: Failure) => number {
  const growing = new ExponentialBackoff({
    initialDelay: options.initialDelayMs,
    maxDelay: options.maxDelayMs,
    generator: halfJitterGenerator,
  })
  let step: IBackoff<unknown> | undefined
  return (failure) => {
    step = step === undefined ? growing.next() : step.next(undefined)
    return Math.max(step.duration, failure.retryAfterMs ?? 0)
  }
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
  })
}

/** Settles as soon as the signal fires: a call waiting for another one's half-open probe must not wait on. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(abortFailure(signal))
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
