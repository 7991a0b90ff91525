import { ARC, type ArcRole, type SlideCopy } from '../src/content.ts'
import { recordDecision } from '../src/db/decisions.ts'
import type { Queryable, Tx } from '../src/db/pool.ts'
import { runCost } from '../src/db/provider-calls.ts'
import {
  approveRun,
  cancelRun as cancelRunRow,
  type Decider,
  findRun,
  lockRun,
  type Redo,
  type Run,
  rejectRun,
  retryRun,
  reviseRun,
} from '../src/db/runs.ts'
import { carryStepsOver, dropSteps, findStep, saveStep } from '../src/db/steps.ts'
import { forgetFact } from '../src/db/told-facts.ts'
import { Failure } from '../src/failure.ts'
import { hashCarousel } from './content-hash.ts'
import { findChangedFiles } from './deliver.ts'
import { putEarlierDraftBack, swapWithVersionBefore, type WaitingDraft } from './earlier-draft.ts'
import { checkSlide } from './quality.ts'
import type { PipelineDeps } from './step.ts'
import { returnTopic, takeTopicBack } from './topics.ts'
import { AcceptedDraft, Carousel } from './types.ts'

/** What people decide about a finished draft. Every function takes the caller's transaction: the decision and its news are one. */

/** The draft that a card or a button speaks of. */
export type DraftRef = { runId: string; revision: number; contentHash: string }

export type Refusal =
  | { kind: 'gone' }
  /** A newer revision exists, or it is being made. */
  | { kind: 'stale'; run: Run }
  | { kind: 'already-decided'; run: Run }

export type ApproveOutcome =
  | { kind: 'approved'; run: Run; carousel: Carousel }
  | { kind: 'changed-on-disk'; run: Run; files: string[] }
  | Refusal
export type DecisionOutcome = { kind: 'done'; run: Run } | Refusal

/** Approves exactly this content, once. What changed on disk or in the database since the draft was shown is not approved. */
export async function approve(
  tx: Tx,
  deps: Pick<PipelineDeps, 'dataDir'>,
  ref: DraftRef,
  by: Decider,
): Promise<ApproveOutcome> {
  const checked = await lockDraft(tx, ref)
  if (checked.kind !== 'waiting') return checked
  const { run } = checked
  const carousel = await readCarousel(tx, run)
  const files = await findChangedFiles(deps.dataDir, carousel)
  // The hash on the card speaks for what was shown only as long as what is stored still has it.
  if (hashCarousel(carousel) !== ref.contentHash) files.push('the draft’s record')
  if (files.length > 0) return { kind: 'changed-on-disk', run, files }
  const approved = await approveRun(tx, { id: run.id, revision: ref.revision, contentHash: ref.contentHash, by })
  if (!approved) return { kind: 'stale', run }
  await recordDecision(tx, { ...ref, kind: 'approve', detail: null, userId: by.id })
  return { kind: 'approved', run: (await findRun(tx, run.id)) ?? run, carousel }
}

/** What a card's menus show; locked until the transaction ends, so that nobody decides in between. */
export async function openDraft(
  tx: Tx,
  ref: DraftRef,
): Promise<{ kind: 'waiting'; run: Run; carousel: Carousel } | Refusal> {
  const checked = await lockDraft(tx, ref)
  if (checked.kind !== 'waiting') return checked
  return { ...checked, carousel: await readCarousel(tx, checked.run) }
}

/** An approved run whose handing over failed may be tried again; the caller wakes the worker after its commit. */
export async function retryDelivery(tx: Tx, runId: string): Promise<DecisionOutcome> {
  const run = await lockRun(tx, runId)
  if (!run) return { kind: 'gone' }
  return run.status === 'approved' ? { kind: 'done', run } : { kind: 'already-decided', run }
}

/** `freesFact`: the fact itself was not the reason, so it may come again in better words or pictures. */
export async function reject(
  tx: Tx,
  ref: DraftRef,
  reason: string,
  by: Decider,
  { freesFact = false } = {},
): Promise<DecisionOutcome> {
  const checked = await lockDraft(tx, ref)
  if (checked.kind !== 'waiting') return checked
  if (!(await rejectRun(tx, { id: ref.runId, revision: ref.revision, reason, by })))
    return { kind: 'stale', run: checked.run }
  await recordDecision(tx, { ...ref, kind: 'reject', detail: reason, userId: by.id })
  if (freesFact) await forgetFact(tx, ref.runId, (await readCarousel(tx, checked.run)).fact.text)
  return { kind: 'done', run: checked.run }
}

