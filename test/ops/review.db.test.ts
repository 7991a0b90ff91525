import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Diagnosis, DiagnosisRequest } from '../../ops/diagnose/types.ts'
import { createReviews, type ReviewDeps, type Reviews } from '../../ops/review.ts'
import { insertMute } from '../../src/db/mutes.ts'
import { insertSample, type Sample } from '../../src/db/samples.ts'
import { inTransaction } from '../../src/transaction.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

const HOUR_MS = 3_600_000
const START = new Date('2026-11-22T12:20:00Z')

const RULES: Diagnosis = {
  severity: 'warning',
  cause: 'unknown',
  summary: 'I do not know why.',
  rootCause: 'Nothing explains it.',
  confidence: 'low',
  evidence: [],
  actions: [],
  prevention: null,
  runbook: null,
  seenBefore: [],
  madeBy: { kind: 'rules' },
}

let db: TestDatabase
let now: Date
let asked: DiagnosisRequest[]
let byModel: Diagnosis | null
let reviews: Reviews
const signal = new AbortController().signal

beforeAll(async () => {
  db = await createTestDatabase()
})
afterAll(() => db.close())
beforeEach(async () => {
  await db.pool.query('delete from sample')
  await db.pool.query('delete from review')
  await db.pool.query('delete from review_hint')
  now = START
  asked = []
  byModel = null
  reviews = open()
})

function open(): Reviews {
  const diagnosis: ReviewDeps['diagnosis'] = {
    byRules: async (request) => {
      asked.push(request)
      return RULES
    },
    byModel: async () => byModel,
  }
  const findDocker = async () => ({ kind: 'absent' as const, reason: 'no Docker' })
  return createReviews({ db, clock: { now: () => now }, diagnosis, findDocker })
}

/** `memory`: of the container web, in MB, of 100, one in ten minutes up to the start. */
async function remember(memory: readonly number[]): Promise<void> {
  for (const [index, mb] of memory.entries()) {
    const minute = new Date(START.getTime() - (memory.length - 1 - index) * 600_000)
    await insertSample(db.pool, sample(minute, mb))
  }
}

function sample(minute: Date, mb: number): Sample {
  const none = { cpuPercent: null, load1: null, memoryPercent: null, swapPercent: null, temperatureC: null }
  const containers: Sample['containers'] = { web: [1, mb * 1e6, 100e6, 0, 'running'] }
  return { minute, ...none, receivedPerSecond: null, sentPerSecond: null, disks: {}, containers, findings: [] }
}

const take = (trends: Parameters<Reviews['take']>[1]) => inTransaction(db.pool, (tx) => reviews.take(tx, trends))

const RISING = [60, 61, 62, 64, 65, 66, 68, 69, 70, 72]

describe('the hourly look', () => {
  it('belongs to one process in each hour, also over a restart', async () => {
    const other = open()
    const claims = await Promise.all([reviews.claim(), other.claim(), reviews.claim()])
    expect(claims.filter(Boolean)).toHaveLength(1)
    expect(await open().claim()).toBe(false)
    now = new Date(START.getTime() + HOUR_MS)
    expect(await reviews.claim()).toBe(true)
  })

  it('says nothing and asks nobody when nothing is going anywhere', async () => {
    await remember(Array(12).fill(40))
    expect(await reviews.look(signal)).toBeNull()
    expect(asked).toEqual([])
  })

  it('explains what is on its way with the same diagnosis as everything else', async () => {
    await remember(RISING)
    expect(await reviews.look(signal)).toMatchObject({
      trends: [{ rule: 'container-memory', subject: 'web' }],
      diagnosis: { madeBy: { kind: 'rules' } },
    })
    expect(asked).toMatchObject([{ subject: { kind: 'machine' }, findings: [{ rule: 'container-memory' }] }])
    byModel = { ...RULES, cause: 'memory-leak', madeBy: { kind: 'model', model: 'm', costUsd: 0.01 } }
    expect((await reviews.look(signal))?.diagnosis.cause).toBe('memory-leak')
  })

  it('says nothing, and pays for nothing, about what is muted', async () => {
    await remember(RISING)
    await inTransaction(db.pool, (tx) =>
      insertMute(tx, {
        kind: 'mute',
        rootKey: null,
        rule: 'container-memory',
        subject: 'web',
        severity: null,
        pattern: null,
        until: null,
        createdAt: START,
        createdBy: { id: 1, name: 'Ana' },
      }),
    )
    expect(await reviews.look(signal)).toBeNull()
    expect(asked).toEqual([])
    await db.pool.query('delete from incident_mute')
    expect(await reviews.look(signal)).not.toBeNull()
  })

  it('tells the same once a day, whoever looks, and again on the next day', async () => {
    await remember(RISING)
    const first = await reviews.look(signal)
    const trends = first?.trends ?? []
    const both = await Promise.all([take(trends), take(trends)])
    expect(both.map((all) => all.length).toSorted()).toEqual([0, 1])
    expect(await reviews.look(signal)).toBeNull()
    now = new Date(START.getTime() + 23 * HOUR_MS)
    expect(await take(trends)).toEqual([])
    now = new Date(START.getTime() + 24 * HOUR_MS)
    expect(await take(trends)).toHaveLength(1)
  })

  it('keeps quiet about what the rules hold already', async () => {
    await remember(RISING)
    const held = { rule: 'container-memory', severity: 'warning', subject: 'web', words: 'w', value: 86, since: START }
    await db.pool.query('update sample set findings = $1::jsonb', [JSON.stringify([held])])
    expect(await reviews.look(signal)).toBeNull()
  })
})
