import type { Finding, Rule, Severity } from './finding.ts'

/** What all rules are made of: edges, and what was wrong at the look before. */

export type Limits = {
  warning: number
  critical: number
  /** How far back it has to go before it counts as over: at the edge it would come and go with every look. */
  margin: number
}

/** Percent, °C, seconds, periods, days. The edges are those of the product's facts (docs/health.md); the margins are ours. */
export const LIMITS = {
  disk: { warning: 80, critical: 90, margin: 1 },
  inodes: { warning: 80, critical: 90, margin: 1 },
  memory: { warning: 85, critical: 92, margin: 3 },
  swap: { warning: 80, critical: 90, margin: 3 },
  temperature: { warning: 70, critical: 80, margin: 3 },
  'generation-slow': { warning: 120, critical: 180, margin: 0 },
  'generation-missing': { warning: 1.5, critical: 3, margin: 0 },
  'spend-day': { warning: 80, critical: 100, margin: 0 },
  'spend-month': { warning: 80, critical: 100, margin: 0 },
  'backup-old': { warning: 2, critical: 7, margin: 0 },
} as const satisfies Partial<Record<Rule, Limits>>

export function gradeOf(value: number, limits: Limits, before: Severity | null): Severity | null {
  const critical = before === 'critical' ? limits.critical - limits.margin : limits.critical
  if (value >= critical) return 'critical'
  const warning = before === null ? limits.warning : limits.warning - limits.margin
  return value >= warning ? 'warning' : null
}

export type Context = { earlier: readonly Finding[]; at: Date }

export function before({ earlier }: Context, rule: Rule, subject: string): Finding | null {
  return earlier.find((finding) => finding.rule === rule && finding.subject === subject) ?? null
}

export function keep({ earlier }: Context, ...rules: Rule[]): Finding[] {
  return earlier.filter(({ rule }) => rules.includes(rule))
}

export function state(context: Context, finding: Omit<Finding, 'since'>): Finding {
  return { ...finding, since: before(context, finding.rule, finding.subject)?.since ?? context.at }
}

type Measured = { rule: keyof typeof LIMITS; subject: string; value: number; words: string }

export function measured(context: Context, { rule, subject, value, words }: Measured): Finding[] {
  const severity = gradeOf(value, LIMITS[rule], before(context, rule, subject)?.severity ?? null)
  return severity === null ? [] : [state(context, { rule, severity, subject, words, value })]
}

/** Rounded down, so that what is shown never stands on the other side of an edge than what was judged. */
export function whole(percent: number): string {
  return `${Math.floor(percent)} %`
}

export function noAnswer(context: Context, subject: string, words: string, severity: Severity): Finding {
  return state(context, { rule: 'no-answer', severity, subject, words, value: null })
}
