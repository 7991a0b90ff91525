import { ARC, type ArcRole } from '../src/content.ts'
import { inTransaction } from '../src/db/pool.ts'
import { failRun, findRun, presentRun, type Run, startRun } from '../src/db/runs.ts'
import { asFailure, Failure, isOutageOfDatabase } from '../src/failure.ts'
import { composeCaption, mergeHashtags } from './caption.ts'
import { hashCarousel } from './content-hash.ts'
import { deliverRun } from './deliver.ts'
import { putEarlierDraftBack } from './earlier-draft.ts'
import { makeRunFolder } from './files.ts'
import { logEnd } from './log-end.ts'
import { findNovelFact } from './novel-fact.ts'
import { obtainPicture } from './pictures.ts'
import { beginProof } from './proof.ts'
import { NO_WORDS, prepareRendering, renderSlideStep, renderStoryStep } from './render-steps.ts'
import { settle, unwrap } from './settle.ts'
import { writeSlides } from './slides.ts'
import { assertGoing, once, PATIENCE, type PipelineDeps, type StepContext } from './step.ts'
import { returnTopic } from './topics.ts'
import { AcceptedDraft, Carousel, type Picture, type ProgressStage, type Proof, type RenderedSlide } from './types.ts'

/** Takes a run up where it stands: makes its current revision, or hands over what was approved. */
export async function workOnRun(
  deps: PipelineDeps,
  runId: string,
  signals: { signal: AbortSignal; stopping: AbortSignal },
): Promise<void> {
  const run = await startRun(deps.db.pool, runId)
  if (run) return makeForReview(deps, run, signals)
  const current = await findRun(deps.db.pool, runId)
  if (current?.status === 'approved') await deliverRun(deps, current)
}

async function makeForReview(
  deps: PipelineDeps,
  run: Run,
  signals: { signal: AbortSignal; stopping: AbortSignal },
): Promise<void> {
  const log = deps.log.child({ runId: run.id, revision: run.revision })
  try {
    const brand = deps.brands.get(run.brand)
    if (!brand) throw new Failure(`There is no brand kit “${run.brand}” in templates/.`, { code: 'bad_config' })
    const deadline = AbortSignal.timeout((deps.patience ?? PATIENCE).runMs)
    const ctx: StepContext = { deps: { ...deps, log }, run, brand, deadline, ...signals }
    const carousel = await once(ctx, 'carousel', Carousel, () => makeCarousel(ctx))
    const contentHash = hashCarousel(carousel)
    const tellReady = await inTransaction(deps.db.pool, async (tx) => {
      if (!(await presentRun(tx, run, contentHash))) return undefined
      const ready: Run = { ...run, status: 'awaiting_review', contentHash }
      return deps.listener.announce(tx, { kind: 'ready', run: ready, carousel, contentHash })
    })
    tellReady?.()
    log.info('carousel ready for review')
  } catch (thrown) {
    const failure = asFailure(thrown)
    // A shutdown leaves the run as it is: the next start goes on from the stored steps.
    if (failure.code === 'cancelled' && signals.stopping.aborted) return
    // The row stays as it is, too, and the worker takes it up again when the database may be back.
    if (isOutageOfDatabase(failure)) throw failure
    logEnd(log, failure)
    const told = { code: failure.code, message: failure.message, retryable: failure.retryable }
    const tellFailed = await inTransaction(deps.db.pool, async (tx) => {
      const earlier = await putEarlierDraftBack(tx, run)
      if (earlier) return deps.listener.announce(tx, { kind: 'put-back', ...earlier, failed: run, failure: told })
      if (!(await failRun(tx, run, told))) return undefined
      // One that has nothing new to tell would only fail again, and hold up those behind it.
      if (failure.code !== 'no_novel_fact') await returnTopic(tx, run.id)
      return deps.listener.announce(tx, {
        kind: 'failed',
        run: { ...run, status: 'failed', failure: told },
        failure: told,
      })
    })
    tellFailed?.()
  }
}

