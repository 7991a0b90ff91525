import { DateTime } from 'luxon'
import type { Keyboard } from '../../src/messaging/outbox.ts'
import { press } from './card.ts'
import { clip, type Html, html, lines } from './html.ts'
import { describeTime } from './times.ts'

/** After two weeks off there may be hundreds. */
const MISSED_SHOWN = 5

export type ScheduleInput = {
  /** Null when there is only one kit. */
  brandTitle: string | null
  /** The times alone; whether they are paused is said beside them. */
  described: string
  paused: boolean
  off: boolean
  next: readonly Date[]
  timeZone: string
  now: Date
}

export function scheduleText(input: ScheduleInput): Html {
  const next = input.next.map((at) => html`  • ${describeTime(at, input.now, input.timeZone)}`)
  return lines(
    html`<b>Schedule</b>${input.brandTitle === null ? '' : ` · ${input.brandTitle}`}${input.paused ? ' · paused' : ''}`,
    input.off ? html`Off: nothing is made by itself.` : html`${clip(input.described, 1500)} (${input.timeZone})`,
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

/** `changed` is false when it was like that before. */
export function scheduleChangedText(changed: boolean, change: 'pause' | 'resume' | 'set'): Html {
  if (change === 'set') return html`✔️ Saved.`
  if (change === 'pause') return changed ? html`⏸ Paused until you resume it.` : html`⏸ It was paused already.`
  return changed ? html`▶️ Running again.` : html`▶️ It was not paused.`
}

export function notUnderstoodText(hint: string): Html {
  return lines(html`I did not understand those times. ${hint}`, html`The schedule stays as it was.`)
}

export function missedText(missed: readonly { localDate: string; localTime: string }[]): Html {
  const newest = missed.slice(-MISSED_SHOWN)
  const list = newest.map(
    ({ localDate, localTime }) => `${DateTime.fromISO(localDate, { locale: 'en' }).toFormat('ccc d LLL')} ${localTime}`,
  )
  const older = missed.length - newest.length
  return lines(
    html`🕡 Missed while I was off: ${list.join(', ')}${older > 0 ? ` and ${older} before` : ''}.`,
    html`No carousel was made for ${missed.length === 1 ? 'it' : 'them'}. /generate makes one now.`,
  )
}
