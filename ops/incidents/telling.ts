import { FLAPS_TOLD, type Policy } from './policy.ts'
import type { Turn } from './reduce.ts'
import type { Change, Incident, IncidentChange, Occasion } from './types.ts'

/** Who is told of what, and how. A new message is for what somebody has to look up for; everything else is an edit. */

export function tellAll(turns: readonly Turn[], now: Date, policy: Policy): Change[] {
  const waiting = turns.filter((turn) => isDue(turn, policy))
  const others = turns.filter((turn) => !waiting.includes(turn)).flatMap((turn) => tell(turn, now, policy))
  return [...others, ...tellWaiting(waiting, now, policy)]
}

/** It waited for the end of the quiet hours, which is now. */
function isDue({ was, incident, into }: Turn, policy: Policy): boolean {
  return was?.held === 'quiet' && into === null && incident.ending !== 'muted' && findHold(incident, policy) === null
}

function tellWaiting(waiting: readonly Turn[], now: Date, policy: Policy): Change[] {
  const [only, ...others] = waiting
  if (!only) return []
  const isUrgent = ({ incident }: Turn) => incident.severity === 'critical' && incident.status !== 'resolved'
  const urgent = waiting.filter(isUrgent)
  const calm = waiting.filter((turn) => !isUrgent(turn))
  if (urgent.length > 0)
    return [...urgent.map((turn) => announce(turn, 'opened', now)), ...tellWaiting(calm, now, policy)]
  if (others.length === 0 && only.incident.status !== 'resolved') return [announce(only, 'opened', now)]
  const ref = `digest:${policy.newId()}`
  const incidents = waiting.map(({ incident }) => ({ ...toldOf(incident, now), messageRef: ref }))
  return [{ kind: 'digest', incidents, ref }]
}

function tell(turn: Turn, now: Date, policy: Policy): Change[] {
  const { was, incident, into } = turn
  if (into) return [{ kind: 'merged', incident, into, before: was?.messageRef ?? null }]
  if (turn.isClear) return tellEnd(turn, now, policy)
  const hold = findHold(incident, policy)
  if (incident.notifiedAt === null) {
    if (hold === null) return [announce(turn, 'opened', now)]
    return note({ ...turn, incident: { ...incident, held: hold } }, was ? 'changed' : 'opened')
  }
  return tellOfKnown({ ...turn, incident: { ...incident, held: hold === 'snooze' ? hold : null } }, hold, now, policy)
}

/** Somebody was told of it before. */
function tellOfKnown(turn: Turn, hold: Incident['held'], now: Date, policy: Policy): Change[] {
  const { was, incident } = turn
  if (!was) return []
  const isWorse = was.severity === 'warning' && incident.severity === 'critical'
  if (isWorse && hold === null) return [announce(turn, 'escalated', now)]
  if (was.status === 'resolved') {
    if (hold === null && isWorthNews(incident, policy)) return [announce(turn, 'reopened', now)]
    // A reminder is due an hour from now, not from the message that told of it first.
    return [edit({ ...turn, incident: { ...incident, toldAt: now } }, 'reopened')]
  }
  if (was.held === 'snooze' && hold === null) return [remind(turn, now)]
  if (hold === null && isReminderDue(incident, now, policy)) return [remind(turn, now)]
  const returned = was.clearSince !== null
  if (shownOf(was) !== shownOf(incident) || (returned && FLAPS_TOLD.includes(incident.flaps)))
    return [edit(turn, returned ? 'returned' : 'changed')]
  return note(turn, returned ? 'returned' : 'changed')
}

/** An edit makes no sound: whoever has read that it is over has to hear that it is not, but not for ever. */
function isWorthNews({ members, messages }: Incident, policy: Policy): boolean {
  return members.some(({ severity }) => severity === 'critical') && messages < policy.maxMessages
}

function isReminderDue({ members, status, toldAt, reminders }: Incident, now: Date, policy: Policy): boolean {
  const isCritical = members.some(({ severity }) => severity === 'critical')
  if (!isCritical || status !== 'open' || toldAt === null) return false
  const waitMs = reminders === 0 ? policy.firstReminderMs : policy.nextReminderMs
  return now.getTime() - toldAt.getTime() >= waitMs
}

