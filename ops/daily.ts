import { DateTime } from 'luxon'
import {
  claimDaily,
  type DailyKind,
  type DailySlot,
  findDailyStatus,
  settleDaily,
  takeAgain,
} from '../src/db/daily-slots.ts'
import { findFirstStart } from '../src/db/history.ts'
import { keepTrying } from '../src/db/keep-trying.ts'
import type { Queryable, Tx } from '../src/transaction.ts'

/** Once a day by the wall clock: which one is due now, and who does it. */

export type { DailySlot } from '../src/db/daily-slots.ts'

const HOUR_MS = 3_600_000
const MONDAY = 1

/**
 * As the product's facts have it. A report of the morning is no use at night; a late backup is better than none. That of the
 * week says what that of its day would, so there is one message.
 */
const DAILY: Record<DailyKind, { hour: number; isOn(weekday: number): boolean; lateMs: number }> = {
  backup: { hour: 2, isOn: () => true, lateMs: 20 * HOUR_MS },
  report: { hour: 8, isOn: (weekday) => weekday !== MONDAY, lateMs: 4 * HOUR_MS },
  weekly: { hour: 8, isOn: (weekday) => weekday === MONDAY, lateMs: 4 * HOUR_MS },
}
const BACKUP_TRIES = 3
const BACKUP_PAUSE_MS = HOUR_MS / 2

/** The slot that is due and not too late, whether or not somebody has done it. `since`: nothing was due before that. */
export function findDue(kind: DailyKind, now: Date, timeZone: string, since: Date): DailySlot | null {
  const { hour, isOn, lateMs } = DAILY[kind]
  const today = DateTime.fromJSDate(now, { zone: timeZone }).startOf('day')
  // An hour that daylight saving skips is due right behind the gap; one that comes twice, at the first.
  for (const day of [today, today.minus({ days: 1 })]) {
    const due = day.set({ hour })
    const ageMs = now.getTime() - due.toMillis()
    if (ageMs < 0) continue
    if (ageMs > lateMs || due.toMillis() < since.getTime()) return null
    if (!isOn(day.weekday)) return null
    return { kind, localDate: day.toFormat('yyyy-MM-dd'), dueAt: due.toJSDate() }
  }
  return null
}

export type Daily = {
  /** The report that is due and that nobody has sent. */
  findReport(kind: 'report' | 'weekly', now: Date): Promise<DailySlot | null>
  /** In the transaction of the report's message. False when somebody was faster. */
  claimReport(tx: Tx, slot: DailySlot, now: Date): Promise<boolean>
  /** The backup that is to be made now, and by this process; also one that failed, or was left in the middle. */
  takeBackup(now: Date): Promise<DailySlot | null>
  settleBackup(slot: DailySlot, end: { ok: boolean; note: string; now: Date }): Promise<void>
}

export function createDaily({ db, timeZone }: { db: { pool: Queryable }; timeZone: string }): Daily {
  const { pool } = db
  let running: DailySlot | null = null
  let firstStart: Date | null = null
  // A tick comes every 15 s: what is known to be done is not asked for again.
  const done = new Map<DailyKind, string>()
  const findOpen = async (kind: DailyKind, now: Date): Promise<DailySlot | null> => {
    const slot = findDue(kind, now, timeZone, new Date(0))
    if (!slot || done.get(kind) === slot.localDate) return null
    firstStart ??= await findFirstStart(pool)
    return firstStart && slot.dueAt >= firstStart ? slot : null
  }
  const isDone = async (slot: DailySlot) => {
    const status = await findDailyStatus(pool, slot)
    if (status === 'done') done.set(slot.kind, slot.localDate)
    return status !== null
  }
  return {
    findReport: async (kind, now) => {
      const slot = await findOpen(kind, now)
      return slot && (await isDone(slot)) ? null : slot
    },
    claimReport: (tx, slot, now) => claimDaily(tx, slot, 'done', now),
    takeBackup: async (now) => {
      if (running) return null
      const slot = await findOpen('backup', now)
      if (!slot) return null
      const again = { maxAttempts: BACKUP_TRIES, failedBefore: new Date(now.getTime() - BACKUP_PAUSE_MS), now }
      const isTaken = await isDone(slot)
      const mine = await (isTaken ? takeAgain(pool, slot, again) : claimDaily(pool, slot, 'running', now))
      if (mine) running = slot
      return mine ? slot : null
    },
    settleBackup: async (slot, { ok, note, now }) => {
      try {
        await keepTrying(() => settleDaily(pool, slot, { status: ok ? 'done' : 'failed', note, now }))
      } finally {
        // What could not be written is taken up like what a dead process left; the nights after it are not held up.
        running = null
      }
    },
  }
}
