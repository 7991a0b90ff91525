import type { Severity } from '../rules.ts'
import type { Facts } from './facts.ts'
import type { Cause, SuggestedAction } from './types.ts'

/** What one rule takes for the cause. */
export type Candidate = {
  cause: Cause
  /** 0 to 1: how well the facts carry it. The highest is the diagnosis. */
  weight: number
  severity: Severity | 'info'
  summary: string
  rootCause: string
  /** Keys of evidence lines (evidence-lines.ts), the most telling first. */
  rests: readonly string[]
  /** Wishes: those that may not be done are taken out later. */
  actions?: readonly SuggestedAction[]
  prevention?: string
}

/** Pure, and cheap enough to be asked every time. */
export type Rule = (facts: Facts) => Candidate[]
