import { DateTime } from 'luxon'

/** "today 18:30", "tomorrow 18:30", "Mon 23 Nov, 18:30": times as people say them, in the brand's time zone. */
export function describeTime(at: Date, now: Date, timeZone: string): string {
  const time = DateTime.fromJSDate(at, { zone: timeZone }).setLocale('en')
  const days = time.startOf('day').diff(DateTime.fromJSDate(now, { zone: timeZone }).startOf('day'), 'days').days
  const clock = time.toFormat('HH:mm')
  if (days === 0) return `today ${clock}`
  if (days === 1) return `tomorrow ${clock}`
  if (days === -1) return `yesterday ${clock}`
  return `${time.toFormat('ccc d LLL')}, ${clock}`
}
