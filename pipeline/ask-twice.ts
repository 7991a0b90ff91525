import { z } from 'zod'
import { Failure } from '../src/failure.ts'
import { once, type StepContext } from './step.ts'

/** Bad output earns one more try, with the complaint in the prompt. */
const MAX_ATTEMPTS = 2

export const FIRST_ATTEMPT = 'nothing, this is the first attempt'

/** What a model answered, and what is wrong with it in sentences for the model. */
export type Judged<T> = { value: T; problems: string[] }

/**
 * Asks a model until its answer keeps the rules, at most twice. Every attempt is a stored step of its own, so a restart
 * neither pays for it again nor forgets the complaint.
 * @throws Failure bad_model_output with the last complaint; whatever else `ask` throws
 */
export async function askTwice<T>(
  ctx: StepContext,
  stepName: string,
  schema: z.ZodType<T>,
  ask: (complaint: string) => Promise<Judged<T>>,
): Promise<T> {
  const Attempt = z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('good'), value: schema }),
    z.object({ kind: z.literal('bad'), complaint: z.string() }),
  ])
  let complaint = FIRST_ATTEMPT
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const name = `${stepName}.${attempt}`
    const outcome = await once(ctx, name, Attempt, () => judge(ask, complaint))
    if (outcome.kind === 'good') return outcome.value
    complaint = outcome.complaint
    ctx.deps.log.info({ step: name }, 'answer refused by the rules')
  }
  throw new Failure(`no answer that keeps the rules: ${complaint}`, { code: 'bad_model_output' })
}

async function judge<T>(ask: (complaint: string) => Promise<Judged<T>>, complaint: string) {
  try {
    const { value, problems } = await ask(complaint)
    return problems.length === 0
      ? { kind: 'good' as const, value }
      : { kind: 'bad' as const, complaint: problems.join('\n') }
  } catch (thrown) {
    const unusable = thrown instanceof Failure && thrown.code === 'bad_model_output'
    if (!unusable) throw thrown
    return { kind: 'bad' as const, complaint: thrown.message }
  }
}
