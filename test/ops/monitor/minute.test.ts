import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createHealth } from '../../../ops/health.ts'
import { createMonitor } from '../../../ops/monitor/index.ts'
import { createTracker } from '../../../ops/monitor/tracker.ts'
import { ok } from '../../../ops/snapshot/reading.ts'
import type { DatabaseAccess } from '../../../ops/snapshot/snapshot.ts'
import { createTestLog } from '../../support/log.ts'
import { createSettingsOnly } from '../../support/monitor.ts'
import { snapshotWith } from '../sample-snapshot.ts'

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
    const monitor = createMonitor({
      clock,
      log,
      health,
      db: createSettingsOnly(),
      tracker: createTracker(),
      containers: { readOne: async () => null, hurry: () => {} },
      findDocker: async () => ({ kind: 'absent', reason: 'not here' }),
      listIgnored: async () => [],
      redact: (text) => text,
    })
    const stored = () => statements.filter((text) => text.startsWith('insert into sample')).length
    const watching = monitor.start(async () => {})
    expect(stored()).toBe(0)
    for (const minute of [1, 2, 3]) {
      await vi.advanceTimersByTimeAsync(60_000)
      for (let turns = 0; stored() < minute && turns < 10_000; turns++) await turn()
      expect(stored()).toBe(minute)
      for (let turns = 0; turns < 20; turns++) await turn()
    }
    await watching.stop()
    await vi.advanceTimersByTimeAsync(300_000)
    expect(stored()).toBe(3)
  })
})
