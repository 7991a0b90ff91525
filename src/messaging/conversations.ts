import type { Tx } from '../db/pool.ts'

/** State of a conversation, opaque to us: the plugin's own log of what was said. */

// biome-ignore lint/suspicious/noExplicitAny: the plugin's state is its own affair; it only has to survive as JSON
export async function readConversation(tx: Tx, key: string): Promise<any> {
  const { rows } = await tx.query<{ value: unknown }>('select value from conversation_state where key = $1', [key])
  return rows[0]?.value
}

export async function saveConversation(tx: Tx, key: string, value: unknown): Promise<void> {
  await tx.query(
    `insert into conversation_state (key, value) values ($1, $2)
     on conflict (key) do update set value = excluded.value, updated_at = now()`,
    [key, JSON.stringify(value)],
  )
}

export async function deleteConversation(tx: Tx, key: string): Promise<void> {
  await tx.query('delete from conversation_state where key = $1', [key])
}
