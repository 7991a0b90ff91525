import type { Rule } from '../candidate.ts'

/** From the most to the least specific: of two that are equally likely the earlier one counts. */
export const CAUSE_RULES: readonly Rule[] = []
