import type { Incident } from '../../ops/incidents/index.ts'
import type { Keyboard } from '../../src/messaging/outbox.ts'
import { prose } from './diagnosis.ts'
import { foreign, tidy } from './foreign.ts'
import { clip, type Html, html, lines } from './html.ts'
import { beginOf, describeLasting, describeTimes, incidentButton, signOf, titleOf } from './incident.ts'
import { describeTime } from './times.ts'

/** Several incidents in one message: /alerts, /incidents and the digests. */

export type ListInput = { incidents: readonly Incident[]; now: Date; timeZone: string }

const MAX_SHOWN = 15
const MAX_BUTTONS = 8

export function alertsText(input: ListInput & { mutes: number }): Html {
  const { incidents, mutes } = input
  const silent = mutes > 0 && html`🔕 ${mutes} ${mutes === 1 ? 'thing is' : 'things are'} not heard: /mutes`
  if (incidents.length === 0)
    return lines(html`✅ <b>Nothing is wrong</b>, as far as I can see.`, html`/incidents tells of what was.`, silent)
  return lines(html`<b>Open: ${incidents.length}</b>`, ...listLines(input), silent)
}

/** The names of those that are open, each with a button that shows it whole. */
export function openKeyboard({ incidents }: Pick<ListInput, 'incidents'>): Keyboard {
  return incidents
    .filter(({ status }) => status !== 'resolved')
    .slice(0, MAX_BUTTONS)
    .map((incident) => [incidentButton(`🔎 ${nameOf(incident)}`, 'show', incident.id)])
}

/** By the same name as in its line. */
function nameOf({ subject, members, rootRule }: Incident): string {
  return tidy((members[0]?.subject ?? subject) || rootRule, 40)
}

/** What waited for the end of the quiet hours. */
export function quietDigestText(input: ListInput): Html {
  return lines(html`🌅 <b>What waited for the end of the quiet hours</b>`, ...listLines(input))
}

/** What happened while nothing could be delivered; `since` is when the first of it did. */
export function awayDigestText(input: ListInput): Html {
  const since = new Date(Math.min(...input.incidents.map(({ openedAt }) => openedAt.getTime())))
  return lines(
    html`📮 <b>Telegram was out of reach</b>, so this comes late. What happened since ${describeTime(since, input.now, input.timeZone)}, as it is now:`,
    ...listLines(input),
  )
}

function listLines(input: ListInput): Html[] {
  const incidents = input.incidents.toSorted((a, b) => rank(a) - rank(b))
  const shown = incidents.slice(0, MAX_SHOWN).map((incident) => listLine(incident, input))
  const left = incidents.length - shown.length
  return left > 0 ? [...shown, html`… and ${left} more`] : shown
}

/** What is open, the worst first; then what is over. */
function rank({ status, severity }: Incident): number {
  if (status === 'resolved') return 2
  return severity === 'critical' ? 0 : 1
}

function listLine(incident: Incident, { now, timeZone }: ListInput): Html {
  const head = html`${signOf(incident)} ${titleOf(incident)}`
  const more = othersOf(incident)
  if (incident.status === 'resolved')
    return html`${head}${more} · ${describeEnding(incident)} after ${lastedOf(incident, now)}`
  const since = describeTime(beginOf(incident), now, timeZone)
  const who = incident.status === 'acknowledged' ? html` · 👀 ${clip(incident.acknowledgedBy ?? '', 40)}` : html``
  const asleep = incident.held === 'snooze' ? ' · 😴' : ''
  return html`${head}${more} · since ${since}${who}${asleep}`
}

/** What else is in trouble with it now; of what is over, all that ever was. */
function othersOf({ status, members, nodes }: Incident): string {
  const others = status === 'resolved' ? nodes.length - 1 : new Set(members.map(({ subject }) => subject)).size - 1
  return others > 0 ? `, with ${others} more` : ''
}

function describeEnding({ ending }: Incident): string {
  return ending === 'muted' || ending === 'stopped' || ending === 'removed' ? ending : 'over'
}

function lastedOf(incident: Incident, now: Date): string {
  return describeLasting(beginOf(incident), incident.resolvedAt ?? now)
}

/** /incidents: what was, how long it lasted, and what helped. */
export function historyText({ incidents, now, timeZone }: ListInput): Html {
  if (incidents.length === 0) return html`No incident yet. I tell you here when there is one.`
  return lines(
    html`<b>The last ${incidents.length === 1 ? 'incident' : `${incidents.length} incidents`}</b>`,
    ...incidents.map((incident) => historyLine(incident, now, timeZone)),
    html`/alerts shows what is open now.`,
  )
}

function historyLine(incident: Incident, now: Date, timeZone: string): Html {
  const { status, flaps, diagnosis, helped } = incident
  const ended = status === 'resolved' ? `${describeEnding(incident)} after` : 'open for'
  const back = flaps > 0 ? ` · 🔁 came back ${describeTimes(flaps)}` : ''
  const cause = diagnosis && diagnosis.cause !== 'unknown' ? prose(diagnosis.summary, 120) : null
  return lines(
    html`${signOf(incident)} ${describeTime(beginOf(incident), now, timeZone)} · ${titleOf(incident)} · ${ended} ${lastedOf(incident, now)}${back}`,
    cause !== null && html`   🩺 ${cause}`,
    helped !== null && html`   🛠 ${foreign(helped, 100)}`,
  )
}
