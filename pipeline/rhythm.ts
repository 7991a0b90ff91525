import type { Queryable } from '../src/transaction.ts'
import { nextSlots, readSchedule } from './schedule.ts'

/** How often a carousel is due, for whoever wants to know whether one is missing. */
export type Rhythm = {
  /** The longest time between two slots. */
  periodSeconds: number
  /** Nothing was due before that. */
  since: Date
}

/** Enough for a week of three a day. */
const SLOTS = 22

/** Null while the schedule is off, paused, or has not begun. */
export async function readRhythm(
  db: Queryable,
  { brand, fallbackCron, zone }: { brand: string; fallbackCron: string; zone: string },
  now: Date,
): Promise<Rhythm | null> {
  const schedule = await readSchedule(db, brand, fallbackCron)
  const due = nextSlots(schedule, zone, now, SLOTS).map(({ dueAt }) => dueAt.getTime())
  if (schedule.since === null || due.length < 2) return null
  const gaps = due.slice(1).map((at, index) => at - (due[index] ?? at))
  return { periodSeconds: Math.max(...gaps) / 1000, since: schedule.since }
}
