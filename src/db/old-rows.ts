import type { Queryable } from './pool.ts'

/** How many rows of the bot's own doings are older than they are kept: what the pruning functions would remove. */
export async function countOldRows(db: Queryable, before: { messages: Date; strangers: Date }): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `select (select count(*) from telegram_update where received_at < $1 and status <> 'pending'
         and update_id < (select max(update_id) from telegram_update))
       + (select count(*) from stranger where last_seen_at < $2)
       + (select count(*) from button where expires_at < $1)
       + (select count(*) from outbox where created_at < $1 and status in ('sent', 'failed', 'dropped')) as n`,
    [before.messages, before.strangers],
  )
  return rows[0]?.n ?? 0
}
