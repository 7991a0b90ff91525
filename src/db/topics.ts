import type { Queryable, Tx } from './pool.ts'

export type Topic = { id: number; text: string; addedBy: number | null; createdAt: Date }

type TopicRow = { id: number; text: string; added_by: number | null; created_at: Date }

const COLUMNS = 'id, text, added_by, created_at'

/** Null when the same topic (by its folded text) is open already. */
export async function insertTopic(
  db: Queryable,
  topic: { brand: string; text: string; folded: string; addedBy: number | null },
): Promise<Topic | null> {
  const { rows } = await db.query<TopicRow>(
    `insert into topic (brand, text, folded, added_by) values ($1, $2, $3, $4)
     on conflict do nothing returning ${COLUMNS}`,
    [topic.brand, topic.text, topic.folded, topic.addedBy],
  )
  return rows[0] ? toTopic(rows[0]) : null
}

/** Open topics in the order in which they will be used. */
export async function listOpenTopics(db: Queryable, brand: string): Promise<Topic[]> {
  const { rows } = await db.query<TopicRow>(
    `select ${COLUMNS} from topic where brand = $1 and status = 'open' order by id`,
    [brand],
  )
  return rows.map(toTopic)
}

/** Null when no open topic of the brand has this id. */
export async function dropOpenTopic(db: Queryable, brand: string, id: number): Promise<Topic | null> {
  const { rows } = await db.query<TopicRow>(
    `update topic set status = 'dropped' where brand = $1 and id = $2 and status = 'open' returning ${COLUMNS}`,
    [brand, id],
  )
  return rows[0] ? toTopic(rows[0]) : null
}

/** Takes the oldest open topic for a run; two takers never get the same one, and never wait for each other. */
export async function claimOldestTopic(tx: Tx, brand: string, runId: string): Promise<Topic | null> {
  const { rows } = await tx.query<TopicRow>(
    `update topic set status = 'used', run_id = $2, used_at = now()
     where id = (
       select id from topic where brand = $1 and status = 'open' order by id limit 1 for update skip locked
     )
     returning ${COLUMNS}`,
    [brand, runId],
  )
  return rows[0] ? toTopic(rows[0]) : null
}

/** Opens the topic of a run again, at its old place; when the same words were added meanwhile, those stay instead. */
export async function reopenTopicOfRun(tx: Tx, runId: string): Promise<Topic | null> {
  const { rows } = await tx.query<TopicRow & { status: string }>(
    // The run stays named: it may take its topic back.
    `update topic set used_at = null, status = case when exists (
       select from topic twin where twin.brand = topic.brand and twin.folded = topic.folded and twin.status = 'open'
     ) then 'dropped' else 'open' end
     where run_id = $1 and status = 'used' returning ${COLUMNS}, status`,
    [runId],
  )
  return rows[0]?.status === 'open' ? toTopic(rows[0]) : null
}

/** For a run that is tried again: its topic counts as used again, unless another run has it or it was dropped meanwhile. */
export async function retakeTopicOfRun(tx: Tx, runId: string): Promise<void> {
  await tx.query(`update topic set status = 'used', used_at = now() where run_id = $1 and status = 'open'`, [runId])
}

function toTopic(row: TopicRow): Topic {
  return { id: row.id, text: row.text, addedBy: row.added_by, createdAt: row.created_at }
}
