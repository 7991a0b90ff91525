import { toStorableJson, toStorableText } from '../messaging/storable.ts'
import type { Queryable, Tx } from './pool.ts'

/** Proposed actions. What happened to them is in audit.ts. */

export type ProposalStatus = 'proposed' | 'running' | 'done'

export type Proposal = {
  id: string
  kind: string
  /** What two actions may not work on at once. */
  target: string
  /** Null for an action that is about no container. */
  containerId: string | null
  containerName: string | null
  args: Record<string, unknown>
  risk: string
  /** What it does, as it was said on the card. */
  effect: string
  actorKind: 'person' | 'healing'
  chatId: number | null
  proposedBy: number | null
  expiresAt: Date
  firstTapAt: Date | null
  status: ProposalStatus
  claimedBy: number | null
  claimedByName: string | null
  claimedAt: Date | null
  outcome: { kind: string; reason: string } | null
  before: unknown
  after: unknown
  finishedAt: Date | null
}

export type NewProposal = Pick<
  Proposal,
  | 'kind'
  | 'target'
  | 'containerId'
  | 'containerName'
  | 'args'
  | 'risk'
  | 'effect'
  | 'actorKind'
  | 'chatId'
  | 'proposedBy'
  | 'expiresAt'
> & { proposedAt: Date }

const COLUMNS = `id, kind, target, container_id as "containerId", container_name as "containerName", args, risk, effect,
  actor_kind as "actorKind", chat_id as "chatId", proposed_by as "proposedBy", expires_at as "expiresAt",
  first_tap_at as "firstTapAt", status, claimed_by as "claimedBy", claimed_by_name as "claimedByName",
  claimed_at as "claimedAt", outcome, before, after, finished_at as "finishedAt"`

export async function insertProposal(tx: Tx, proposal: NewProposal): Promise<Proposal> {
  const { rows } = await tx.query<Proposal>(
    `insert into action_proposal (kind, target, container_id, container_name, args, risk, effect, actor_kind, chat_id,
       proposed_by, proposed_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning ${COLUMNS}`,
    [
      proposal.kind,
      proposal.target,
      proposal.containerId,
      proposal.containerName === null ? null : toStorableText(proposal.containerName),
      toStorableJson(proposal.args),
      proposal.risk,
      toStorableText(proposal.effect),
      proposal.actorKind,
      proposal.chatId,
      proposal.proposedBy,
      proposal.proposedAt,
      proposal.expiresAt,
    ],
  )
  return rows[0] as Proposal
}

export async function findProposal(db: Queryable, id: string): Promise<Proposal | null> {
  const { rows } = await db.query<Proposal>(`select ${COLUMNS} from action_proposal where id = $1`, [id])
  return rows[0] ?? null
}

/** Held until the transaction ends, so that two taps on one target follow each other, also on proposals made meanwhile. */
export async function lockTarget(tx: Tx, target: string): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('action:' || $1, 0))`, [target])
}

export async function findRunningProposal(db: Queryable, target: string): Promise<Proposal | null> {
  const { rows } = await db.query<Proposal>(
    `select ${COLUMNS} from action_proposal where target = $1 and status = 'running' limit 1`,
    [target],
  )
  return rows[0] ?? null
}

/** The end of the newest action of this kind that did something to the target. */
export async function findLastEnd(db: Queryable, target: string, kind: string): Promise<Date | null> {
  const { rows } = await db.query<{ at: Date | null }>(
    `select max(finished_at) as at from action_proposal
     where target = $1 and kind = $2 and outcome->>'kind' in ('fixed', 'not-fixed', 'unknown')`,
    [target, kind],
  )
  return rows[0]?.at ?? null
}

/** Whether an incident was about the container since then, or an action on it did not end well. */
export async function wasInTrouble(db: Queryable, containerId: string, since: Date): Promise<boolean> {
  const { rows } = await db.query<{ was: boolean }>(
    `select exists (select from incident where container_id = $1 and (resolved_at is null or resolved_at > $2))
       or exists (select from action_proposal where target = $1 and finished_at > $2
         and (outcome->>'kind' in ('not-fixed', 'unknown') or (actor_kind = 'healing' and claimed_by is null))) as was`,
    [containerId, since],
  )
  return rows[0]?.was ?? false
}

/** Of an action that takes two. Null when there was one before, or it is too late. */
export async function noteFirstTap(tx: Tx, id: string, now: Date): Promise<Proposal | null> {
  const { rows } = await tx.query<Proposal>(
    `update action_proposal set first_tap_at = $2
     where id = $1 and status = 'proposed' and first_tap_at is null and expires_at > $2 returning ${COLUMNS}`,
    [id, now],
  )
  return rows[0] ?? null
}

/** The one statement that lets a tap count: once, in time, and as the second one where it takes two. */
export async function claimProposal(
  tx: Tx,
  id: string,
  by: { id: number | null; name: string; isSecondTap: boolean },
  now: Date,
): Promise<Proposal | null> {
  const { rows } = await tx.query<Proposal>(
    `update action_proposal set status = 'running', claimed_by = $2, claimed_by_name = $3, claimed_at = $4
     where id = $1 and status = 'proposed' and expires_at > $4 and (risk <> 'two-taps' or ($5 and first_tap_at is not null))
     returning ${COLUMNS}`,
    [id, by.id, by.name, now, by.isSecondTap],
  )
  return rows[0] ?? null
}

type Settlement = { outcome: { kind: string; reason: string }; before?: unknown; after?: unknown }

/** Null when it is not in that status any more. */
export async function settleProposal(
  tx: Tx,
  id: string,
  from: ProposalStatus,
  { outcome, before, after }: Settlement,
  now: Date,
): Promise<Proposal | null> {
  const { rows } = await tx.query<Proposal>(
    `update action_proposal set status = 'done', outcome = $3, before = coalesce($4, before), after = $5, finished_at = $6
     where id = $1 and status = $2 returning ${COLUMNS}`,
    [id, from, toStorableJson(outcome), toStorableJson(before), toStorableJson(after), now],
  )
  return rows[0] ?? null
}

/** It was called fixed, and is not after all. Null when it was not called so. */
export async function overturnProposal(tx: Tx, id: string, reason: string): Promise<Proposal | null> {
  const { rows } = await tx.query<Proposal>(
    `update action_proposal set outcome = $2 where id = $1 and status = 'done' and outcome->>'kind' = 'fixed'
     returning ${COLUMNS}`,
    [id, toStorableJson({ kind: 'not-fixed', reason })],
  )
  return rows[0] ?? null
}

/** What it was like before anything is done; for a process that dies in the middle. False when it was settled meanwhile. */
export async function noteBefore(db: Queryable, id: string, before: unknown): Promise<boolean> {
  const { rowCount } = await db.query(`update action_proposal set before = $2 where id = $1 and status = 'running'`, [
    id,
    toStorableJson(before),
  ])
  return rowCount === 1
}

export async function listRunningProposals(db: Queryable): Promise<Proposal[]> {
  const { rows } = await db.query<Proposal>(
    `select ${COLUMNS} from action_proposal where status = 'running' order by claimed_at`,
  )
  return rows
}
