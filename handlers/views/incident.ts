import { adviceFor } from '../../ops/advice.ts'
import { type Incident, type IncidentEnding, type Occasion, subjectOf } from '../../ops/incidents/index.ts'
import { describeSpan } from '../../ops/words.ts'
import type { Keyboard, KeyboardButton } from '../../src/messaging/outbox.ts'
import type { IncidentWish } from '../actions.ts'
import { press } from './card.ts'
import { diagnosisLines, prose, suggestionButtons } from './diagnosis.ts'
import { foreign, sentence, tidy } from './foreign.ts'
import { clip, type Html, html, lines } from './html.ts'
import { describeTime } from './times.ts'

/** One incident as one message, from the alert to its end. */

export type Shown = { html: string; keyboard: Keyboard }

export type IncidentInput = {
  incident: Incident
  now: Date
  timeZone: string
  /** Until when nobody wants to hear of it. */
  snoozedUntil: Date | null
  /** Healing has given it up. */
  isCalled?: boolean
}

const OCCASIONS: Record<Occasion, string | null> = {
  opened: null,
  escalated: '⬆️ It got worse.',
  reopened: '🔁 It is back.',
  reminded: '⏰ Still so.',
}
const MAX_ALSO = 3
const MAX_FOLLOWERS = 8
const MAX_CAUSE_CHARS = 400
const MAX_QUOTE_CHARS = 200

export function incidentText(input: IncidentInput): Html {
  const { incident } = input
  if (incident.status === 'resolved') return resolvedText(input)
  const before = OCCASIONS[incident.occasion]
  return lines(
    before !== null && html`${before}`,
    html`${signOf(incident)} <b>${titleOf(incident)}</b>${sinceOf(input)}`,
    quoteLine(incident),
    ...alsoLines(incident),
    followersLine(incident),
    ...(incident.diagnosis ? diagnosisLines(incident.diagnosis) : []),
    adviceLine(incident),
    input.isCalled === true && html`☎️ It needs you: healing leaves it alone.`,
    incident.flaps > 1 && html`🔁 It came back ${incident.flaps} times.`,
    incident.status === 'acknowledged' &&
      incident.acknowledgedAt !== null &&
      html`👀 Acknowledged by ${clip(incident.acknowledgedBy ?? 'an owner', 40)}, ${when(input, incident.acknowledgedAt)}.`,
    input.snoozedUntil !== null && html`😴 Snoozed until ${when(input, input.snoozedUntil)}.`,
  )
}

const ENDS: Record<IncidentEnding, string> = { recovered: '✅', stopped: '⏹', removed: '🗑', muted: '🔕', merged: '↗️' }

/** As bad as it is now, which may be less than it was; of what is over, how it ended. */
export function signOf({ status, ending, members }: Pick<Incident, 'status' | 'ending' | 'members'>): string {
  if (status === 'resolved') return ENDS[ending ?? 'recovered']
  return members.some(({ severity }) => severity === 'critical') ? '🔴' : '⚠️'
}

/** What is worst, in the rule's own words. */
export function titleOf({ members, rootRule, subject }: Pick<Incident, 'members' | 'rootRule' | 'subject'>): Html {
  const [first] = members
  return first ? sentence(first.words, first.subject) : html`${rootRule} ${foreign(subject)}`
}

export const describeTimes = (count: number) => (count === 1 ? 'once' : `${count} times`)

/** Below ten minutes to the second: whoever was called has looked at the clock. */
export function describeLasting(from: Date, to: Date): string {
  const seconds = Math.max(0, Math.round((to.getTime() - from.getTime()) / 1000))
  const rest = seconds % 60
  const isShort = seconds > 60 && seconds < 600 && rest > 0
  return isShort ? `${Math.floor(seconds / 60)} min ${rest} s` : describeSpan(seconds)
}

function when({ now, timeZone }: IncidentInput, at: Date): string {
  return describeTime(at, now, timeZone)
}

/** The same in every list: since when it is as it is; of what is over, when it began. */
export function beginOf({ status, members, openedAt }: Incident): Date {
  return status === 'resolved' ? openedAt : (members[0]?.since ?? openedAt)
}

/** Seen just now for the first time: "since" would say nothing. */
function sinceOf(input: IncidentInput): Html {
  const since = beginOf(input.incident)
  return input.now.getTime() - since.getTime() < 60_000 ? html`` : html`, since ${when(input, since)}`
}

/** The line of a log that raised it. */
function quoteLine({ members }: Incident): Html | null {
  const quote = members[0]?.quote
  return quote === undefined || quote === '' ? null : foreign(quote, MAX_QUOTE_CHARS)
}

/** What else is wrong with the same thing. */
function alsoLines({ members }: Incident): Html[] {
  const [first, ...others] = members
  const also = others.filter(({ subject }) => subject === first?.subject).slice(0, MAX_ALSO)
  return also.map(({ words, subject }) => html`· ${sentence(words, subject)}`)
}

function followersLine(incident: Incident): Html | null {
  const { members, subject } = incident
  const [first] = members
  const names = [...new Set(members.map((one) => one.subject))].filter((name) => name !== first?.subject && name !== '')
  const shown = names.slice(0, MAX_FOLLOWERS).map((name, index) => html`${index === 0 ? '' : ', '}${foreign(name)}`)
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : ''
  const isCause = first?.subject === subject
  if (isCause) return names.length === 0 ? null : html`Also in trouble because of it: ${shown}${more}`
  // Well again, stopped, or removed: what is not in trouble any more need not be well.
  const began = subject === '' ? null : html`It began with ${foreign(subject)}, which is not in trouble any more.`
  const still = names.length === 0 ? null : html`Still in trouble, too: ${shown}${more}`
  return began && still ? html`${began} ${still}` : (began ?? still)
}

