import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { callTotals, runCost, settleInterruptedCalls, spend } from '../../src/db/provider-calls.ts'
import { Failure } from '../../src/failure.ts'
import {
  type Answer,
  type CallMeta,
  type LedgerDeps,
  meteredCall,
  recordLocalCall,
} from '../../src/providers/ledger.ts'
import { translateServiceError } from '../../src/providers/translate.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { createTestLog } from '../support/log.ts'

const ZONE = 'Europe/Madrid'
const MAKER = { provider: 'gemini', model: 'painter' } as const
/** A dollar a picture: easy to add up. */
const PRICES = { 'gemini/painter': { inputPerMillionUsd: 0, outputPerMillionUsd: 0, perImageUsd: 1 } }

let db: TestDatabase
let now: Date
let deps: LedgerDeps

beforeAll(async () => {
  db = await createTestDatabase()
})
afterAll(() => db.close())
beforeEach(async () => {
  await db.pool.query('truncate provider_call')
  now = new Date('2026-11-22T12:00:00Z')
  const budget = { dailyUsd: 3, monthlyUsd: 5, timeZone: ZONE }
  deps = { db, prices: PRICES, budget, clock: { now: () => now }, log: createTestLog().log }
})

const meta = (extra: Partial<CallMeta> = {}): CallMeta => ({
  maker: MAKER,
  kind: 'image',
  step: 'images',
  attempt: 1,
  reserve: { inputTokens: 0, outputTokens: 0, images: 1 },
  ...extra,
})
const answer = (images: number): Answer<string> => ({
  usage: { inputTokens: 0, outputTokens: 0, images },
  read: () => 'picture',
})
const paint = () => meteredCall(deps, meta(), async () => answer(1))
const spent = () => spend(db.pool, deps.clock, ZONE)
const rows = async () => (await db.pool.query('select * from provider_call order by id')).rows

describe('a paid call', () => {
  it('is in the books with its full price while it runs', async () => {
    await meteredCall(deps, meta({ runId: 'run-7' }), async () => {
      expect(await rows()).toMatchObject([
        { status: 'started', reserved_usd: 1, cost_usd: null, run_id: 'run-7', ended_at: null },
      ])
      expect(await spent()).toEqual({ todayUsd: 1, monthUsd: 1 })
      return answer(1)
    })
  })

  it('is booked with what it really used', async () => {
    const calls: unknown[] = []
    const usage = { inputTokens: 120, outputTokens: 40, images: 0 }
    const value = await meteredCall(
      { ...deps, metrics: (call) => calls.push(call) },
      meta({ runId: 'run-7', attempt: 2 }),
      async () => ({
        usage,
        read: () => 'words',
      }),
    )
    expect(value).toBe('words')
    expect(await rows()).toMatchObject([
      {
        status: 'succeeded',
        cost_usd: 0,
        input_tokens: 120,
        output_tokens: 40,
        images: 0,
        attempt: 2,
        error_code: null,
      },
    ])
    expect(calls).toMatchObject([{ status: 'succeeded', costUsd: 0, step: 'images', maker: MAKER }])
    expect(await runCost(db.pool, 'run-7')).toBe(0)
  })

  it('is paid for even if its answer is no good', async () => {
    const useless = { ...answer(1), read: () => Promise.reject(new Failure('an SVG', { code: 'bad_image' })) }
    await expect(meteredCall(deps, meta(), async () => useless)).rejects.toMatchObject({ code: 'bad_image' })
    expect(await rows()).toMatchObject([{ status: 'failed', cost_usd: 1, error_code: 'bad_image' }])
  })

  it.each([
    ['an error status', 'failed', 0, () => translateServiceError(Object.assign(new Error('no'), { status: 500 }), HOW)],
    [
      'a refused connection',
      'failed',
      0,
      () => translateServiceError(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), HOW),
    ],
    [
      'a connection that broke',
      'unknown',
      1,
      () => translateServiceError(Object.assign(new Error('x'), { code: 'ECONNRESET' }), HOW),
    ],
    ['a deadline', 'unknown', 1, () => new Failure('late', { code: 'timeout' })],
    ['a cancellation', 'unknown', 1, () => new Failure('stopped', { code: 'cancelled' })],
  ])('that ends with %s is booked as %s with $%d', async (_, status, costUsd, failure) => {
    await expect(meteredCall(deps, meta(), () => Promise.reject(failure()))).rejects.toBeInstanceOf(Failure)
    expect(await rows()).toMatchObject([{ status, cost_usd: costUsd }])
  })

  it('keeps its answer when the books cannot be closed', async () => {
    const value = await meteredCall(deps, meta(), async () => {
      await db.pool.query('alter table provider_call rename to provider_call_gone')
      return answer(1)
    })
    await db.pool.query('alter table provider_call_gone rename to provider_call')
    expect(value).toBe('picture')
  })
})

