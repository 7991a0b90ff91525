import type { Queryable, Tx } from '../db/pool.ts'
import { toStorable } from './storable.ts'

/** Updates from Telegram, stored before they are confirmed and worked in order within a lane. */

/** One chat, or one user where an update has no chat. Updates of a lane are worked in order, lanes side by side. */
export type Lane = number

export type IncomingUpdate = { updateId: number; lane: Lane; payload: object; status: 'pending' | 'refused' }
export type StoredUpdate = { updateId: number; lane: Lane; payload: object; attempts: number }

/** An update that Telegram sends again (a confirmation was lost) is stored once. Returns the ids of those that are new. */
export async function storeUpdates(db: Queryable, updates: readonly IncomingUpdate[]): Promise<Set<number>> {
  const { rows } = await db.query<{ id: number }>(
    `insert into telegram_update (update_id, lane, payload, status, done_at)
     select update_id, lane, payload::jsonb, status, case when status = 'refused' then now() end
     from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[]) as incoming (update_id, lane, payload, status)
     on conflict (update_id) do nothing returning update_id as id`,
    [
      updates.map((update) => update.updateId),
      updates.map((update) => update.lane),
      updates.map((update) => JSON.stringify(toStorable(update.payload))),
      updates.map((update) => update.status),
    ],
  )
  return new Set(rows.map((row) => row.id))
}

/**
 * The oldest waiting update of each lane that is not busy, oldest first. Jumps from lane to lane in the index: a thousand
 * waiting updates of one chat cost no more than one.
 */
export async function findNextUpdates(db: Queryable, busy: readonly Lane[], limit: number): Promise<StoredUpdate[]> {
  const { rows } = await db.query<StoredUpdate>(
    `with recursive head as (
       (select lane, update_id from telegram_update where status = 'pending' order by lane, update_id limit 1)
       union all
       select next.lane, next.update_id from head cross join lateral (
         select lane, update_id from telegram_update
         where status = 'pending' and lane > head.lane order by lane, update_id limit 1) as next
     )
     select u.update_id as "updateId", u.lane, u.payload, u.attempts
     from head join telegram_update u using (update_id)
     where u.lane <> all ($1::bigint[]) order by u.update_id limit $2`,
    [busy, limit],
  )
  return rows
}

/** Marks an update as worked, in the transaction that holds its effects: both or neither. */
export async function finishUpdate(tx: Tx, updateId: number): Promise<void> {
  const { rowCount } = await tx.query(
    `update telegram_update set status = 'done', done_at = now() where update_id = $1 and status = 'pending'`,
    [updateId],
  )
  // A leader that lost its lock may still be at this update while the next one works it: one of them rolls back.
  if (rowCount !== 1) throw new Error('another process has worked this update')
}

/** Counts a failed attempt; the last one gives the update up. */
export async function recordUpdateFailure(
  db: Queryable,
  updateId: number,
  error: string,
  giveUp: boolean,
): Promise<void> {
  await db.query(
    `update telegram_update set attempts = attempts + 1, error = $2,
       status = case when $3 then 'failed' else status end, done_at = case when $3 then now() end
     where update_id = $1`,
    [updateId, String(toStorable(error)).slice(0, 500).toWellFormed(), giveUp],
  )
}

/** Telegram keeps updates for 24 h; ours are kept longer, to look into what happened. */
export async function pruneUpdates(db: Queryable, olderThan: Date): Promise<number> {
  const { rowCount } = await db.query(
    `delete from telegram_update where status <> 'pending' and received_at < $1
       and update_id < (select max(update_id) from telegram_update)`,
    [olderThan],
  )
  return rowCount ?? 0
}

/** Who comes again after so long is a new stranger, and gets the refusal once more. */
export async function pruneStrangers(db: Queryable, notSeenSince: Date): Promise<void> {
  await db.query('delete from stranger where last_seen_at < $1', [notSeenSince])
}

/** Counts strangers' updates. Returns who was never seen before: to them the one polite refusal is due. */
export async function noteStrangers(db: Queryable, updatesOf: ReadonlyMap<number, number>): Promise<number[]> {
  if (updatesOf.size === 0) return []
  const { rows } = await db.query<{ userId: number; isNew: boolean }>(
    `insert into stranger (user_id, updates)
     select user_id, updates from unnest($1::bigint[], $2::int[]) as seen (user_id, updates) order by user_id
     on conflict (user_id) do update set updates = stranger.updates + excluded.updates, last_seen_at = now()
     returning user_id as "userId", xmax = 0 as "isNew"`,
    [[...updatesOf.keys()], [...updatesOf.values()]],
  )
  return rows.filter((row) => row.isNew).map((row) => row.userId)
}
