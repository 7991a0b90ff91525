import type { ArcRole } from '../content.ts'
import type { FailureCode } from '../failure.ts'
import { toStorableJson } from '../messaging/storable.ts'
import type { Queryable, Tx } from './pool.ts'

export const RUN_STATUSES = [
  'queued',
  'running',
  'awaiting_review',
  'approved',
  'delivered',
  'publishing',
  'published',
  'unconfirmed',
  'rejected',
  'failed',
  'cancelled',
  'expired',
] as const
export type RunStatus = (typeof RUN_STATUSES)[number]

/** Which status may follow which. The database enforces the same table (migrations/002); a test compares them. */
export const TRANSITIONS: Record<RunStatus, readonly RunStatus[]> = {
  queued: ['running', 'awaiting_review', 'cancelled', 'failed'],
  running: ['awaiting_review', 'failed', 'cancelled', 'queued'],
  awaiting_review: ['approved', 'rejected', 'queued', 'expired', 'cancelled'],
  approved: ['delivered', 'publishing'],
  delivered: ['publishing'],
  publishing: ['published', 'unconfirmed', 'approved'],
  unconfirmed: ['published', 'publishing'],
  failed: ['queued'],
  published: [],
  rejected: [],
  cancelled: [],
  expired: [],
}

/** What a revision was asked to do anew; everything else is carried over from the revision before. */
export type Redo =
  | { redo: 'everything' | 'fact' | 'words' }
  | { redo: 'picture'; slide: ArcRole }
  | { redo: 'edit'; slide: ArcRole }

export type RunSource = 'command' | 'schedule' | 'cli'
export type RunFailure = { code: FailureCode; message: string; retryable: boolean }

export type Run = {
  id: string
  brand: string
  source: RunSource
  chatId: number | null
  requestedBy: number | null
  topic: string | null
  allowRepeat: boolean
  status: RunStatus
  revision: number
  request: Redo
  contentHash: string | null
  failure: RunFailure | null
  decidedBy: number | null
  /** First name, as Telegram gave it at the decision. */
  decidedByName: string | null
  decidedAt: Date | null
  rejectReason: string | null
  outputDir: string | null
  createdAt: Date
  startedAt: Date | null
  readyAt: Date | null
}

const COLUMNS = `id, brand, source, chat_id as "chatId", requested_by as "requestedBy", topic, allow_repeat as "allowRepeat",
  status, revision, request, content_hash as "contentHash", failure, decided_by as "decidedBy",
  decided_by_name as "decidedByName", decided_at as "decidedAt",
  reject_reason as "rejectReason", output_dir as "outputDir", created_at as "createdAt", started_at as "startedAt",
  ready_at as "readyAt"`

/** Who decides: the id counts, the name is for people. */
export type Decider = { id: number; name: string }

export type NewRun = {
  brand: string
  source: RunSource
  idempotencyKey: string
  chatId: number | null
  requestedBy: number | null
  topic: string | null
  allowRepeat?: boolean
}

/** Creates the run, or gives the one that the same cause created before. */
export async function createRun(db: Queryable, run: NewRun): Promise<{ id: string; created: boolean }> {
  const { rows } = await db.query<{ id: string }>(
    `insert into run (brand, source, idempotency_key, chat_id, requested_by, topic, allow_repeat)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict (idempotency_key) do nothing returning id`,
    [run.brand, run.source, run.idempotencyKey, run.chatId, run.requestedBy, run.topic, run.allowRepeat ?? false],
  )
  if (rows[0]) return { id: rows[0].id, created: true }
  const earlier = await db.query<{ id: string }>('select id from run where idempotency_key = $1', [run.idempotencyKey])
  const id = earlier.rows[0]?.id
  if (id === undefined) throw new Error('a run vanished while it was created')
  return { id, created: false }
}

export async function findRun(db: Queryable, id: string): Promise<Run | null> {
  const { rows } = await db.query<Run>(`select ${COLUMNS} from run where id = $1`, [id])
  return rows[0] ?? null
}

/** The row, locked until the transaction ends. */
export async function lockRun(tx: Tx, id: string): Promise<Run | null> {
  const { rows } = await tx.query<Run>(`select ${COLUMNS} from run where id = $1 for update`, [id])
  return rows[0] ?? null
}

/** Oldest first: the order in which they are worked. `brand` null means every brand. */
export async function listRuns(
  db: Queryable,
  brand: string | null,
  statuses: readonly RunStatus[],
  limit: number,
): Promise<Run[]> {
  const { rows } = await db.query<Run>(
    `select ${COLUMNS} from run where ($1::text is null or brand = $1) and status = any ($2) order by created_at limit $3`,
    [brand, statuses, limit],
  )
  return rows
}

/** Runs that a worker has to take up: new ones, those a dead process left, and approved ones not handed over yet. */
export async function listUnfinishedRuns(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    // A run of the command line belongs to the process at that terminal, which may be at it right now.
    `select id from run where status in ('queued', 'running', 'approved') and source <> 'cli' order by created_at`,
  )
  return rows.map((row) => row.id)
}

