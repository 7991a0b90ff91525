import { ARC, BODY_MAX_CHARS, Draft, TITLE_MAX_CHARS } from '../src/content.ts'
import { Failure } from '../src/failure.ts'
import { loadPrompt } from '../src/prompts.ts'
import { firstAvailable } from '../src/providers/chain.ts'
import type { TextModel } from '../src/providers/ports.ts'
import { chooseFromBank } from './fact.ts'
import { checkDraft } from './quality.ts'
import { callContext, once, payOnce, type StepContext } from './step.ts'
import { type AcceptedDraft, describeMaker, type FactChoice, Writing } from './types.ts'

/** Bad output earns one more try, with the complaint in the prompt. */
const MAX_ATTEMPTS = 2

/**
 * Expands the fact into four slides, a caption and hashtags: each writer in turn, at last the bank. Every attempt is a
 * stored step of its own, so a restart neither pays for it again nor forgets the complaint.
 */
export async function writeSlides(ctx: StepContext, choice: FactChoice): Promise<Omit<AcceptedDraft, 'edited'>> {
  const { writers, bank } = ctx.deps.models
  const written = await firstAvailable(
    [...writers, bank],
    async (maker) =>
      'complete' in maker ? { choice, draft: await writeWith(ctx, maker, choice) } : takeFromBank(ctx, choice),
    (passed) => ctx.deps.log.warn({ ...passed }, 'no slides, going on'),
  )
  return { ...written.value, madeBy: describeMaker(written) }
}

async function writeWith(ctx: StepContext, model: TextModel, choice: FactChoice): Promise<Draft> {
  let complaint = 'nothing, this is the first attempt'
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const name = `slides.${model.maker.provider}.${attempt}`
    const writing = await once(ctx, name, Writing, () => askForDraft(ctx, model, choice, complaint))
    if (writing.kind === 'written') return writing.draft
    complaint = writing.complaint
    ctx.deps.log.info({ step: name }, 'slides refused by the rules')
  }
  throw new Failure(`no slides that keep the rules: ${complaint}`, { code: 'bad_model_output' })
}

async function askForDraft(
  ctx: StepContext,
  model: TextModel,
  choice: FactChoice,
  complaint: string,
): Promise<Writing> {
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
  try {
    const draft = await payOnce(ctx, question, Draft, () =>
      model.complete({ ...prompt, schema: Draft, schemaName: 'carousel' }, callContext(ctx, 'slides')),
    )
    const problems = await checkWords(ctx, draft)
    if (problems.length > 0) return { kind: 'bad', complaint: problems.join('\n') }
    return { kind: 'written', draft }
  } catch (thrown) {
    if (thrown instanceof Failure && thrown.code === 'bad_model_output')
      return { kind: 'bad', complaint: thrown.message }
    throw thrown
  }
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
  return [...checkDraft(draft, ctx.brand.kit.emojis), ...fits.flat()]
}

/**
 * The bank's finished copy. When the writers fail for a fact that a model found, nobody here can write for it: a fact of
 * the bank takes its place, and the card says so.
 */
async function takeFromBank(ctx: StepContext, choice: FactChoice): Promise<{ choice: FactChoice; draft: Draft }> {
  const { bank } = ctx.deps.models
  const taken =
    choice.bankId === null ? { ...(await chooseFromBank(ctx, [])), madeBy: { ...bank.maker, passedOver: [] } } : choice
  const entry = taken.bankId === null ? undefined : bank.get(taken.bankId)
  if (!entry) throw new Failure('The built-in bank has lost this fact.', { code: 'internal' })
  const problems = await checkWords(ctx, entry.draft)
  if (problems.length > 0) {
    throw new Failure(`The built-in text does not fit the brand “${ctx.run.brand}”:\n${problems.join('\n')}`, {
      code: 'bad_copy',
    })
  }
  return { choice: taken, draft: entry.draft }
}
