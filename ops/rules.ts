import { judgeBackup } from './rules/backup.ts'
import { judgeBot } from './rules/bot.ts'
import { judgeContainers } from './rules/containers.ts'
import type { Finding } from './rules/finding.ts'
import { type Context, noAnswer } from './rules/judging.ts'
import { judgeDisks, judgeMemory, judgeTemperature, judgeUnits } from './rules/machine.ts'
import type { Snapshot } from './snapshot/snapshot.ts'

export { type Finding, RULES, type Rule, type Severity } from './rules/finding.ts'
export { gradeOf, LIMITS } from './rules/judging.ts'

/** Thresholds → findings. Pure, without a model: the same snapshot and the same past give the same answer. */

/** The worst first. What could not be read this time stays as it was: not knowing is no recovery. */
export function judge(snapshot: Snapshot, earlier: readonly Finding[]): Finding[] {
  const context: Context = { earlier, at: snapshot.takenAt }
  const found = [
    ...judgeDisks(snapshot, context),
    ...judgeMemory(snapshot, context),
    ...judgeTemperature(snapshot, context),
    ...judgeContainers(snapshot, context),
    ...judgeUnits(snapshot, context),
    ...judgeBot(snapshot, context),
    ...judgeBackup(snapshot, context),
    ...judgeProbes(snapshot, context),
  ]
  return found.toSorted((a, b) => rank(a) - rank(b))
}

const rank = ({ severity }: Finding) => (severity === 'critical' ? 0 : 1)

export const PROBE_TITLES = {
  cpu: 'Processor',
  memory: 'Memory',
  disks: 'Disks',
  temperature: 'Temperature',
  uptime: 'Uptime',
  network: 'Network',
  units: 'systemd',
  containers: 'Docker',
  database: 'Database',
  bot: 'The bot’s work',
  backup: 'Backup',
} as const satisfies Record<Exclude<keyof Snapshot, 'takenAt' | 'tookMs'>, string>

function judgeProbes(snapshot: Snapshot, context: Context): Finding[] {
  const names = Object.keys(PROBE_TITLES) as (keyof typeof PROBE_TITLES)[]
  return names.flatMap((name) => {
    const reading = snapshot[name]
    if (reading.kind !== 'failed') return []
    const severity = name === 'database' ? 'critical' : 'warning'
    return [noAnswer(context, PROBE_TITLES[name], '{} cannot be read', severity)]
  })
}
