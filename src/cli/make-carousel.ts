import { createHash, randomUUID } from 'node:crypto'
import { findChangedFiles } from '../../pipeline/deliver.ts'
import { approve, readCarousel, reject, retryFailedRun } from '../../pipeline/review.ts'
import { workOnRun } from '../../pipeline/run.ts'
import { startCarousel } from '../../pipeline/start.ts'
import type { PipelineDeps } from '../../pipeline/step.ts'
import { AcceptedDraft, type Carousel, type Novelty, type Progress } from '../../pipeline/types.ts'
import { findLastCliRun } from '../db/cli-runs.ts'
import { type Leadership, tryLead } from '../db/leader.ts'
import { inTransaction, type Tx } from '../db/pool.ts'
import { type Decider, findRun, type Run } from '../db/runs.ts'
import { findStep, saveStep } from '../db/steps.ts'
import { Failure } from '../failure.ts'

/** Telegram's ids begin at 1: 0 is whoever sits at the terminal. */
export const AT_THE_TERMINAL: Decider = { id: 0, name: 'command line' }

export type MakeRequest = {
  brand: string
  /** Normalised; null takes the next of the backlog, else something fresh. */
  topic: string | null
  onProgress: (progress: Progress) => void
  /** Ends everything at once. */
  signal: AbortSignal
  /** Ends the run before its next step. */
  stopping: AbortSignal
}

export type Made = { run: Run; carousel: Carousel; release(): Promise<void> }

type Deps = Omit<PipelineDeps, 'listener'>

/**
 * Makes a carousel, or goes on with the one that the same call began, and approves it in the name of the person who asked.
 * Nobody else works on the run until `release` is called.
 * @throws Failure whatever ended the run; cancelled when it was stopped
 */
export async function makeCarousel(deps: Deps, request: MakeRequest): Promise<Made> {
  const { run, lock } = await takeRun(deps, request)
  try {
    if (run.status !== 'approved') await work(deps, run, request)
    return { ...(await approveOwn(deps, run.id)), release: () => lock.release() }
  } catch (thrown) {
    await lock.release()
    throw thrown
  }
}

/** The same call again goes on where the one before ended; else it begins a new run. */
async function takeRun(deps: Deps, request: MakeRequest): Promise<{ run: Run; lock: Leadership }> {
  const asked = `cli:${hash([request.brand, request.topic])}`
  const last = await findLast(deps, asked)
  if (last) {
    const lock = await lockRun(deps, last.id)
    if (lock && (await goOnWith(deps, last, request))) return { run: await need(deps, last.id), lock }
    await lock?.release()
  }
  const run = await inTransaction(deps.db.pool, async (tx) => {
    const started = await startCarousel(tx, {
      brand: request.brand,
      source: 'cli',
      idempotencyKey: `${asked}:${randomUUID()}`,
      chatId: null,
      requestedBy: null,
      topic: request.topic,
      // Who names a topic wants it, told before or not; who names none wants something new.
      allowRepeat: request.topic !== null,
    })
    if (started.kind === 'too-many') throw new Failure('too many carousels are in the works', { code: 'conflict' })
    if (last && request.topic !== null) await repeatFact(tx, deps, last, started.run)
    return started.run
  })
  const lock = await lockRun(deps, run.id)
  if (!lock) throw new Failure('another process took the run', { code: 'conflict' })
  return { run, lock }
}

async function findLast(deps: Deps, asked: string): Promise<Run | null> {
  const id = await findLastCliRun(deps.db.pool, asked)
  return id === null ? null : findRun(deps.db.pool, id)
}

/** With PostgreSQL two terminals may ask for the same at once; a run is worked by one of them. */
function lockRun(deps: Deps, runId: string): Promise<Leadership | null> {
  return tryLead(deps.db, { name: `cli-run:${runId}`, log: deps.log, onLost: () => undefined })
}

