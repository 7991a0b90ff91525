import { toSql } from 'pgvector'
import { toStorableText } from '../messaging/storable.ts'
import type { Queryable, Tx } from './pool.ts'

/** The brand's memory of what it has told, by meaning. */

export type ToldFact = {
  runId: string
  revision: number
  brand: string
  fact: string
  category: string
  bankId: string | null
  vectors: readonly FactVector[]
}
export type FactVector = { model: string; embedding: readonly number[] }

export type NearFact = { fact: string; similarity: number; toldAt: Date }

/** A run that failed, was cancelled or expired told nobody anything: its facts may come again. */
const COUNTS = `r.status not in ('failed', 'cancelled', 'expired')`

/** One at a time for a brand, so that two runs cannot both find the same fact new. Held until the transaction ends. */
export async function lockBrandMemory(tx: Tx, brand: string): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('told:' || $1, 0))`, [brand])
}

/**
 * The nearest fact told by other runs of the brand, or by earlier revisions of this run, by cosine similarity (-1 to 1).
 * Only vectors of the same model are compared.
 */
export async function findNearestFact(
  db: Queryable,
  query: { brand: string; vector: FactVector; runId: string; revision: number; among: 'other-runs' | 'this-run' },
): Promise<NearFact | null> {
  const scope =
    query.among === 'this-run' ? 't.run_id = $4 and t.revision < $5' : `t.run_id <> $4 and $5 > 0 and ${COUNTS}`
  const { rows } = await db.query<NearFact>(
    `select t.fact, 1 - (t.embedding <=> $1::vector) as similarity, t.told_at as "toldAt"
     from told_fact t join run r on r.id = t.run_id
     where t.brand = $2 and t.embedding_model = $3 and ${scope}
     order by t.embedding <=> $1::vector limit 1`,
    [toSql([...query.vector.embedding]), query.brand, query.vector.model, query.runId, query.revision],
  )
  return rows[0] ?? null
}

/** Puts the fact in the place of whatever this revision was about to tell, one row a model. */
export async function rememberFact(tx: Tx, told: ToldFact): Promise<void> {
  await tx.query('delete from told_fact where run_id = $1 and revision = $2', [told.runId, told.revision])
  for (const { model, embedding } of told.vectors) {
    await tx.query(
      `insert into told_fact (run_id, revision, brand, fact, category, bank_id, embedding, embedding_model)
       values ($1, $2, $3, $4, $5, $6, $7::vector, $8)`,
      [
        told.runId,
        told.revision,
        told.brand,
        toStorableText(told.fact),
        told.category,
        told.bankId,
        toSql([...embedding]),
        model,
      ],
    )
  }
}

/** A fact that was chosen for a revision which nobody got to see. */
export async function forgetFactOfRevision(tx: Tx, run: { id: string; revision: number }): Promise<void> {
  await tx.query('delete from told_fact where run_id = $1 and revision = $2', [run.id, run.revision])
}

/** A fact that was turned down for its words or pictures: it may come again. What else the run had told stays told. */
export async function forgetFact(tx: Tx, runId: string, fact: string): Promise<void> {
  await tx.query('delete from told_fact where run_id = $1 and fact = $2', [runId, fact])
}

/** Newest first. */
export async function listRecentFacts(db: Queryable, brand: string, limit: number): Promise<string[]> {
  const { rows } = await db.query<{ fact: string }>(
    `select t.fact from told_fact t join run r on r.id = t.run_id
     where t.brand = $1 and ${COUNTS} group by t.fact order by max(t.told_at) desc limit $2`,
    [brand, limit],
  )
  return rows.map((row) => row.fact)
}

/** Bank entries the brand has told; with `runId`, only those of this run. */
export async function listToldBankIds(db: Queryable, brand: string, runId: string | null): Promise<Set<string>> {
  const { rows } = await db.query<{ id: string }>(
    `select distinct t.bank_id as id from told_fact t join run r on r.id = t.run_id
     where t.brand = $1 and t.bank_id is not null and ${COUNTS} and ($2::uuid is null or r.id = $2)`,
    [brand, runId],
  )
  return new Set(rows.map((row) => row.id))
}
