import { toStorableJson } from '../messaging/storable.ts'
import type { Queryable, Tx } from './pool.ts'

/** When to look again at what an action came to; rows, so that a restart of the bot forgets none. */

export type AfterSample = {
  proposalId: string
  delayS: number
  dueAt: Date
  takenAt: Date | null
  /** Null when nothing could be seen. */
  seen: unknown
}

const COLUMNS = `proposal_id as "proposalId", delay_s as "delayS", due_at as "dueAt", taken_at as "takenAt", seen`

export async function insertAfterSamples(
  tx: Tx,
  proposalId: string,
  delaysS: readonly number[],
  from: Date,
): Promise<void> {
  await tx.query(
    `insert into action_after_sample (proposal_id, delay_s, due_at)
     select $1, delay, $2::timestamptz + delay * interval '1 second' from unnest($3::int[]) as due (delay)
     on conflict (proposal_id, delay_s) do update set due_at = excluded.due_at, taken_at = null, seen = null`,
    [proposalId, from, delaysS],
  )
}

/** The newest that is due of each action: one look stands for all that were missed. */
export async function listDueSamples(db: Queryable, now: Date): Promise<AfterSample[]> {
  const { rows } = await db.query<AfterSample>(
    `select distinct on (proposal_id) ${COLUMNS} from action_after_sample
     where taken_at is null and due_at <= $1 order by proposal_id, delay_s desc`,
    [now],
  )
  return rows
}

/** Those up to this delay are settled by the one look. False when somebody else has. */
export async function settleSamples(
  tx: Tx,
  { proposalId, delayS }: Pick<AfterSample, 'proposalId' | 'delayS'>,
  { seen, now }: { seen: unknown; now: Date },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update action_after_sample set taken_at = $3, seen = case when delay_s = $2 then $4::jsonb end
     where proposal_id = $1 and delay_s <= $2 and taken_at is null`,
    [proposalId, delayS, now, toStorableJson(seen)],
  )
  return (rowCount ?? 0) > 0
}

/** Nothing more is to be learned from it. */
export async function dropSamples(tx: Tx, proposalId: string): Promise<void> {
  await tx.query('delete from action_after_sample where proposal_id = $1 and taken_at is null', [proposalId])
}

export async function listSamples(db: Queryable, proposalId: string): Promise<AfterSample[]> {
  const { rows } = await db.query<AfterSample>(
    `select ${COLUMNS} from action_after_sample where proposal_id = $1 and taken_at is not null order by delay_s`,
    [proposalId],
  )
  return rows
}

/** Whether anything else was done to the target since. */
export async function isOvertakenByAction(
  db: Queryable,
  { proposalId, target, since }: { proposalId: string; target: string; since: Date },
): Promise<boolean> {
  const { rows } = await db.query<{ overtaken: boolean }>(
    `select exists (select from action_proposal where target = $1 and id <> $2 and claimed_at > $3) as overtaken`,
    [target, proposalId, since],
  )
  return rows[0]?.overtaken ?? false
}
