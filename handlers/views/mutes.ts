import type { Mute } from '../../ops/incidents/index.ts'
import { describeSpan } from '../../ops/words.ts'
import type { Keyboard } from '../../src/messaging/outbox.ts'
import { describeQuietHours, type QuietHours } from '../../src/quiet-hours.ts'
import { press } from './card.ts'
import { foreign, tidy } from './foreign.ts'
import { clip, type Html, html, lines } from './html.ts'
import { describeTime } from './times.ts'

/** /mutes: what people do not want to hear of, and the way back. */

const MAX_SHOWN = 20
const MAX_BUTTONS = 12
const PATTERN_SHOWN = 120

export type MutesInput = { mutes: readonly Mute[]; quietHours: QuietHours | null; now: Date; timeZone: string }

export function mutesText({ mutes, quietHours, now, timeZone }: MutesInput): Html {
  const quiet = quietHours !== null && html`🌙 ${describeQuietHours(quietHours)}: only what is critical speaks.`
  if (mutes.length === 0)
    return lines(html`🔔 <b>Nothing is muted.</b> The buttons of an alert mute, snooze and ignore.`, quiet)
  const shown = mutes.slice(0, MAX_SHOWN)
  return lines(
    html`<b>Not heard</b>`,
    ...shown.map(
      (mute, index) =>
        html`${index + 1}. ${mute.kind === 'snooze' ? '😴' : mute.kind === 'ignore' ? '🙈' : '🔕'} ${whatOf(mute)} · ${untilOf(mute, now, timeZone)}`,
    ),
    mutes.length > shown.length && html`… and ${mutes.length - shown.length} more`,
    html`A tap below lifts one.`,
    quiet,
  )
}

function whatOf(mute: Mute): Html {
  const of = mute.subject === '' ? html`` : html` of ${foreign(mute.subject)}`
  if (mute.kind === 'ignore') return html`Lines like ${foreign(mute.pattern ?? '', PATTERN_SHOWN)}${of}`
  return html`${mute.rule ?? 'everything'}${of}`
}

function untilOf({ until, createdAt, createdByName }: Mute, now: Date, timeZone: string): string {
  const by = `by ${clip(createdByName, 30)}`
  if (until !== null) return `until ${describeTime(until, now, timeZone)}, ${by}`
  return `for ${describeSpan((now.getTime() - createdAt.getTime()) / 1000)}, ${by}`
}

export function mutesKeyboard({ mutes }: Pick<MutesInput, 'mutes'>): Keyboard {
  return mutes.slice(0, MAX_BUTTONS).map((mute, index) => [
    press(`🔔 ${index + 1}. ${tidy(mute.subject || (mute.rule ?? mute.kind), 30)}`, {
      kind: 'lift-mute',
      muteId: mute.id,
    }),
  ])
}

export type IgnoreInput = {
  container: string
  pattern: string
  /** Lines of the last day that it would have hidden, and the newest of them. */
  hidden: number
  examples: readonly string[]
  /** Lines of the last day that were looked at. */
  lookedAt: number
}

const EXAMPLES_SHOWN = 3
const EXAMPLE_CHARS = 160

export function ignoreText({ container, pattern, hidden, examples, lookedAt }: IgnoreInput): Html {
  return lines(
    html`🙈 <b>Ignore lines of</b> ${foreign(container)} <b>like this?</b>`,
    html`${foreign(pattern, 300)}`,
    html`<code>*</code> stands for anything. In the last day it would have hidden ${hidden} of ${lookedAt} lines that I can see:`,
    ...examples.slice(0, EXAMPLES_SHOWN).map((line) => html`· ${foreign(line, EXAMPLE_CHARS)}`),
    html`They stay in the log; I only do not alert for them. /mutes takes it back.`,
  )
}

export function ignoreKeyboard({ container, pattern }: Pick<IgnoreInput, 'container' | 'pattern'>): Keyboard {
  return [[press('🙈 Ignore them', { kind: 'ignore-lines', container, pattern }, 24)]]
}

export function nothingToIgnoreText(container: string): Html {
  return html`I find no line in the log of ${foreign(container)} that the rule has meant, so there is nothing to ignore by. 🔕 Mute silences the rule itself.`
}

export function ignoredText({ container, pattern }: Pick<IgnoreInput, 'container' | 'pattern'>): Html {
  return lines(
    html`🙈 Ignored from now on, of ${foreign(container)}:`,
    html`${foreign(pattern, 300)}`,
    html`/mutes takes it back.`,
  )
}
