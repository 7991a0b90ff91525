/** When a disk will be full, from how it has filled so far. Pure. */

export type Point = { at: Date; usedBytes: number }

const DAY_MS = 86_400_000
/** Less than a day of history is the rhythm of a day, not a direction. */
const MIN_SPAN_MS = DAY_MS
const MIN_POINTS = 12
/** Beyond a year a straight line says nothing. */
const MAX_DAYS = 365

/** Days until `freeBytes` are used up, by a straight line through the points; null when it does not fill, or nobody can tell. */
export function forecastFullDays(points: readonly Point[], freeBytes: number): number | null {
  const [first] = points
  const last = points.at(-1)
  if (!first || !last || points.length < MIN_POINTS) return null
  if (last.at.getTime() - first.at.getTime() < MIN_SPAN_MS) return null
  const perDay = slopePerDay(points, first.at.getTime())
  if (perDay <= 0) return null
  const days = freeBytes / perDay
  return days > MAX_DAYS ? null : days
}

/** Least squares: bytes a day. */
export function slopePerDay(points: readonly Point[], originMs: number): number {
  const days = points.map(({ at }) => (at.getTime() - originMs) / DAY_MS)
  const meanDay = mean(days)
  const meanUsed = mean(points.map(({ usedBytes }) => usedBytes))
  let together = 0
  let spread = 0
  points.forEach(({ usedBytes }, index) => {
    const fromMean = (days[index] ?? 0) - meanDay
    together += fromMean * (usedBytes - meanUsed)
    spread += fromMean * fromMean
  })
  return spread === 0 ? 0 : together / spread
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
