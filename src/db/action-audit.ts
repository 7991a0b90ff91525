import { toStorableJson, toStorableText } from '../messaging/storable.ts'
import type { Queryable, Tx } from './pool.ts'

/** What was proposed, tapped, refused and done, by whom and why. The database lets nothing in it be changed. */

export type AuditEvent =
  | 'proposed'
  | 'first-tap'
  | 'tapped'
  | 'dropped'
  | 'refused'
  | 'outcome'
  | 'after-sample'
  | 'policy'

export type AuditEntry = {
  at: Date
  proposalId: string | null
  event: AuditEvent
  /** 'bot': it settled what a dead process had left. */
  actorKind: 'person' | 'healing' | 'bot'
  actor: number | null
  actorName: string | null
  kind: string
  target: string | null
  containerId: string | null
  containerName: string | null
  reason?: string | null
  before?: unknown
  after?: unknown
}

export async function appendAudit(tx: Tx, entry: AuditEntry): Promise<void> {
  await tx.query(
    `insert into action_audit (at, proposal_id, event, actor_kind, actor, actor_name, kind, target, container_id,
       container_name, reason, before, after)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      entry.at,
      entry.proposalId,
      entry.event,
      entry.actorKind,
      entry.actor,
      toText(entry.actorName),
      entry.kind,
      entry.target,
      entry.containerId,
      toText(entry.containerName),
      toText(entry.reason),
      toStorableJson(entry.before),
      toStorableJson(entry.after),
    ],
  )
}

function toText(text: string | null | undefined): string | null {
  return text === null || text === undefined ? null : toStorableText(text)
}

/** As /audit shows it; rows from before there were other actors have no kind of actor. */
export type AuditLine = Pick<
  AuditEntry,
  'at' | 'event' | 'actor' | 'actorName' | 'kind' | 'target' | 'containerName'
> & {
  actorKind: AuditEntry['actorKind'] | null
  reason: string | null
}

/** The newest first. */
export async function listAudit(db: Queryable, limit: number): Promise<AuditLine[]> {
  const { rows } = await db.query<AuditLine>(
    `select at, event, actor_kind as "actorKind", actor, actor_name as "actorName", kind, target,
       container_name as "containerName", reason
     from action_audit order by id desc limit $1`,
    [limit],
  )
  return rows
}
