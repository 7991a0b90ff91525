import type { Queryable, Tx } from './pool.ts'

/** The hourly look: which hours had theirs, what was told, and the past that it looks at. */

/** False when somebody has this hour already. */
export async function claimReview(db: Queryable, hour: Date, now: Date): Promise<boolean> {
  const { rowCount } = await db.query('insert into review (hour, begun_at) values ($1, $2) on conflict do nothing', [
    hour,
    now,
  ])
  return rowCount === 1
}

export type HintKey = { rule: string; subject: string }

export async function listHintsToldAfter(db: Queryable, after: Date): Promise<HintKey[]> {
  const { rows } = await db.query<HintKey>('select rule, subject from review_hint where told_at > $1', [after])
  return rows
}

/** Marks it as told now. False when somebody told it since `after`. */
export async function takeHint(tx: Tx, { rule, subject }: HintKey, now: Date, after: Date): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into review_hint (rule, subject, told_at) values ($1, $2, $3)
     on conflict (rule, subject) do update set told_at = excluded.told_at where review_hint.told_at <= $4`,
    [rule, subject, now, after],
  )
  return rowCount === 1
}

export type ContainerPoint = {
  name: string
  at: Date
  memoryBytes: number | null
  limitBytes: number | null
  restarts: number
}

/** Every tenth minute of each container, oldest first. */
export async function listContainerPoints(db: Queryable, after: Date): Promise<ContainerPoint[]> {
  const { rows } = await db.query<ContainerPoint>(
    `select key as name, minute as at, (value->>1)::float8 as "memoryBytes", (value->>2)::float8 as "limitBytes",
       coalesce((value->>3)::int, 0) as restarts
     from sample, json_each(containers)
     where minute > $1 and extract(minute from minute)::int % 10 = 0 order by key, minute`,
    [after],
  )
  return rows
}

export async function pruneReviews(db: Queryable, before: Date): Promise<void> {
  await db.query('delete from review where hour < $1', [before])
  await db.query('delete from review_hint where told_at < $1', [before])
}
