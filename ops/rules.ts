import type { SeenContainer } from './snapshot/containers.ts'
import { diskPercent } from './snapshot/disks.ts'
import { memoryShares } from './snapshot/machine.ts'
import type { Snapshot } from './snapshot/snapshot.ts'

/** Thresholds → findings. Pure, without a model: the same snapshot and the same past give the same answer. */

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
}

export type Limits = {
  warning: number
  critical: number
  /** How far back it has to go before it counts as over: at the edge it would come and go with every look. */
  margin: number
}

/** Percent, °C, seconds. The edges are those of the product's facts (docs/health.md); the margins are ours. */
export const LIMITS = {
  disk: { warning: 80, critical: 90, margin: 1 },
  inodes: { warning: 80, critical: 90, margin: 1 },
  memory: { warning: 85, critical: 92, margin: 3 },
  swap: { warning: 80, critical: 90, margin: 3 },
  temperature: { warning: 70, critical: 80, margin: 3 },
  'generation-slow': { warning: 120, critical: 180, margin: 0 },
  'spend-day': { warning: 80, critical: 100, margin: 0 },
  'spend-month': { warning: 80, critical: 100, margin: 0 },
} as const satisfies Partial<Record<Rule, Limits>>

/** More restarts than this, and nobody can call it running. */
const MAX_RESTARTS = 5

export function gradeOf(value: number, limits: Limits, before: Severity | null): Severity | null {
  const critical = before === 'critical' ? limits.critical - limits.margin : limits.critical
  if (value >= critical) return 'critical'
  const warning = before === null ? limits.warning : limits.warning - limits.margin
  return value >= warning ? 'warning' : null
}

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
    ...judgeProbes(snapshot, context),
  ]
  return found.toSorted((a, b) => rank(a) - rank(b))
}

type Context = { earlier: readonly Finding[]; at: Date }

const rank = ({ severity }: Finding) => (severity === 'critical' ? 0 : 1)

function before({ earlier }: Context, rule: Rule, subject: string): Finding | null {
  return earlier.find((finding) => finding.rule === rule && finding.subject === subject) ?? null
}

function keep({ earlier }: Context, ...rules: Rule[]): Finding[] {
  return earlier.filter(({ rule }) => rules.includes(rule))
}

function state(context: Context, finding: Omit<Finding, 'since'>): Finding {
  return { ...finding, since: before(context, finding.rule, finding.subject)?.since ?? context.at }
}

type Measured = { rule: keyof typeof LIMITS; subject: string; value: number; words: string }

function measured(context: Context, { rule, subject, value, words }: Measured): Finding[] {
  const severity = gradeOf(value, LIMITS[rule], before(context, rule, subject)?.severity ?? null)
  return severity === null ? [] : [state(context, { rule, severity, subject, words, value })]
}

function judgeDisks({ disks }: Snapshot, context: Context): Finding[] {
  if (disks.kind !== 'ok') return keep(context, 'disk', 'inodes')
  const found = disks.value.disks.flatMap((disk) => {
    const value = diskPercent(disk)
    const subject = disk.mount
    const inodes = disk.inodesPercent
    return [
      ...measured(context, { rule: 'disk', subject, value, words: `Disk {} is ${whole(value)} full` }),
      ...(inodes === null
        ? []
        : measured(context, {
            rule: 'inodes',
            subject,
            value: inodes,
            words: `Disk {} has used ${whole(inodes)} of the files it can hold`,
          })),
    ]
  })
  const silent = disks.value.silent.flatMap((mount) => [
    ...keep(context, 'disk', 'inodes').filter(({ subject }) => subject === mount),
    noAnswer(context, mount, 'Disk {} does not answer', 'warning'),
  ])
  return [...found, ...silent]
}

function judgeMemory({ memory }: Snapshot, context: Context): Finding[] {
  if (memory.kind !== 'ok') return keep(context, 'memory', 'swap')
  const { memory: value, swap } = memoryShares(memory.value)
  const ram = measured(context, { rule: 'memory', subject: '', value, words: `Memory is ${whole(value)} used` })
  if (swap === null) return ram
  return [
    ...ram,
    ...measured(context, { rule: 'swap', subject: '', value: swap, words: `Swap is ${whole(swap)} used` }),
  ]
}

