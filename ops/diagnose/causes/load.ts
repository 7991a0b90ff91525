import { describeBytes, describeSpan } from '../../words.ts'
import type { Candidate, Rule } from '../candidate.ts'
import type { Facts, PastMinute, Target } from '../facts.ts'
import { describeLoad, findLargest, readPressure, whole } from '../pressure.ts'
import { quote } from './search.ts'

/** Memory that grows, a processor that never rests, a machine that is too small for what runs on it. */

const NEAR_LIMIT = 0.8
/** Of its limit, within what the record holds. */
const GROWTH = 0.2
const MIN_MINUTES = 5

export const ruleMemoryLeak: Rule = ({ target, request }) => {
  if (!target?.usage || target.container.state !== 'running') return []
  const { memoryBytes, memoryLimitBytes: limit } = target.usage
  const name = target.container.name
  const finding = request.findings.findIndex(({ rule, subject }) => rule === 'container-memory' && subject === name)
  if (limit === null && finding < 0) return []
  const share = limit === null ? 0 : memoryBytes / limit
  if (share < NEAR_LIMIT && finding < 0) return []
  const growth = measureGrowth(target.past)
  const grows = growth !== null && limit !== null && growth.bytes >= GROWTH * limit
  const weight = grows ? 0.9 : finding >= 0 ? 0.8 : share >= 0.9 ? 0.6 : 0.4
  return [describeLeak(target, weight, grows ? growth : null, finding < 0 ? [] : [`finding:${finding}`])]
}

type Growth = { bytes: number; seconds: number }

/** Null while there is too little to see; a fall by more than a tenth begins anew, since a restart is no leak. */
function measureGrowth(past: readonly PastMinute[]): Growth | null {
  const known = past.flatMap(({ at, memoryBytes }) => (memoryBytes === null ? [] : [{ at, bytes: memoryBytes }]))
  let begin = 0
  for (let index = 1; index < known.length; index++) {
    const [before, now] = [known[index - 1]?.bytes ?? 0, known[index]?.bytes ?? 0]
    if (now < before * 0.9) begin = index
  }
  const run = known.slice(begin)
  const [first] = run
  const last = run.at(-1)
  if (!first || !last || run.length < MIN_MINUTES) return null
  return { bytes: last.bytes - first.bytes, seconds: (last.at.getTime() - first.at.getTime()) / 1000 }
}

function describeLeak({ container, usage }: Target, weight: number, growth: Growth | null, rests: string[]): Candidate {
  const limit = usage?.memoryLimitBytes ?? null
  const of = limit === null ? '' : ` of the ${describeBytes(limit)} that it may take`
  const grew = growth ? ` It grew by ${describeBytes(growth.bytes)} in ${describeSpan(growth.seconds)}.` : ''
  return {
    cause: 'memory-leak',
    weight,
    severity: 'warning',
    summary: `${quote(container.name)} uses ${describeBytes(usage?.memoryBytes ?? 0)}${of}.`,
    rootCause: `${grew ? `${grew.trim()} ` : ''}At the limit the kernel kills it. A restart gives the memory back and buys time; if it grows again, it leaks, or its limit is too small.`,
    rests: [...rests, 'usage', 'past'],
    actions: [
      { kind: 'restart', containerName: container.name, why: 'It gives the memory back, until it has grown again.' },
    ],
    prevention: 'Note how fast it grows after the restart: that tells a leak from a limit that is too small.',
  }
}

const BUSY_PERCENT = 90
/** Where more want to work than there are cores, nobody gets a whole one. */
const BUSY_IN_A_CROWD = 60
const BUSY_MINUTES = 5
const EXPENDABLE = 'nexus.expendable'

export const ruleCpuHog: Rule = (facts) => {
  const { target, request } = facts
  if (target?.container.state !== 'running') return []
  const { container, usage, past } = target
  const finding = request.findings.findIndex(
    ({ rule, subject }) => rule === 'container-cpu' && subject === container.name,
  )
  const now = usage?.cpuPercent ?? 0
  const isCrowded = loadShare(facts) >= 1
  if (finding < 0 && now < (isCrowded ? BUSY_IN_A_CROWD : BUSY_PERCENT)) return []
  const lately = past.slice(-BUSY_MINUTES)
  const isLong = lately.length === BUSY_MINUTES && lately.every(({ cpuPercent }) => (cpuPercent ?? 0) >= BUSY_PERCENT)
  const mayGo = ['', 'true'].includes(container.labels[EXPENDABLE] ?? 'no')
  const { name } = container
  return [
    {
      cause: 'cpu-hog',
      weight: finding >= 0 || isLong ? 0.85 : container.health === 'unhealthy' ? 0.7 : 0.56,
      severity: 'warning',
      summary: `${quote(name)} takes ${Math.round(now)} % of a processor core${isLong || finding >= 0 ? ', and has for minutes' : ' just now'}.`,
      rootCause:
        'Either it has much to do, which ends by itself, or it turns in a circle, which does not: its log tells. A restart ends a circle, and also useful work.',
      rests: [...(finding < 0 ? [] : [`finding:${finding}`]), 'usage', 'load'],
      actions: [
        { kind: 'restart', containerName: name, why: 'It ends a loop that does not end by itself.' },
        ...(isCrowded && mayGo
          ? [
              {
                kind: 'stop' as const,
                containerName: name,
                why: 'It is marked as expendable, and the machine has no time left.',
              },
            ]
          : []),
      ],
      prevention: 'Give it a limit (cpus) that leaves the others some.',
    },
  ]
}

