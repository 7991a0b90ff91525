import type { Queryable } from '../db/pool.ts'
import { toStorable } from './storable.ts'

/**
 * Messages that matter are rows, written in the transaction of the change they report, and sent in order within a chat.
 * A crash between sending and noting it sends again (Telegram has no idempotency key); buttons are made anew for each
 * sending, so of two copies of a card only the last one is alive.
 */

/** Free data, given back at a tap; the handlers parse it with their own schema. */
export type StoredAction = { kind: string; [field: string]: unknown }
export type KeyboardButton =
  | { text: string; action: StoredAction; ttlHours?: number }
  | { text: string; copy: string }
  | { text: string; url: string }
export type Keyboard = KeyboardButton[][]

/** What a file of an album must be, in the order of its files: its SHA-256, and where the run keeps it. */
export type ApprovedFile = { path: string; sha256: string }

export type OutgoingContent =
  /** Longer than one message may be, it becomes several; the buttons stand under the last. `silent`: without a sound. */
  | { kind: 'text'; html: string; keyboard?: Keyboard; silent?: boolean }
  /** 1–10 files; photos are recompressed by Telegram, documents arrive as they are. One is sent as a message of its own. */
  | { kind: 'album'; as: 'photo' | 'document'; files: string[]; approved?: ApprovedFile[] }
  /** A text file, kept in the row until it is sent. */
  | { kind: 'document'; name: string; text: string; captionHtml: string }
  /** Rewrites the newest message with this ref. `orSend`: when it is gone, send it as a new message. */
  | { kind: 'edit'; html: string; keyboard?: Keyboard; orSend?: boolean }
  | { kind: 'delete' }

export type OutgoingMessage = {
  chatId: number
  content: OutgoingContent
  /** What the message is in the product, e.g. 'run:ID:card'. For edit and delete: which message is meant. */
  ref?: string
  /** The same key is queued once, ever. */
  dedupeKey?: string
}

export type OutboxRow = {
  id: number
  chatId: number
  ref: string | null
  content: OutgoingContent
  attempts: number
  notBefore: Date | null
  /** How long the wait until then was meant to be. */
  waitMs: number | null
}

const COLUMNS = `id, chat_id as "chatId", ref, payload as content, attempts, not_before as "notBefore", wait_ms as "waitMs"`

/** Queues a message; returns its id, or null when its dedupe key was queued before. */
export async function queueMessage(db: Queryable, message: OutgoingMessage): Promise<number | null> {
  const [id] = await queueMessages(db, [message])
  return id ?? null
}

/** Queues messages in their order, in one statement. Returns the ids of those whose dedupe key is new. */
export async function queueMessages(db: Queryable, messages: readonly OutgoingMessage[]): Promise<number[]> {
  if (messages.length === 0) return []
  const { rows } = await db.query<{ id: number }>(
    `insert into outbox (chat_id, kind, payload, ref, dedupe_key)
     select chat_id, kind, payload::jsonb, ref, dedupe_key
     from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[])
       with ordinality as queued (chat_id, kind, payload, ref, dedupe_key, place)
     order by place on conflict (dedupe_key) do nothing returning id`,
    [
      messages.map((message) => message.chatId),
      messages.map((message) => message.content.kind),
      messages.map((message) => JSON.stringify(toStorable(message.content))),
      messages.map((message) => message.ref ?? null),
      messages.map((message) => message.dedupeKey ?? null),
    ],
  )
  return rows.map((row) => row.id)
}

/** Chats with something to send. */
export async function findWaitingChats(db: Queryable): Promise<number[]> {
  const { rows } = await db.query<{ chatId: number }>(
    `select distinct chat_id as "chatId" from outbox where status in ('pending', 'sending')`,
  )
  return rows.map((row) => row.chatId)
}

/** The oldest waiting message of a chat; it blocks those behind it, so that order holds also while Telegram says "later". */
export async function findNextMessage(db: Queryable, chatId: number): Promise<OutboxRow | null> {
  const { rows } = await db.query<OutboxRow>(
    `select ${COLUMNS} from outbox where chat_id = $1 and status in ('pending', 'sending') order by id limit 1`,
    [chatId],
  )
  return rows[0] ?? null
}

/** True when a newer edit of the same message waits: sending this one would only flicker. */
export async function isOvertaken(db: Queryable, row: OutboxRow): Promise<boolean> {
  const { rows } = await db.query<{ overtaken: boolean }>(
    `select exists (select from outbox where chat_id = $1 and ref = $2 and id > $3 and status = 'pending'
       and kind in ('edit', 'delete')) as overtaken`,
    [row.chatId, row.ref, row.id],
  )
  return rows[0]?.overtaken ?? false
}