/** The steps in order. Each is stored when finished; the pictures and their slides are made side by side. */
async function makeCarousel(ctx: StepContext): Promise<Carousel> {
  await makeRunFolder(ctx)
  await tell(ctx, 'fact')
  const choice = await findNovelFact(ctx)
  // Sources are looked up while words and pictures are made: they must not hold them up.
  const proofs = [beginProof(ctx, choice.fact)]
  try {
    await tell(ctx, 'words', choice.fact.text)
    const accepted = await once(ctx, 'draft', AcceptedDraft, () => writeSlides(ctx, choice))
    if (accepted.choice.fact.text !== choice.fact.text) proofs.unshift(beginProof(ctx, accepted.choice.fact))
    const made = await makeSlides(ctx, accepted)
    await tell(ctx, 'finishing', accepted.choice.fact.text, ARC.length)
    const proof = unwrap(await present(proofs[0]).result)
    assertGoing(ctx)
    return assemble({ ctx, accepted, proof, ...made })
  } finally {
    // Nobody waits for a page any more; and nothing of this run goes on after it.
    await Promise.all(proofs.map((proof) => proof.end()))
  }
}

type MadeSlides = { pictures: Picture[]; slides: RenderedSlide[]; story: Carousel['story'] }

/** Each slide is rendered as soon as its picture is there. All end before one failure is passed on, so what was paid is stored. */
async function makeSlides(ctx: StepContext, accepted: AcceptedDraft): Promise<MadeSlides> {
  let done = 0
  await tell(ctx, 'pictures', accepted.choice.fact.text, done)
  // Changing one slide needs one layout: the others would only hold it up.
  if (!['edit', 'picture'].includes(ctx.run.request.redo)) prepareRendering(ctx, accepted.draft)
  const makeOne = async (role: ArcRole) => {
    const picture = await obtainPicture(ctx, accepted, role)
    const own = renderSlideStep(ctx, role, accepted.draft[role], picture)
    const extras = role === 'hook' ? makeExtras(ctx, accepted, picture) : null
    const [slide, extra] = await Promise.all([own, extras])
    done += 1
    await tell(ctx, 'pictures', accepted.choice.fact.text, done)
    return { picture, slide, extra }
  }
  const settled = await Promise.all(ARC.map((role) => settle(makeOne(role))))
  const made = settled.map(unwrap)
  const extra = made.find((one) => one.extra)?.extra
  if (!extra) throw new Failure('the closing slide is missing', { code: 'internal' })
  return {
    pictures: made.map((one) => one.picture),
    slides: [...made.map((one) => one.slide), extra.closing],
    story: extra.story,
  }
}

/** The closing slide and the story live on the hook's picture. */
async function makeExtras(ctx: StepContext, accepted: AcceptedDraft, picture: Picture) {
  const [closing, story] = await Promise.all([
    renderSlideStep(ctx, 'closing', NO_WORDS, picture),
    renderStoryStep(ctx, accepted.draft.hook.title, picture),
  ])
  return { closing, story }
}

function assemble(parts: { ctx: StepContext; accepted: AcceptedDraft; proof: Proof } & MadeSlides): Carousel {
  const { choice, draft, edited, madeBy } = parts.accepted
  const credits = parts.pictures.flatMap((picture) => picture.credit ?? [])
  const hashtags = mergeHashtags(draft.hashtags, parts.ctx.brand.kit.hashtags)
  const words = [
    ...ARC.map((role) => ({ role, title: draft[role].title, body: draft[role].body })),
    { role: 'closing' as const, title: '', body: '' },
  ]
  return {
    fact: choice.fact,
    category: choice.fact.category,
    bankId: choice.bankId,
    onTopic: choice.onTopic,
    ...(choice.offTopic ? { offTopic: choice.offTopic } : {}),
    proof: parts.proof,
    edited,
    slides: words.map((word, index) => ({ ...word, ...present(parts.slides[index]) })),
    story: parts.story,
    caption: composeCaption({ text: draft.caption, hashtags, fact: choice.fact, credits }),
    hashtags,
    madeBy: { fact: choice.madeBy, words: madeBy, pictures: parts.pictures.map((picture) => picture.madeBy) },
    credits,
  }
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Failure('a slide is missing', { code: 'internal' })
  return value
}

async function tell(ctx: StepContext, stage: ProgressStage, fact?: string, picturesDone = 0): Promise<void> {
  // The message says already that the run was cancelled.
  if (ctx.signal.aborted) return
  try {
    await ctx.deps.listener.report(ctx.run, {
      stage,
      ...(fact === undefined ? {} : { fact }),
      picturesDone,
      picturesTotal: ARC.length,
    })
  } catch (err) {
    ctx.deps.log.warn({ err }, 'progress not shown')
  }
}
