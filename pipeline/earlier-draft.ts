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
  if (!(await putBackRun(tx, run, contentHash))) return null
  await carryStepsOver(tx, run.id, { from: earlier.revision, to: run.revision + 1 }, ['*'])
  await forgetFactOfRevision(tx, run)
  const restored = await findRun(tx, run.id)
  return restored && { run: restored, carousel: earlier.carousel, contentHash }
}

/** Of the version right before this one, or of an older one when that one was never finished, either. */
async function findNewestCarousel(
  tx: Tx,
  run: Pick<Run, 'id' | 'revision'>,
): Promise<{ revision: number; carousel: Carousel } | null> {
  for (let revision = run.revision - 1; revision >= 1; revision--) {
    const step = await findStep(tx, { runId: run.id, revision, name: 'carousel' })
    if (step) return { revision, carousel: Carousel.parse(step.result) }
  }
  return null
}
