import type { Queryable, Tx } from '../db/pool.ts'

/** State of a conversation, opaque to us: the plugin's own log of what was said. One that nobody has touched for long is over. */

/** Locked until the transaction ends, so that it does not end by time while an answer is worked. */
// biome-ignore lint/suspicious/noExplicitAny: the plugin's state is its own affair; it only has to survive as JSON
export async function readConversation(tx: Tx, key: string, touchedAfter: Date): Promise<any> {
  const { rows } = await tx.query<{ value: unknown }>(
    'select value from conversation_state where key = $1 and updated_at > $2 for update',
    [key, touchedAfter],
  )
  return rows[0]?.value
}

export async function saveConversation(tx: Tx, key: string, value: unknown, now: Date): Promise<void> {
  await tx.query(
    `insert into conversation_state (key, value, updated_at) values ($1, $2, $3)
     on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at`,
    [key, JSON.stringify(value), now],
  )
}

export async function deleteConversation(tx: Tx, key: string): Promise<void> {
  await tx.query('delete from conversation_state where key = $1', [key])
}

/** Ends the conversations that nobody has touched since, and gives their keys. */
export async function endStaleConversations(db: Queryable, touchedBefore: Date): Promise<string[]> {
  const { rows } = await db.query<{ key: string }>(
    'delete from conversation_state where updated_at <= $1 returning key',
    [touchedBefore],
  )
  return rows.map((row) => row.key)
}
