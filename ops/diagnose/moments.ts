import { DateTime } from 'luxon'

/** Times as they stand in an alert that is read hours later: by the clock, never “2 s ago”. */

export type Clockface = { at: Date; timeZone: string }

/** "18:03:12"; of another day "21 Nov 18:03", of another year "21 Nov 2025". */
export function describeMoment(moment: Date, { at, timeZone }: Clockface): string {
  const time = DateTime.fromJSDate(moment, { zone: timeZone }).setLocale('en')
  const now = DateTime.fromJSDate(at, { zone: timeZone })
  if (time.hasSame(now, 'day')) return time.toFormat('HH:mm:ss')
  return time.toFormat(time.hasSame(now, 'year') ? 'd LLL HH:mm' : 'd LLL yyyy')
}
