import { groupMutes, type Mute } from '../../ops/incidents/index.ts'
import type { Rule } from '../../ops/rules.ts'
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
  const groups = groupMutes(mutes)
  const shown = groups.slice(0, MAX_SHOWN)
  return lines(
    html`<b>Not heard</b>`,
    ...shown.map((group, index) => html`${index + 1}. ${lineOf(group, now, timeZone)}`),
    groups.length > shown.length && html`… and ${groups.length - shown.length} more`,
    html`A tap below lifts one.`,
    quiet,
  )
}

function lineOf(group: readonly Mute[], now: Date, timeZone: string): Html {
  const [first] = group
  if (!first) return html``
  const by = `by ${clip(first.createdByName, 30)}`
  if (first.kind === 'ignore') {
    const lines = html`lines like ${foreign(first.pattern ?? '', PATTERN_SHOWN)}`
    return html`🙈 ${foreign(first.subject)}: ${lines} · ${sinceOf(first, now, timeZone)}, ${by}`
  }
  if (first.until !== null)
    return html`😴 ${nameOf(first)} · snoozed until ${describeTime(first.until, now, timeZone)}, ${by}`
  const words = [...new Set(group.map(({ rule }) => WORDS[rule as Rule] ?? 'all of it'))].join(', ')
  return html`🔕 ${nameOf(first)}: ${words} · ${sinceOf(first, now, timeZone)} until it is lifted, ${by}`
}

const nameOf = ({ subject, rule }: Mute) => (subject === '' ? html`${titleOf(rule)}` : foreign(subject))

const sinceOf = ({ createdAt }: Mute, now: Date, timeZone: string) => `since ${describeTime(createdAt, now, timeZone)}`

/** What has no name of its own. */
function titleOf(rule: string | null): string {
  const [word = ''] = (rule ?? '').split('-')
  return word === '' ? 'Everything' : `${word.charAt(0).toUpperCase()}${word.slice(1)}`
}

const STAYS_DOWN = 'does not stay up'
/** What is not heard, after the name of the thing. */
const WORDS: Record<Rule, string> = {
  disk: 'full',
  inodes: 'too many files',
  memory: 'full',
  swap: 'used',
  temperature: 'too hot',
  'container-down': STAYS_DOWN,
  'container-unhealthy': 'unhealthy',
  'container-restarts': STAYS_DOWN,
  'container-died': STAYS_DOWN,
  'container-oom': 'out of memory',
  'container-loop': STAYS_DOWN,
  'container-cpu': 'busy',
  'container-memory': 'near its limit of memory',
  'log-pattern': 'watched lines in its log',
  'generation-slow': 'slow',
  'generation-failing': 'failing',
  'generation-missing': 'missing',
  'spend-day': 'of the day',
  'spend-month': 'of the month',
  'backup-old': 'too old',
  'unit-failed': 'failed',
  'no-answer': 'does not answer',
}

export function mutesKeyboard({ mutes }: Pick<MutesInput, 'mutes'>): Keyboard {
  return groupMutes(mutes)
    .slice(0, MAX_BUTTONS)
    .flatMap(([first], index) =>
      first
        ? [
            [
              press(`🔔 ${index + 1}. ${tidy(first.subject || titleOf(first.rule), 30)}`, {
                kind: 'lift-mute',
                muteId: first.id,
              }),
            ],
          ]
        : [],
    )
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
