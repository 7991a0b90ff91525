import type { Mute } from './types.ts'

/** When people are told, and when something is over. */

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

export const LIMITS = {
  /** Well for this long, and it is over: the next look in a minute says the same. */
  calmMs: 45_000,
  /** What comes and goes has to be well for longer. */
  flappingFlaps: 3,
  flappingCalmMs: 5 * MINUTE_MS,
  /** Within this it is the same incident that is back. */
  reopenMs: 30 * MINUTE_MS,
  /** Whoever has read the alert has put the phone away by then: an edit alone would not be noticed at the end. */
  noticeMs: 5 * MINUTE_MS,
  /** New messages about one incident; reminders come on top. */
  maxMessages: 3,
  /** Of what is critical and nobody has acknowledged: after an hour, then once a day. */
  firstReminderMs: HOUR_MS,
  nextReminderMs: 24 * HOUR_MS,
} as const

/** How often it has to come back before its message says so, and why, again. */
export const FLAPS_TOLD: readonly number[] = [1, 3, 10, 30, 100, 300]

export type Policy = typeof LIMITS & {
  /** What is not critical waits. */
  isQuiet: boolean
  /** Those that hold now. */
  mutes: readonly Mute[]
  newId: () => string
}
