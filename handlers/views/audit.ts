import { ActionKind } from '../../ops/actions/definitions.ts'
import type { AuditLine, OutcomeKind } from '../../ops/actions/index.ts'
import { redactSecrets } from '../../src/redact-secrets.ts'
import { actionTitle } from './action.ts'
import { foreign } from './foreign.ts'
import { clip, type Html, html, lines, nothing } from './html.ts'
import { describeTime } from './times.ts'

/** /audit: what was proposed, tapped, refused and done, a line each. */

const SIGNS = {
  proposed: '📝 asked for',
  'first-tap': '☝️ first tap',
  tapped: '👆 tapped',
  dropped: '✖️ left as it is',
  refused: '🚫 refused',
  fixed: '✅ done',
  'not-fixed': '❌ not fixed',
  unknown: '❔ unknown',
  outcome: '🏁 ended',
  'after-sample': '🔎 looked again',
  policy: '⚙️ healing',
} as const satisfies Record<AuditLine['event'] | Exclude<OutcomeKind, 'refused'>, string>
const OUTCOME = /^(fixed|not-fixed|unknown): /
const REASON_CHARS = 90
const NAME_CHARS = 24

export function auditText(rows: readonly AuditLine[], now: Date, timeZone: string): Html {
  if (rows.length === 0) return html`Nothing was proposed or done yet.`
  return lines(
    html`<b>The last ${rows.length}</b>, newest first`,
    ...rows.map((row) => auditLine(row, describeTime(row.at, now, timeZone))),
    html`<i>${describeSigns(rows)}</i>`,
  )
}

/** Of those that are there. */
function describeSigns(rows: readonly AuditLine[]): string {
  const shown = new Set(rows.map((row) => SIGNS[signOf(row)]))
  return Object.values(SIGNS)
    .filter((sign) => shown.has(sign))
    .join(' · ')
}

function signOf({ event, reason }: AuditLine): keyof typeof SIGNS {
  const kind = event === 'outcome' ? OUTCOME.exec(reason ?? '')?.[1] : undefined
  return kind === 'fixed' || kind === 'not-fixed' || kind === 'unknown' ? kind : event
}

function auditLine(row: AuditLine, when: string): Html {
  const { event, containerName } = row
  const reason = row.reason?.replace(OUTCOME, '') ?? null
  const sign = SIGNS[signOf(row)].replace(/ .*/, '')
  // Reasons hold names, and what Docker has said.
  const why = reason === null || event === 'proposed' ? nothing : foreign(redactSecrets(reason), REASON_CHARS)
  const name = containerName === null ? nothing : foreign(redactSecrets(containerName), NAME_CHARS)
  // Of healing itself the reason says all.
  const title = event === 'policy' ? nothing : html`${titleOf(row)}`
  const what = html`${title}${title.html && name.html ? ' ' : ''}${name}`
  return html`${sign} ${when} · ${whoOf(row)} · ${what}${what.html && why.html ? ': ' : ''}${why}`
}

function titleOf({ kind }: AuditLine): string {
  const known = ActionKind.safeParse(kind)
  return known.success ? actionTitle(known.data) : kind
}

function whoOf({ actorKind, actor, actorName }: AuditLine): string {
  if (actorKind === 'healing') return 'healing'
  if (actorName !== null) return clip(actorName, NAME_CHARS)
  return actor === null ? 'the bot' : `owner ${actor}`
}

export function auditHelpText(): Html {
  return html`I read <code>/audit</code> and <code>/audit 50</code>.`
}
