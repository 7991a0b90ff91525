import type { z } from 'zod'
import { CATEGORIES, Fact } from '../src/content.ts'
import { listRecentFacts, listToldBankIds } from '../src/db/told-facts.ts'
import { Failure } from '../src/failure.ts'
import { loadPrompt } from '../src/prompts.ts'
import { firstAvailable } from '../src/providers/chain.ts'
import type { TextModel } from '../src/providers/ports.ts'
import { countWords, FACT_MAX_WORDS, WHY_MAX_WORDS } from './quality.ts'
import { callContext, type StepContext } from './step.ts'
import { describeMaker, type FactChoice } from './types.ts'

/** "Not like the last 20 topics" (the brand's rule). */
const RECENT_FACTS = 20

/** A model's fact must keep the brand's lengths; the schema alone counts characters. */
const ModelFact = Fact.refine((fact) => countWords(fact.text) <= FACT_MAX_WORDS, {
  error: `text has more than ${FACT_MAX_WORDS} words`,
}).refine((fact) => countWords(fact.why) <= WHY_MAX_WORDS, { error: `why has more than ${WHY_MAX_WORDS} words` })

/** Finds one fact: a model when there is one, else the built-in bank. `refused` are this run's earlier finds. */
export async function chooseFact(ctx: StepContext, refused: readonly FactChoice[]): Promise<FactChoice> {
  const { fact: models, bank } = ctx.deps.models
  const found = await firstAvailable(
    [...models, bank],
    async (maker) =>
      'complete' in maker
        ? { fact: await askForFact(ctx, maker, refused), bankId: null, onTopic: true }
        : chooseFromBank(ctx, refused),
    (passed) => ctx.deps.log.warn({ ...passed }, 'no fact, going on'),
  )
  return { ...found.value, madeBy: describeMaker(found) }
}

async function askForFact(
  ctx: StepContext,
  model: TextModel,
  refused: readonly FactChoice[],
): Promise<z.infer<typeof Fact>> {
  const told = await listRecentFacts(ctx.deps.db.pool, ctx.run.brand, RECENT_FACTS)
  const avoid = [...refused.map((choice) => choice.fact.text), ...told]
  const prompt = await loadPrompt('fact', {
    brand: ctx.brand.kit.title,
    handle: ctx.brand.kit.handle,
    categories: CATEGORIES.join(', '),
    topic: ctx.run.topic ?? `anything surprising about ${suggestCategory(ctx)}`,
    told: avoid.length === 0 ? '(nothing yet)' : avoid.map((fact) => `- ${fact}`).join('\n'),
  })
  return model.complete({ ...prompt, schema: ModelFact, schemaName: 'fact' }, callContext(ctx, 'fact'))
}

/** Without a topic the categories take turns, so that a week is not all space. */
function suggestCategory(ctx: StepContext): string {
  const turn = Number.parseInt(ctx.run.id.slice(0, 8), 16)
  return CATEGORIES[turn % CATEGORIES.length] ?? CATEGORIES[0]
}

/** @throws Failure no_novel_fact when the bank's facts on the topic were all told, or the bank is used up */
export async function chooseFromBank(
  ctx: StepContext,
  refused: readonly FactChoice[],
): Promise<Omit<FactChoice, 'madeBy'>> {
  const { bank } = ctx.deps.models
  const refusedIds = refused.flatMap((choice) => choice.bankId ?? [])
  const told = await listToldBankIds(ctx.deps.db.pool, ctx.run.brand, ctx.run.allowRepeat ? ctx.run.id : null)
  const query = { topic: ctx.run.topic, seed: `${ctx.run.id}:${ctx.run.revision}` }
  const found = bank.find({ ...query, excludeIds: new Set([...told, ...refusedIds]) })
  if (!found)
    throw new Failure('Every fact of the built-in bank was told. Add a key for Groq to find new ones.', {
      code: 'no_novel_fact',
    })
  if (!found.onTopic) assertNotToldOnTopic(ctx, refusedIds)
  const { entry } = found
  return { fact: entry.fact, bankId: entry.id, onTopic: found.onTopic }
}

/** Somebody who asks for octopuses again wants to hear "told before", not a fact about volcanoes. */
function assertNotToldOnTopic(ctx: StepContext, refusedIds: readonly string[]): void {
  if (ctx.run.topic === null || ctx.run.revision > 1) return
  const earlier = ctx.deps.models.bank.find({ topic: ctx.run.topic, seed: ctx.run.id, excludeIds: new Set(refusedIds) })
  if (earlier?.onTopic) {
    throw new Failure(`Told before: “${earlier.entry.fact.text}” The built-in bank has nothing else on this topic.`, {
      code: 'no_novel_fact',
    })
  }
}
