import { DateTime } from 'luxon'

/** Hours of a day, by the clock on the wall, in which only what is critical makes a sound. */

/** Minutes since midnight. `to` before `from` means over midnight. */
export type QuietHours = { from: number; to: number }

const FORM = /^([01]?\d|2[0-3]):([0-5]\d)\s*[-–]\s*([01]?\d|2[0-3]):([0-5]\d)$/

/** "23:00-07:00"; 'off' is null. Undefined when it is neither, or an empty span. */
export function parseQuietHours(text: string): QuietHours | null | undefined {
  if (text.trim().toLowerCase() === 'off') return null
  const found = FORM.exec(text.trim())
  if (!found) return undefined
  const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = found.slice(1).map(Number)
  const hours = { from: fromHour * 60 + fromMinute, to: toHour * 60 + toMinute }
  return hours.from === hours.to ? undefined : hours
}

export function isQuietAt(hours: QuietHours | null, at: Date, timeZone: string): boolean {
  if (hours === null) return false
  const { hour, minute } = DateTime.fromJSDate(at, { zone: timeZone })
  const now = hour * 60 + minute
  const { from, to } = hours
  return from < to ? now >= from && now < to : now >= from || now < to
}

/** "23:00–07:00". */
export function describeQuietHours({ from, to }: QuietHours): string {
  return `${describeMinutes(from)}–${describeMinutes(to)}`
}

function describeMinutes(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
}
