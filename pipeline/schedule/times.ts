import cronParser from 'cron-parser'
import { z } from 'zod'
import { Failure } from '../../src/failure.ts'

/** A wall-clock time HH:MM on some days of the week, 1 (Monday) to 7 (Sunday), sorted, never empty. */
export const SlotTime = z.object({
  time: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/),
  days: z.array(z.number().int().min(1).max(7)).min(1),
})
export type SlotTime = z.infer<typeof SlotTime>

export const EVERY_DAY: readonly number[] = [1, 2, 3, 4, 5, 6, 7]

/** A brand posts one to three times a day; more than hourly is a slip of the pen. */
const MAX_TIMES_A_DAY = 24

/**
 * Reads NEXUS_SCHEDULE: cron expressions of five fields separated by ';', or 'off' (an empty list).
 * @throws Failure bad_input for anything that is not "these times on these days of the week"
 */
export function parseCronTimes(text: string): SlotTime[] {
  if (/^\s*off\s*$/i.test(text)) return []
  const expressions = text.split(';').map((part) => part.trim())
  const times = expressions.filter((part) => part !== '').flatMap(parseCronExpression)
  if (times.length === 0) throw new Failure('The schedule is empty: write cron times, or off', { code: 'bad_input' })
  const merged = mergeTimes(times)
  if (isTooMany(merged)) throw refuseCron(text, `has more than ${MAX_TIMES_A_DAY} times on one day`)
  return merged
}

function parseCronExpression(expression: string): SlotTime[] {
  const fields = expression.split(/\s+/)
  if (fields.length !== 5) throw refuseCron(expression, 'needs the five fields minute hour day month weekday')
  // The library reads these two as "last" and "nth weekday of the month", which no weekly schedule can hold.
  if (/[#l]/i.test(fields.slice(2).join(' ').replace(/jul/gi, ''))) throw refuseCron(expression, 'is not weekly')
  const { minute, hour, dayOfMonth, month, dayOfWeek } = readCronFields(expression)
  if (dayOfMonth.length < 31 || month.length < 12) {
    throw refuseCron(expression, 'names days of the month or months: only times on days of the week are possible')
  }
  if (hour.length * minute.length > MAX_TIMES_A_DAY) {
    throw refuseCron(expression, `has more than ${MAX_TIMES_A_DAY} times on one day`)
  }
  const days = dayOfWeek.map((day) => (day === 0 ? 7 : Number(day)))
  return hour.flatMap((h) => minute.map((m) => ({ time: `${pad(h)}:${pad(m)}`, days })))
}

function readCronFields(expression: string) {
  try {
    return cronParser.parseExpression(expression).fields
  } catch (cause) {
    throw refuseCron(expression, 'is not a cron expression', cause)
  }
}

function refuseCron(expression: string, why: string, cause?: unknown): Failure {
  const shown = expression.length > 60 ? `${expression.slice(0, 60)}…` : expression
  const message = `The schedule "${shown}" ${why}. Write for example: 30 18 * * 1-5; 30 19 * * 0,6`
  return new Failure(message, { code: 'bad_input', cause })
}

const pad = (value: number) => String(value).padStart(2, '0')

export function isTooMany(times: readonly SlotTime[]): boolean {
  return EVERY_DAY.some((day) => times.filter((slot) => slot.days.includes(day)).length > MAX_TIMES_A_DAY)
}

/** One entry a time, its days sorted; entries by their first day, then by time. */
export function mergeTimes(times: readonly SlotTime[]): SlotTime[] {
  const daysByTime = new Map<string, Set<number>>()
  for (const { time, days } of times) daysByTime.set(time, new Set([...(daysByTime.get(time) ?? []), ...days]))
  return [...daysByTime]
    .map(([time, days]) => ({ time, days: [...days].sort((a, b) => a - b) }))
    .sort((a, b) => Number(a.days[0]) - Number(b.days[0]) || a.time.localeCompare(b.time))
}

const DAY_NAMES = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

/** "18:30 Mon–Fri, 19:30 Sat–Sun"; what it says, `parseHumanTimes` reads back. */
export function describeTimes(times: readonly SlotTime[]): string {
  if (times.length === 0) return 'off'
  const timesByDays = new Map<string, string[]>()
  for (const { time, days } of mergeTimes(times)) {
    const named = describeDays(days)
    timesByDays.set(named, [...(timesByDays.get(named) ?? []), time])
  }
  const entries = [...timesByDays].map(([days, hours]) => `${hours.join(' and ')} ${days}`)
  return entries.join(entries.some((entry) => entry.includes(',')) ? '; ' : ', ')
}

function describeDays(days: readonly number[]): string {
  if (days.length === EVERY_DAY.length) return 'every day'
  const stretches: number[][] = []
  for (const day of days) {
    const last = stretches.at(-1)
    if (last?.at(-1) === day - 1) last.push(day)
    else stretches.push([day])
  }
  return stretches.map(describeStretch).join(', ')
}

function describeStretch(days: readonly number[]): string {
  const [first, last] = [DAY_NAMES[Number(days[0]) - 1], DAY_NAMES[Number(days.at(-1)) - 1]]
  return days.length === 1 ? `${first}` : `${first}–${last}`
}
