import type { Tx } from '../src/db/pool.ts'
import { findRun, putBackRun, type Run } from '../src/db/runs.ts'
import { carryStepsOver, findStep } from '../src/db/steps.ts'
import { forgetFactOfRevision } from '../src/db/told-facts.ts'
import { hashCarousel } from './content-hash.ts'
import { Carousel } from './types.ts'

/** A draft that waits for review. */
export type WaitingDraft = { run: Run; carousel: Carousel; contentHash: string }

/**
 * When a new version is cancelled or cannot be made, the version before it stands: it is put up for review again under
 * a revision of its own, so that no button of an older card fits. Null when there is none.
 */
export async function putEarlierDraftBack(tx: Tx, run: Pick<Run, 'id' | 'revision'>): Promise<WaitingDraft | null> {
  const earlier = await findNewestCarousel(tx, run)
  if (!earlier) return null
  const contentHash = hashCarousel(earlier.carousel)
  if (!(await putBackRun(tx, run, contentHash, ['queued', 'running']))) return null
  await forgetFactOfRevision(tx, run)
  return restore(tx, run, earlier)
}

/** Puts the version before a waiting one up instead of it. Null when there is none, or the draft does not wait any more. */
export async function swapWithVersionBefore(tx: Tx, run: WaitingRun): Promise<WaitingDraft | null> {
  const earlier = await findVersionBefore(tx, run)
  if (!earlier) return null
  if (!(await putBackRun(tx, run, hashCarousel(earlier.carousel), ['awaiting_review']))) return null
  return restore(tx, run, earlier)
}

type WaitingRun = Pick<Run, 'id' | 'revision' | 'contentHash'>
type Finished = { revision: number; carousel: Carousel }

/** The newest finished carousel before this one that is not the very same: a draft that was put back has its own copy. */
export function findVersionBefore(tx: Tx, run: WaitingRun): Promise<Finished | null> {
  return findNewestCarousel(tx, run, ({ carousel }) => hashCarousel(carousel) !== run.contentHash)
}

async function restore(tx: Tx, run: Pick<Run, 'id' | 'revision'>, earlier: Finished): Promise<WaitingDraft | null> {
  await carryStepsOver(tx, run.id, { from: earlier.revision, to: run.revision + 1 }, ['*'])
  const restored = await findRun(tx, run.id)
  return restored && { run: restored, carousel: earlier.carousel, contentHash: hashCarousel(earlier.carousel) }
}

/** Of the version right before this one, or of an older one when that one was never finished, either. */
async function findNewestCarousel(
  tx: Tx,
  run: Pick<Run, 'id' | 'revision'>,
  fits: (earlier: Finished) => boolean = () => true,
): Promise<Finished | null> {
  for (let revision = run.revision - 1; revision >= 1; revision--) {
    const step = await findStep(tx, { runId: run.id, revision, name: 'carousel' })
    if (!step) continue
    const earlier = { revision, carousel: Carousel.parse(step.result) }
    if (fits(earlier)) return earlier
  }
  return null
}
