import { DateTime } from 'luxon'
import type { SlotTime } from './times.ts'

/** From wall-clock times to instants. Pure: the zone's rules come from the runtime's time zone data. */

export type PlannedSlot = { localDate: string; localTime: string; dueAt: Date }
type Times = { times: readonly SlotTime[] }

const DAY_MS = 86_400_000

/** The moments after `since` up to and including `now`, oldest first. */
export function dueSlots(schedule: Times, zone: string, now: Date, since: Date): PlannedSlot[] {
  // A day earlier as well: a time that daylight saving skips just before midnight is due on the next date.
  const first = localDay(since, zone).minus({ days: 1 })
  const last = localDay(now, zone)
  const planned: PlannedSlot[] = []
  for (let day = first; day <= last; day = day.plus({ days: 1 })) planned.push(...slotsOfDay(schedule, zone, day))
  return planned.filter(({ dueAt }) => dueAt > since && dueAt <= now).sort(byInstant)
}

/** The next `count` moments after `now`; fewer only when there are no times at all. */
export function upcomingSlots(schedule: Times, zone: string, now: Date, count: number): PlannedSlot[] {
  const upcoming: PlannedSlot[] = []
  if (schedule.times.length === 0) return upcoming
  let day = localDay(now, zone).minus({ days: 1 })
  // One day more than needed: a skipped time may be due after the first of the following date.
  for (let spare = 1; spare >= 0; day = day.plus({ days: 1 })) {
    upcoming.push(...slotsOfDay(schedule, zone, day).filter(({ dueAt }) => dueAt > now))
    if (upcoming.length >= count) spare--
  }
  return upcoming.sort(byInstant).slice(0, count)
}

/** A calendar day; kept in UTC, where adding a day always gives the next date. */
function localDay(instant: Date, zone: string): DateTime {
  return DateTime.fromJSDate(instant, { zone }).setZone('utc', { keepLocalTime: true }).startOf('day')
}

function slotsOfDay(schedule: Times, zone: string, day: DateTime): PlannedSlot[] {
  const localDate = day.toFormat('yyyy-MM-dd')
  return schedule.times
    .filter((slot) => slot.days.includes(day.weekday))
    .map(({ time }) => ({ localDate, localTime: time, dueAt: instantOf(localDate, time, zone) }))
}

/** A wall-clock time that exists twice means the first; one that is skipped means the first instant after the gap. */
export function instantOf(localDate: string, localTime: string, zone: string): Date {
  const guess = DateTime.fromISO(`${localDate}T${localTime}`, { zone })
  const exists = guess.toFormat("yyyy-MM-dd'T'HH:mm") === `${localDate}T${localTime}`
  if (!exists) return endOfGap(guess)
  return new Date(Math.min(...guess.getPossibleOffsets().map((moment) => moment.toMillis())))
}

/** luxon moves a skipped time forward by the size of the gap; the gap ends where the offset becomes that moment's. */
function endOfGap(moved: DateTime): Date {
  let before = moved.toMillis() - DAY_MS
  let after = moved.toMillis()
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (DateTime.fromMillis(middle, { zone: moved.zone }).offset === moved.offset) after = middle
    else before = middle
  }
  return new Date(after)
}

function byInstant(a: PlannedSlot, b: PlannedSlot): number {
  return a.dueAt.getTime() - b.dueAt.getTime() || a.localTime.localeCompare(b.localTime)
}
