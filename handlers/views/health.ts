import type { ActionRequest } from '../../ops/actions/definitions.ts'
import type { Advice } from '../../ops/advice.ts'
import { type Attention, describeDetails, describeHealth, type Line, listMissing } from '../../ops/describe.ts'
import type { HealthReport } from '../../ops/health.ts'
import type { Keyboard } from '../../src/messaging/outbox.ts'
import { toVisible } from '../../src/messaging/visible-text.ts'
import { redactSecrets } from '../../src/redact-secrets.ts'
import type { HealthView } from '../actions.ts'
import { proposeButton } from './action.ts'
import { press } from './card.ts'
import { clip, type Html, html, lines } from './html.ts'
import { describeTime } from './times.ts'

/** /health in the chat: the verdict, what deserves attention, the figures. */

export type HealthInput = { report: HealthReport; view: HealthView; timeZone: string }

/** What is tapped at 3 a.m. must be easy to hit; what is left has its own alert. */
const MAX_FIXES = 3
const MAX_ATTENTION = 8
const MAX_FIGURES = 16
const MAX_NAME_CHARS = 40
const MAX_WHY_CHARS = 90
/** Below Telegram's 4,096 characters; tags are counted as well, which errs on the safe side. */
const MAX_HTML_CHARS = 3_900

export function healthText({ report, view, timeZone }: HealthInput): Html {
  const { takenAt, tookMs } = report.snapshot
  const when = (at: Date) => describeTime(at, takenAt, timeZone)
  const words = describeHealth(report, when)
  const shown = words.attention.slice(0, MAX_ATTENTION)
  const left = words.attention.length - shown.length
  const missing = words.missing.map(({ title }) => title).join(', ')
  const foot = html`<i>${capitalized(when(takenAt))} · looked for ${describeLook(tookMs)}</i>`
  const verdict = html`<b>${words.verdict}</b>`
  const attention = lines(
    ...shown.map((one) => attentionText(one, takenAt, when)),
    left > 0 && html`… and ${left} more`,
  )
  const figures = lines(
    ...words.figures.slice(0, MAX_FIGURES).map(lineText),
    view === 'summary' && missing !== '' && html`▫️ <i>Not seen here: ${missing}</i>`,
  )
  const body = paragraphs(verdict, attention, figures)
  if (view === 'summary') return paragraphs(body, foot)
  return paragraphs(body, detailsText(report, MAX_HTML_CHARS - body.html.length - foot.html.length), foot)
}

function describeLook(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`
}

/** With an empty line between; what is empty is left out. */
function paragraphs(...all: readonly Html[]): Html {
  return lines(...all.filter((one) => one.html !== '').flatMap((one, index) => (index === 0 ? [one] : [html``, one])))
}

export function healthKeyboard({
  view,
  fixes,
}: Pick<HealthInput, 'view'> & { fixes: readonly ActionRequest[] }): Keyboard {
  const other: HealthView = view === 'summary' ? 'details' : 'summary'
  return [
    [
      press('🔄 Refresh', { kind: 'health', view }),
      press(other === 'details' ? '🔎 Details' : '🔙 Summary', { kind: 'health', view: other }),
    ],
    [press('📈 Charts', { kind: 'charts' }), press('🩺 Diagnose', { kind: 'diagnose', about: 'worst' })],
    ...fixes.slice(0, MAX_FIXES).map((fix) => [proposeButton(fix)]),
  ]
}

function attentionText(
  { sign, words, subject, why, since, advice }: Attention,
  now: Date,
  when: (at: Date) => string,
): Html {
  const [before = '', ...after] = words.split('{}')
  const named = after.length === 0 ? html`${before}` : html`${before}${name(subject)}${after.join('{}')}`
  const reason = why === null ? html`` : html`: ${code(why, MAX_WHY_CHARS)}`
  // Seen just now for the first time: "since" would say nothing.
  const long = since.getTime() < now.getTime() ? html`, since ${when(since)}` : html``
  const head = html`${sign} <b>${named}</b>${reason}${long}`
  return sign === '🔕' ? head : lines(head, html`   ${adviceText(advice, subject)}`)
}

function adviceText({ words, command, withSubject }: Advice, subject: string): Html {
  if (command === undefined) return html`${words}.`
  if (withSubject) return html`${words}: <code>${command} ${tidy(subject, MAX_NAME_CHARS)}</code>`
  return command.startsWith('/') ? html`${words}: ${command}` : html`${words}: <code>${command}</code>`
}

function lineText({ sign, name: of, text }: Line): Html {
  return of === undefined ? html`${sign} ${text}` : html`${sign} ${name(of)} ${text}`
}

/** As many lines as fit into `maxChars`. */
function detailsText(report: HealthReport, maxChars: number): Html {
  const unknown = [...listMissing(report.snapshot, 'failed'), ...listMissing(report.snapshot, 'absent')]
  const sections = [
    ...describeDetails(report).map(({ title, lines: all }) => ({ title, all: all.map(lineText) })),
    { title: 'Not available', all: unknown.map(({ title, why }) => html`▫️ ${title}: ${code(why, MAX_WHY_CHARS)}`) },
  ]
  let left = maxChars
  let isWhole = true
  const take = (line: Html) => {
    left -= line.html.length + 2
    isWhole &&= left >= 0
    return isWhole
  }
  const blocks = sections.map(({ title, all }) => {
    const heading = html`<b>${title}</b>`
    const shown = all.length > 0 && take(heading) ? all.filter(take) : []
    return shown.length === 0 ? html`` : lines(heading, ...shown)
  })
  return paragraphs(...blocks, isWhole ? html`` : html`… <code>npm run health</code> tells it all`)
}

/** As code: a name that looks like an address, a command or a mention stays dead. */
function name(text: string): Html {
  return code(text, MAX_NAME_CHARS)
}

function code(text: string, maxChars: number): Html {
  return html`<code>${tidy(text, maxChars)}</code>`
}

function tidy(text: string, maxChars: number): string {
  return clip(toVisible(redactSecrets(text)).replaceAll(/\s+/g, ' ').trim(), maxChars) || '?'
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

export function noChartsText(): Html {
  return html`📈 There is nothing to draw yet: the first sample comes within a minute, a picture needs a few of them.`
}

export function healthHelpText(): Html {
  return html`I read <code>/health</code>, <code>/health chart</code> (24 hours and 7 days), <code>/health chart day</code>, <code>week</code> or <code>year</code>.`
}
