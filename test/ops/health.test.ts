import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createHealth } from '../../ops/health.ts'
import { absent, ok } from '../../ops/snapshot/reading.ts'
import type { DatabaseAccess } from '../../ops/snapshot/snapshot.ts'
import { createTestLog } from '../support/log.ts'
import { snapshotWith } from './sample-snapshot.ts'

const { takenAt: _, tookMs: __, ...readings } = snapshotWith()
const PROBES = Object.fromEntries(Object.entries(readings).map(([name, reading]) => [name, async () => reading]))

describe('sampling', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: new Date('2026-11-22T12:00:00Z') })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('takes one a minute, none before, and none after it was stopped', async () => {
    const statements: string[] = []
    const query = async (text: string) => {
      statements.push(text)
      return { rows: [], rowCount: 1 }
    }
    const access = { db: { pool: { query }, kind: 'postgres' } } as unknown as DatabaseAccess
    const clock = { now: () => new Date() }
    const log = createTestLog().log
    const health = createHealth({ clock, log, isBot: true, database: ok(access), probes: PROBES })
    const stored = () => statements.filter((text) => text.startsWith('insert into sample')).length
    const sampling = health.startSampling()
    expect(stored()).toBe(0)
    for (const minute of [1, 2, 3]) {
      await vi.advanceTimersByTimeAsync(60_000)
      for (let turns = 0; stored() < minute && turns < 10_000; turns++) await turn()
      expect(stored()).toBe(minute)
      for (let turns = 0; turns < 20; turns++) await turn()
    }
    await sampling.stop()
    await vi.advanceTimersByTimeAsync(300_000)
    expect(stored()).toBe(3)
  })
})

describe('a look', () => {
  it('says of the bot and its database only what it may know', async () => {
    const clock = { now: () => new Date() }
    const database = absent('in use by a Nexus that runs')
    const { snapshot, findings } = await createHealth({
      clock,
      log: createTestLog().log,
      isBot: false,
      database,
    }).look()
    expect(snapshot).toMatchObject({ database, bot: database, containers: { kind: 'absent' } })
    expect(snapshot.uptime).toMatchObject({ kind: 'ok', value: { botSeconds: null } })
    expect(findings.map(({ rule }) => rule)).not.toContain('no-answer')
  })
})
