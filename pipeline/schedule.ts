import { z } from 'zod'
import type { Clock } from '../src/clock.ts'
import { type Database, inTransaction, type Queryable, type Tx } from '../src/db/pool.ts'
import { mergeSetting, readSetting } from '../src/db/settings.ts'
import { claimDueSlots, listUnclaimedSlots, type Slot, settleSlot } from '../src/db/slots.ts'
import type { Log } from '../src/log.ts'
import { dueSlots, type PlannedSlot, upcomingSlots } from './schedule/calendar.ts'
import { parseHumanTimes } from './schedule/human-times.ts'
import { describeTimes, EVERY_DAY, parseCronTimes, SlotTime } from './schedule/times.ts'

export type { Slot } from '../src/db/slots.ts'
export { parseCronTimes } from './schedule/times.ts'

/** When a brand makes carousels. `since` is where its slots begin to count; null before the first tick. */
export type Schedule = {
  times: SlotTime[]
  paused: boolean
  since: Date | null
  source: 'configuration' | 'chat'
}

/** How long after its time a slot is still run when nothing else says so; from the missed-slot policy. */
const MISSED_WITHIN_HOURS = 6
/** A tick may come late by this much (a slow start, a busy database) without the slot counting as missed. */
const ON_TIME_MS = 10 * 60_000
/** After a longer absence older slots are forgotten: nobody wants a message about each of them. */
const LOOK_BACK_MS = 14 * 86_400_000
const HOUR_MS = 3_600_000

/** `times` is null while the configuration decides; `configured` is what it said when `since` was set. */
const StoredSchedule = z.object({
  times: z.array(SlotTime).nullable().default(null),
  paused: z.boolean().default(false),
  since: z.iso.datetime().nullable().default(null),
  configured: z.string().nullable().default(null),
})
type StoredSchedule = z.infer<typeof StoredSchedule>

const settingKey = (brand: string) => `schedule:${brand}`

/** @throws Failure bad_input when `fallbackCron` (NEXUS_SCHEDULE) is needed and is not a weekly schedule */
export async function readSchedule(db: Queryable, brand: string, fallbackCron: string): Promise<Schedule> {
  const stored = await readSetting(db, settingKey(brand), StoredSchedule)
  return toSchedule(stored ?? StoredSchedule.parse({}), fallbackCron)
}

function toSchedule(stored: StoredSchedule, fallbackCron: string): Schedule {
  return {
    times: stored.times ?? parseCronTimes(fallbackCron),
    paused: stored.paused,
    since: stored.since === null ? null : new Date(stored.since),
    source: stored.times === null ? 'configuration' : 'chat',
  }
}

/** Takes times as a person types them. A time that has passed today counts from its next day; a pause stays a pause. */
export async function setScheduleTimes(
  db: Queryable,
  brand: string,
  text: string,
  now: Date,
): Promise<{ kind: 'set'; schedule: Schedule } | { kind: 'not-understood'; hint: string }> {
  const read = parseHumanTimes(text)
  if (read.kind === 'not-understood') return read
  const change = { times: read.times, since: now.toISOString() }
  const stored = await mergeSetting(db, settingKey(brand), StoredSchedule, change)
  return { kind: 'set', schedule: toSchedule(stored, 'off') }
}

/** While paused, slots that come due are written down as skipped. False when it was paused already. */
export async function pauseSchedule(db: Queryable, brand: string): Promise<boolean> {
  const stored = await readSetting(db, settingKey(brand), StoredSchedule)
  if (stored?.paused) return false
  await mergeSetting(db, settingKey(brand), StoredSchedule, { paused: true })
  return true
}

/** Slots of the pause are not made up for. False when it was not paused. */
export async function resumeSchedule(db: Queryable, brand: string, now: Date): Promise<boolean> {
  const stored = await readSetting(db, settingKey(brand), StoredSchedule)
  if (!stored?.paused) return false
  await mergeSetting(db, settingKey(brand), StoredSchedule, { paused: false, since: now.toISOString() })
  return true
}

/** Forgets what the chat has said: the configured times count again, from now on. */
export async function resetSchedule(db: Queryable, brand: string, now: Date): Promise<void> {
  await mergeSetting(db, settingKey(brand), StoredSchedule, { times: null, paused: false, since: now.toISOString() })
}

/** For a brand that is chosen again after another one: nobody ticked for it meanwhile, and nothing was missed. */
export async function restartSchedule(db: Queryable, brand: string, now: Date): Promise<void> {
  await mergeSetting(db, settingKey(brand), StoredSchedule, { since: now.toISOString() })
}

/** "18:30 Mon–Fri, 19:30 Sat–Sun", "off", with "(paused)" behind it where that is so. */
export function describeSchedule(schedule: Pick<Schedule, 'times' | 'paused'>): string {
  const times = describeTimes(schedule.times)
  return schedule.paused && schedule.times.length > 0 ? `${times} (paused)` : times
}

/** The next moments at which a carousel will be made: none while paused or off. */
export function nextSlots(
  schedule: Pick<Schedule, 'times' | 'paused'>,
  zone: string,
  now: Date,
  count: number,
): PlannedSlot[] {
  return schedule.paused ? [] : upcomingSlots(schedule, zone, now, count)
}

