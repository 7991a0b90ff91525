import { createHash } from 'node:crypto'
import type { z } from 'zod'
import type { Clock } from '../src/clock.ts'
import type { Database } from '../src/db/pool.ts'
import type { Run } from '../src/db/runs.ts'
import { findPaidResult, findStep, savePaidResult, saveStep } from '../src/db/steps.ts'
import { Failure } from '../src/failure.ts'
import type { Log } from '../src/log.ts'
import type { CallContext, Embedder, FactBank, ImageModel, TextModel } from '../src/providers/ports.ts'
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
}

/** What one revision of one run is made with. */
export type StepContext = {
  deps: PipelineDeps
  run: Run
  brand: Brand
  /** Ends everything at once: the run was cancelled, or the shutdown's grace is over. */
  signal: AbortSignal
  /** Ends the run before its next step; what is under way may finish and is stored. */
  stopping: AbortSignal
}

/**
 * Runs a step unless its result is stored. The result is stored before it is used, so a finished step is never run again.
 * @throws Failure cancelled before a new step once the run is stopping
 */
export async function once<T>(
  ctx: StepContext,
  name: string,
  schema: z.ZodType<T>,
  work: () => Promise<T>,
): Promise<T> {
  const key = { runId: ctx.run.id, revision: ctx.run.revision, name }
  const stored = await findStep(ctx.deps.db.pool, key)
  if (stored) return schema.parse(stored.result)
  assertGoing(ctx)
  const startedAt = ctx.deps.clock.now()
  const result = await work()
  await saveStep(ctx.deps.db.pool, key, result, startedAt)
  ctx.deps.log.info({ step: name }, 'step finished')
  return result
}

export function assertGoing(ctx: Pick<StepContext, 'signal' | 'stopping'>): void {
  if (ctx.signal.aborted || ctx.stopping.aborted)
    throw new Failure('stopped before the next step', { code: 'cancelled' })
}

/**
 * Gives the stored answer to the same question, or asks and stores it: the same fact and brand again pays nothing.
 * `question` must hold everything that shapes the answer (maker, prompt version, inputs, variation).
 */
export async function payOnce<T>(
  ctx: StepContext,
  question: unknown,
  schema: z.ZodType<T>,
  ask: () => Promise<T>,
): Promise<T> {
  const key = createHash('sha256').update(JSON.stringify(question)).digest('hex')
  const known = schema.safeParse(await findPaidResult(ctx.deps.db.pool, key))
  if (known.success) return known.data
  const answer = await ask()
  await savePaidResult(ctx.deps.db.pool, key, answer)
  return answer
}

export function callContext(ctx: StepContext, step: string): CallContext {
  return { signal: ctx.signal, step, runId: ctx.run.id }
}