/** Opens a new revision that makes only what was asked for anew. The caller wakes the worker after its commit. */
export async function regenerate(
  tx: Tx,
  ref: DraftRef,
  request: Exclude<Redo, { redo: 'edit' }>,
  userId: number,
): Promise<DecisionOutcome> {
  const checked = await lockDraft(tx, ref)
  if (checked.kind !== 'waiting') return checked
  return revise(tx, ref, { request, kept: keptSteps(request), userId, kind: 'regenerate' })
}

export type VersionBeforeOutcome = ({ kind: 'put-back' } & WaitingDraft) | { kind: 'none-before' } | Refusal

/** Puts the version before up for review again, under a new revision; nothing is made anew. */
export async function putVersionBeforeUp(tx: Tx, ref: DraftRef, userId: number): Promise<VersionBeforeOutcome> {
  const checked = await lockDraft(tx, ref)
  if (checked.kind !== 'waiting') return checked
  const restored = await swapWithVersionBefore(tx, checked.run)
  if (!restored) return { kind: 'none-before' }
  const detail = JSON.stringify({ redo: 'version-before' })
  await recordDecision(tx, { ...ref, kind: 'regenerate', detail, userId })
  return { kind: 'put-back', ...restored }
}

export type EditOutcome = DecisionOutcome | { kind: 'refused'; problems: string[] }

/** Puts a person's words on one slide; refused with the reasons when they break a rule or do not fit. */
export async function editSlide(
  tx: Tx,
  deps: Pick<PipelineDeps, 'brands' | 'renderer'>,
  ref: DraftRef,
  edit: { slide: ArcRole; copy: SlideCopy; userId: number },
): Promise<EditOutcome> {
  const checked = await lockDraft(tx, ref)
  if (checked.kind !== 'waiting') return checked
  const brand = deps.brands.get(checked.run.brand)
  if (!brand) throw new Failure(`There is no brand kit “${checked.run.brand}” in templates/.`, { code: 'bad_config' })
  const problems = checkSlide(edit.slide, edit.copy, brand.kit.emojis)
  if (problems.length === 0) problems.push(...(await deps.renderer.checkCopy(brand, edit.slide, edit.copy)))
  if (problems.length > 0) return { kind: 'refused', problems }

  const accepted = await readDraft(tx, checked.run)
  const draft = { ...accepted.draft, [edit.slide]: { ...accepted.draft[edit.slide], ...edit.copy } }
  const request = { redo: 'edit', slide: edit.slide } as const
  const outcome = await revise(tx, ref, { request, kept: keptSteps(request), userId: edit.userId, kind: 'edit' })
  if (outcome.kind === 'done') {
    const key = { runId: ref.runId, revision: ref.revision + 1, name: 'draft' }
    await saveStep(tx, key, { ...accepted, draft, edited: true } satisfies AcceptedDraft, new Date())
  }
  return outcome
}

export type CancelOutcome =
  | { kind: 'done'; run: Run; paidUsd: number }
  | Refusal
  | ({ kind: 'put-back'; stopped: Run } & WaitingDraft)

/**
 * Cancels a run that is being made; of a new version that is being made, only that version. A run that was finished
 * meanwhile stays as it is: the button may be older than the draft. A finished paid step stays stored and is reused if
 * the fact comes again.
 */
export async function cancelRun(tx: Tx, runId: string, by: Decider): Promise<CancelOutcome> {
  const run = await lockRun(tx, runId)
  if (!run) return { kind: 'gone' }
  const earlier = await putEarlierDraftBack(tx, run)
  if (earlier) return { kind: 'put-back', stopped: run, ...earlier }
  if (!(await cancelRunRow(tx, runId, by))) return { kind: 'already-decided', run }
  await returnTopic(tx, runId)
  await recordDecision(tx, {
    runId,
    revision: run.revision,
    contentHash: run.contentHash,
    kind: 'cancel',
    detail: null,
    userId: by.id,
  })
  return { kind: 'done', run, paidUsd: await runCost(tx, runId) }
}

