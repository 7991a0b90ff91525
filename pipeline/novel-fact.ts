import { findStep } from '../src/db/steps.ts'
import { Failure } from '../src/failure.ts'
import { chooseFact, chooseReplacement } from './fact.ts'
import { checkNovelty } from './novelty.ts'
import { once, type StepContext } from './step.ts'
import { FactChoice, Novelty } from './types.ts'

/** "At most 3 times" (the brand's rule): then a person decides. */
const MAX_FACTS = 3

/** Stored when a fact of the bank took the place of the chosen one: from then on it is the run's fact. */
const REPLACED_STEP = 'fact.replaced'

/** A fact that the brand has not told: at most three finds, each stored, so that none is paid twice. */
export async function findNovelFact(ctx: StepContext): Promise<FactChoice> {
  const key = { runId: ctx.run.id, revision: ctx.run.revision, name: REPLACED_STEP }
  const replaced = await findStep(ctx.deps.db.pool, key)
  if (replaced) {
    const choice = FactChoice.parse(replaced.result)
    if ((await judge(ctx, 'replaced', choice)).novel) return choice
  }
  return search(ctx, '', (name, refused) => chooseFact(ctx, name, refused))
}

/** The bank's fact for one that nobody could write for; it is checked and remembered like any other. */
export async function replaceFact(ctx: StepContext): Promise<FactChoice> {
  return once(ctx, REPLACED_STEP, FactChoice, () =>
    search(ctx, 'bank.', (_, refused) => chooseReplacement(ctx, refused)),
  )
}

async function search(
  ctx: StepContext,
  prefix: '' | 'bank.',
  choose: (stepName: string, refused: readonly FactChoice[]) => Promise<FactChoice>,
): Promise<FactChoice> {
  const refused: FactChoice[] = []
  let nearest: Novelty['nearest'] = null
  for (let attempt = 1; attempt <= MAX_FACTS; attempt++) {
    const name = `fact.${prefix}${attempt}`
    const choice = await once(ctx, name, FactChoice, () => choose(name, refused))
    const novelty = await judge(ctx, `${prefix}${attempt}`, choice)
    if (novelty.novel) return choice
    refused.push(choice)
    nearest ??= novelty.nearest
  }
  throw new Failure(
    `All ${MAX_FACTS} facts found were told before. The first, “${refused[0]?.fact.text}”, is close to “${nearest?.fact}”.`,
    { code: 'no_novel_fact' },
  )
}

function judge(ctx: StepContext, what: string, choice: FactChoice): Promise<Novelty> {
  const name = `novelty.${what}`
  return once(ctx, name, Novelty, () => checkNovelty(ctx, name, choice))
}
