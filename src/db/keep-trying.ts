import { ExponentialBackoff, handleWhen, noJitterGenerator, retry } from 'cockatiel'
import { asFailure, isOutageOfDatabase } from '../failure.ts'

/** Long enough for a server that is started anew; whoever waits still holds the value in memory meanwhile. */
const PATIENCE_MS = 30_000
const FIRST_PAUSE_MS = 250
/** Also how long an ending signal may have to wait. */
const MAX_PAUSE_MS = 2_000

/**
 * Makes a write again while the database is away: for what was paid for, or took long, and exists nowhere else yet. The
 * write must be one that may be made twice. Once `signal` has fired it is tried one last time.
 * @throws whatever `write` threw last: at once when it is no outage, else after about 30 s
 */
export function keepTrying<T>(write: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  const startedMs = performance.now()
  const mayComeBack = (error: unknown) =>
    isOutageOfDatabase(asFailure(error)) && performance.now() - startedMs < PATIENCE_MS
  const backoff = new ExponentialBackoff({
    initialDelay: FIRST_PAUSE_MS,
    maxDelay: MAX_PAUSE_MS,
    generator: noJitterGenerator,
  })
  return retry(handleWhen(mayComeBack), { maxAttempts: Number.POSITIVE_INFINITY, backoff }).execute(write, signal)
}