async function goOnWith(deps: Deps, last: Run, request: MakeRequest): Promise<boolean> {
  const run = await need(deps, last.id)
  switch (run.status) {
    case 'queued':
    case 'running':
      return true
    case 'awaiting_review':
    case 'approved':
      return isIntact(deps, run)
    case 'failed':
      return tryAgain(deps, run, request)
    default:
      return false
  }
}

/** A finished draft whose files somebody cleared away is made anew. */
async function isIntact(deps: Deps, run: Run): Promise<boolean> {
  const changed = await findChangedFiles(deps.dataDir, await readCarousel(deps.db.pool, run))
  if (changed.length === 0) return true
  if (run.status === 'awaiting_review' && run.contentHash !== null) {
    const ref = { runId: run.id, revision: run.revision, contentHash: run.contentHash }
    await inTransaction(deps.db.pool, (tx) => reject(tx, ref, 'its files changed on disk', AT_THE_TERMINAL))
  }
  return false
}

async function tryAgain(deps: Deps, run: Run, request: MakeRequest): Promise<boolean> {
  // Without a topic "nothing new found" is no end: another try may find something.
  if (request.topic === null && run.failure?.code === 'no_novel_fact') return false
  const again = { allowRepeat: request.topic !== null, userId: AT_THE_TERMINAL.id }
  const retried = await inTransaction(deps.db.pool, (tx) => retryFailedRun(tx, run.id, again))
  return retried.kind === 'done'
}

/**
 * The same fact again, so that words and pictures come from the store and nothing is paid. A fact of the built-in bank makes
 * way for a model that has been given a key since.
 */
async function repeatFact(tx: Tx, deps: Deps, told: Run, run: Run): Promise<void> {
  const step = await findStep(tx, { runId: told.id, revision: told.revision, name: 'draft' })
  const accepted = AcceptedDraft.safeParse(step?.result)
  if (!accepted.success) return
  const { choice } = accepted.data
  if (choice.madeBy.provider === 'local' && deps.models.fact.length > 0) return
  const keep = (name: string, result: unknown) =>
    saveStep(tx, { runId: run.id, revision: run.revision, name }, result, deps.clock.now())
  await keep('fact.1', choice)
  // The run that told it first holds its place in the brand's memory.
  await keep('novelty.1', { novel: true, nearest: null } satisfies Novelty)
}

async function work(deps: Deps, run: Run, request: MakeRequest): Promise<void> {
  const { signal, stopping } = request
  const listener: PipelineDeps['listener'] = {
    announce: async () => () => undefined,
    report: async (_, progress) => request.onProgress(progress),
  }
  await workOnRun({ ...deps, listener }, run.id, { signal, stopping })
  if ((signal.aborted || stopping.aborted) && (await need(deps, run.id)).status !== 'awaiting_review')
    throw new Failure('stopped before it was finished', { code: 'cancelled' })
}

async function approveOwn(deps: Deps, runId: string): Promise<{ run: Run; carousel: Carousel }> {
  const run = await need(deps, runId)
  if (run.status === 'failed') {
    const { code = 'internal', message = 'The carousel failed.', retryable = false } = run.failure ?? {}
    throw new Failure(message, { code, retryable })
  }
  if (run.status === 'approved') return { run, carousel: await readCarousel(deps.db.pool, run) }
  if (run.status !== 'awaiting_review' || run.contentHash === null)
    throw new Failure(`Somebody else decided on this carousel meanwhile: it is ${run.status}.`, { code: 'conflict' })
  const ref = { runId, revision: run.revision, contentHash: run.contentHash }
  const outcome = await inTransaction(deps.db.pool, (tx) => approve(tx, deps, ref, AT_THE_TERMINAL))
  if (outcome.kind === 'approved') return outcome
  const why = outcome.kind === 'changed-on-disk' ? `${outcome.files.join(', ')} changed on disk` : outcome.kind
  throw new Failure(`The carousel could not be approved: ${why}. Call it again.`, { code: 'conflict', retryable: true })
}

async function need(deps: Deps, runId: string): Promise<Run> {
  const run = await findRun(deps.db.pool, runId)
  if (!run) throw new Failure('the run vanished', { code: 'internal' })
  return run
}

function hash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 24)
}
