import type { Finding, Rule } from '../rules.ts'
import { isSameLead } from './lead.ts'
import { findEnd, type Group, placeFindings } from './place.ts'
import { FLAPS_TOLD, type Policy } from './policy.ts'
import { containerNode, nodeOf } from './roots.ts'
import { tellAll } from './telling.ts'
import type { Change, Incident, IncidentEnding, Seen } from './types.ts'

/**
 * What becomes of the incidents when this is seen. Pure: the same past and the same sight give the same changes, so a bot
 * that was restarted says nothing anew.
 */

/** What happened to one incident in this round, before anybody is told. */
export type Turn = {
  /** Null when it is new. */
  was: Incident | null
  incident: Incident
  /** Nothing of it is wrong, or nothing that anybody wants to hear of. */
  isClear: boolean
  into: Incident | null
}

/** `current`: what is open, what was over within `reopenMs`, and what nobody was told of yet. */
export function reduce(current: readonly Incident[], seen: Seen, now: Date, policy: Policy): Change[] {
  const open = current.filter(({ status }) => status !== 'resolved')
  const { groups, moved } = placeFindings(open, seen, policy)
  const { kept, merged } = moveAll(open, moved, now)
  const byKey = new Map(groups.map((group) => [group.rootKey, group]))
  const turns = kept.map((incident) => goOn(incident, byKey.get(incident.rootKey) ?? null, { seen, now, policy }))
  for (const group of groups) {
    if (group.members.length === 0 || kept.some(({ rootKey }) => rootKey === group.rootKey)) continue
    turns.push(findRecent(current, group.rootKey, now, policy, group) ?? openIncident(group, now, policy))
  }
  const over = current.filter((one) => one.status === 'resolved' && !turns.some(({ was }) => was?.id === one.id))
  const parts = merged.map((turn) => ({ ...turn, into: findById(turns, turn.into) }))
  return tellAll(
    [...turns, ...parts, ...over.map(stay)].map((turn) => restore(turn, current)),
    now,
    policy,
  )
}

const stay = (incident: Incident): Turn => ({ was: incident, incident, isClear: true, into: null })

/** As it was in the database, however it was moved about since. */
function restore(turn: Turn, current: readonly Incident[]): Turn {
  return { ...turn, was: current.find(({ id }) => id === turn.incident.id) ?? null }
}

function findById(turns: readonly Turn[], wanted: Incident | null): Incident | null {
  return turns.find(({ incident }) => incident.id === wanted?.id)?.incident ?? wanted
}

/** An incident whose cause is part of another one goes there; where there is none yet, it becomes that one itself. */
function moveAll(open: readonly Incident[], moved: ReadonlyMap<string, string>, now: Date) {
  const kept: Incident[] = []
  const leaving: Incident[] = []
  for (const incident of open) {
    const end = findEnd(incident.rootKey, open, moved)
    if (end === incident.rootKey) kept.push(incident)
    // What was said of its cause is worth nothing now.
    else leaving.push({ ...incident, rootKey: end, diagnosis: null })
  }
  const merged: Turn[] = []
  for (const incident of leaving) {
    const into = kept.find(({ rootKey }) => rootKey === incident.rootKey)
    if (!into) {
      kept.push(incident)
      continue
    }
    kept[kept.indexOf(into)] = { ...into, nodes: union(into.nodes, incident.nodes) }
    const own = open.find(({ id }) => id === incident.id) ?? incident
    const ended = { ...own, ...endOf('merged', now), mergedInto: into.id, held: null }
    merged.push({ was: own, incident: ended, isClear: true, into })
  }
  return { kept, merged }
}

function endOf(ending: IncidentEnding, at: Date) {
  return { status: 'resolved' as const, ending, resolvedAt: at }
}

type Look = { seen: Seen; now: Date; policy: Policy }

