import type { Clock } from '../clock.ts'
import { keepTrying } from '../db/keep-trying.ts'
import type { Database } from '../db/pool.ts'
import {
  type CallKind,
  type NewCall,
  periodStarts,
  reserveCall,
  type Settlement,
  settleCall,
  startFreeCall,
} from '../db/provider-calls.ts'
import { asFailure, Failure } from '../failure.ts'
import type { Log } from '../log.ts'
import { costOf, type PriceTable, priceOf } from '../prices.ts'
import type { Maker, Usage } from './ports.ts'
import { mayHaveBeenBilled } from './translate.ts'

export type Budget = { dailyUsd: number; monthlyUsd: number; timeZone: string }

export type FinishedCall = {
  maker: Maker
  kind: CallKind
  step: string
  status: Settlement['status']
  costUsd: number
  durationMs: number
  errorCode: string | null
}

export type LedgerDeps = {
  db: Pick<Database, 'pool'>
  prices: PriceTable
  budget: Budget
  clock: Clock
  log?: Pick<Log, 'warn'> | undefined
  /** Told of every call that ended, for counters and histograms. */
  metrics?: ((call: FinishedCall) => void) | undefined
}

export type CallMeta = {
  maker: Maker
  kind: CallKind
  step: string
  runId?: string | undefined
  /** 1 for the first try. */
  attempt: number
  /** The most that the call can use: it is what gets reserved. */
  reserve: Usage
}

/** What came back, not yet believed: an answer that `read` throws at is paid for all the same. */
export type Answer<T> = {
  /** Null when the service did not say: then the reservation is what gets booked, so that the cap still closes. */
  usage: Usage | null
  read(): T | Promise<T>
}

export const NO_USAGE: Usage = { inputTokens: 0, outputTokens: 0, images: 0 }

/**
 * Reserves the price of one attempt, makes it, and books what it used. Nothing is called when the reservation is refused.
 * @throws Failure budget_exceeded; database when the intent could not be written; whatever `ask` and `read` throw
 */
export async function meteredCall<T>(deps: LedgerDeps, meta: CallMeta, ask: () => Promise<Answer<T>>): Promise<T> {
  const price = priceOf(deps.prices, meta.maker)
  const reservedUsd = costOf(price, meta.reserve)
  const id = await startCall(deps, meta, reservedUsd)
  const startedMs = performance.now()
  const finish = (end: Pick<Settlement, 'status' | 'costUsd' | 'errorCode'>, usage: Usage) =>
    settle(deps, meta, id, { ...end, ...usage, durationMs: Math.round(performance.now() - startedMs) })
  let answer: Answer<T>
  try {
    answer = await ask()
  } catch (thrown) {
    const failure = asFailure(thrown)
    const billed = mayHaveBeenBilled(failure)
    const end = { status: billed ? 'unknown' : 'failed', costUsd: billed ? reservedUsd : 0 } as const
    await finish({ ...end, errorCode: failure.code }, NO_USAGE)
    throw failure
  }
  const costUsd = answer.usage === null ? reservedUsd : costOf(price, answer.usage)
  return readAnswer(answer, costUsd, finish)
}

async function readAnswer<T>(
  answer: Answer<T>,
  costUsd: number,
  finish: (end: Pick<Settlement, 'status' | 'costUsd' | 'errorCode'>, usage: Usage) => Promise<void>,
): Promise<T> {
  const usage = answer.usage ?? NO_USAGE
  try {
    const value = await answer.read()
    await finish({ status: 'succeeded', costUsd, errorCode: null }, usage)
    return value
  } catch (thrown) {
    const failure = asFailure(thrown)
    await finish({ status: 'failed', costUsd, errorCode: failure.code }, usage)
    throw failure
  }
}

/** Books a call of a local stand-in: no money, no cap, but the same line in the books and the same metrics. */
export async function recordLocalCall<T>(
  deps: LedgerDeps,
  meta: Omit<CallMeta, 'attempt' | 'reserve'>,
  work: () => Promise<T>,
): Promise<T> {
  return meteredCall(deps, { ...meta, attempt: 1, reserve: NO_USAGE }, async () => {
    const value = await work()
    return { usage: { ...NO_USAGE, images: meta.kind === 'image' ? 1 : 0 }, read: () => value }
  })
}

async function startCall(deps: LedgerDeps, meta: CallMeta, reservedUsd: number): Promise<number> {
  const call: NewCall = {
    runId: meta.runId ?? null,
    step: meta.step,
    provider: meta.maker.provider,
    model: meta.maker.model,
    kind: meta.kind,
    attempt: meta.attempt,
    reservedUsd,
    startedAt: deps.clock.now(),
  }
  if (reservedUsd === 0) return startFreeCall(deps.db, call)
  const { dailyUsd, monthlyUsd, timeZone } = deps.budget
  const reservation = await reserveCall(deps.db, call, { dailyUsd, monthlyUsd, ...periodStarts(deps.clock, timeZone) })
  if (reservation.kind === 'reserved') return reservation.id
  const { period, spentUsd, capUsd } = reservation
  throw new Failure(
    `The ${period === 'day' ? "day's" : "month's"} budget of $${capUsd.toFixed(2)} would be passed: ` +
      `$${spentUsd.toFixed(4)} is spent or reserved and this call may cost $${reservedUsd.toFixed(4)}`,
    { code: 'budget_exceeded' },
  )
}

async function settle(deps: LedgerDeps, meta: CallMeta, id: number, end: Omit<Settlement, 'endedAt'>): Promise<void> {
  const endedAt = deps.clock.now()
  const book = () => settleCall(deps.db, id, { ...end, endedAt })
  // An answer that was paid for neither waits for its bookkeeping nor is thrown away over it: until it is booked, or if it
  // never is, the reservation stays counted.
  await book().catch((err) => {
    deps.log?.warn({ err, callId: id }, 'the end of a provider call could not be booked yet')
    void keepTrying(book).catch((last) => {
      deps.log?.warn({ err: last, callId: id }, 'the end of a provider call could not be booked')
    })
  })
  const { status, costUsd, durationMs, errorCode } = end
  deps.metrics?.({ maker: meta.maker, kind: meta.kind, step: meta.step, status, costUsd, durationMs, errorCode })
}
