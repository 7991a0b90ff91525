import { DateTime } from 'luxon'
import type { Keyboard } from '../../src/messaging/outbox.ts'
import { press } from './card.ts'
import { clip, type Html, html, lines } from './html.ts'
import { describeTime } from './times.ts'

/** After two weeks off there may be hundreds. */
const MISSED_SHOWN = 5

export type ScheduleInput = {
  brand: string
  /** Null when there is only one kit. */
  brandTitle: string | null
  /** The times alone; whether they are paused is said beside them. */
  described: string
  paused: boolean
  off: boolean
  /** What NEXUS_SCHEDULE says; null when that is off, too. */
  configured: string | null
  next: readonly Date[]
  timeZone: string
  now: Date
}

export function scheduleText(input: ScheduleInput): Html {
  const next = input.next.map((at) => html`  • ${describeTime(at, input.now, input.timeZone)}`)
  return lines(
    html`<b>Schedule</b>${input.brandTitle === null ? '' : ` · ${input.brandTitle}`}${input.paused && !input.off ? ' · paused' : ''}`,
    input.off ? html`Off: nothing is made by itself.` : html`${clip(input.described, 1500)}`,
    ...(input.paused || input.off ? [] : [html`Next:`, ...next]),
    html`Times are in ${input.timeZone}; <code>TZ</code> in the environment changes that.`,
    html``,
    html`To change it, send for example:`,
    html`<code>/schedule 18:30 weekdays, 19:30 weekends</code>`,
    html`<code>/schedule mon,wed,fri 09:00</code> · <code>/schedule off</code>`,
  )
}

export function scheduleKeyboard(input: ScheduleInput): Keyboard {
  const { brand } = input
  if (input.off) {
    if (input.configured === null) return []
    return [[press(`▶️ Back to ${clip(input.configured, 50)}`, { kind: 'schedule', change: 'configured', brand })]]
  }
  return [
    [
      input.paused
        ? press('▶️ Resume', { kind: 'schedule', change: 'resume', brand })
        : press('⏸ Pause', { kind: 'schedule', change: 'pause', brand }),
    ],
  ]
}

/** `changed` is false when it was like that before. */
export function scheduleChangedText(changed: boolean, change: 'pause' | 'resume'): Html {
  if (change === 'pause') return changed ? html`⏸ Paused until you resume it.` : html`⏸ It was paused already.`
  return changed ? html`▶️ Running again.` : html`▶️ It was not paused.`
}

/** `paused`: new times do not end a pause. */
export function scheduleSavedText({ paused }: { paused: boolean }): Html {
  return paused ? html`✔️ Saved. It is still paused: ▶️ Resume starts it.` : html`✔️ Saved.`
}

export function scheduleIsOffText(): Html {
  return html`The schedule is off, so there is nothing to pause or resume.`
}

export function notUnderstoodText(hint: string, timeZone: string): Html {
  return lines(
    html`I did not understand those times. ${hint}`,
    html`The schedule stays as it was; its times are in ${timeZone}.`,
  )
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
