import { toStorableJson } from '../messaging/storable.ts'
import type { Queryable, Tx } from './pool.ts'

/** Incidents and what happened to them. What is JSON here has its shape in ops/incidents. */

export type IncidentRow = {
  id: string
  rootKey: string
  rootRule: string
  subject: string
  containerId: string | null
  severity: 'warning' | 'critical'
  status: 'open' | 'acknowledged' | 'resolved'
  ending: 'recovered' | 'stopped' | 'removed' | 'muted' | 'merged' | null
  mergedInto: string | null
  openedAt: Date
  clearSince: Date | null
  resolvedAt: Date | null
  acknowledgedAt: Date | null
  acknowledgedBy: string | null
  notifiedAt: Date | null
  held: 'quiet' | 'snooze' | null
  toldAt: Date | null
  messages: number
  reminders: number
  messageRef: string | null
  occasion: 'opened' | 'escalated' | 'reopened' | 'reminded'
  flaps: number
  nodes: unknown
  members: unknown
  diagnosis: unknown
  helped: string | null
}

export type IncidentEvent = {
  incidentId: string
  at: Date
  kind: string
  actor?: { id: number; name: string } | null
  detail?: string | null
}

/** Columns by field; those of JSON are written as text. */
const FIELDS = {
  id: 'id',
  rootKey: 'root_key',
  rootRule: 'root_rule',
  subject: 'subject',
  containerId: 'container_id',
  severity: 'severity',
  status: 'status',
  ending: 'ending',
  mergedInto: 'merged_into',
  openedAt: 'opened_at',
  clearSince: 'clear_since',
  resolvedAt: 'resolved_at',
  acknowledgedAt: 'acknowledged_at',
  acknowledgedBy: 'acknowledged_by',
  notifiedAt: 'notified_at',
  held: 'held',
  toldAt: 'told_at',
  messages: 'messages',
  reminders: 'reminders',
  messageRef: 'message_ref',
  occasion: 'occasion',
  flaps: 'flaps',
  nodes: 'nodes',
  members: 'members',
  diagnosis: 'diagnosis',
  helped: 'helped',
} as const satisfies Record<keyof IncidentRow, string>

const NAMES = Object.keys(FIELDS) as (keyof typeof FIELDS)[]
const COLUMNS = NAMES.map((name) => `${FIELDS[name]} as "${name}"`).join(', ')
const JSON_FIELDS: readonly string[] = ['nodes', 'members', 'diagnosis'] satisfies (keyof IncidentRow)[]
const INSERTED = Object.values(FIELDS).join(', ')
const PLACES = NAMES.map((_, index) => `$${index + 1}`).join(', ')
const REPLACED = NAMES.filter((name) => name !== 'id')
  .map((name) => `${FIELDS[name]} = excluded.${FIELDS[name]}`)
  .join(', ')

/** As it is now, new or changed. */
export async function saveIncident(tx: Tx, incident: IncidentRow): Promise<void> {
  await tx.query(
    `insert into incident (${INSERTED}) values (${PLACES}) on conflict (id) do update set ${REPLACED}`,
    NAMES.map((name) => (JSON_FIELDS.includes(name) ? toStorableJson(incident[name]) : incident[name])),
  )
}

export async function appendIncidentEvent(db: Queryable, event: IncidentEvent): Promise<void> {
  await db.query(
    'insert into incident_event (incident_id, at, kind, actor, actor_name, detail) values ($1, $2, $3, $4, $5, $6)',
    [event.incidentId, event.at, event.kind, event.actor?.id ?? null, event.actor?.name ?? null, event.detail ?? null],
  )
}

/** Locks what is open, what was over after `since`, and what nobody was told of yet. The oldest first. */
export async function lockCurrentIncidents(tx: Tx, since: Date): Promise<IncidentRow[]> {
  const { rows } = await tx.query<IncidentRow>(
    `select ${COLUMNS} from incident where status <> 'resolved' or resolved_at > $1 or held is not null
     order by opened_at, id for update`,
    [since],
  )
  return rows
}

export async function lockIncident(tx: Tx, id: string): Promise<IncidentRow | null> {
  const { rows } = await tx.query<IncidentRow>(`select ${COLUMNS} from incident where id = $1 for update`, [id])
  return rows[0] ?? null
}

