import { randomBytes } from 'node:crypto'
import type { Queryable, Tx } from '../db/pool.ts'
import type { Keyboard, KeyboardButton, StoredAction } from './outbox.ts'
import { toVisible } from './visible-text.ts'

/** Buttons are rows: the callback data is an opaque id, so nothing that a client sends is trusted. */

export type TapLookup =
  | { kind: 'found'; id: string; action: StoredAction; ref: string | null; usedBy: number | null }
  | { kind: 'unknown' }
  | { kind: 'elsewhere' }
  | { kind: 'expired' }
  /** Replaced by newer ones; what it meant may still tell why. */
  | { kind: 'void'; action: StoredAction }

/** A week: a draft may wait over a holiday, but not for ever. */
const DEFAULT_TTL_HOURS = 7 * 24
const ID_BYTES = 15
const ID = /^[\w-]{20}$/

export type InlineButton = { text: string } & (
  | { callback_data: string }
  | { copy_text: { text: string } }
  | { url: string }
)

/** Stores the buttons of one sending of a message, in one statement, and gives the keyboard for Telegram. */
export async function storeButtons(
  db: Queryable,
  message: { outboxId: number; chatId: number; keyboard: Keyboard },
  now: Date,
): Promise<{ keyboard: InlineButton[][]; ids: string[] }> {
  const stored: { id: string; action: string; expiresAt: Date }[] = []
  const toInline = (button: KeyboardButton): InlineButton => {
    const text = toVisible(button.text)
    if ('copy' in button) return { text, copy_text: { text: button.copy } }
    if ('url' in button) return { text, url: button.url }
    const id = randomBytes(ID_BYTES).toString('base64url')
    const expiresAt = new Date(now.getTime() + (button.ttlHours ?? DEFAULT_TTL_HOURS) * 3_600_000)
    stored.push({ id, action: JSON.stringify(button.action), expiresAt })
    return { text, callback_data: id }
  }
  const keyboard = message.keyboard.map((row) => row.map(toInline))
  await db.query(
    `insert into button (id, outbox_id, chat_id, action, expires_at)
     select id, $1, $2, action::jsonb, expires_at
     from unnest($3::text[], $4::text[], $5::timestamptz[]) as made (id, action, expires_at)`,
    [
      message.outboxId,
      message.chatId,
      stored.map((button) => button.id),
      stored.map((button) => button.action),
      stored.map((button) => button.expiresAt),
    ],
  )
  return { keyboard, ids: stored.map((button) => button.id) }
}

/** Kills the buttons of all sendings of the same message but `except`, so that one card is alive. */
export async function voidButtons(
  db: Queryable,
  message: { outboxId: number; chatId: number; ref: string | null },
  except: readonly string[],
): Promise<void> {
  await db.query(
    `update button set voided_at = now() where voided_at is null and id <> all ($4) and outbox_id in (
       select id from outbox where id = $1 or (chat_id = $2 and ref = $3))`,
    [message.outboxId, message.chatId, message.ref, except],
  )
}

/** What a tapped id means in this chat; the row is locked until the transaction ends. */
export async function lookUpTap(tx: Tx, id: string, chatId: number, now: Date): Promise<TapLookup> {
  // Of another shape it is none of ours, and may hold what a database refuses.
  if (!ID.test(id)) return { kind: 'unknown' }
  const { rows } = await tx.query<{
    chatId: number
    action: StoredAction
    ref: string | null
    expiresAt: Date
    voidedAt: Date | null
    usedBy: number | null
  }>(
    `select b.chat_id as "chatId", b.action, o.ref, b.expires_at as "expiresAt", b.voided_at as "voidedAt", b.used_by as "usedBy"
     from button b join outbox o on o.id = b.outbox_id where b.id = $1 for update of b`,
    [id],
  )
  const button = rows[0]
  if (!button) return { kind: 'unknown' }
  if (button.chatId !== chatId) return { kind: 'elsewhere' }
  if (button.voidedAt) return { kind: 'void', action: button.action }
  if (button.expiresAt <= now) return { kind: 'expired' }
  return { kind: 'found', id, action: button.action, ref: button.ref, usedBy: button.usedBy }
}

export async function markUsed(tx: Tx, id: string, userId: number): Promise<void> {
  await tx.query('update button set used_at = now(), used_by = $2 where id = $1', [id, userId])
}

export async function pruneButtons(db: Queryable, olderThan: Date): Promise<void> {
  await db.query('delete from button where expires_at < $1', [olderThan])
}
