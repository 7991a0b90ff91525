import { DateTime } from 'luxon'

/** From moments and values to places on a picture. Pure. */

export type Span = 'day' | 'week' | 'year'

/** How far back, and how much time is one point: about 300 points, which is what a phone can show. */
export const SPANS: Record<Span, { title: string; binSeconds: number; bins: number; of: 'minutes' | 'hours' }> = {
  day: { title: 'Last 24 hours', binSeconds: 300, bins: 288, of: 'minutes' },
  week: { title: 'Last 7 days', binSeconds: 1_800, bins: 336, of: 'minutes' },
  year: { title: 'Last 12 months', binSeconds: 86_400, bins: 366, of: 'hours' },
}

export type Window = { from: Date; to: Date; binMs: number }

/** Ends with the point that `now` lies in. */
export function windowOf(span: Span, now: Date): Window {
  const { binSeconds, bins } = SPANS[span]
  const binMs = binSeconds * 1000
  const to = new Date((Math.floor(now.getTime() / binMs) + 1) * binMs)
  return { from: new Date(to.getTime() - bins * binMs), to, binMs }
}

/** 0 at the beginning of the window, 1 at its end. */
export function shareOf(at: Date, { from, to }: Window): number {
  return (at.getTime() - from.getTime()) / (to.getTime() - from.getTime())
}

/** Neighbours in time, each run on its own: between two runs there was nobody who looked, and no line may say otherwise. */
export function splitAtGaps<T extends { at: Date }>(points: readonly T[], { binMs }: Window): T[][] {
  const runs: T[][] = []
  let last: T | null = null
  for (const point of points) {
    if (last && point.at.getTime() - last.at.getTime() <= binMs) runs.at(-1)?.push(point)
    else runs.push([point])
    last = point
  }
  return runs
}

/** Where nobody looked for at least `minBins` points; also before the first one and after the last. */
export function findGaps(points: readonly { at: Date }[], window: Window, minBins: number): { from: Date; to: Date }[] {
  const ends = [...points.map(({ at }) => at.getTime()), window.to.getTime()]
  let seenUntil = window.from.getTime()
  const gaps: { from: Date; to: Date }[] = []
  for (const at of ends) {
    if (at - seenUntil >= minBins * window.binMs) gaps.push({ from: new Date(seenUntil), to: new Date(at) })
    seenUntil = at + window.binMs
  }
  return gaps
}

/** `strong`: where a new day, month or year begins. */
export type Tick = { at: Date; label: string; strong: boolean }

/** At full hours, days or months of the wall clock. */
export function timeTicks(span: Span, { from, to }: Window, timeZone: string): Tick[] {
  const start = DateTime.fromJSDate(from, { zone: timeZone }).setLocale('en')
  const ticks: Tick[] = []
  const end = to.getTime()
  const [unit, step] =
    span === 'day' ? (['hour', 4] as const) : span === 'week' ? (['day', 1] as const) : (['month', 1] as const)
  let place: DateTime = start.startOf(span === 'day' ? 'day' : unit)
  while (place.toMillis() < end) {
    if (place.toMillis() >= from.getTime()) ticks.push(toTick(span, place))
    // By the wall clock, so that a day of 23 or 25 hours keeps its marks at 4, 8 and 12.
    place = span === 'day' ? nextHourMark(place, step) : place.plus({ [unit]: step })
  }
  return ticks
}

function nextHourMark(place: DateTime, step: number): DateTime {
  const next = place.hour + step
  return next >= 24 ? place.plus({ days: 1 }).startOf('day') : place.set({ hour: next })
}

function toTick(span: Span, place: DateTime): Tick {
  const at = place.toJSDate()
  if (span === 'year')
    return { at, label: place.toFormat(place.month === 1 ? 'yyyy' : 'LLL'), strong: place.month === 1 }
  if (span === 'week') return { at, label: place.toFormat('ccc d'), strong: false }
  return place.hour === 0
    ? { at, label: place.toFormat('ccc d'), strong: true }
    : { at, label: place.toFormat('HH:mm'), strong: false }
}

/** "Sat 21 Nov, 12:05 – Sun 22 Nov, 12:05"; "22 Nov 2025 – 22 Nov 2026". */
export function describeTimes(span: Span, from: Date, to: Date, timeZone: string): string {
  const format = span === 'year' ? 'd LLL yyyy' : 'ccc d LLL, HH:mm'
  const say = (at: Date) => DateTime.fromJSDate(at, { zone: timeZone }).setLocale('en').toFormat(format)
  return `${say(from)} – ${say(to)}`
}

export type ValueScale = { from: number; to: number; ticks: number[] }

export const PERCENT: ValueScale = { from: 0, to: 100, ticks: [0, 50, 100] }

/** Wide enough for what was measured and for the thresholds, in steps of ten degrees. */
export function temperatureScale(lowest: number, highest: number): ValueScale {
  const from = Math.min(30, Math.floor(lowest / 10) * 10)
  const to = Math.max(90, Math.ceil(highest / 10) * 10)
  return { from, to, ticks: [from, Math.round((from + to) / 20) * 10, to] }
}

/** 0 at the bottom of the scale, 1 at its top; what lies outside is drawn at its edge. */
export function heightOf(value: number, { from, to }: ValueScale): number {
  return Math.min(1, Math.max(0, (value - from) / (to - from)))
}