/** Of these runs, those that ended before the moment and that nobody can decide about any more. */
export async function listEndedRuns(db: Queryable, ids: readonly string[], before: Date): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select id from run where id = any ($1::uuid[]) and updated_at < $2
       and status in ('delivered', 'published', 'rejected', 'failed', 'cancelled', 'expired')`,
    [ids, before],
  )
  return rows.map((row) => row.id)
}

/** Where those were put that were handed over before the moment, and that nothing is left to be done about. */
export async function listOldOutputDirs(db: Queryable, before: Date): Promise<{ id: string; outputDir: string }[]> {
  const { rows } = await db.query<{ id: string; outputDir: string }>(
    `select id, output_dir as "outputDir" from run
     where status in ('delivered', 'published') and output_dir is not null and finished_at < $1 order by finished_at`,
    [before],
  )
  return rows
}

export async function setTopic(tx: Tx, id: string, topic: string): Promise<void> {
  await tx.query('update run set topic = $2 where id = $1', [id, topic])
}

export async function setChat(tx: Tx, id: string, chatId: number): Promise<void> {
  await tx.query('update run set chat_id = $2 where id = $1', [id, chatId])
}

/** Claims a run for work and notes when; null when it was cancelled or decided meanwhile. A run that a dead process left stays 'running'. */
export async function startRun(db: Queryable, id: string): Promise<Run | null> {
  const { rows } = await db.query<Run>(
    `update run set status = 'running', started_at = now(), failure = null
     where id = $1 and status in ('queued', 'running') returning ${COLUMNS}`,
    [id],
  )
  return rows[0] ?? null
}

/** Puts a finished revision up for review; false when the run was cancelled or revised meanwhile. */
export async function presentRun(tx: Tx, run: Pick<Run, 'id' | 'revision'>, contentHash: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update run set status = 'awaiting_review', content_hash = $3, ready_at = now()
     where id = $1 and revision = $2 and status = 'running'`,
    [run.id, run.revision, contentHash],
  )
  return rowCount === 1
}

export async function failRun(tx: Tx, run: Pick<Run, 'id' | 'revision'>, failure: RunFailure): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update run set status = 'failed', failure = $3, finished_at = now()
     where id = $1 and revision = $2 and status in ('queued', 'running')`,
    [run.id, run.revision, toStorableJson(failure)],
  )
  return rowCount === 1
}

/** The one statement that decides an approval: only this revision, with this content, while it waits. */
export async function approveRun(
  tx: Tx,
  decision: { id: string; revision: number; contentHash: string; by: Decider },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update run set status = 'approved', decided_by = $4, decided_by_name = $5, decided_at = now()
     where id = $1 and revision = $2 and content_hash = $3 and status = 'awaiting_review'`,
    [decision.id, decision.revision, decision.contentHash, decision.by.id, decision.by.name],
  )
  return rowCount === 1
}

export async function rejectRun(
  tx: Tx,
  decision: { id: string; revision: number; reason: string; by: Decider },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update run set status = 'rejected', decided_by = $4, decided_by_name = $5, decided_at = now(), reject_reason = $3, finished_at = now()
     where id = $1 and revision = $2 and status = 'awaiting_review'`,
    [decision.id, decision.revision, decision.reason, decision.by.id, decision.by.name],
  )
  return rowCount === 1
}

/** Only what is being made: a finished draft is thrown away by rejecting it. */
export async function cancelRun(tx: Tx, id: string, by: Decider): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update run set status = 'cancelled', decided_by = $2, decided_by_name = $3, decided_at = now(), finished_at = now()
     where id = $1 and status in ('queued', 'running')`,
    [id, by.id, by.name],
  )
  return rowCount === 1
}

/** Opens the next revision; false when this one is not the current one any more or was decided. */
export async function reviseRun(tx: Tx, run: Pick<Run, 'id' | 'revision'>, request: Redo): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update run set status = 'queued', revision = revision + 1, request = $3, content_hash = null, ready_at = null
     where id = $1 and revision = $2 and status = 'awaiting_review'`,
    [run.id, run.revision, toStorableJson(request)],
  )
  return rowCount === 1
}

/** Puts an earlier draft up for review again, under the next revision; false when the run is in none of the statuses. */
export async function putBackRun(
  tx: Tx,
  run: Pick<Run, 'id' | 'revision'>,
  contentHash: string,
  from: readonly RunStatus[],
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update run set status = 'awaiting_review', revision = revision + 1, content_hash = $3, ready_at = now()
     where id = $1 and revision = $2 and status = any ($4)`,
    [run.id, run.revision, contentHash, from],
  )
  return rowCount === 1
}

/** Takes a failed run up again where it stopped. */
export async function retryRun(tx: Tx, id: string, allowRepeat: boolean): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update run set status = 'queued', failure = null, finished_at = null, allow_repeat = allow_repeat or $2
     where id = $1 and status = 'failed'`,
    [id, allowRepeat],
  )
  return rowCount === 1
}

export async function markDelivered(tx: Tx, id: string, outputDir: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update run set status = 'delivered', output_dir = $2, finished_at = now() where id = $1 and status = 'approved'`,
    [id, outputDir],
  )
  return rowCount === 1
}

/** Drafts that nobody decided on within the time become 'expired'. */
export async function expireRuns(db: Queryable, readyBefore: Date): Promise<Run[]> {
  const { rows } = await db.query<Run>(
    `update run set status = 'expired', finished_at = now()
     where status = 'awaiting_review' and ready_at < $1 returning ${COLUMNS}`,
    [readyBefore],
  )
  return rows
}
