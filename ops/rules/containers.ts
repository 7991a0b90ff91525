import type { SeenContainer } from '../snapshot/containers.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import type { Finding, Rule } from './finding.ts'
import { before, type Context, gradeOf, keep, type Limits, state, whole } from './judging.ts'

/** What is wrong with containers, as they look at this moment. What happened between two looks is the monitor's. */

/** More restarts than this, and nobody can call it running. */
const MAX_RESTARTS = 5
/** Up for so long, it runs: how often it was restarted before is the past. */
const PAST_MS = 3_600_000
/** One that works every hour and ends is restarted every hour: that is its way. */
const OFTEN_MS = 10 * 60_000
/** Percent of its limit, as of the machine's memory; docs/health.md. */
const MEMORY: Limits = { warning: 85, critical: 92, margin: 3 }
/** Percent of all cores, where no label says another: somebody may be at hard work, so it has to last (see hold.ts). */
const CPU_OF_ALL_CORES = 90
const CPU_MARGIN = 0.9

const ALL: readonly Rule[] = [
  'container-down',
  'container-died',
  'container-oom',
  'container-unhealthy',
  'container-restarts',
  'container-cpu',
  'container-memory',
]

export function judgeContainers(snapshot: Snapshot, context: Context): Finding[] {
  const { containers } = snapshot
  if (containers.kind !== 'ok') return containers.kind === 'absent' ? [] : keep(context, ...ALL)
  const machine = readMachine(snapshot)
  return containers.value.flatMap((container) => [
    ...judgeState(container, context),
    ...judgeRestarts(container, context),
    ...judgeFigures(container, machine, context),
  ])
}

/** What it takes, by itself: for whoever has just read its figures. */
export function judgeFigures(container: SeenContainer, machine: MachineSize, context: Context): Finding[] {
  return [...judgeCpu(container, machine, context), ...judgeUsedMemory(container, machine, context)]
}

export type MachineSize = { cores: number | null; memoryPercentOf: (bytes: number) => number | null }

function readMachine({ cpu, memory }: Snapshot): MachineSize {
  const totalBytes = memory.kind === 'ok' ? memory.value.totalBytes : null
  return {
    cores: cpu.kind === 'ok' ? cpu.value.cores : null,
    memoryPercentOf: (bytes) => (totalBytes === null ? null : (bytes * 100) / totalBytes),
  }
}

function about({ name, id }: SeenContainer, context: Context, finding: Omit<Finding, 'since' | 'subject'>): Finding {
  return state(context, { ...finding, subject: name, containerId: id })
}

function judgeState(container: SeenContainer, context: Context): Finding[] {
  const trouble = findTrouble(container)
  return trouble ? [about(container, context, { severity: 'critical', ...trouble })] : []
}

export type Trouble = Pick<Finding, 'words' | 'value'> & {
  rule: 'container-down' | 'container-died' | 'container-oom' | 'container-unhealthy'
}

/** What keeps it from its work. Null for one that works, is on its way, has done its work, or was put aside by somebody. */
export function findTrouble(container: Omit<SeenContainer, 'watch'>): Trouble | null {
  const { state: now, health, exitCode, oomKilled, finished, failedToStart } = container
  if (now === 'running') return health === 'unhealthy' ? UNHEALTHY : null
  if (now === 'dead') return { rule: 'container-down', words: 'Docker could not remove container {}', value: null }
  if (failedToStart && !finished && now !== 'removing')
    return { rule: 'container-down', words: 'Container {} cannot be started', value: exitCode }
  if (now === 'restarting') return exitCode === 0 ? null : describeEnd(exitCode, oomKilled)
  return now === 'exited' && !finished ? describeEnd(exitCode, oomKilled) : null
}

const UNHEALTHY: Trouble = { rule: 'container-unhealthy', words: 'Container {} is unhealthy', value: null }

/** `exitCode`: null where it is not known. */
export function describeEnd(exitCode: number | null, oomKilled: boolean): Trouble {
  if (oomKilled)
    return { rule: 'container-oom', words: 'Container {} ran out of memory and was killed', value: exitCode }
  const code = exitCode === null ? '' : ` (code ${exitCode})`
  return {
    rule: 'container-died',
    words: `Container {} ended${exitCode === 0 ? '' : ' with an error'}${code}`,
    value: exitCode,
  }
}

function judgeRestarts(container: SeenContainer, context: Context): Finding[] {
  const { restarts, createdAt, startedAt, finished } = container
  if (restarts <= MAX_RESTARTS || finished) return []
  if (startedAt !== null) {
    if (container.state === 'running' && context.at.getTime() - startedAt.getTime() > PAST_MS) return []
    if ((startedAt.getTime() - createdAt.getTime()) / restarts > OFTEN_MS) return []
  }
  const words = `Container {} was restarted ${restarts} times`
  return [about(container, context, { rule: 'container-restarts', severity: 'critical', words, value: restarts })]
}

function judgeCpu(container: SeenContainer, { cores }: MachineSize, context: Context): Finding[] {
  const { cpuPercent: value, watch, name } = container
  const own = watch.cpuPercent
  const edge = own ?? (cores === null ? null : cores * CPU_OF_ALL_CORES)
  if (container.state !== 'running' || edge === null) return []
  const earlier = before(context, 'container-cpu', name)
  if (value === null) return earlier ? [earlier] : []
  const limit = earlier ? edge * CPU_MARGIN : edge
  if (value < limit) return []
  const words = `Container {} is at ${whole(value)} of a core${own === null ? '' : ` (its label says ${own} %)`}`
  return [about(container, context, { rule: 'container-cpu', severity: 'warning', words, value })]
}

function judgeUsedMemory(container: SeenContainer, machine: MachineSize, context: Context): Finding[] {
  const { memoryBytes, memoryLimitBytes, watch, name } = container
  const label = watch.memoryPercent
  if (container.state !== 'running' || (memoryLimitBytes === null && label === null)) return []
  const earlier = before(context, 'container-memory', name)
  if (memoryBytes === null) return earlier ? [earlier] : []
  const value =
    memoryLimitBytes === null ? machine.memoryPercentOf(memoryBytes) : (memoryBytes * 100) / memoryLimitBytes
  if (value === null) return earlier ? [earlier] : []
  const severity = gradeOf(value, label === null ? MEMORY : limitsFrom(label), earlier?.severity ?? null)
  if (severity === null) return []
  const of = memoryLimitBytes === null ? 'the machine’s memory' : 'its memory'
  const words = `Container {} uses ${whole(value)} of ${of}`
  return [about(container, context, { rule: 'container-memory', severity, words, value })]
}

/** Critical where the product's own edge is, or half-way between the label and the end, whichever is higher. */
function limitsFrom(label: number): Limits {
  return { warning: label, critical: Math.max(MEMORY.critical, (label + 100) / 2), margin: MEMORY.margin }
}
