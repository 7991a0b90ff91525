import { toSql } from 'pgvector'
import type { Queryable, Tx } from './pool.ts'

/** The brand's memory of what it has told, by meaning. */

export type ToldFact = {
  runId: string
  revision: number
  brand: string
  fact: string
  category: string
  bankId: string | null
  embedding: readonly number[]
  embeddingModel: string
}

export type NearFact = { runId: string; fact: string; similarity: number; toldAt: Date }

/** One at a time for a brand, so that two runs cannot both find the same fact new. Held until the transaction ends. */
export async function lockBrandMemory(tx: Tx, brand: string): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('told:' || $1, 0))`, [brand])
}

/**
 * The nearest fact that another revision or run has told, by cosine similarity (-1 to 1); same model only.
 * A run that failed or was cancelled told nobody anything.
 */
export async function findNearestFact(
  db: Queryable,
  query: { brand: string; embedding: readonly number[]; embeddingModel: string; notRunId: string; notRevision: number },
): Promise<NearFact | null> {
  const { rows } = await db.query<NearFact>(
    `select t.run_id as "runId", t.fact, 1 - (t.embedding <=> $1::vector) as similarity, t.told_at as "toldAt"
     from told_fact t join run r on r.id = t.run_id
     where t.brand = $2 and t.embedding_model = $3 and not (t.run_id = $4 and t.revision = $5)
       and r.status not in ('failed', 'cancelled')
     order by t.embedding <=> $1::vector limit 1`,
    [toSql([...query.embedding]), query.brand, query.embeddingModel, query.notRunId, query.notRevision],
  )
  return rows[0] ?? null
}

export async function rememberFact(tx: Tx, told: ToldFact): Promise<void> {
  await tx.query(
    `insert into told_fact (run_id, revision, brand, fact, category, bank_id, embedding, embedding_model)
     values ($1, $2, $3, $4, $5, $6, $7::vector, $8)
     on conflict (run_id, revision, embedding_model) do update set fact = excluded.fact, category = excluded.category,
       bank_id = excluded.bank_id, embedding = excluded.embedding`,
    [
      told.runId,
      told.revision,
      told.brand,
      told.fact,
      told.category,
      told.bankId,
      toSql([...told.embedding]),
      told.embeddingModel,
    ],
  )
}

/** Newest first. */
export async function listRecentFacts(db: Queryable, brand: string, limit: number): Promise<string[]> {
  const { rows } = await db.query<{ fact: string }>(
    'select fact from told_fact where brand = $1 group by fact order by max(told_at) desc limit $2',
    [brand, limit],
  )
  return rows.map((row) => row.fact)
}

/** Bank entries the brand has told; with `runId`, only those of this run. */
export async function listToldBankIds(db: Queryable, brand: string, runId: string | null): Promise<Set<string>> {
  const { rows } = await db.query<{ id: string }>(
    `select distinct t.bank_id as id from told_fact t join run r on r.id = t.run_id
     where t.brand = $1 and t.bank_id is not null and r.status not in ('failed', 'cancelled')
       and ($2::uuid is null or r.id = $2)`,
    [brand, runId],
  )
  return new Set(rows.map((row) => row.id))
}
