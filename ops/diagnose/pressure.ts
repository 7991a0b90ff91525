import { memoryShares } from '../snapshot/machine.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { describeBytes } from '../words.ts'
import { quote } from './causes/search.ts'
import type { Facts } from './facts.ts'
import type { Cause } from './types.ts'

/** How much the machine has to carry. Memory and processor time are two matters, and each is only spoken of at its end. */

/** As /health warns of it. */
const MEMORY_PERCENT = 85
const SWAP_PERCENT = 90
/** Waiting for each core: one more than it can work at. */
const LOAD_PER_CORE = 2

/** Percent; null where it is not at its end, or not known. */
export type Pressure = {
  memory: number | null
  swap: number | null
  load: { average: number; cores: number } | null
}

export function readPressure({ machine }: Pick<Facts, 'machine'>): Pressure {
  const memory = machine?.snapshot.memory
  const cpu = machine?.snapshot.cpu
  const shares = memory?.kind === 'ok' ? memoryShares(memory.value) : null
  const load = cpu?.kind === 'ok' ? { average: cpu.value.load[0], cores: cpu.value.cores } : null
  const atLeast = (value: number | null | undefined, edge: number) =>
    value !== null && value !== undefined && value >= edge ? value : null
  return {
    memory: atLeast(shares?.memory, MEMORY_PERCENT),
    swap: atLeast(shares?.swap, SWAP_PERCENT),
    load: load && load.average >= LOAD_PER_CORE * load.cores ? load : null,
  }
}

export const whole = (percent: number) => `${Math.floor(percent)} %`
export const describeLoad = ({ average, cores }: NonNullable<Pressure['load']>) =>
  `load ${average.toFixed(1)} on ${cores} ${cores === 1 ? 'core' : 'cores'}`

/** What becomes late when there is no time. */
const NEEDS_TIME: readonly Cause[] = ['unhealthy-check', 'slow-start', 'upstream-timeout']
/** What fails, or becomes as late, when there is no memory. */
const NEEDS_MEMORY: readonly Cause[] = [...NEEDS_TIME, 'oom-kill', 'memory-leak']

/** For a diagnosis of one container: the machine's part in it, where it can have one. */
export function remarkPressure(facts: Facts, cause: Cause): { words: string; rests: string[] } | null {
  if (facts.request.subject.kind !== 'container') return null
  const { memory, swap, load } = readPressure(facts)
  const parts = [
    ...(memory !== null && NEEDS_MEMORY.includes(cause)
      ? [{ words: `is short of memory (${whole(memory)} used)`, key: 'memory' }]
      : swap !== null && NEEDS_MEMORY.includes(cause)
        ? [{ words: `has nearly no swap left (${whole(swap)} used)`, key: 'memory' }]
        : []),
    ...(load !== null && NEEDS_TIME.includes(cause)
      ? [{ words: `has more to do than it can (${describeLoad(load)})`, key: 'load' }]
      : []),
  ]
  if (parts.length === 0) return null
  return {
    words: `The machine ${parts.map(({ words }) => words).join(' and ')}, which may have its part in this.`,
    rests: parts.map(({ key }) => key),
  }
}

/** Below it nobody is to blame. Of the machine's memory, and of one core. */
const MUCH = { memoryPercent: 15, cpuPercent: 30 }

/** Who takes most; null when nobody takes much, or nobody knows. As the look saw it, or the minute before. */
export function findLargest({ containers, memory }: Pick<Snapshot, 'containers' | 'memory'>): {
  memory: string | null
  cpu: string | null
} {
  const all = containers.kind === 'ok' ? containers.value : []
  const [eater] = all.toSorted((a, b) => (b.memoryBytes ?? 0) - (a.memoryBytes ?? 0))
  const [worker] = all.toSorted((a, b) => (b.cpuPercent ?? 0) - (a.cpuPercent ?? 0))
  const bytes = eater?.memoryBytes ?? 0
  const percent = memory.kind === 'ok' ? (bytes * 100) / memory.value.totalBytes : 0
  const busy = worker?.cpuPercent ?? 0
  return {
    memory: eater && percent >= MUCH.memoryPercent ? `${quote(eater.name)} takes most (${describeBytes(bytes)})` : null,
    cpu:
      worker && busy >= MUCH.cpuPercent ? `${quote(worker.name)} takes most (${Math.round(busy)} % of a core)` : null,
  }
}
