import { z } from 'zod'
import { inTransaction, type Tx } from '../src/db/pool.ts'
import { dropSteps, saveStep } from '../src/db/steps.ts'
import { type FactVector, findNearestFact, lockBrandMemory, type NearFact, rememberFact } from '../src/db/told-facts.ts'
import { asFailure } from '../src/failure.ts'
import { canFallBack } from '../src/providers/chain.ts'
import { LOCAL_DUPLICATE_COSINE } from '../src/providers/local/embedder.ts'
import type { Embedder } from '../src/providers/ports.ts'
import { callContext, payOnce, type StepContext } from './step.ts'
import type { FactChoice, Novelty } from './types.ts'

/** Paraphrases of one sentence lie above this with gemini-embedding-001; two facts on one subject below. An estimate to tune. */
const MODEL_DUPLICATE_COSINE = 0.92

/** What was made for a fact, and goes with it. */
const STEPS_OF_A_FACT = ['fact.replaced', 'slides.*', 'draft', 'proof.*', 'picture.*', 'render.*']

type Vector = FactVector & { threshold: number }

/**
 * Compares a fact with everything the brand has told and, if it is new, remembers it: both and the step's own row in one
 * transaction under the brand's lock, so that two runs at once cannot both find the same fact new.
 */
export async function checkNovelty(ctx: StepContext, stepName: string, choice: FactChoice): Promise<Novelty> {
  const startedAt = ctx.deps.clock.now()
  const vectors = await embedWithAll(ctx, choice.fact.text)
  const key = { runId: ctx.run.id, revision: ctx.run.revision }
  return inTransaction(ctx.deps.db.pool, async (tx) => {
    await lockBrandMemory(tx, ctx.run.brand)
    const result = await compare(ctx, tx, vectors)
    if (result.novel) {
      const { fact, bankId } = choice
      const told = { ...key, brand: ctx.run.brand, fact: fact.text, category: fact.category, bankId }
      await rememberFact(tx, { ...told, vectors })
    }
    // A retried run may find that its fact was told by another one meanwhile.
    else await dropSteps(tx, key, STEPS_OF_A_FACT)
    await saveStep(tx, { ...key, name: stepName }, result, startedAt)
    return result
  })
}

/**
 * Whoever allows a repeat means what other runs told; "another fact" still has to differ from those of its own run. The
 * other requests keep the run's fact, so its own earlier revisions do not count.
 */
async function compare(ctx: StepContext, tx: Tx, vectors: readonly Vector[]): Promise<Novelty> {
  const scopes = [
    ...(ctx.run.allowRepeat ? [] : (['other-runs'] as const)),
    ...(ctx.run.request.redo === 'fact' ? (['this-run'] as const) : []),
  ]
  const { id: runId, revision, brand } = ctx.run
  let nearest: NearFact | null = null
  let novel = true
  for (const among of scopes) {
    for (const vector of vectors) {
      const near = await findNearestFact(tx, { brand, vector, runId, revision, among })
      if (!near) continue
      const told = near.similarity >= vector.threshold
      // Similarities of two models mean different things: the one that decided is the one to name.
      if (told ? novel : novel && near.similarity > (nearest?.similarity ?? -1)) nearest = near
      if (told) novel = false
    }
  }
  const found = nearest && { ...nearest, toldAt: nearest.toldAt.toISOString() }
  return { novel, nearest: found }
}

/** Every fact gets a vector of each model that answers: when the paid one is down, the local ones still compare. */
async function embedWithAll(ctx: StepContext, text: string): Promise<Vector[]> {
  const vectors: Vector[] = []
  for (const embedder of ctx.deps.models.embedders) {
    const { maker } = embedder
    try {
      vectors.push({
        model: maker.model,
        embedding: await embed(ctx, embedder, text),
        threshold: thresholdOf(embedder),
      })
    } catch (thrown) {
      const failure = asFailure(thrown)
      if (!canFallBack(failure)) throw failure
      ctx.deps.log.warn({ provider: maker.provider, code: failure.code }, 'no embedding, going on')
    }
  }
  return vectors
}

function embed(ctx: StepContext, embedder: Embedder, text: string): Promise<number[]> {
  const { maker } = embedder
  const ask = () => embedder.embed(text, callContext(ctx, 'novelty', maker))
  if (maker.provider === 'local') return ask()
  return payOnce(ctx, ['embedding', maker, text], z.array(z.number()).length(embedder.dimensions), ask)
}

function thresholdOf(embedder: Embedder): number {
  return embedder.maker.provider === 'local' ? LOCAL_DUPLICATE_COSINE : MODEL_DUPLICATE_COSINE
}
