import { z } from 'zod'
import type { Clock } from '../../src/clock.ts'
import type { Database } from '../../src/db/pool.ts'
import type { Container } from '../../src/docker/container.ts'
import type { FindDocker } from '../../src/docker/open-docker.ts'
import type { Log } from '../../src/log.ts'
import type { Guard } from '../containers.ts'
import type { ContentHands } from './content-hands.ts'
import type { ActionKind, ActionRequest, Risk } from './definitions.ts'
import type { Timing } from './watch.ts'

/** What an action is made of. The functions of one are in a file of their own; which there are says registry.ts. */

/** What actions work with. */
export type Hands = {
  db: Database
  log: Log
  clock: Clock
  findDocker: FindDocker
  guard: () => Promise<Guard>
  timing: Timing
  timeZone: string
  /** Whether somebody stopped it, so that its end says nothing. Without it nobody knows. */
  wasStopped?: (container: Pick<Container, 'id' | 'finishedAt'>) => boolean
  /** The other half of the product; null where it does not run. */
  content: () => ContentHands | null
  /** Makes and verifies one; null where backups are not set up. */
  backup: BackupHands | null
}

export type BackupHands = {
  /** Null when there is none. */
  newest(): Promise<{ at: Date; verified: boolean; bytes: number } | null>
  make(signal: AbortSignal): Promise<unknown>
}

export const OUTCOME_KINDS = ['fixed', 'not-fixed', 'unknown', 'refused'] as const
export type OutcomeKind = (typeof OUTCOME_KINDS)[number]
export type Outcome = { kind: OutcomeKind; reason: string; before?: unknown; after?: unknown }

/**
 * Something that was measured, in words; stored as before and after. `amount`: what an action wants less of. `doneAt`: when
 * it was last done (ISO 8601), where that can be seen.
 */
export const Measure = z.object({
  text: z.string(),
  amount: z.number().nullable(),
  doneAt: z.string().nullable().optional(),
})
export type Measure = z.infer<typeof Measure>

export type Look =
  /** `effect`: what it will do, in one sentence, with the figures of this moment. `before`: an Evidence or a Measure. */
  { kind: 'ready'; effect: string; risk: Risk; before: unknown } | { kind: 'refused'; reason: string }

export type RunContext = { by: { id: number; name: string } | null; before: unknown; signal: AbortSignal }
export type VerifyContext = {
  before: unknown
  /** Why nobody knows whether it was done; null when it was said to be. */
  doubt: string | null
  signal: AbortSignal
}

export type Act<R extends ActionRequest = ActionRequest> = {
  /** The action that takes it back. */
  undo: ActionKind | null
  /** Between two of the same kind on one target. */
  coolDownMs: number
  /** For doing it; the watching afterwards has its own. */
  limitMs: number
  /** Two actions on the same target never run at once. */
  target(request: R): string
  /** Everything that speaks against it, and what it would do: asked for the card, and again after the tap. */
  look(hands: Hands, request: R, signal: AbortSignal): Promise<Look>
  run(hands: Hands, request: R, context: RunContext): Promise<void>
  /** Looks at what became of it, also after an end that nobody saw. Does nothing itself. */
  verify(hands: Hands, request: R, context: VerifyContext): Promise<Outcome>
  /**
   * Looks once more, later. `overturned`: why it is not fixed after all. `overtaken`: what somebody did to it on purpose since,
   * so that there is nothing to be judged any more. Null when nothing can be seen just now.
   */
  lookAgain(
    hands: Hands,
    request: R,
    context: { before: unknown; after: unknown; signal: AbortSignal },
  ): Promise<{ seen: unknown; overturned: string | null; overtaken?: string } | null>
}
