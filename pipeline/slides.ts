import { ARC, BODY_MAX_CHARS, Draft, TITLE_MAX_CHARS } from '../src/content.ts'
import { findStep } from '../src/db/steps.ts'
import { Failure } from '../src/failure.ts'
import { loadPrompt } from '../src/prompts.ts'
import { firstAvailable } from '../src/providers/chain.ts'
import type { TextModel } from '../src/providers/ports.ts'
import { askTwice, FIRST_ATTEMPT } from './ask-twice.ts'
import { replaceFact } from './novel-fact.ts'
import { checkDraft } from './quality.ts'
import { callContext, payOnce, type StepContext } from './step.ts'
import { AcceptedDraft, describeMaker, type FactChoice } from './types.ts'

/** Expands the fact into four slides, a caption and hashtags: each writer in turn, at last what is there already. */
export async function writeSlides(ctx: StepContext, choice: FactChoice): Promise<AcceptedDraft> {
  const { writers, bank } = ctx.deps.models
  const earlier = await findEarlierDraft(ctx, choice)
  const written = await firstAvailable(
    [...writers, bank],
    async (maker) =>
      'complete' in maker
        ? { choice, draft: await writeWith(ctx, maker, choice, earlier), edited: false }
        : takeFinished(ctx, choice, earlier),
    (passed) => ctx.deps.log.warn({ ...passed }, 'no slides, going on'),
  )
  const madeBy = describeMaker(written)
  // Words of before are still their writer's; who was asked for new ones in vain is said all the same.
  if (earlier && written.value.draft === earlier.draft) {
    return { ...earlier, madeBy: { ...earlier.madeBy, passedOver: madeBy.passedOver } }
  }
  return { ...written.value, madeBy }
}

async function writeWith(
  ctx: StepContext,
  model: TextModel,
  choice: FactChoice,
  earlier: AcceptedDraft | null,
): Promise<Draft> {
  return askTwice(ctx, `slides.${model.maker.provider}`, Draft, async (complaint) => {
    const draft = await askForDraft(ctx, model, choice, withWish(complaint, earlier))
    return { value: draft, problems: await checkWords(ctx, draft) }
  })
}

async function askForDraft(ctx: StepContext, model: TextModel, choice: FactChoice, complaint: string): Promise<Draft> {
  const { kit } = ctx.brand
  const prompt = await loadPrompt('slides', {
    brand: kit.title,
    handle: kit.handle,
    tagline: kit.tagline,
    titleMax: String(TITLE_MAX_CHARS),
    bodyMax: String(BODY_MAX_CHARS),
    emojis: kit.emojis.join(' '),
    fact: choice.fact.text,
    why: choice.fact.why,
    category: choice.fact.category,
    complaint,
  })
  const question = ['slides', ctx.run.brand, ctx.brand.version, model.maker, prompt, variationOfWords(ctx)]
  const request = { ...prompt, schema: Draft, schemaName: 'carousel' }
  return payOnce(ctx, question, Draft, () => model.complete(request, callContext(ctx, 'slides', model.maker)))
}

/** A model that is asked the same again at a low temperature answers much the same: it has to know what was not wanted. */
function withWish(complaint: string, earlier: AcceptedDraft | null): string {
  if (!earlier) return complaint
  const titles = ARC.map((role) => `“${earlier.draft[role].title}”`).join(', ')
  const wish = `a person wants other words and another angle than ${titles}`
  return complaint === FIRST_ATTEMPT ? wish : `${wish}; and: ${complaint}`
}

/** The words that a person wants replaced; null when there are none for this fact. */
async function findEarlierDraft(ctx: StepContext, choice: FactChoice): Promise<AcceptedDraft | null> {
  const { id: runId, revision, request } = ctx.run
  if (revision === 1 || (request.redo !== 'words' && request.redo !== 'everything')) return null
  const step = await findStep(ctx.deps.db.pool, { runId, revision: revision - 1, name: 'draft' })
  const earlier = step && AcceptedDraft.parse(step.result)
  return earlier?.choice.fact.text === choice.fact.text ? earlier : null
}

/** Asking for new words must not be answered from the store; the first time it may. */
function variationOfWords(ctx: StepContext): number {
  const { redo } = ctx.run.request
  return redo === 'words' || redo === 'everything' ? ctx.run.revision : 1
}

/** The brand's rules, and whether the words can be set: every problem in a sentence for the writer. */
async function checkWords(ctx: StepContext, draft: Draft): Promise<string[]> {
  const fits = await Promise.all(
    ARC.map(async (role) =>
      (await ctx.deps.renderer.checkCopy(ctx.brand, role, draft[role])).map((problem) => `${role}: ${problem}`),
    ),
  )
  const { emojis, handle } = ctx.brand.kit
  return [...checkDraft(draft, emojis, handle), ...fits.flat()]
}

type Words = Omit<AcceptedDraft, 'madeBy'>

/**
 * Finished words, when no writer is there or all have failed: the bank's for a fact of the bank; for a model's fact those
 * of the version before. There being neither, a fact of the bank takes its place, and the card says so.
 */
async function takeFinished(ctx: StepContext, choice: FactChoice, earlier: AcceptedDraft | null): Promise<Words> {
  if (earlier) return earlier
  const taken = choice.bankId === null ? await replaceFact(ctx) : choice
  const entry = taken.bankId === null ? undefined : ctx.deps.models.bank.get(taken.bankId)
  if (!entry) throw new Failure('The built-in bank has lost this fact.', { code: 'internal' })
  const problems = await checkWords(ctx, entry.draft)
  if (problems.length > 0) {
    throw new Failure(`The built-in text does not fit the brand “${ctx.run.brand}”:\n${problems.join('\n')}`, {
      code: 'bad_copy',
    })
  }
  return { choice: taken, draft: entry.draft, edited: false }
}
