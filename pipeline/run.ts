import { createHash } from 'node:crypto'
import { ARC, type ArcRole } from '../src/content.ts'
import { inTransaction } from '../src/db/pool.ts'
import { failRun, findRun, presentRun, type Run, startRun } from '../src/db/runs.ts'
import { asFailure, Failure } from '../src/failure.ts'
import { composeCaption } from './caption.ts'
import { deliverRun } from './deliver.ts'
import { chooseFact } from './fact.ts'
import { makeRunFolder } from './files.ts'
import { checkNovelty } from './novelty.ts'
import { ensurePicture, paintPicture } from './pictures.ts'
import { proveFact } from './proof.ts'
import { renderSlideStep, renderStoryStep } from './render-steps.ts'
import { writeSlides } from './slides.ts'
import { assertGoing, once, type PipelineDeps, type StepContext } from './step.ts'
import {
  AcceptedDraft,
  Carousel,
  FactChoice,
  Novelty,
  Picture,
  type ProgressStage,
  Proof,
  type RenderedSlide,
} from './types.ts'

/** "At most 3 times" (the brand's rule): then a person decides. */
const MAX_FACTS = 3

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
    const ctx: StepContext = { deps: { ...deps, log }, run, brand, ...signals }
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
    log.warn({ err: failure, code: failure.code }, 'run failed')
    const told = { code: failure.code, message: failure.message, retryable: failure.retryable }
    const tellFailed = await inTransaction(deps.db.pool, async (tx) => {
      if (!(await failRun(tx, run, told))) return undefined
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
  // The source is looked up while words and pictures are made: it must not hold them up.
  const proving = settle(once(ctx, 'proof', Proof, () => proveFact(ctx, choice.fact)))
  await tell(ctx, 'words', choice.fact.text)
  const accepted = await once(ctx, 'draft', AcceptedDraft, async () => ({
    ...(await writeSlides(ctx, choice)),
    edited: false,
  }))
  const { pictures, slides, story } = await makeSlides(ctx, accepted)
  await tell(ctx, 'finishing', accepted.choice.fact.text, ARC.length)
  const replaced = accepted.choice.fact.sourceUrl !== choice.fact.sourceUrl
  const proof = replaced ? await proveFact(ctx, accepted.choice.fact) : unwrap(await proving)
  assertGoing(ctx)
  return assemble({ ctx, accepted, proof, pictures, slides, story })
}

/** A fact that the brand has not told: at most three finds, each stored, so that none is paid twice. */
async function findNovelFact(ctx: StepContext): Promise<FactChoice> {
  const refused: FactChoice[] = []
  let last: Novelty | null = null
  for (let attempt = 1; attempt <= MAX_FACTS; attempt++) {
    const choice = await once(ctx, `fact.${attempt}`, FactChoice, () => chooseFact(ctx, refused))
    const name = `novelty.${attempt}`
    const novelty = await once(ctx, name, Novelty, () => checkNovelty(ctx, name, choice))
    if (novelty.novel || ctx.run.allowRepeat) return choice
    refused.push(choice)
    last = novelty
  }
  throw new Failure(`All ${MAX_FACTS} facts found were told before; the last was close to “${last?.nearest?.fact}”.`, {
    code: 'no_novel_fact',
  })
}

type MadeSlides = { pictures: Picture[]; slides: RenderedSlide[]; story: Carousel['story'] }

/** Each slide is rendered as soon as its picture is there. All end before one failure is passed on, so what was paid is stored. */
async function makeSlides(ctx: StepContext, accepted: AcceptedDraft): Promise<MadeSlides> {
  let done = 0
  await tell(ctx, 'pictures', accepted.choice.fact.text, done)
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

async function obtainPicture(ctx: StepContext, accepted: AcceptedDraft, role: ArcRole): Promise<Picture> {
  const name = `picture.${role}`
  const picture = await once(ctx, name, Picture, () => paintPicture(ctx, accepted, role))
  return (
    (await ensurePicture(ctx, picture)) ?? once(ctx, `${name}.again`, Picture, () => paintPicture(ctx, accepted, role))
  )
}

/** The closing slide and the story live on the hook's picture. */
async function makeExtras(ctx: StepContext, accepted: AcceptedDraft, picture: Picture) {
  const [closing, story] = await Promise.all([
    renderSlideStep(ctx, 'closing', { title: '', body: '' }, picture),
    renderStoryStep(ctx, accepted.draft.hook.title, picture),
  ])
  return { closing, story }
}

function assemble(parts: { ctx: StepContext; accepted: AcceptedDraft; proof: Proof } & MadeSlides): Carousel {
  const { choice, draft, edited, madeBy } = parts.accepted
  const credits = parts.pictures.flatMap((picture) => picture.credit ?? [])
  const hashtags = [...new Set([...draft.hashtags, ...parts.ctx.brand.kit.hashtags])].slice(0, 15)
  const words = [
    ...ARC.map((role) => ({ role, title: draft[role].title, body: draft[role].body })),
    { role: 'closing' as const, title: '', body: '' },
  ]
  return {
    fact: choice.fact,
    category: choice.fact.category,
    bankId: choice.bankId,
    onTopic: choice.onTopic,
    proof: parts.proof,
    edited,
    slides: words.map((word, index) => ({ ...word, ...present(parts.slides[index]) })),
    story: parts.story,
    caption: composeCaption({ draft: { caption: draft.caption, hashtags }, fact: choice.fact, credits }),
    hashtags,
    madeBy: { fact: choice.madeBy, words: madeBy, pictures: parts.pictures.map((picture) => picture.madeBy) },
    credits,
  }
}

/** What an approval is bound to: the bytes of the slides and the story, and the caption. */
export function hashCarousel(carousel: Carousel): string {
  const parts = [
    ...carousel.slides.flatMap((slide) => [slide.png.sha256, slide.jpg.sha256]),
    carousel.story.sha256,
    carousel.caption,
  ]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Failure('a slide is missing', { code: 'internal' })
  return value
}

type Settled<T> = { ok: true; value: T } | { ok: false; thrown: unknown }

/** Lets a promise end without anybody waiting: a rejection that nobody awaits yet would end the process. */
function settle<T>(promise: Promise<T>): Promise<Settled<T>> {
  return promise.then(
    (value) => ({ ok: true, value }),
    (thrown) => ({ ok: false, thrown }),
  )
}

function unwrap<T>(settled: Settled<T>): T {
  if (settled.ok) return settled.value
  throw settled.thrown
}

async function tell(ctx: StepContext, stage: ProgressStage, fact?: string, picturesDone = 0): Promise<void> {
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
