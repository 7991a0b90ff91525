import { CATEGORIES, Fact } from '../src/content.ts'
import { listRecentFacts, listToldBankIds } from '../src/db/told-facts.ts'
import { Failure } from '../src/failure.ts'
import { loadPrompt } from '../src/prompts.ts'
import { firstAvailable } from '../src/providers/chain.ts'
import type { BankEntry, TextModel } from '../src/providers/ports.ts'
import { askTwice } from './ask-twice.ts'
import { checkFact } from './quality.ts'
import { callContext, type StepContext } from './step.ts'
import { describeMaker, type FactChoice } from './types.ts'

/** "Not like the last 20 topics" (the brand's rule). */
const RECENT_FACTS = 20

/** Finds one fact: a model when there is one, else the built-in bank. `refused` are this run's earlier finds. */
export async function chooseFact(
  ctx: StepContext,
  stepName: string,
  refused: readonly FactChoice[],
): Promise<FactChoice> {
  const { fact: models, bank } = ctx.deps.models
  const found = await firstAvailable(
    [...models, bank],
    async (maker) =>
      'complete' in maker
        ? { fact: await askForFact(ctx, stepName, maker, refused), bankId: null, onTopic: true }
        : chooseFromBank(ctx, refused),
    (passed) => ctx.deps.log.warn({ ...passed }, 'no fact, going on'),
  )
  return { ...found.value, madeBy: describeMaker(found) }
}

async function askForFact(
  ctx: StepContext,
  stepName: string,
  model: TextModel,
  refused: readonly FactChoice[],
): Promise<Fact> {
  const told = await listRecentFacts(ctx.deps.db.pool, ctx.run.brand, RECENT_FACTS)
  const avoid = new Set([...refused.map((choice) => choice.fact.text), ...told])
  return askTwice(ctx, `${stepName}.${model.maker.provider}`, Fact, async (complaint) => {
    const prompt = await loadPrompt('fact', {
      brand: ctx.brand.kit.title,
      handle: ctx.brand.kit.handle,
      categories: CATEGORIES.join(', '),
      topic: ctx.run.topic ?? `anything surprising about ${suggestCategory(ctx)}`,
      told: avoid.size === 0 ? '(nothing yet)' : [...avoid].map((fact) => `- ${fact}`).join('\n'),
      complaint,
    })
    const request = { ...prompt, schema: Fact, schemaName: 'fact' }
    const fact = await model.complete(request, callContext(ctx, 'fact', model.maker))
    return { value: fact, problems: checkFact(fact) }
  })
}

/** Without a topic the categories take turns, so that a week is not all space. */
function suggestCategory(ctx: StepContext): string {
  const turn = Number.parseInt(ctx.run.id.slice(0, 8), 16)
  return CATEGORIES[turn % CATEGORIES.length] ?? CATEGORIES[0]
}

/** @throws Failure no_novel_fact when the bank's facts on the topic were all told, or the bank is used up */
async function chooseFromBank(ctx: StepContext, refused: readonly FactChoice[]): Promise<Omit<FactChoice, 'madeBy'>> {
  const choice = await takeUntold(ctx, refused)
  if (!choice.onTopic) assertNotToldOnTopic(ctx, refused)
  return choice
}

/** A fact of the bank for one that nobody could write for; rather off the topic than none. */
export async function chooseReplacement(ctx: StepContext, refused: readonly FactChoice[]): Promise<FactChoice> {
  return { ...(await takeUntold(ctx, refused)), madeBy: { ...ctx.deps.models.bank.maker, passedOver: [] } }
}

async function takeUntold(ctx: StepContext, refused: readonly FactChoice[]): Promise<Omit<FactChoice, 'madeBy'>> {
  const told = await listToldBankIds(ctx.deps.db.pool, ctx.run.brand, ctx.run.allowRepeat ? ctx.run.id : null)
  const query = { topic: ctx.run.topic, seed: `${ctx.run.id}:${ctx.run.revision}` }
  const found = ctx.deps.models.bank.find({ ...query, excludeIds: new Set([...told, ...bankIds(refused)]) })
  if (!found)
    throw new Failure('Every fact of the built-in bank was told. Add a key for Groq to find new ones.', {
      code: 'no_novel_fact',
    })
  const choice = { fact: found.entry.fact, bankId: found.entry.id, onTopic: found.onTopic }
  if (choice.onTopic) return choice
  return { ...choice, offTopic: { told: findOnTopic(ctx) !== null, noModel: ctx.deps.models.fact.length === 0 } }
}

/** Somebody who asks for octopuses again wants to hear "told before", not a fact about volcanoes. */
function assertNotToldOnTopic(ctx: StepContext, refused: readonly FactChoice[]): void {
  if (ctx.run.revision > 1) return
  const earlier = findOnTopic(ctx, refused)
  if (earlier) {
    throw new Failure(`Told before: “${earlier.fact.text}” The built-in bank has nothing else on this topic.`, {
      code: 'no_novel_fact',
    })
  }
}

/** What the bank has on the run's topic, told or not. */
function findOnTopic(ctx: StepContext, refused: readonly FactChoice[] = []): BankEntry | null {
  if (ctx.run.topic === null) return null
  const query = { topic: ctx.run.topic, seed: ctx.run.id, excludeIds: bankIds(refused) }
  const found = ctx.deps.models.bank.find(query)
  return found?.onTopic ? found.entry : null
}

function bankIds(choices: readonly FactChoice[]): Set<string> {
  return new Set(choices.flatMap((choice) => choice.bankId ?? []))
}
