import type { Queryable, Tx } from '../db/pool.ts'
import { toStorable } from './storable.ts'

/** Plain sentences and their answers: one row each, written before anything is paid for, forgotten after a day. */

export type TalkStatus = 'waiting' | 'running' | 'answered' | 'stopped' | 'failed' | 'interrupted'

export type TalkTurn = {
  /** Grows within a chat. */
  id: number
  chatId: number
  userId: number
  userName: string
  text: string
  answer: string | null
  status: TalkStatus
  askedAt: Date
}

const COLUMNS = `id, chat_id as "chatId", user_id as "userId", user_name as "userName", text, answer, status,
  asked_at as "askedAt"`

export async function insertTalk(
  tx: Tx,
  asked: Pick<TalkTurn, 'chatId' | 'userId' | 'userName' | 'text' | 'askedAt'>,
): Promise<TalkTurn> {
  const { rows } = await tx.query<TalkTurn>(
    `insert into talk_turn (chat_id, user_id, user_name, text, asked_at) values ($1, $2, $3, $4, $5) returning ${COLUMNS}`,
    [asked.chatId, asked.userId, toStorable(asked.userName), toStorable(asked.text), asked.askedAt],
  )
  const [turn] = rows
  if (!turn) throw new Error('the database gave no row')
  return turn
}

/** Takes up a turn that waits; null when it was stopped meanwhile, or somebody else has it. */
export async function claimTalk(db: Queryable, id: number): Promise<TalkTurn | null> {
  const { rows } = await db.query<TalkTurn>(
    `update talk_turn set status = 'running' where id = $1 and status = 'waiting' returning ${COLUMNS}`,
    [id],
  )
  return rows[0] ?? null
}

export type TalkEnd = { status: Exclude<TalkStatus, 'waiting' | 'running'>; answer: string | null; costUsd: number }

/** Null when it is not in the status `from` any more: somebody else has ended it. */
export async function endTalk(
  tx: Tx,
  id: number,
  from: 'waiting' | 'running',
  end: TalkEnd,
  now: Date,
): Promise<TalkTurn | null> {
  const { rows } = await tx.query<TalkTurn>(
    `update talk_turn set status = $3, answer = $4, cost_usd = $5, ended_at = $6
     where id = $1 and status = $2 returning ${COLUMNS}`,
    [id, from, end.status, end.answer === null ? null : toStorable(end.answer), end.costUsd, now],
  )
  return rows[0] ?? null
}

export async function findTalk(db: Queryable, id: number): Promise<TalkTurn | null> {
  const { rows } = await db.query<TalkTurn>(`select ${COLUMNS} from talk_turn where id = $1`, [id])
  return rows[0] ?? null
}

/** What a dead process left, in the order in which it was asked. */
export async function listOpenTalks(db: Queryable): Promise<TalkTurn[]> {
  const { rows } = await db.query<TalkTurn>(
    `select ${COLUMNS} from talk_turn where status in ('waiting', 'running') order by id`,
  )
  return rows
}

/** The newest answered turns of a chat before this one, the oldest first. */
export async function listEarlierTalks(
  db: Queryable,
  turn: Pick<TalkTurn, 'id' | 'chatId'>,
  { after, limit }: { after: Date; limit: number },
): Promise<TalkTurn[]> {
  const { rows } = await db.query<TalkTurn>(
    `select ${COLUMNS} from talk_turn
     where chat_id = $1 and id < $2 and asked_at > $3 and status in ('answered', 'stopped') and answer is not null
     order by id desc limit $4`,
    [turn.chatId, turn.id, after, limit],
  )
  return rows.reverse()
}

/** The words of a conversation and the messages that showed it, with their buttons. */
export async function pruneTalks(db: Queryable, before: Date): Promise<void> {
  await db.query('delete from talk_turn where asked_at < $1', [before])
  await db.query(
    `delete from outbox where ref like 'talk:%' and created_at < $1 and status in ('sent', 'failed', 'dropped')`,
    [before],
  )
}
