import type { ActionKind } from '../../ops/actions/definitions.ts'
import type { Cause } from '../../ops/diagnose/types.ts'
import type { Rule } from '../../ops/rules.ts'

/** A fault as it happens on real machines, and what a good operator would make of it. */

export type Scenario = {
  name: string
  /** What is done to the containers, in words for the table. */
  fault: string
  /** Makes the containers, and the fault. */
  stage(stage: Stage): Promise<unknown>
  /** The container that it is about; 'machine' for the machine itself. */
  about: string
  /** From the end of staging until the fault shows itself as what it is. */
  developsMs: number
  /** What has to last before it is told may take so much longer; ten seconds where it is not given. */
  withinMs?: number
  expect: Expectation
  /** Part of the quick run that `npm test` makes. */
  quick?: true
  /** It concerns the whole machine, so nothing else may run beside it. */
  alone?: true
}

export type Expectation = {
  /** Any of these is a detection; null: nobody may be told of anything. */
  detected: readonly Rule[] | null
  /** The cause by its name; more than one where two names say the same of it; none where there is nothing to name. */
  causes: readonly Cause[]
  /** All that may be offered. 'none' among them: it is right to offer nothing. */
  right: readonly (Wish | 'none')[]
  /** What a person taps in the end, also when it was not offered: whether it helped has to be told truly. */
  tap: Wish | null
  outcome: 'fixed' | 'not-fixed' | 'refused' | null
  /** These belong to the same incident: one message. */
  together?: readonly string[]
  /** Other containers, asked about by name. */
  asked?: { about: string; causes: readonly Cause[]; right: readonly (Wish | 'none')[] }
  maxMessages?: number
}

/** `on`: the short name of a container; null for what is about none. */
export type Wish = { kind: ActionKind; on: string | null }

export type Container = {
  /** For busybox sh; a well-behaved service when absent. */
  script?: string
  labels?: Readonly<Record<string, string>>
  /** Short name of the container whose network it shares; none at all when absent. */
  networkOf?: string
  /** Left out of those that may be acted on. */
  unmanaged?: true
  args?: readonly string[]
}

export type Stage = {
  /** A folder of the machine that is removed afterwards. */
  folder: string
  fullName(short: string): string
  /** Runs it. A refusal of the engine is no error here: it is the fault. */
  run(short: string, container?: Container): Promise<void>
  docker(...args: string[]): Promise<string>
  pause(ms: number): Promise<void>
  /** A file system of its own with so many bytes, as a disk of the machine. */
  mountDisk(bytes: number): Promise<string>
}