/**
 * Takes a failed run up where it stopped; `allowRepeat` also lets it tell a fact again. While it stood there as failed,
 * its fact was free for other runs: whether it is still new is looked at again, and costs nothing.
 */
export async function retryFailedRun(
  tx: Tx,
  runId: string,
  options: { allowRepeat: boolean; userId: number },
): Promise<DecisionOutcome> {
  const run = await lockRun(tx, runId)
  if (!run) return { kind: 'gone' }
  if (!(await retryRun(tx, runId, options.allowRepeat))) return { kind: 'already-decided', run }
  await takeTopicBack(tx, runId)
  await dropSteps(tx, { runId, revision: run.revision }, ['novelty.*'])
  const kind = options.allowRepeat ? 'repeat' : 'retry'
  await recordDecision(tx, {
    runId,
    revision: run.revision,
    contentHash: null,
    kind,
    detail: null,
    userId: options.userId,
  })
  return { kind: 'done', run }
}

/** The finished carousel of the run's current revision. */
export async function readCarousel(db: Queryable, run: Pick<Run, 'id' | 'revision'>): Promise<Carousel> {
  return Carousel.parse(await readStep(db, run, 'carousel'))
}

async function readDraft(db: Queryable, run: Pick<Run, 'id' | 'revision'>): Promise<AcceptedDraft> {
  return AcceptedDraft.parse(await readStep(db, run, 'draft'))
}

async function readStep(db: Queryable, run: Pick<Run, 'id' | 'revision'>, name: string): Promise<unknown> {
  const step = await findStep(db, { runId: run.id, revision: run.revision, name })
  if (!step) throw new Failure(`the run has no step “${name}”`, { code: 'internal' })
  return step.result
}

async function lockDraft(tx: Tx, ref: DraftRef): Promise<{ kind: 'waiting'; run: Run } | Refusal> {
  const run = await lockRun(tx, ref.runId)
  if (!run) return { kind: 'gone' }
  if (run.status === 'queued' || run.status === 'running') return { kind: 'stale', run }
  if (run.status !== 'awaiting_review') return { kind: 'already-decided', run }
  if (run.revision !== ref.revision || run.contentHash !== ref.contentHash) return { kind: 'stale', run }
  return { kind: 'waiting', run }
}

async function revise(
  tx: Tx,
  ref: DraftRef,
  change: { request: Redo; kept: readonly string[]; userId: number; kind: 'regenerate' | 'edit' },
): Promise<DecisionOutcome> {
  const revised = await reviseRun(tx, { id: ref.runId, revision: ref.revision }, change.request)
  const run = await findRun(tx, ref.runId)
  if (!run) return { kind: 'gone' }
  if (!revised) return { kind: 'stale', run }
  await carryStepsOver(tx, ref.runId, { from: ref.revision, to: ref.revision + 1 }, change.kept)
  await recordDecision(tx, { ...ref, kind: change.kind, detail: JSON.stringify(change.request), userId: change.userId })
  return { kind: 'done', run }
}

const FACT_STEPS = ['fact.*', 'novelty.*', 'proof.*']
const allBut = (names: readonly string[], role: ArcRole) => names.filter((name) => !name.endsWith(`.${role}`))

/** Which results a request keeps. Nothing that is kept is paid for again. */
function keptSteps(request: Redo): string[] {
  const pictures = ARC.map((role) => `picture.${role}`)
  const renders = [...ARC, 'closing', 'story'].map((part) => `render.${part}`)
  switch (request.redo) {
    case 'fact':
      return []
    case 'everything':
      return FACT_STEPS
    case 'words':
      return [...FACT_STEPS, ...pictures, 'render.closing']
    case 'picture':
      return [
        ...FACT_STEPS,
        'slides.*',
        'draft',
        ...allBut(pictures, request.slide),
        ...keptRenders(renders, request.slide, true),
      ]
    case 'edit':
      return [...FACT_STEPS, 'slides.*', ...pictures, ...keptRenders(renders, request.slide, false)]
  }
}

/** The hook's picture is also behind the closing slide and the story; its title is on the story. */
function keptRenders(renders: readonly string[], slide: ArcRole, pictureChanged: boolean): string[] {
  const kept = allBut(renders, slide)
  if (slide !== 'hook') return kept
  return kept.filter((name) => name !== 'render.story' && !(pictureChanged && name === 'render.closing'))
}
