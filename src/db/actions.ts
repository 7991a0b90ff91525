import type { Queryable, Tx } from './pool.ts'

/** Proposed actions and their audit. */

export type ProposalStatus = 'proposed' | 'running' | 'done'

export type Proposal = {
  id: string
  kind: string
  containerId: string
  containerName: string
  chatId: number
  proposedBy: number
  expiresAt: Date
  status: ProposalStatus
  claimedBy: number | null
  claimedByName: string | null
  claimedAt: Date | null
  outcome: { kind: string; reason: string } | null
  before: unknown
  after: unknown
  finishedAt: Date | null
}

export type NewProposal = Pick<Proposal, 'kind' | 'containerId' | 'containerName' | 'chatId' | 'proposedBy'> & {
  proposedAt: Date
  expiresAt: Date
}

export type AuditEntry = {
  at: Date
  proposalId: string | null
  event: 'proposed' | 'tapped' | 'dropped' | 'refused' | 'outcome'
  actor: number | null
  kind: string
  containerId: string | null
  containerName: string
  reason?: string
  before?: unknown
  after?: unknown
}

const COLUMNS = `id, kind, container_id as "containerId", container_name as "containerName", chat_id as "chatId",
  proposed_by as "proposedBy", expires_at as "expiresAt", status, claimed_by as "claimedBy",
  claimed_by_name as "claimedByName", claimed_at as "claimedAt", outcome, before, after, finished_at as "finishedAt"`

export async function insertProposal(tx: Tx, proposal: NewProposal): Promise<Proposal> {
  const { rows } = await tx.query<Proposal>(
    `insert into action_proposal (kind, container_id, container_name, chat_id, proposed_by, proposed_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7) returning ${COLUMNS}`,
    [
      proposal.kind,
      proposal.containerId,
      proposal.containerName,
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

/** Locks everything ever proposed for a container until the transaction ends, so that two taps follow each other. */
export async function lockProposals(tx: Tx, containerId: string): Promise<void> {
  await tx.query('select from action_proposal where container_id = $1 order by id for update', [containerId])
}

export async function findRunningProposal(db: Queryable, containerId: string): Promise<Proposal | null> {
  const { rows } = await db.query<Proposal>(
    `select ${COLUMNS} from action_proposal where container_id = $1 and status = 'running' limit 1`,
    [containerId],
  )
  return rows[0] ?? null
}

/** The end of the newest action of this kind that did something to the container. */
export async function findLastEnd(db: Queryable, containerId: string, kind: string): Promise<Date | null> {
  const { rows } = await db.query<{ at: Date | null }>(
    `select max(finished_at) as at from action_proposal
     where container_id = $1 and kind = $2 and outcome->>'kind' in ('fixed', 'not-fixed', 'unknown')`,
    [containerId, kind],
  )
  return rows[0]?.at ?? null
}

/** The one statement that lets a tap count: once, and in time. */
export async function claimProposal(
  tx: Tx,
  id: string,
  by: { id: number; name: string },
  now: Date,
): Promise<Proposal | null> {
  const { rows } = await tx.query<Proposal>(
    `update action_proposal set status = 'running', claimed_by = $2, claimed_by_name = $3, claimed_at = $4
     where id = $1 and status = 'proposed' and expires_at > $4 returning ${COLUMNS}`,
    [id, by.id, by.name, now],
  )
  return rows[0] ?? null
}

type Settlement = { outcome: { kind: string; reason: string }; before?: unknown; after?: unknown }

/** Null when it is not in that status any more. */
export async function settleProposal(
  tx: Tx,
  id: string,
  from: ProposalStatus,
  settlement: Settlement,
  now: Date,
): Promise<Proposal | null> {
  const { rows } = await tx.query<Proposal>(
    `update action_proposal set status = 'done', outcome = $3, before = coalesce($4, before), after = $5, finished_at = $6
     where id = $1 and status = $2 returning ${COLUMNS}`,
    [id, from, JSON.stringify(settlement.outcome), toJson(settlement.before), toJson(settlement.after), now],
  )
  return rows[0] ?? null
}

/** What the container was like before anything was done to it; for a process that dies in the middle. */
export async function noteBefore(db: Queryable, id: string, before: unknown): Promise<void> {
  await db.query(`update action_proposal set before = $2 where id = $1 and status = 'running'`, [id, toJson(before)])
}

export async function listRunningProposals(db: Queryable): Promise<Proposal[]> {
  const { rows } = await db.query<Proposal>(
    `select ${COLUMNS} from action_proposal where status = 'running' order by claimed_at`,
  )
  return rows
}

export async function appendAudit(tx: Tx, entry: AuditEntry): Promise<void> {
  await tx.query(
    `insert into action_audit (at, proposal_id, event, actor, kind, container_id, container_name, reason, before, after)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      entry.at,
      entry.proposalId,
      entry.event,
      entry.actor,
      entry.kind,
      entry.containerId,
      entry.containerName,
      entry.reason ?? null,
      toJson(entry.before),
      toJson(entry.after),
    ],
  )
}

function toJson(value: unknown): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value)
}
