import { DateTime } from 'luxon'
import type { Clock } from '../clock.ts'
import { asFailure, Failure } from '../failure.ts'
import type { StepSpend } from '../step-spend.ts'
import { type Database, inTransaction, type Queryable } from './pool.ts'

/** The books: what was asked of which service, what it cost, how it ended. One row an attempt. */

export type CallKind = 'text' | 'image' | 'embedding'
export type CallStatus = 'started' | 'succeeded' | 'failed' | 'unknown'

export type NewCall = {
  runId: string | null
  step: string
  provider: string
  model: string
  kind: CallKind
  /** 1 for the first try; each retry is its own row. */
  attempt: number
  reservedUsd: number
  startedAt: Date
}

export type Settlement = {
  status: Exclude<CallStatus, 'started'>
  costUsd: number
  inputTokens: number
  outputTokens: number
  images: number
  durationMs: number
  errorCode: string | null
  endedAt: Date
}

export type Caps = { dailyUsd: number; monthlyUsd: number; dayStart: Date; monthStart: Date }

export type Reservation =
  | { kind: 'reserved'; id: number }
  | { kind: 'refused'; period: 'day' | 'month'; spentUsd: number; capUsd: number }

/** Any constant does, as long as nobody else locks with it: "nxbk" read as a number. */
const BOOKS_LOCK = 0x6e78626b
/** Below the smallest unit that is stored, so that binary fractions never refuse a call that fits exactly. */
const ROUNDING_USD = 1e-7

/**
 * Writes the intent of a paid call, or refuses it when its reservation would pass a cap.
 * One lock makes look-and-write one step for every run and process on this database.
 */
export async function reserveCall(db: Pick<Database, 'pool'>, call: NewCall, caps: Caps): Promise<Reservation> {
  return translated(() =>
    inTransaction(db.pool, async (tx) => {
      await tx.query('select pg_advisory_xact_lock($1)', [BOOKS_LOCK])
      const spent = await sumSpent(tx, caps.dayStart, caps.monthStart)
      if (spent.todayUsd + call.reservedUsd > caps.dailyUsd + ROUNDING_USD) {
        return { kind: 'refused', period: 'day', spentUsd: spent.todayUsd, capUsd: caps.dailyUsd }
      }
      if (spent.monthUsd + call.reservedUsd > caps.monthlyUsd + ROUNDING_USD) {
        return { kind: 'refused', period: 'month', spentUsd: spent.monthUsd, capUsd: caps.monthlyUsd }
      }
      return { kind: 'reserved', id: await insertCall(tx, call) }
    }),
  )
}

/** Writes the intent of a call that costs nothing: no lock, no caps. */
export async function startFreeCall(db: Pick<Database, 'pool'>, call: NewCall): Promise<number> {
  return translated(() => insertCall(db.pool, call))
}

/**
 * Books how the call ended. Also corrects a row that another process, starting meanwhile, took for interrupted:
 * the one who made the call knows better.
 */
export async function settleCall(db: Pick<Database, 'pool'>, id: number, end: Settlement): Promise<void> {
  await translated(() =>
    db.pool.query(
      `update provider_call
          set status = $2, cost_usd = $3, input_tokens = $4, output_tokens = $5, images = $6,
              duration_ms = $7, error_code = $8, ended_at = $9
        where id = $1 and status in ('started', 'unknown')`,
      [
        id,
        end.status,
        end.costUsd,
        end.inputTokens,
        end.outputTokens,
        end.images,
        end.durationMs,
        end.errorCode,
        end.endedAt,
      ],
    ),
  )
}

/**
 * At boot: calls that were under way when a process died may have been billed, so their reservation becomes their cost.
 * A call of another living process may be caught too; `settleCall` puts it right when it ends.
 * @returns how many rows were settled
 */
export async function settleInterruptedCalls(db: Pick<Database, 'pool'>): Promise<number> {
  const result = await translated(() =>
    db.pool.query(
      `update provider_call
          set status = 'unknown', cost_usd = reserved_usd, error_code = 'interrupted', ended_at = now()
        where status = 'started'`,
    ),
  )
  return result.rowCount ?? 0
}

export type Spend = { todayUsd: number; monthUsd: number }

