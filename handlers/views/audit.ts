import type { AuditLine } from '../../ops/actions/index.ts'
import { redactSecrets } from '../../src/redact-secrets.ts'
import { foreign } from './foreign.ts'
import { clip, type Html, html, lines } from './html.ts'
import { describeTime } from './times.ts'

/** /audit: what was proposed, tapped, refused and done, a line each. */

const SIGNS: Record<AuditLine['event'], string> = {
  proposed: '📝',
  'first-tap': '☝️',
  tapped: '👆',
  dropped: '✖️',
  refused: '🚫',
  outcome: '🏁',
  'after-sample': '🔎',
  policy: '⚙️',
}
const REASON_CHARS = 90
const NAME_CHARS = 24

export function auditText(rows: readonly AuditLine[], now: Date, timeZone: string): Html {
  if (rows.length === 0) return html`Nothing was proposed or done yet.`
  return lines(
    html`<b>The last ${rows.length}</b>, newest first`,
    ...rows.map((row) => auditLine(row, describeTime(row.at, now, timeZone))),
  )
}

function auditLine(row: AuditLine, when: string): Html {
  const { event, kind, containerName, reason } = row
  const about = containerName === null ? html`` : html` ${foreign(redactSecrets(containerName), NAME_CHARS)}`
  // Reasons hold names, and what Docker has said.
  const why = reason === null || event === 'proposed' ? html`` : html`: ${foreign(redactSecrets(reason), REASON_CHARS)}`
  return html`${SIGNS[event]} ${when} · ${whoOf(row)} · ${kind}${about}${why}`
}

function whoOf({ actorKind, actor, actorName }: AuditLine): string {
  if (actorKind === 'healing') return 'healing'
  if (actorName !== null) return clip(actorName, NAME_CHARS)
  return actor === null ? 'me' : `owner ${actor}`
}

export function auditHelpText(): Html {
  return html`I read <code>/audit</code> and <code>/audit 50</code>.`
}