function tellEnd(turn: Turn, now: Date, policy: Policy): Change[] {
  const { was, incident } = turn
  if (was?.status === 'resolved') {
    // Over before anybody was told of it, or while nobody wanted to be.
    const held = incident.held === 'snooze' ? null : incident.held
    return note({ ...turn, incident: { ...incident, held } }, 'released')
  }
  if (incident.status !== 'resolved') return note(turn, 'cleared')
  if (incident.notifiedAt === null) {
    const held = incident.held === 'quiet' && incident.ending !== 'muted' ? incident.held : null
    return note({ ...turn, incident: { ...incident, held } }, 'resolved')
  }
  const ended = { ...turn, incident: { ...incident, held: null } }
  if (!isWorthAllClear(incident, policy)) return [edit(ended, 'resolved')]
  const told = { ...ended.incident, messages: incident.messages + 1, toldAt: now }
  return [{ kind: 'resolved', incident: told, tell: 'message', before: null }]
}

/** Whoever was called should hear that it is over; but once, and not when it was over before the phone was out. */
function isWorthAllClear({ severity, ending, messages, toldAt, resolvedAt, held }: Incident, policy: Policy): boolean {
  if (severity !== 'critical' || ending !== 'recovered' || messages !== 1 || held !== null) return false
  return (resolvedAt?.getTime() ?? 0) - (toldAt?.getTime() ?? 0) >= policy.noticeMs
}

/** Why nobody is told now. What got worse than it was when somebody chose to sleep gets through. */
function findHold(incident: Incident, { mutes, isQuiet }: Pick<Policy, 'mutes' | 'isQuiet'>): Incident['held'] {
  const isWorse = (severity: string | null) => incident.severity === 'critical' && severity === 'warning'
  if (mutes.some((mute) => mute.kind === 'snooze' && mute.rootKey === incident.rootKey && !isWorse(mute.severity)))
    return 'snooze'
  return isQuiet && incident.severity !== 'critical' ? 'quiet' : null
}

/** What of it the message shows; figures that change with every look are left as they were. */
function shownOf({ severity, status, members, rootKey }: Incident): string {
  return JSON.stringify([
    rootKey,
    severity,
    status,
    members.map(({ rule, subject, severity: of, containerId, quote }) => [rule, subject, of, containerId, quote]),
  ])
}

function toldOf(incident: Incident, now: Date): Incident {
  return {
    ...incident,
    notifiedAt: incident.notifiedAt ?? now,
    toldAt: now,
    held: null,
    messages: incident.messages + 1,
  }
}

function announce(turn: Turn, kind: 'opened' | 'escalated' | 'reopened', now: Date): IncidentChange {
  const told = { ...toldOf(turn.incident, now), diagnosis: null }
  // What got worse is everybody's again.
  const again = { status: 'open' as const, acknowledgedAt: null, acknowledgedBy: null }
  return withCard(turn, kind, kind === 'escalated' ? { ...told, ...again } : told)
}

function remind(turn: Turn, now: Date): IncidentChange {
  const { reminders } = turn.incident
  return withCard(turn, 'reminded', { ...turn.incident, held: null, toldAt: now, reminders: reminders + 1 })
}

function withCard({ was }: Turn, kind: Occasion, incident: Incident): IncidentChange {
  const messageRef = `incident:${incident.id}:${incident.messages + incident.reminders}`
  return {
    kind,
    incident: { ...incident, messageRef, occasion: kind },
    tell: 'message',
    before: was?.messageRef ?? null,
  }
}

function edit({ incident }: Turn, kind: IncidentChange['kind']): IncidentChange {
  return { kind, incident, tell: 'edit', before: null }
}

/** Stored, but told to nobody; nothing at all when nothing has changed. */
function note({ was, incident }: Turn, kind: IncidentChange['kind']): Change[] {
  if (JSON.stringify(was) === JSON.stringify(incident)) return []
  return [{ kind, incident, tell: 'nothing', before: null }]
}
