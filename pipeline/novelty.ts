import { inTransaction } from '../src/db/pool.ts'
import { saveStep } from '../src/db/steps.ts'
import { findNearestFact, lockBrandMemory, type NearFact, rememberFact } from '../src/db/told-facts.ts'
import { asFailure } from '../src/failure.ts'
import { canFallBack } from '../src/providers/chain.ts'
import { LOCAL_DUPLICATE_COSINE } from '../src/providers/local/embedder.ts'
import type { Embedder } from '../src/providers/ports.ts'
import { callContext, type StepContext } from './step.ts'
import type { FactChoice, Novelty } from './types.ts'

/** Paraphrases of one sentence lie above this with gemini-embedding-001; two facts on one subject below. An estimate to tune. */
const MODEL_DUPLICATE_COSINE = 0.92

type Vector = { model: string; embedding: number[]; threshold: number }

/**
 * Compares a fact with everything the brand has told and, if it is new, remembers it: both and the step's own row in one
 * transaction under the brand's lock, so that two runs at once cannot both find the same fact new.
 */
export async function checkNovelty(ctx: StepContext, stepName: string, choice: FactChoice): Promise<Novelty> {
  const startedAt = ctx.deps.clock.now()
  const vectors = await embedWithAll(ctx, choice.fact.text)
  return inTransaction(ctx.deps.db.pool, async (tx) => {
    await lockBrandMemory(tx, ctx.run.brand)
    let nearest: NearFact | null = null
    let duplicate = false
    for (const { model, embedding, threshold } of vectors) {
      const near = await findNearestFact(tx, {
        brand: ctx.run.brand,
        embedding,
        embeddingModel: model,
        notRunId: ctx.run.id,
        notRevision: ctx.run.revision,
      })
      if (near && near.similarity > (nearest?.similarity ?? -1)) nearest = near
      if (near && near.similarity >= threshold) duplicate = true
    }
    const novel = !duplicate || ctx.run.allowRepeat
    if (novel) {
      for (const { model, embedding } of vectors) {
        await rememberFact(tx, {
          runId: ctx.run.id,
          revision: ctx.run.revision,
          brand: ctx.run.brand,
          fact: choice.fact.text,
          category: choice.fact.category,
          bankId: choice.bankId,
          embedding,
          embeddingModel: model,
        })
      }
    }
    const result: Novelty = { novel, nearest: nearest && describe(nearest) }
    await saveStep(tx, { runId: ctx.run.id, revision: ctx.run.revision, name: stepName }, result, startedAt)
    return result
  })
}

/** Every fact gets a vector of each model that answers: when the paid one is down, the local ones still compare. */
async function embedWithAll(ctx: StepContext, text: string): Promise<Vector[]> {
  const vectors: Vector[] = []
  for (const embedder of ctx.deps.models.embedders) {
    try {
      const embedding = await embedder.embed(text, callContext(ctx, 'novelty'))
      vectors.push({ model: embedder.maker.model, embedding, threshold: thresholdOf(embedder) })
    } catch (thrown) {
      const failure = asFailure(thrown)
      if (!canFallBack(failure)) throw failure
      ctx.deps.log.warn({ provider: embedder.maker.provider, code: failure.code }, 'no embedding, going on')
    }
  }
  return vectors
}

function thresholdOf(embedder: Embedder): number {
  return embedder.maker.provider === 'local' ? LOCAL_DUPLICATE_COSINE : MODEL_DUPLICATE_COSINE
}

function describe(near: NearFact): NonNullable<Novelty['nearest']> {
  return { fact: near.fact, similarity: near.similarity, toldAt: near.toldAt.toISOString() }
}