function judgeTemperature({ temperature }: Snapshot, context: Context): Finding[] {
  if (temperature.kind !== 'ok') return keep(context, 'temperature')
  const { value } = temperature
  return measured(context, {
    rule: 'temperature',
    subject: '',
    value,
    words: `The processor is at ${Math.floor(value)} °C`,
  })
}

function judgeContainers({ containers }: Snapshot, context: Context): Finding[] {
  if (containers.kind !== 'ok')
    return containers.kind === 'absent'
      ? []
      : keep(context, 'container-down', 'container-unhealthy', 'container-restarts')
  return containers.value.flatMap((container) => judgeContainer(container, context))
}

function judgeContainer({ name, state: now, health, restarts, finished }: SeenContainer, context: Context): Finding[] {
  const critical = (rule: Rule, words: string, value: number | null) =>
    state(context, { rule, severity: 'critical', subject: name, words, value })
  const found: Finding[] = []
  if (now !== 'running' && !finished)
    found.push(critical('container-down', `Container {} is not running (${now})`, null))
  else if (health === 'unhealthy') found.push(critical('container-unhealthy', 'Container {} is unhealthy', null))
  if (restarts > MAX_RESTARTS)
    found.push(critical('container-restarts', `Container {} was restarted ${restarts} times`, restarts))
  return found
}

function judgeUnits({ units }: Snapshot, context: Context): Finding[] {
  if (units.kind !== 'ok') return units.kind === 'absent' ? [] : keep(context, 'unit-failed')
  return units.value.map((unit) =>
    state(context, {
      rule: 'unit-failed',
      severity: 'warning',
      subject: unit,
      words: 'Service {} has failed',
      value: null,
    }),
  )
}

function judgeBot({ bot }: Snapshot, context: Context): Finding[] {
  if (bot.kind !== 'ok') return keep(context, 'generation-slow', 'spend-day', 'spend-month')
  const { spend, lastGenerationSeconds, openGenerationSeconds } = bot.value
  return [
    ...judgeGeneration(context, openGenerationSeconds, lastGenerationSeconds),
    ...judgeSpend(context, 'spend-day', spend.todayUsd, spend.dailyCapUsd, 'Today'),
    ...judgeSpend(context, 'spend-month', spend.monthUsd, spend.monthlyCapUsd, 'This month'),
  ]
}

/** One that is too slow right now is worth more than how long the last one took. */
function judgeGeneration(context: Context, openSeconds: number | null, lastSeconds: number | null): Finding[] {
  const rule = 'generation-slow'
  const open = openSeconds ?? 0
  if (open >= LIMITS[rule].warning) {
    const words = `A carousel has been in the making for ${Math.floor(open)} s`
    return measured(context, { rule, subject: '', value: open, words })
  }
  const value = lastSeconds ?? 0
  return measured(context, { rule, subject: '', value, words: `The last carousel took ${Math.floor(value)} s` })
}

/** A cap of 0 means that nothing may be spent, and nothing is. */
function judgeSpend(
  context: Context,
  rule: 'spend-day' | 'spend-month',
  usd: number,
  capUsd: number,
  when: string,
): Finding[] {
  if (capUsd <= 0) return []
  const value = (usd * 100) / capUsd
  const words = `${when} ${whole(value)} of the budget is spent ($${usd.toFixed(2)} of $${capUsd.toFixed(2)})`
  return measured(context, { rule, subject: '', value, words })
}

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

function noAnswer(context: Context, subject: string, words: string, severity: Severity): Finding {
  return state(context, { rule: 'no-answer', severity, subject, words, value: null })
}

/** Rounded down, so that what is shown never stands on the other side of an edge than what was judged. */
function whole(percent: number): string {
  return `${Math.floor(percent)} %`
}