/** US dollars spent (or reserved by calls under way) since midnight and since the first of the month, in `timeZone`. */
export async function spend(db: Queryable, clock: Clock, timeZone: string): Promise<Spend> {
  const { dayStart, monthStart } = periodStarts(clock, timeZone)
  return translated(() => sumSpent(db, dayStart, monthStart))
}

/** The same by step, the dearest of the month first; steps that cost nothing are left out. */
export async function spendBySteps(db: Queryable, clock: Clock, timeZone: string): Promise<StepSpend[]> {
  const { dayStart, monthStart } = periodStarts(clock, timeZone)
  const { rows } = await translated(() =>
    db.query<StepSpend>(
      `select step, kind, coalesce(sum(coalesce(cost_usd, reserved_usd)) filter (where started_at >= $1), 0) as "todayUsd",
              sum(coalesce(cost_usd, reserved_usd)) as "monthUsd", count(*) as calls
         from provider_call where started_at >= $2
        group by step, kind having sum(coalesce(cost_usd, reserved_usd)) > 0
        order by "monthUsd" desc, step`,
      [dayStart, monthStart],
    ),
  )
  return rows
}

/** Midnight and the first of the month, as instants, in `timeZone`. */
export function periodStarts(clock: Clock, timeZone: string): { dayStart: Date; monthStart: Date } {
  const now = DateTime.fromJSDate(clock.now(), { zone: timeZone })
  return { dayStart: now.startOf('day').toJSDate(), monthStart: now.startOf('month').toJSDate() }
}

export type CallTotal = {
  provider: string
  model: string
  kind: CallKind
  status: CallStatus
  calls: number
  costUsd: number
  inputTokens: number
  outputTokens: number
  images: number
  durationMs: number
}

/** All calls that are kept, summed by provider, model, kind and ending: for /metrics. */
export async function callTotals(db: Pick<Database, 'pool'>): Promise<CallTotal[]> {
  const { rows } = await translated(() =>
    db.pool.query<CallTotal>(
      `select provider, model, kind, status, count(*) as calls,
              sum(coalesce(cost_usd, reserved_usd)) as "costUsd",
              coalesce(sum(input_tokens), 0) as "inputTokens",
              coalesce(sum(output_tokens), 0) as "outputTokens",
              coalesce(sum(images), 0) as images,
              coalesce(sum(duration_ms), 0) as "durationMs"
         from provider_call
        group by provider, model, kind, status
        order by provider, model, kind, status`,
    ),
  )
  return rows
}

/** The caps look back a month at most. */
export async function pruneCalls(db: Queryable, olderThan: Date): Promise<void> {
  await db.query(`delete from provider_call where started_at < $1 and status <> 'started'`, [olderThan])
}

/** What one run has cost so far, in US dollars. */
export async function runCost(db: Queryable, runId: string): Promise<number> {
  const { rows } = await translated(() =>
    db.query<{ usd: number }>(
      'select coalesce(sum(coalesce(cost_usd, reserved_usd)), 0) as usd from provider_call where run_id = $1',
      [runId],
    ),
  )
  return rows[0]?.usd ?? 0
}

type Queries = Pick<Database['pool'], 'query'>

async function sumSpent(queries: Pick<Queries, 'query'>, dayStart: Date, monthStart: Date): Promise<Spend> {
  const { rows } = await queries.query<Spend>(
    `select coalesce(sum(coalesce(cost_usd, reserved_usd)) filter (where started_at >= $1), 0) as "todayUsd",
            coalesce(sum(coalesce(cost_usd, reserved_usd)), 0) as "monthUsd"
       from provider_call
      where started_at >= $2`,
    [dayStart, monthStart],
  )
  return rows[0] ?? { todayUsd: 0, monthUsd: 0 }
}

async function insertCall(queries: Pick<Queries, 'query'>, call: NewCall): Promise<number> {
  const { rows } = await queries.query<{ id: number }>(
    `insert into provider_call (run_id, step, provider, model, kind, attempt, reserved_usd, started_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8) returning id`,
    [call.runId, call.step, call.provider, call.model, call.kind, call.attempt, call.reservedUsd, call.startedAt],
  )
  const id = rows[0]?.id
  if (id === undefined) throw new Failure('The ledger did not take the call', { code: 'database' })
  return id
}

async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof Failure) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    const { retryable } = asFailure(cause)
    throw new Failure(`The ledger of paid calls cannot be used: ${reason}`, { code: 'database', retryable, cause })
  }
}
