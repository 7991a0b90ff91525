import { asFailure, Failure, type FailureCode } from '../failure.ts'
import type { Maker } from './ports.ts'

/** A maker that was asked and could not; `reason` is safe to show. */
export type PassedOver = { maker: Maker; code: FailureCode; reason: string }

export type FirstAvailable<M, T> = { value: T; maker: M; passedOver: PassedOver[] }

/** Failures after which the next maker may do better. Anything else (cancelled, database, a bug) ends the chain. */
const PASSES_ON: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'unavailable',
  'timeout',
  'rate_limited',
  'unauthorized',
  'not_found',
  'refused',
  'bad_model_output',
  'bad_image',
  'budget_exceeded',
])

/** Whether another maker may do better than the one that failed so. */
export function canFallBack(failure: Failure): boolean {
  return PASSES_ON.has(failure.code)
}

/**
 * Asks the makers in order until one delivers. `passedOver` lists those before it, so that a card can say
 * "Gemini was down: local art".
 * @throws Failure the last maker's, its message naming all that were asked; or at once one that no other maker can mend
 */
export async function firstAvailable<M extends { readonly maker: Maker }, T>(
  makers: readonly M[],
  run: (maker: M) => Promise<T>,
  onFallback?: (passed: PassedOver) => void,
): Promise<FirstAvailable<M, T>> {
  const passedOver: PassedOver[] = []
  let last: Failure | undefined
  for (const maker of makers) {
    try {
      return { value: await run(maker), maker, passedOver }
    } catch (thrown) {
      last = asFailure(thrown)
      if (!canFallBack(last)) throw last
      const passed = { maker: maker.maker, code: last.code, reason: last.message }
      passedOver.push(passed)
      onFallback?.(passed)
    }
  }
  if (last === undefined) throw new Failure('Nothing is set up that could do this', { code: 'bad_config' })
  if (passedOver.length === 1) throw last
  const list = passedOver.map(({ maker, reason }) => `${maker.provider}: ${reason}`).join('; ')
  throw new Failure(`None could do it. ${list}`, { code: last.code, retryable: last.retryable, cause: last })
}
