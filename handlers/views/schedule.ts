import { DateTime } from 'luxon'
import type { Keyboard } from '../../src/messaging/outbox.ts'
import { press } from './card.ts'
import { type Html, html, lines } from './html.ts'

export type ScheduleInput = {
  described: string
  paused: boolean
  off: boolean
  next: readonly Date[]
  timeZone: string
}

export function scheduleText(input: ScheduleInput): Html {
  const next = input.next.map(
    (at) => html`  • ${DateTime.fromJSDate(at, { zone: input.timeZone }).setLocale('en').toFormat('ccc d LLL, HH:mm')}`,
  )
  return lines(
    html`<b>Schedule</b>${input.paused ? ' · paused' : ''}`,
    html`${input.described} (${input.timeZone})`,
    ...(input.paused || input.off ? [] : [html`Next:`, ...next]),
    html``,
    html`To change it, send for example:`,
    html`<code>/schedule 18:30 weekdays, 19:30 weekends</code>`,
    html`<code>/schedule mon,wed,fri 09:00</code> · <code>/schedule off</code>`,
  )
}

export function scheduleKeyboard(input: ScheduleInput): Keyboard {
  if (input.off) return []
  return [
    [
      input.paused
        ? press('▶️ Resume', { kind: 'schedule', change: 'resume' })
        : press('⏸ Pause', { kind: 'schedule', change: 'pause' }),
    ],
  ]
}

export function notUnderstoodText(hint: string): Html {
  return lines(html`I did not understand those times. ${hint}`, html`The schedule stays as it was.`)
}

export function missedText(missed: readonly { localDate: string; localTime: string }[]): Html {
  const list = missed.map(
    ({ localDate, localTime }) => `${DateTime.fromISO(localDate, { locale: 'en' }).toFormat('ccc d LLL')} ${localTime}`,
  )
  return lines(html`🕡 Missed while I was off: ${list.join(', ')}.`, html`/generate makes one now.`)
}