const HOW = { service: 'Gemini', redact: (text: string) => text }

describe('the budget', () => {
  it('is never passed, however many calls ask at the same moment', async () => {
    let asked = 0
    const endings = await Promise.allSettled(
      Array.from({ length: 12 }, () =>
        meteredCall(deps, meta(), async () => {
          asked++
          return answer(1)
        }),
      ),
    )
    expect(endings.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
    expect(asked).toBe(3)
    expect(await spent()).toEqual({ todayUsd: 3, monthUsd: 3 })
  })

  it('refuses before anything is asked, and says why', async () => {
    await Promise.all([paint(), paint(), paint()])
    await expect(paint()).rejects.toMatchObject({
      code: 'budget_exceeded',
      retryable: false,
      message: "The day's budget of $3.00 would be passed: $3.0000 is spent or reserved and this call may cost $1.0000",
    })
    expect(await rows()).toHaveLength(3)
  })

  it('begins anew at midnight in the configured time zone', async () => {
    now = new Date('2026-11-22T22:59:00Z')
    await Promise.all([paint(), paint(), paint()])
    await expect(paint()).rejects.toMatchObject({ code: 'budget_exceeded' })
    now = new Date('2026-11-22T23:01:00Z')
    await expect(paint()).resolves.toBe('picture')
    expect(await spent()).toEqual({ todayUsd: 1, monthUsd: 4 })
  })

  it('of the month holds over days and begins anew with the month', async () => {
    for (const day of ['27', '28', '29', '30', '30']) {
      now = new Date(`2026-11-${day}T12:00:00Z`)
      await paint()
    }
    await expect(paint()).rejects.toMatchObject({
      code: 'budget_exceeded',
      message: expect.stringContaining("month's"),
    })
    now = new Date('2026-11-30T23:30:00Z')
    await expect(paint()).resolves.toBe('picture')
  })

  it('of nothing refuses every paid call and no free one', async () => {
    deps = { ...deps, budget: { ...deps.budget, dailyUsd: 0 } }
    await expect(paint()).rejects.toMatchObject({ code: 'budget_exceeded' })
    const local = { maker: { provider: 'local', model: 'art' } as const, kind: 'image' as const, step: 'images' }
    expect(await recordLocalCall(deps, local, async () => 'nebula')).toBe('nebula')
    expect(await rows()).toMatchObject([
      { provider: 'local', status: 'succeeded', reserved_usd: 0, cost_usd: 0, images: 1 },
    ])
  })

  it('lets an unknown model use it up at the price for unknown models', async () => {
    const unknown = meta({ maker: { provider: 'gemini', model: 'brand-new' } })
    await meteredCall(deps, unknown, async () => answer(1))
    expect(await spent()).toEqual({ todayUsd: 0.25, monthUsd: 0.25 })
  })

  it('adds up small amounts without drift', async () => {
    deps = {
      ...deps,
      prices: { 'gemini/painter': { inputPerMillionUsd: 0, outputPerMillionUsd: 0, perImageUsd: 0.1 } },
    }
    deps = { ...deps, budget: { ...deps.budget, dailyUsd: 0.3 } }
    await paint()
    await paint()
    await expect(paint()).resolves.toBe('picture')
    await expect(paint()).rejects.toMatchObject({ code: 'budget_exceeded' })
  })
})

describe('a call that a dead process left behind', () => {
  it('is booked as unknown and keeps its reservation', async () => {
    await meteredCall(deps, meta(), async () => {
      expect(await settleInterruptedCalls(db)).toBe(1)
      expect(await rows()).toMatchObject([{ status: 'unknown', cost_usd: 1, error_code: 'interrupted' }])
      expect(await spent()).toEqual({ todayUsd: 1, monthUsd: 1 })
      return answer(1)
    })
  })

  it('is put right by the process that made it, when it was alive after all', async () => {
    await meteredCall(deps, meta(), async () => {
      await settleInterruptedCalls(db)
      return { ...answer(0) }
    })
    expect(await rows()).toMatchObject([{ status: 'succeeded', cost_usd: 0, error_code: null }])
    expect(await settleInterruptedCalls(db)).toBe(0)
  })
})

describe('the totals', () => {
  it('are summed by provider, model, kind and ending', async () => {
    await paint()
    await paint()
    await expect(
      meteredCall(deps, meta(), () => Promise.reject(new Failure('no', { code: 'refused' }))),
    ).rejects.toThrow()
    expect(await callTotals(db)).toMatchObject([
      { provider: 'gemini', model: 'painter', kind: 'image', status: 'failed', calls: 1, costUsd: 0 },
      { provider: 'gemini', model: 'painter', kind: 'image', status: 'succeeded', calls: 2, costUsd: 2, images: 2 },
    ])
  })
})
