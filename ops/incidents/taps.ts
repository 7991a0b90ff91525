import { appendIncidentEvent, lockIncident, saveIncident } from '../../src/db/incidents.ts'
import { insertMute, liftMute, liftSnoozesOf, listMutes } from '../../src/db/mutes.ts'
import type { Tx } from '../../src/transaction.ts'
import { groupMutes, isMuted, isSameMatter } from './muting.ts'
import { nodeOf } from './roots.ts'
import { readIncident } from './rows.ts'
import type { Incident, Mute, Person } from './types.ts'

/** What people decide about an incident. The row is locked, so that of two taps at once one comes second and hears so. */

export type Tapped =
  | { kind: 'done'; incident: Incident }
  /** By whom it was, or that it is over: `incident` says. */
  | { kind: 'before'; incident: Incident }
  | { kind: 'gone' }

const HOUR_MS = 3_600_000

export async function acknowledge(tx: Tx, now: Date, id: string, person: Person): Promise<Tapped> {
  return change(tx, now, { id, person, event: 'acknowledged' }, async (incident) => {
    if (incident.status === 'acknowledged') return null
    return { ...incident, status: 'acknowledged', acknowledgedAt: now, acknowledgedBy: person.name }
  })
}

export async function snooze(tx: Tx, now: Date, id: string, person: Person, hours: number): Promise<Tapped> {
  return change(tx, now, { id, person, event: 'snoozed', detail: `${hours} h` }, async (incident) => {
    const { rootKey, severity, subject, rootRule: rule } = incident
    await liftSnoozesOf(tx, rootKey, { userId: person.id, at: now })
    const until = new Date(now.getTime() + hours * HOUR_MS)
    const given = { kind: 'snooze' as const, rootKey, rule, subject, severity, pattern: null, until }
    await insertMute(tx, { ...given, createdAt: now, createdBy: person })
    return { ...incident, held: 'snooze' }
  })
}

/** All that is wrong with what it is about at present is not heard any more; what else belongs to it stays. */
export async function mute(tx: Tx, now: Date, id: string, person: Person): Promise<Tapped> {
  return change(tx, now, { id, person, event: 'muted' }, async (incident) => {
    const [shown] = incident.members
    if (!shown) return null
    const muted = incident.members.filter((one) => nodeOf(one) === nodeOf(shown))
    const known = await listMutes(tx, now)
    const news = muted.filter((one) => !isMuted(one, known))
    // One word for each matter: what does not stay up is told of in several ways.
    const matters = news.filter(({ rule }, at) => news.findIndex((one) => isSameMatter(one.rule, rule)) === at)
    for (const { rule, subject } of matters) {
      const given = { kind: 'mute' as const, rootKey: incident.rootKey, rule, subject, severity: null, pattern: null }
      await insertMute(tx, { ...given, until: null, createdAt: now, createdBy: person })
    }
    const members = incident.members.filter((one) => !muted.includes(one))
    if (members.length > 0) return { ...incident, members }
    return { ...incident, status: 'resolved', ending: 'muted', resolvedAt: now, held: null }
  })
}

export async function ignore(
  tx: Tx,
  now: Date,
  { container: subject, pattern }: { container: string; pattern: string },
  person: Person,
): Promise<'ignored' | 'known'> {
  const mutes = await listMutes(tx, now)
  if (mutes.some((one) => one.kind === 'ignore' && one.subject === subject && one.pattern === pattern)) return 'known'
  const given = { kind: 'ignore' as const, rootKey: null, rule: 'log-pattern', subject, severity: null, pattern }
  await insertMute(tx, { ...given, until: null, createdAt: now, createdBy: person })
  return 'ignored'
}

/** With all that is muted of the same thing: one tap lifts what one tap has silenced. */
export async function lift(tx: Tx, now: Date, id: number, person: Person): Promise<Mute | null> {
  const group = groupMutes(await listMutes(tx, now)).find((some) => some.some((one) => one.id === id)) ?? []
  for (const one of group) if (one.id !== id) await liftMute(tx, one.id, { userId: person.id, at: now })
  return liftMute(tx, id, { userId: person.id, at: now })
}

type Step = { id: string; person: Person; event: string; detail?: string }

async function change(
  tx: Tx,
  now: Date,
  { id, person, event, detail }: Step,
  decide: (incident: Incident) => Promise<Incident | null>,
): Promise<Tapped> {
  const row = await lockIncident(tx, id)
  if (!row) return { kind: 'gone' }
  const incident = readIncident(row)
  const decided = incident.status === 'resolved' ? null : await decide(incident)
  if (!decided) return { kind: 'before', incident }
  await saveIncident(tx, decided)
  await appendIncidentEvent(tx, { incidentId: id, at: now, kind: event, actor: person, detail: detail ?? null })
  return { kind: 'done', incident: decided }
}