export async function findIncident(db: Queryable, id: string): Promise<IncidentRow | null> {
  const { rows } = await db.query<IncidentRow>(`select ${COLUMNS} from incident where id = $1`, [id])
  return rows[0] ?? null
}

/** Open and acknowledged ones, the worst and oldest first. */
export async function listOpenIncidents(db: Queryable): Promise<IncidentRow[]> {
  const { rows } = await db.query<IncidentRow>(
    `select ${COLUMNS} from incident where status <> 'resolved' order by severity, opened_at, id`,
  )
  return rows
}

/** The newest first; parts of others are left out. */
export async function listPastIncidents(db: Queryable, limit: number): Promise<IncidentRow[]> {
  const { rows } = await db.query<IncidentRow>(
    `select ${COLUMNS} from incident where ending is distinct from 'merged' order by opened_at desc, id limit $1`,
    [limit],
  )
  return rows
}

/** Those whose present message is one of these. */
export async function listIncidentsShownIn(db: Queryable, refs: readonly string[]): Promise<IncidentRow[]> {
  const { rows } = await db.query<IncidentRow>(
    `select ${COLUMNS} from incident where message_ref = any ($1) order by opened_at, id`,
    [refs],
  )
  return rows
}

/** From now on another message shows them. */
export async function showIncidentsIn(tx: Tx, ids: readonly string[], ref: string): Promise<void> {
  await tx.query('update incident set message_ref = $2 where id = any ($1)', [ids, ref])
}

/** Open ones that people were told of, and nobody has said the cause of. */
export async function listUndiagnosedIncidents(db: Queryable): Promise<IncidentRow[]> {
  const { rows } = await db.query<IncidentRow>(
    `select ${COLUMNS} from incident where status <> 'resolved' and notified_at is not null and diagnosis is null order by opened_at, id`,
  )
  return rows
}

export async function storeDiagnosis(
  tx: Tx,
  id: string,
  found: { diagnosis: unknown; embedding: { vector: readonly number[]; model: string } | null },
): Promise<void> {
  const { diagnosis, embedding } = found
  await tx.query(
    `update incident set diagnosis = $2, embedding = coalesce($3::vector, embedding),
       embedding_model = coalesce($4, embedding_model) where id = $1`,
    [id, toStorableJson(diagnosis), embedding ? JSON.stringify(embedding.vector) : null, embedding?.model ?? null],
  )
}

export type SimilarIncident = {
  id: string
  openedAt: Date
  diagnosis: unknown
  helped: string | null
  distance: number
}

/** Those that are over, and not only unheard, by cosine distance (0 = the same), the nearest first. Vectors of different models are not compared. */
export async function findSimilarIncidents(
  db: Queryable,
  asked: { vector: readonly number[]; model: string; except: string | null; maxDistance: number; limit: number },
): Promise<SimilarIncident[]> {
  const { rows } = await db.query<SimilarIncident>(
    `select * from (
       select id, opened_at as "openedAt", diagnosis, helped, embedding <=> $1::vector as distance from incident
       where embedding is not null and embedding_model = $2 and status = 'resolved' and ending not in ('merged', 'muted')
         and id is distinct from $3::uuid
     ) as near where distance <= $4 order by distance, "openedAt" desc limit $5`,
    [JSON.stringify(asked.vector), asked.model, asked.except, asked.maxDistance, asked.limit],
  )
  return rows
}

/** The actions on these containers that were seen to work in this time, in order. */
export async function listHelp(
  db: Queryable,
  asked: { containers: readonly string[]; from: Date; to: Date },
): Promise<{ kind: string; name: string; by: string | null }[]> {
  const { rows } = await db.query<{ kind: string; name: string; by: string | null }>(
    `select kind, container_name as name, claimed_by_name as by from action_proposal
     where outcome ->> 'kind' = 'fixed' and container_name = any ($1) and claimed_at >= $2 and claimed_at <= $3
     order by claimed_at`,
    [asked.containers, asked.from, asked.to],
  )
  return rows
}

/** Over since before then; their events go with them. */
export async function pruneIncidents(db: Queryable, before: Date): Promise<number> {
  const { rowCount } = await db.query(`delete from incident where resolved_at < $1`, [before])
  return rowCount ?? 0
}
