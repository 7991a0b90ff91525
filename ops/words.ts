/** Figures as people read them on a phone. */

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** "812 MB", "1.5 GB"; in thousands, as disks are sold. */
export function describeBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000
    unit++
  }
  const digits = value < 9.95 && unit > 1 ? 1 : 0
  return `${value.toFixed(digits)} ${UNITS[unit]}`
}

/** "45 s", "12 min", "3 h 20 min", "5 d 4 h": the two largest parts. */
export function describeSpan(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return join(hours, 'h', minutes % 60, 'min')
  return join(Math.floor(hours / 24), 'd', hours % 24, 'h')
}

function join(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`
}

/** "in less than a day", "in about 9 days". */
export function describeDays(days: number): string {
  if (days < 1) return 'in less than a day'
  const whole = Math.round(days)
  return whole === 1 ? 'in about a day' : `in about ${whole} days`
}
