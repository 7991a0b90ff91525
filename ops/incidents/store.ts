import {
  appendIncidentEvent,
  type IncidentEvent,
  listHelp,
  lockCurrentIncidents,
  saveIncident,
} from '../../src/db/incidents.ts'
import { listMutes } from '../../src/db/mutes.ts'
import { inTransaction } from '../../src/db/pool.ts'
import { toStorable } from '../../src/messaging/storable.ts'
import type { Tx } from '../../src/transaction.ts'
import type { IncidentDeps } from './index.ts'
import { LIMITS } from './policy.ts'
import { reduce } from './reduce.ts'
import { readIncident } from './rows.ts'
import type { Change, Incident, IncidentListener, Seen } from './types.ts'

/** What was seen becomes rows and messages: all of it in one transaction, so that a kill leaves both or neither. */
export async function observe(deps: IncidentDeps, seen: Seen, announce: IncidentListener): Promise<void> {
  const after = await inTransaction(deps.db.pool, async (tx) => {
    const now = deps.clock.now()
    const rows = await lockCurrentIncidents(tx, new Date(now.getTime() - LIMITS.reopenMs))
    const mutes = await listMutes(tx, now)
    const policy = { ...LIMITS, mutes, isQuiet: deps.isQuietAt(now), newId: deps.newId }
    const changes = reduce(rows.map(readIncident), toStorableSight(seen), now, policy)
    return applyChanges(tx, changes, now, announce)
  })
  for (const done of after) done()
}

/** An index takes no more than this, with room to spare. */
const MAX_SUBJECT_CHARS = 500

/** As it comes back from the database: a name that changed on the way would be another one at the next look. */
function toStorableSight(seen: Seen): Seen {
  const clean = (text: string) => String(toStorable(text.slice(0, MAX_SUBJECT_CHARS)))
  const findings = seen.findings.map((finding) => ({
    ...finding,
    subject: clean(finding.subject),
    words: String(toStorable(finding.words)),
    ...(finding.quote === undefined ? {} : { quote: String(toStorable(finding.quote)) }),
  }))
  const dependsOn = new Map([...seen.dependsOn].map(([name, needed]) => [clean(name), needed.map(clean)]))
  const removed = (seen.removed ?? []).map(clean)
  const stopped = (seen.stopped ?? []).map(clean)
  return { ...seen, findings, dependsOn, removed, stopped }
}

/** The ended ones first: what takes the place of one must find it free. */
async function applyChanges(
  tx: Tx,
  changes: readonly Change[],
  now: Date,
  announce: IncidentListener,
): Promise<(() => void)[]> {
  const ordered = changes.toSorted((a, b) => place(a) - place(b))
  const stored: Change[] = []
  for (const change of ordered) stored.push(await storeChange(tx, change, now))
  const after: (() => void)[] = []
  for (const change of changes.map((one) => stored[ordered.indexOf(one)] ?? one)) after.push(await announce(tx, change))
  return after
}

const place = (change: Change) => (change.kind !== 'digest' && change.incident.status === 'resolved' ? 0 : 1)

async function storeChange(tx: Tx, change: Change, now: Date): Promise<Change> {
  if (change.kind === 'digest') {
    for (const incident of change.incidents) await save(tx, incident, { at: now, kind: 'told', detail: change.ref })
    return change
  }
  const incident = await withHelp(tx, change, now)
  await save(tx, incident, describeEvent(change, now))
  return { ...change, incident }
}

async function save(tx: Tx, incident: Incident, event: Omit<IncidentEvent, 'incidentId'> | null): Promise<void> {
  // A new part of another one names it, so that one has to be there first: it always is.
  await saveIncident(tx, incident)
  if (event) await appendIncidentEvent(tx, { incidentId: incident.id, ...event })
}

/** Figures that change with every look make no history. */
function describeEvent(
  change: Exclude<Change, { kind: 'digest' }>,
  at: Date,
): Omit<IncidentEvent, 'incidentId'> | null {
  const { kind, incident } = change
  if (kind === 'changed' && change.tell === 'nothing') return null
  const detail = kind === 'merged' ? change.into.id : `${incident.severity} ${incident.rootKey}`.slice(0, 300)
  return { at, kind, detail }
}

const CONTAINER = 'container:'

const MAX_HELP = 3

/** All that worked before it was well has helped, as far as anybody can tell: a cause and its follower need a hand each. */
async function withHelp(tx: Tx, change: Exclude<Change, { kind: 'digest' }>, now: Date): Promise<Incident> {
  const { incident } = change
  if (change.kind !== 'resolved' || incident.ending !== 'recovered') return incident
  const containers = incident.nodes.flatMap((node) =>
    node.startsWith(CONTAINER) ? [node.slice(CONTAINER.length)] : [],
  )
  const help = await listHelp(tx, { containers, from: incident.openedAt, to: now })
  const words = help.map(({ kind, name, by }) => `${kind} of ${name}${by === null ? '' : ` by ${by}`}`)
  if (words.length === 0) return incident
  return { ...incident, helped: [...new Set(words)].slice(-MAX_HELP).join(', then ') }
}