function adviceLine({ members, diagnosis }: Incident): Html | null {
  const [first] = members
  // A cause says more than a rule of thumb, also where nothing is to be done.
  if (!first || (diagnosis !== null && diagnosis.cause !== 'unknown')) return null
  const { words, command, withSubject } = adviceFor(first.rule)
  if (command === undefined) return html`👉 ${words}.`
  if (withSubject) return html`👉 ${words}: <code>${command} ${tidy(first.subject, 60)}</code>`
  return command.startsWith('/') ? html`👉 ${words}: ${command}` : html`👉 ${words}: <code>${command}</code>`
}

function resolvedText(input: IncidentInput): Html {
  const { incident } = input
  const { resolvedAt, openedAt, helped, flaps, ending } = incident
  if (ending === 'muted')
    return lines(html`🔕 Muted: ${titleOf(incident)}.`, html`I say no more of it. /mutes lifts that.`)
  const lasted = describeLasting(openedAt, resolvedAt ?? input.now)
  const what = ending === 'stopped' || ending === 'removed' ? 'Ended' : 'Resolved'
  return lines(
    html`${signOf(incident)} <b>${what} after ${lasted}</b> · ${titleOf(incident)}`,
    endLine(input),
    followersEnd(incident),
    incident.diagnosis !== null && html`🔎 ${prose(incident.diagnosis.summary, MAX_CAUSE_CHARS)}`,
    helped !== null && html`🛠 What helped: ${foreign(helped, 120)}`,
    flaps > 0 && html`🔁 It came back ${describeTimes(flaps)} meanwhile.`,
  )
}

/** The times count from when it was well, which is a while before anybody says so. */
function endLine(input: IncidentInput): Html | null {
  const { ending, resolvedAt } = input.incident
  if (ending === 'removed') return html`It was removed; that is an end, but no recovery.`
  if (ending === 'stopped') return html`Somebody stopped it, and it is off.`
  return resolvedAt === null ? null : html`Well since ${when(input, resolvedAt)}.`
}

function followersEnd({ nodes }: Incident): Html | null {
  const others = nodes.length - 1
  return others < 1 ? null : html`With ${others} more that hung on it.`
}

/** The short message that makes the end heard. */
export function allClearText({ incident, now }: IncidentInput): Html {
  const lasted = describeLasting(incident.openedAt, incident.resolvedAt ?? now)
  return html`✅ Over after ${lasted}: ${titleOf(incident)}.`
}

export function mergedText(incident: Incident, into: Incident): Html {
  return html`↗️ ${titleOf(incident)}: it follows from another one. ${titleOf(into)}.`
}

/** In the place of a message that a newer one has taken over from. */
export function movedOnText(incident: Incident): Html {
  return html`⤵️ ${titleOf(incident)}: it goes on below.`
}

export function incidentKeyboard({
  incident,
  snoozedUntil,
}: Pick<IncidentInput, 'incident' | 'snoozedUntil'>): Keyboard {
  if (incident.status === 'resolved') return []
  const { id } = incident
  const button = (text: string, wish: IncidentWish) => incidentButton(text, wish, id)
  const acknowledge = incident.status === 'open' ? [button('✅ Acknowledge', 'acknowledge')] : []
  const sleep = snoozedUntil === null ? [button('😴 1 h', 'snooze-1'), button('😴 8 h', 'snooze-8')] : []
  const logs = logsButton(incident)
  const ignore = incident.members.some(({ rule }) => rule === 'log-pattern')
    ? [button('🙈 Ignore lines like this', 'ignore')]
    : []
  return [
    [...acknowledge, diagnoseButton(incident)],
    ...(incident.diagnosis ? suggestionButtons(incident.diagnosis) : []),
    [...sleep, button('🔕 Mute', 'mute')],
    [...logs, ...ignore],
  ].filter((row) => row.length > 0)
}

export function incidentButton(text: string, wish: IncidentWish, incidentId: string): KeyboardButton {
  return press(text, { kind: 'incident', wish, incidentId })
}

/** The whole of it, made anew. */
function diagnoseButton(incident: Incident): KeyboardButton {
  const subject = subjectOf(incident)
  if (subject.kind !== 'container') return press('🩺 Diagnose', { kind: 'diagnose', about: subject.kind })
  return press('🩺 Diagnose', { kind: 'diagnose', about: 'worst', containerId: subject.containerId })
}

function logsButton({ members }: Incident): KeyboardButton[] {
  const found = members.find(({ containerId }) => containerId !== undefined)
  if (found?.containerId === undefined) return []
  return [press('📜 Logs', { kind: 'container-logs', containerId: found.containerId, wish: '' })]
}

/** Said directly, when nothing can be stored. */
export function databaseAwayText(findings: Incident['members']): Html {
  return lines(
    html`🔴 <b>My own database does not answer.</b> I can neither work nor store anything until it is back, and buttons do nothing.`,
    ...findings.slice(0, MAX_FOLLOWERS).map(({ words, subject }) => html`· ${sentence(words, subject)}`),
    html`👉 Look on the machine itself. I say when it is back.`,
  )
}

export function databaseBackText(): Html {
  return html`✅ My database answers again. /alerts shows what is open now.`
}
