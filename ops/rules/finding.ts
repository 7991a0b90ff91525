/** What a rule has found. */

export type Severity = 'warning' | 'critical'

export const RULES = [
  'disk',
  'inodes',
  'memory',
  'swap',
  'temperature',
  'container-down',
  'container-unhealthy',
  'container-restarts',
  'container-died',
  'container-oom',
  'container-loop',
  'container-cpu',
  'container-memory',
  'log-pattern',
  'generation-slow',
  'generation-failing',
  'generation-missing',
  'spend-day',
  'spend-month',
  'backup-old',
  'unit-failed',
  'no-answer',
] as const
export type Rule = (typeof RULES)[number]

export type Finding = {
  rule: Rule
  severity: Severity
  /** What it is about: a mount, a container, a unit, a probe; '' where there is only one. */
  subject: string
  /** One sentence; `{}` stands for the subject, which comes from outside and is shown as such. */
  words: string
  /** As the rule counts: percent, °C, seconds, times. */
  value: number | null
  /** When it was first seen without a break. */
  since: Date
  /** Of the container that it is about, as it was seen last: a name may be taken over by another one. */
  containerId?: string | undefined
  /** The line of a log that it is about, redacted. From outside, and never more than data. */
  quote?: string | undefined
  /** Somebody does not want to hear of it. */
  isMuted?: boolean | undefined
}
