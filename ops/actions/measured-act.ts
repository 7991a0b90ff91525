import type { Hands, Look, Outcome, VerifyContext } from './act.ts'
import { Measure } from './act.ts'
import type { Risk } from './definitions.ts'

/** Actions that want less of something: it is measured before and after, and "fixed" means that it became less. */

export type Measured = {
  coolDownMs: number
  limitMs: number
  target: string
  risk: Risk
  /** @throws Failure when it cannot be known */
  measure(hands: Hands, signal: AbortSignal): Promise<Measure>
  /** Why there is nothing to do. */
  nothing: string
  effect(measure: Measure): string
  run(hands: Hands, signal: AbortSignal): Promise<void>
  /** "Freed 1.2 GB." */
  describeLess(before: number, after: number): string
}

export function createMeasuredAct(what: Measured) {
  return {
    undo: null,
    coolDownMs: what.coolDownMs,
    limitMs: what.limitMs,
    target: () => what.target,
    look: async (hands: Hands, _request: unknown, signal: AbortSignal): Promise<Look> => {
      const before = await what.measure(hands, signal)
      if (before.amount === 0) return { kind: 'refused', reason: what.nothing }
      return { kind: 'ready', effect: what.effect(before), risk: what.risk, before }
    },
    run: (hands: Hands, _request: unknown, { signal }: { signal: AbortSignal }) => what.run(hands, signal),
    verify: async (hands: Hands, _request: unknown, { before, doubt, signal }: VerifyContext): Promise<Outcome> => {
      const after = await what.measure(hands, signal)
      return compare(Measure.safeParse(before).data ?? null, after, { doubt, describeLess: what.describeLess })
    },
    lookAgain: async (hands: Hands, _request: unknown, { signal }: { signal: AbortSignal }) => ({
      // It may have grown again since, which is no fault of what was done.
      seen: await what.measure(hands, signal),
      overturned: null,
    }),
  }
}

function compare(
  before: Measure | null,
  after: Measure,
  { doubt, describeLess }: { doubt: string | null; describeLess: Measured['describeLess'] },
): Outcome {
  if (before?.amount == null || after.amount === null)
    return { kind: 'unknown', reason: doubt ?? 'What it came to cannot be measured.', after }
  if (after.amount < before.amount) return { kind: 'fixed', reason: describeLess(before.amount, after.amount), after }
  // A proxy may say yes to everything, too.
  return { kind: doubt === null ? 'not-fixed' : 'unknown', reason: doubt ?? 'Nothing became less.', after }
}
