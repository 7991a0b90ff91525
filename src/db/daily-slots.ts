import type { Queryable, Tx } from './pool.ts'

/** What is due once a day by the wall clock. The row decides who does it, and that nobody does it twice. */

export type DailyKind = 'report' | 'weekly' | 'backup'
/** `localDate`: YYYY-MM-DD in the configured zone. */
export type DailySlot = { kind: DailyKind; localDate: string; dueAt: Date }

/** False when somebody has it. */
export async function claimDaily(
  db: Queryable,
  slot: DailySlot,
  status: 'running' | 'done',
  now: Date,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into daily_slot (kind, local_date, due_at, status, updated_at) values ($1, $2::date, $3, $4, $5)
     on conflict do nothing`,
    [slot.kind, slot.localDate, slot.dueAt, status, now],
  )
  return rowCount === 1
}

/** Null when nobody has claimed it. */
export async function findDailyStatus(db: Queryable, { kind, localDate }: DailySlot): Promise<string | null> {
  const { rows } = await db.query<{ status: string }>(
    'select status from daily_slot where kind = $1 and local_date = $2::date',
    [kind, localDate],
  )
  return rows[0]?.status ?? null
}

export type Again = {
  maxAttempts: number
  /** What failed earlier than this may be tried again. */
  failedBefore: Date
  now: Date
}

/** Takes up what failed a while ago, or what was left by a process that died. The caller knows that it does not run. */
export async function takeAgain(
  db: Queryable,
  slot: DailySlot,
  { maxAttempts, failedBefore, now }: Again,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update daily_slot set status = 'running', attempts = attempts + 1, updated_at = $5
     where kind = $1 and local_date = $2::date and attempts < $3
       and (status = 'running' or (status = 'failed' and updated_at <= $4))`,
    [slot.kind, slot.localDate, maxAttempts, failedBefore, now],
  )
  return rowCount === 1
}

export async function settleDaily(
  db: Queryable,
  { kind, localDate }: DailySlot,
  end: { status: 'done' | 'failed'; note: string; now: Date },
): Promise<void> {
  await db.query(
    'update daily_slot set status = $3, note = $4, updated_at = $5 where kind = $1 and local_date = $2::date',
    [kind, localDate, end.status, end.note.slice(0, 500).toWellFormed(), end.now],
  )
}

/** How the newest one of a kind ended; null when there was none. */
export async function findLastDaily(
  db: Queryable,
  kind: DailyKind,
): Promise<{ status: string; note: string | null } | null> {
  const { rows } = await db.query<{ status: string; note: string | null }>(
    'select status, note from daily_slot where kind = $1 order by local_date desc limit 1',
    [kind],
  )
  return rows[0] ?? null
}

export async function pruneDaily(tx: Queryable | Tx, before: Date): Promise<void> {
  await tx.query('delete from daily_slot where due_at < $1', [before])
}