/** For how many days the approved, not yet posted carousels last; null when the schedule is off. */
export function bufferDays(approvedCount: number, schedule: Pick<Schedule, 'times'>): number | null {
  const slotsAWeek = schedule.times.reduce((sum, slot) => sum + slot.days.length, 0)
  return slotsAWeek === 0 ? null : Math.round((approvedCount * EVERY_DAY.length * 10) / slotsAWeek) / 10
}

/** The run's idempotency key. */
export function slotKey(slot: Slot): string {
  return `slot:${slot.brand}:${slot.localDate}:${slot.localTime}`
}

export type TakenSlots = {
  run: { slot: Slot; runId: string; late: boolean }[]
  /** Too old, or older than another one that ran instead. */
  missed: Slot[]
  skipped: Slot[]
}

export type TakeOptions = {
  brand: string
  zone: string
  fallbackCron: string
  missedWithinHours?: number | undefined
  /** Stores the run with the transaction it is given, so that a crash leaves slot and run, or neither. */
  createRun: (tx: Tx, slot: Slot) => Promise<string>
  /** Stores the message about missed slots in the same transaction; called only when there are some. */
  reportMissed?: ((tx: Tx, missed: Slot[]) => Promise<void>) | undefined
}

/**
 * What a tick does: claims the slots that are due and decides each one's fate. The database decides who gets a slot,
 * so any number of processes may tick, as often as they like and with a clock that jumps.
 */
export async function takeDueSlots(
  deps: { db: Pick<Database, 'pool'>; clock: Clock; log: Log },
  options: TakeOptions,
): Promise<TakenSlots> {
  const now = deps.clock.now()
  const schedule = await beginSchedule(deps.db.pool, options, now)
  const from = new Date(Math.max(schedule.since.getTime(), now.getTime() - LOOK_BACK_MS))
  const planned = dueSlots(schedule, options.zone, now, from)
  const due = planned.map((slot) => ({ brand: options.brand, ...slot }))
  const unclaimed = await listUnclaimedSlots(deps.db.pool, options.brand, due)
  if (unclaimed.length === 0) return { run: [], missed: [], skipped: [] }
  const taken = await inTransaction(deps.db.pool, async (tx) => {
    const claimed = await claimDueSlots(tx, options.brand, unclaimed)
    const lateMs = (options.missedWithinHours ?? MISSED_WITHIN_HOURS) * HOUR_MS
    return settleSlots(tx, options, decideSlots(claimed, { now, paused: schedule.paused, lateMs }))
  })
  const counts = { run: taken.run.length, missed: taken.missed.length, skipped: taken.skipped.length }
  deps.log.info({ brand: options.brand, ...counts }, 'schedule slots taken')
  return taken
}

/**
 * Slots count from the first tick, not from the beginning of time; from now on, too, when the configured times have
 * changed or when the clock was set back to before `since` (else the slots in between would be lost).
 */
async function beginSchedule(
  db: Queryable,
  options: Pick<TakeOptions, 'brand' | 'fallbackCron'>,
  now: Date,
): Promise<Schedule & { since: Date }> {
  const key = settingKey(options.brand)
  const stored = (await readSetting(db, key, StoredSchedule)) ?? StoredSchedule.parse({})
  const schedule = toSchedule(stored, options.fallbackCron)
  const reconfigured = stored.times === null && stored.configured !== options.fallbackCron
  if (schedule.since !== null && !reconfigured && schedule.since <= now) return { ...schedule, since: schedule.since }
  await mergeSetting(db, key, StoredSchedule, { since: now.toISOString(), configured: options.fallbackCron })
  return { ...schedule, since: now }
}

type Decision = { slot: Slot; fate: 'run' | 'run-late' | 'missed' | 'skipped' }

/** All that are on time run. Otherwise the newest of the late ones runs, if it is young enough; the rest are missed. */
function decideSlots(claimed: readonly Slot[], policy: { now: Date; paused: boolean; lateMs: number }): Decision[] {
  const slots = claimed.toSorted((a, b) => b.dueAt.getTime() - a.dueAt.getTime())
  if (policy.paused) return slots.map((slot) => ({ slot, fate: 'skipped' }))
  const ageMs = (slot: Slot) => policy.now.getTime() - slot.dueAt.getTime()
  const anyOnTime = slots.some((slot) => ageMs(slot) <= ON_TIME_MS)
  return slots.map((slot, index) => {
    if (ageMs(slot) <= ON_TIME_MS) return { slot, fate: 'run' }
    const runsLate = index === 0 && !anyOnTime && ageMs(slot) <= policy.lateMs
    return { slot, fate: runsLate ? 'run-late' : 'missed' }
  })
}

async function settleSlots(tx: Tx, options: TakeOptions, decisions: readonly Decision[]): Promise<TakenSlots> {
  const taken: TakenSlots = { run: [], missed: [], skipped: [] }
  for (const { slot, fate } of decisions.toReversed()) {
    if (fate === 'missed' || fate === 'skipped') {
      taken[fate].push(slot)
      await settleSlot(tx, slot, { status: fate, note: fate === 'skipped' ? 'paused' : 'too late' })
      continue
    }
    const late = fate === 'run-late'
    const runId = await options.createRun(tx, slot)
    await settleSlot(tx, slot, { status: 'run', runId, note: late ? 'late' : undefined })
    taken.run.push({ slot, runId, late })
  }
  if (taken.missed.length > 0) await options.reportMissed?.(tx, taken.missed)
  return taken
}
