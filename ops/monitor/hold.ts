import type { Finding, Rule } from '../rules.ts'

/** How long something has to last before anybody is told. What is over before was noise. */

/** With looks 25 s apart while something waits: seen three times in a row, and told within two minutes after it began. */
const HOLD_MS = 45_000
/** All cores busy without a label that forbids it: most often somebody is just at work. */
const LONG_HOLD_MS = 10 * 60_000

const HELD: readonly Rule[] = [
  'disk',
  'inodes',
  'memory',
  'swap',
  'temperature',
  'container-cpu',
  'container-memory',
  'no-answer',
]

export type Hold = {
  /** `isLabelled`: its label says how much processor is too much. */
  filter(findings: readonly Finding[], at: Date, isLabelled: (name: string) => boolean): Held
}
export type Held = { told: Finding[]; waiting: boolean }

export function createHold(): Hold {
  /** When each became critical. */
  let critical = new Map<string, number>()
  let isFirst = true
  return {
    filter: (findings, at, isLabelled) => {
      const next = new Map<string, number>()
      const told = findings.flatMap((finding): Finding[] => {
        const key = `${finding.rule} ${finding.subject}`
        const since = finding.since.getTime()
        const criticalSince = critical.get(key) ?? (isFirst ? since : at.getTime())
        if (finding.severity === 'critical') next.set(key, criticalSince)
        const hold = holdOf(finding, isLabelled)
        if (at.getTime() - since < hold) return []
        const isRaised = finding.severity === 'critical' && at.getTime() - criticalSince >= hold
        return [finding.severity === 'critical' && !isRaised ? { ...finding, severity: 'warning' } : finding]
      })
      critical = next
      isFirst = false
      return { told, waiting: told.length < findings.length || told.some((one, i) => one !== findings[i]) }
    },
  }
}

function holdOf({ rule, subject }: Finding, isLabelled: (name: string) => boolean): number {
  if (rule === 'container-cpu' && !isLabelled(subject)) return LONG_HOLD_MS
  return HELD.includes(rule) ? HOLD_MS : 0
}
