import { createHash } from 'node:crypto'
import type { z } from 'zod'
import type { Clock } from '../src/clock.ts'
import { keepTrying } from '../src/db/keep-trying.ts'
import type { Database } from '../src/db/pool.ts'
import type { Run } from '../src/db/runs.ts'
import { findPaidResult, findStep, replaceStep, savePaidResult, saveStep } from '../src/db/steps.ts'
import { Failure } from '../src/failure.ts'
import type { Log } from '../src/log.ts'
import type { CallContext, Embedder, FactBank, ImageModel, Maker, TextModel } from '../src/providers/ports.ts'
import type { SourcePage } from '../src/providers/source-page.ts'
import type { Brand } from './brand.ts'
import type { Renderer } from './render/renderer.ts'
import type { Listener } from './types.ts'

/** Models in the order in which they are asked; the local stand-in, where there is one, comes last. */
export type Models = {
  fact: readonly TextModel[]
  writers: readonly TextModel[]
  images: readonly ImageModel[]
  embedders: readonly Embedder[]
  bank: FactBank
}

export type PipelineDeps = {
  db: Database
  log: Log
  clock: Clock
  /** Absolute; run folders, the picture cache and outputs live in it. */
  dataDir: string
  outputsDir: string
  timeZone: string
  brands: ReadonlyMap<string, Brand>
  models: Models
  renderer: Renderer
  fetchSource: (url: string, options: { signal: AbortSignal }) => Promise<SourcePage>
  listener: Listener
  /** How long services are waited for before the stand-ins take over; for tests. */
  patience?: Patience
}

export type Patience = { makerMs: number; runMs: number }

/**
 * A maker that hangs is passed over after this, its retries included, so that the next one still gets its turn; and all
 * of them together have so long that a carousel is there before it counts as critically late (180 s, the brand's figure).
 */
export const PATIENCE: Patience = { makerMs: 60_000, runMs: 150_000 }

/** What one revision of one run is made with. */
export type StepContext = {
  deps: PipelineDeps
  run: Run
  brand: Brand
  /** Ends everything at once: the run was cancelled, or the shutdown's grace is over. */
  signal: AbortSignal
  /** Ends the run before its next step; what is under way may finish and is stored. */
  stopping: AbortSignal
  /** Fires when the services have had their time in this run. */
  deadline: AbortSignal
}

/**
 * Runs a step unless its result is stored. The result is stored before it is used, so a finished step is never run again;
 * except one whose files are not intact any more, which is run again and replaced.
 * @throws Failure cancelled before a new step once the run is stopping
 */
export async function once<T>(
  ctx: StepContext,
  name: string,
  schema: z.ZodType<T>,
  work: () => Promise<T>,
  isIntact: (result: T) => Promise<boolean> = async () => true,
): Promise<T> {
  const { pool } = ctx.deps.db
  const key = { runId: ctx.run.id, revision: ctx.run.revision, name }
  const stored = await findStep(pool, key)
  if (stored) {
    const result = schema.parse(stored.result)
    if (await isIntact(result)) return result
  }
  assertGoing(ctx)
  const startedAt = ctx.deps.clock.now()
  const result = await work()
  const store = stored ? replaceStep : saveStep
  const counts = await keepTrying(() => store(pool, key, result, startedAt), ctx.signal)
  ctx.deps.log.info({ step: name }, 'step finished')
  return schema.parse(counts)
}

export function assertGoing(ctx: Pick<StepContext, 'signal' | 'stopping'>): void {
  if (ctx.signal.aborted || ctx.stopping.aborted)
    throw new Failure('stopped before the next step', { code: 'cancelled' })
}

/**
 * Gives the stored answer to the same question, or asks and stores it: the same fact and brand again pays nothing.
 * `question` must hold everything that shapes the answer (maker, prompt version, inputs, variation). An answer that is not
 * usable any more (its file is gone) is asked for again.
 */
export async function payOnce<T>(
  ctx: StepContext,
  question: unknown,
  schema: z.ZodType<T>,
  ask: () => Promise<T>,
  isUsable: (answer: T) => Promise<boolean> = async () => true,
): Promise<T> {
  const key = createHash('sha256').update(JSON.stringify(question)).digest('hex')
  const known = schema.safeParse(await findPaidResult(ctx.deps.db.pool, key))
  if (known.success && (await isUsable(known.data))) return known.data
  // A shutdown that came while another maker failed: nothing further is begun.
  assertGoing(ctx)
  const answer = await ask()
  // A database that is away for a moment does not cost the answer.
  await keepTrying(() => savePaidResult(ctx.deps.db.pool, key, answer), ctx.signal)
  return answer
}

/** Services are waited for as long as they have; the local stand-ins, which come after them, until the run is ended. */
export function callContext(ctx: StepContext, step: string, maker: Maker): CallContext {
  const { makerMs } = ctx.deps.patience ?? PATIENCE
  const signal =
    maker.provider === 'local' ? ctx.signal : AbortSignal.any([ctx.signal, ctx.deadline, AbortSignal.timeout(makerMs)])
  return { signal, step, runId: ctx.run.id }
}