/** 1: as much to do as there are cores. */
function loadShare({ machine }: Facts): number {
  const cpu = machine?.snapshot.cpu
  return cpu?.kind === 'ok' ? cpu.value.load[0] / cpu.value.cores : 0
}

/** Of the machine. What ails one container is a matter of its own, to which this is a remark at most (pressure.ts). */
export const rulePressure: Rule = (facts) => {
  const { request } = facts
  if (request.subject.kind !== 'machine') return []
  const keysFor = (wanted: string) =>
    request.findings.flatMap(({ rule }, index) => (rule === wanted ? [`finding:${index}`] : []))
  const told = { memory: keysFor('memory'), swap: keysFor('swap') }
  const pressure = readPressure(facts)
  const keys = [...told.memory, ...told.swap]
  const weight = keys.length > 0 ? 0.88 : 0.7
  const heat = keysFor('temperature')
  const isPressed = keys.length > 0 || pressure.memory !== null || pressure.swap !== null || pressure.load !== null
  return [
    ...(isPressed ? [describePressure(facts, weight, keys)] : []),
    ...(heat.length > 0 ? [describeHeat(keys.length > 0 ? 0.7 : 0.88, heat)] : []),
  ]
}

function describePressure(facts: Facts, weight: number, keys: readonly string[]): Candidate {
  const { load, ...full } = readPressure(facts)
  const told = (wanted: string) => facts.request.findings.some(({ rule }) => rule === wanted)
  const [isShort, isSwapping] = [full.memory !== null || told('memory'), full.swap !== null || told('swap')]
  const percent = (value: number | null) => (value === null ? '' : ` (${whole(value)} used)`)
  const parts = [
    ...(isShort ? [`is short of memory${percent(full.memory)}`] : []),
    ...(isSwapping ? [`has nearly no swap left${percent(full.swap)}`] : []),
    ...(load === null ? [] : [`has more to do than its processors can (${describeLoad(load)})`]),
  ]
  const largest = facts.machine ? findLargest(facts.machine.snapshot) : { memory: null, cpu: null }
  const who = [...(isShort ? [largest.memory] : []), ...(load === null ? [] : [largest.cpu])].filter(
    (one) => one !== null,
  )
  const whoText = who.length > 0 ? `${who.join('; ')}: ` : ''
  return {
    cause: 'machine-pressure',
    weight,
    severity: 'warning',
    summary: `The machine ${joinWords(parts)}.`,
    rootCause: `${describeEffect(isShort, isSwapping, load !== null)} ${whoText}${whoText === '' ? 'See' : 'see'} /containers, and stop what can wait.`,
    rests: [...keys, ...(isShort || isSwapping ? ['memory', 'load'] : ['load', 'memory'])],
    prevention:
      isShort || isSwapping
        ? 'Give each container a memory limit, and mark what may be stopped first (nexus.expendable).'
        : 'Give busy containers a limit (cpus), and let heavy work wait for the night.',
  }
}

function joinWords(parts: readonly string[]): string {
  return parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}

function describeEffect(isShort: boolean, isSwapping: boolean, isCrowded: boolean): string {
  if (isShort) return 'Everything becomes slow, and at the end the kernel kills what takes most.'
  if (isSwapping && !isCrowded)
    return 'What lies in swap comes back slowly; it matters once memory becomes short as well.'
  return 'Everything waits for its turn, so that health checks fail without a fault of their own.'
}

function describeHeat(weight: number, keys: readonly string[]): Candidate {
  return {
    cause: 'machine-pressure',
    weight,
    severity: 'warning',
    summary: 'The processor is hot, and slows itself down to stay alive.',
    rootCause: 'Check the fan and the air around it. What is not needed now can be stopped until it is cool again.',
    rests: [...keys, 'temperature', 'load'],
  }
}