/** One more look at an open one. */
function goOn(incident: Incident, group: Group | null, { seen, now, policy }: Look): Turn {
  if (group && group.members.length > 0)
    return { was: incident, incident: refresh(incident, group), isClear: false, into: null }
  // What is left is muted: nobody waits for its end.
  if (group) {
    const ended = { ...incident, ...endOf('muted', now), held: null }
    return { was: incident, incident: ended, isClear: true, into: null }
  }
  const clearSince = incident.clearSince ?? now
  const calmMs = incident.flaps >= policy.flappingFlaps ? policy.flappingCalmMs : policy.calmMs
  const ending = findEnding(incident, seen)
  // What was removed had its time to come back before that was told.
  const isOver = ending === 'removed' || now.getTime() - clearSince.getTime() >= calmMs
  const next = { ...incident, clearSince, ...(isOver ? endOf(ending, clearSince) : {}) }
  return { was: incident, incident: next, isClear: true, into: null }
}

/** What was taken away has not recovered. */
function findEnding({ members }: Incident, { removed = [], stopped = [] }: Seen): IncidentEnding {
  const [last] = members
  if (!last || nodeOf(last) !== containerNode(last.subject)) return 'recovered'
  if (removed.includes(last.subject)) return 'removed'
  return stopped.includes(last.subject) ? 'stopped' : 'recovered'
}

function refresh(incident: Incident, group: Group): Incident {
  const { members } = group
  const cause = findCause(group)
  const returned = incident.clearSince !== null
  const flaps = incident.flaps + (returned ? 1 : 0)
  const isOther = !isSameLead(incident.members[0], members[0]) || (returned && FLAPS_TOLD.includes(flaps))
  return {
    ...incident,
    rootRule: cause?.rule ?? incident.rootRule,
    subject: cause?.subject ?? incident.subject,
    containerId: members.find(({ containerId }) => containerId !== undefined)?.containerId ?? incident.containerId,
    severity: isCritical(members) ? 'critical' : incident.severity,
    clearSince: null,
    flaps,
    nodes: union(incident.nodes, group.nodes),
    members,
    // What was said of something else, or of the time before, is worth nothing now.
    diagnosis: isOther ? null : incident.diagnosis,
  }
}

const ENDED: readonly (IncidentEnding | null)[] = ['recovered', 'stopped', 'removed']

/** The same cause a few minutes after its end is the same incident. */
function findRecent(
  current: readonly Incident[],
  rootKey: string,
  now: Date,
  policy: Policy,
  group: Group,
): Turn | null {
  const after = now.getTime() - policy.reopenMs
  const last = current.findLast(
    (one) => one.rootKey === rootKey && ENDED.includes(one.ending) && (one.resolvedAt?.getTime() ?? 0) > after,
  )
  if (!last) return null
  const again = {
    status: 'open' as const,
    ending: null,
    resolvedAt: null,
    acknowledgedAt: null,
    acknowledgedBy: null,
    diagnosis: null,
  }
  return { was: last, incident: refresh({ ...last, ...again, helped: null }, group), isClear: false, into: null }
}

function openIncident(group: Group, now: Date, policy: Policy): Turn {
  const { rootKey, nodes, members } = group
  const cause = findCause(group) ?? members[0]
  const incident: Incident = {
    id: policy.newId(),
    rootKey,
    rootRule: cause?.rule ?? ('no-answer' satisfies Rule),
    subject: cause?.subject ?? '',
    containerId: members.find(({ containerId }) => containerId !== undefined)?.containerId ?? null,
    severity: isCritical(members) ? 'critical' : 'warning',
    status: 'open',
    ending: null,
    mergedInto: null,
    openedAt: new Date(Math.min(now.getTime(), ...members.map(({ since }) => since.getTime()))),
    clearSince: null,
    resolvedAt: null,
    acknowledgedAt: null,
    acknowledgedBy: null,
    notifiedAt: null,
    held: null,
    toldAt: null,
    messages: 0,
    reminders: 0,
    messageRef: null,
    occasion: 'opened',
    flaps: 0,
    nodes: union([rootKey], nodes),
    members,
    diagnosis: null,
    helped: null,
  }
  return { was: null, incident, isClear: false, into: null }
}

const findCause = ({ rootKey, members }: Group): Finding | undefined =>
  members.find((finding) => nodeOf(finding) === rootKey)

const isCritical = (members: readonly Finding[]) => members.some(({ severity }) => severity === 'critical')

const union = (one: readonly string[], other: readonly string[]) => [...new Set([...one, ...other])]
