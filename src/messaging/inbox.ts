import type { Queryable, Tx } from '../db/pool.ts'

/** Updates from Telegram, stored before they are confirmed and worked in order within a lane. */

/** One chat, or one user where an update has no chat. Updates of a lane are worked in order, lanes side by side. */
export type Lane = number

export type IncomingUpdate = { updateId: number; lane: Lane; payload: object; status: 'pending' | 'refused' }
export type StoredUpdate = { updateId: number; lane: Lane; payload: object; attempts: number }

/** An update that Telegram sends again (a confirmation was lost) is stored once. Returns how many were new. */
export async function storeUpdates(db: Queryable, updates: readonly IncomingUpdate[]): Promise<number> {
  const { rowCount } = await db.query(
    `insert into telegram_update (update_id, lane, payload, status, done_at)
     select update_id, lane, payload::jsonb, status, case when status = 'refused' then now() end
     from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[]) as incoming (update_id, lane, payload, status)
     on conflict (update_id) do nothing`,
    [
      updates.map((update) => update.updateId),
      updates.map((update) => update.lane),
      updates.map((update) => JSON.stringify(update.payload).replaceAll('\\u0000', '')),
      updates.map((update) => update.status),
    ],
  )
  return rowCount ?? 0
}

/** The oldest waiting update of each lane that is not busy. */
export async function findNextUpdates(db: Queryable, busy: readonly Lane[], limit: number): Promise<StoredUpdate[]> {
  const { rows } = await db.query<StoredUpdate>(
    `select distinct on (lane) update_id as "updateId", lane, payload, attempts
     from telegram_update where status = 'pending' and lane <> all ($1::bigint[])
     order by lane, update_id limit $2`,
    [busy, limit],
  )
  return rows
}

/** Marks an update as worked, in the transaction that holds its effects: both or neither. */
export async function finishUpdate(tx: Tx, updateId: number): Promise<void> {
  await tx.query(`update telegram_update set status = 'done', done_at = now() where update_id = $1`, [updateId])
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
    [updateId, error.slice(0, 500), giveUp],
  )
}

export async function countUpdates(db: Queryable, status: 'pending' | 'failed'): Promise<number> {
  const { rows } = await db.query<{ n: number }>('select count(*) as n from telegram_update where status = $1', [
    status,
  ])
  return rows[0]?.n ?? 0
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

/** Counts a stranger's updates. True the first time: that is when the one polite refusal is due. */
export async function noteStranger(db: Queryable, userId: number): Promise<boolean> {
  const { rows } = await db.query<{ updates: number }>(
    `insert into stranger (user_id) values ($1)
     on conflict (user_id) do update set updates = stranger.updates + 1, last_seen_at = now()
     returning updates`,
    [userId],
  )
  return rows[0]?.updates === 1
}
