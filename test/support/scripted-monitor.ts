import type { Monitor, Observation, Observe } from '../../ops/monitor/index.ts'
import type { Finding, Rule } from '../../ops/rules.ts'

type Away = Pick<Observation, 'removed' | 'stopped'>

/** A monitor that sees what a test says, and nothing by itself. */
export function createScriptedMonitor(now: () => Date = () => new Date()) {
  let observe: Observe | null = null
  const toObservation = (findings: Finding[], dependsOn: Record<string, string[]>, away: Away = {}) => ({
    at: now(),
    findings,
    dependsOn: new Map(Object.entries(dependsOn)),
    ...away,
  })
  const monitor: Monitor = {
    start: (given) => {
      observe = given
      return {
        stop: async () => {
          observe = null
        },
      }
    },
    look: async () => toObservation([], {}),
  }
  return {
    monitor,
    /** What is wrong now; resolves when the bot has taken it in. */
    see: async (findings: Finding[] = [], dependsOn: Record<string, string[]> = {}, away: Away = {}) => {
      if (!observe) throw new Error('nobody watches')
      await observe(toObservation(findings, dependsOn, away))
    },
    /** As seen now for the first time, unless said otherwise. */
    finding: (rule: Rule, subject = '', given: Partial<Finding> = {}): Finding => ({
      rule,
      subject,
      severity: 'critical',
      words: WORDS[rule] ?? `${rule} {}`,
      value: null,
      since: now(),
      ...given,
    }),
  }
}

const WORDS: Partial<Record<Rule, string>> = {
  'container-down': 'Container {} is not running (exited)',
  'container-unhealthy': 'Container {} is unhealthy',
  disk: 'Disk {} is 93 % full',
  swap: 'Swap is 82 % used',
  'unit-failed': 'Service {} has failed',
}