/**
 * Drops edits of a message that a newer one is about to overtake, so that they do not pile up for a slow chat. One that
 * Telegram has told to wait stays: it holds the wait of its chat.
 */
export async function dropWaitingEdits(db: Queryable, message: { chatId: number; ref: string }): Promise<void> {
  await db.query(
    `update outbox set status = 'dropped'
     where chat_id = $1 and ref = $2 and kind = 'edit' and status = 'pending' and not_before is null`,
    [message.chatId, message.ref],
  )
}

/** False when it was dropped in this moment: then it is not to be sent. */
export async function markSending(db: Queryable, id: number): Promise<boolean> {
  const { rowCount } = await db.query(
    `update outbox set status = 'sending', attempts = attempts + 1 where id = $1 and status in ('pending', 'sending')`,
    [id],
  )
  return rowCount === 1
}

/** `wasSent`: a message with this ref is there already, or on its way. */
export type WaitingMessage = { id: number; ref: string; kind: string; wasSent: boolean }

/**
 * Locks what waits in a chat with a ref that begins so. `begun`: also what a process that has died was sending; while a
 * sender is at work that is its own.
 */
export async function lockWaitingMessages(
  tx: Queryable,
  chatId: number,
  prefixes: readonly string[],
  { begun }: { begun: boolean },
): Promise<WaitingMessage[]> {
  const { rows } = await tx.query<WaitingMessage>(
    `select id, ref, kind, exists (select from outbox as sent where sent.chat_id = waiting.chat_id and sent.ref = waiting.ref
       and sent.status in ('sent', 'sending') and sent.id <> waiting.id) as "wasSent"
     from outbox as waiting where chat_id = $1 and status = any ($3) and split_part(ref, ':', 1) = any ($2)
     order by id for update`,
    [chatId, prefixes, begun ? ['pending', 'sending'] : ['pending']],
  )
  return rows
}

export async function dropMessages(tx: Queryable, ids: readonly number[]): Promise<void> {
  await tx.query(`update outbox set status = 'dropped' where id = any ($1)`, [ids])
}

export async function markSent(db: Queryable, id: number, messageIds: readonly number[]): Promise<void> {
  await db.query(
    `update outbox set status = 'sent', sent_at = now(), message_ids = $2, error = null,
       payload = case when kind = 'document' then payload - 'text' else payload end
     where id = $1`,
    [id, messageIds],
  )
}

export async function markDropped(db: Queryable, id: number): Promise<void> {
  await db.query(`update outbox set status = 'dropped' where id = $1`, [id])
}

export async function markFailed(db: Queryable, id: number, error: string): Promise<void> {
  await db.query(`update outbox set status = 'failed', error = $2 where id = $1`, [id, shorten(error)])
}

export async function postpone(
  db: Queryable,
  id: number,
  { now, waitMs }: { now: Date; waitMs: number },
  error: string,
): Promise<void> {
  await db.query(`update outbox set status = 'pending', not_before = $2, wait_ms = $3, error = $4 where id = $1`, [
    id,
    new Date(now.getTime() + waitMs),
    waitMs,
    shorten(error),
  ])
}

/** A column for looking into what happened, not a log. */
function shorten(error: string): string {
  return String(toStorable(error)).slice(0, 500).toWellFormed()
}

/** The ids in Telegram of the newest sent message with this ref; [] when none was sent. */
export async function findSentIds(db: Queryable, chatId: number, ref: string): Promise<number[]> {
  const { rows } = await db.query<{ ids: number[] }>(
    `select message_ids as ids from outbox
     where chat_id = $1 and ref = $2 and status = 'sent' and cardinality(message_ids) > 0 order by id desc limit 1`,
    [chatId, ref],
  )
  return rows[0]?.ids ?? []
}

/** The chats to which a message with this ref was sent, or is about to be. */
export async function findChatsOf(db: Queryable, ref: string): Promise<number[]> {
  const { rows } = await db.query<{ chatId: number }>(
    `select distinct chat_id as "chatId" from outbox where ref = $1 and kind = 'text' and status <> 'failed'`,
    [ref],
  )
  return rows.map((row) => row.chatId)
}

export async function countOutbox(db: Queryable, status: 'pending' | 'failed'): Promise<number> {
  const wanted = status === 'pending' ? ['pending', 'sending'] : [status]
  const { rows } = await db.query<{ n: number }>('select count(*) as n from outbox where status = any ($1)', [wanted])
  return rows[0]?.n ?? 0
}

/** Messages that were settled long ago, with their buttons; no edit can mean them any more. */
export async function pruneMessages(db: Queryable, olderThan: Date): Promise<void> {
  await db.query(`delete from outbox where created_at < $1 and status in ('sent', 'failed', 'dropped')`, [olderThan])
}
