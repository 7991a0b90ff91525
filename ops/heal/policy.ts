import type { Healing, HealingCall } from '../../src/db/healing.ts'
import type { Container } from '../../src/docker/container.ts'
import type { Observation } from '../monitor/index.ts'
import type { Rule } from '../rules.ts'

/** When healing acts, waits, or calls for a person. Pure. */

const MINUTE_MS = 60_000
export const HOUR_MS = 60 * MINUTE_MS

export const POLICY = {
  /** Before the first, second and third restart: counted from when it was seen, then from the end of the one before. */
  backOffMs: [30_000, 2 * MINUTE_MS, 8 * MINUTE_MS],
  /** The product's own limit (docs/actions.md); then a person decides. */
  perContainer: 3,
  overall: 6,
  /** What a person has just done is given time to work. */
  giveWayMs: 5 * MINUTE_MS,
  /** Well for so long, the past is forgotten. */
  wellMs: HOUR_MS,
  /** What it needs is back: what happened before that says nothing about itself. */
  needBackMs: 2 * MINUTE_MS,
  /** Up for so long, it is not being restarted just now. */
  steadyMs: MINUTE_MS,
  /** Restarts by the engine before it may be said to have tried. */
  engineTries: 3,
} as const

/** A restart may help against these. */
const HEALABLE: readonly Rule[] = ['container-died', 'container-down', 'container-oom', 'container-unhealthy']
/** It ends again and again. Whether the engine restarts it each time shows in the container itself. */
const LOOPS: readonly Rule[] = ['container-loop', 'container-restarts']

export type Patient = {
  containerId: string
  containerName: string
  since: Date
  isLooping: boolean
  words: string
  /** All that is wrong with it. */
  rules: readonly Rule[]
}

/** `waiting`: what they need is in trouble itself, so that comes first, or is off by a person's will. */
export type Patients = { ready: Patient[]; waiting: Patient[] }

/** Containers that want healing. */
export function findPatients({
  findings,
  dependsOn,
  stopped = [],
}: Pick<Observation, 'findings' | 'dependsOn' | 'stopped'>): Patients {
  const sick = findings.filter(
    ({ rule, containerId }) => containerId !== undefined && (HEALABLE.includes(rule) || LOOPS.includes(rule)),
  )
  const names = new Set(sick.map(({ subject }) => subject))
  const patients = new Map<string, Patient>()
  for (const { rule, subject, containerId = '', since, words } of sick) {
    const known = patients.get(containerId)
    patients.set(containerId, {
      containerId,
      containerName: subject,
      since: known && known.since < since ? known.since : since,
      isLooping: LOOPS.includes(rule) || (known?.isLooping ?? false),
      words: known?.words ?? words,
      rules: [...(known?.rules ?? []), rule],
    })
  }
  const groups = Object.groupBy(patients.values(), ({ containerName }) => {
    const needs = findNeeds(containerName, dependsOn)
    if (stopped.some((name) => needs.has(name))) return 'held'
    return needs.values().some((need) => names.has(need)) ? 'waiting' : 'ready'
  })
  const { ready = [], waiting = [], held = [] } = groups
  // Those that need each other in a circle would wait for ever.
  if (ready.length === 0) return { ready: waiting, waiting: held }
  return { ready, waiting: [...waiting, ...held] }
}

/** All that it needs to work, also through another one; itself is not among them. */
function findNeeds(name: string, dependsOn: Observation['dependsOn']): Set<string> {
  const found = new Set<string>()
  const ahead = [name]
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    for (const need of dependsOn.get(next) ?? []) {
      if (need === name || found.has(need)) continue
      found.add(need)
      ahead.push(need)
    }
  }
  return found
}

export type Past = {
  /** Of the last hour, of all containers, the newest first. */
  healings: readonly Healing[]
  lastOnPurpose: { kind: string; at: Date } | null
  /** The container, as it is now. */
  container: Pick<Container, 'state' | 'health' | 'startedAt' | 'restarts'>
  /** When something that it needs was last seen in trouble; null when it was not. */
  needBadAt: Date | null
  call: HealingCall | null
}

export type Decision =
  | { kind: 'act'; attempt: number }
  | { kind: 'wait' }
  /** It is off on purpose, or a person knows. */
  | { kind: 'leave' }
  /** A person has to look at this container. `restartHelps` false: that was tried by the engine. */
  | { kind: 'call'; why: string; restartHelps: boolean }
  /** Too much is wrong: nothing is healed until a person has looked. */
  | { kind: 'halt' }

export function decide(patient: Patient, past: Past, now: Date): Decision {
  if (past.call) return { kind: 'leave' }
  const { lastOnPurpose: wish, container } = past
  const { startedAt } = container
  // Unless it was started since, by whomever.
  if (wish?.kind === 'stop' && !(startedAt !== null && startedAt > wish.at)) return { kind: 'leave' }
  if (wish && now.getTime() - wish.at.getTime() < POLICY.giveWayMs) return { kind: 'wait' }
  const loop = patient.isLooping ? judgeLoop(past, now) : null
  if (loop) return loop
  const own = past.healings.filter(({ containerName }) => containerName === patient.containerName)
  if (own.length >= POLICY.perContainer) {
    const why = `I have restarted it ${own.length} times within an hour, and it does not stay well.`
    return { kind: 'call', why, restartHelps: true }
  }
  if (past.healings.length >= POLICY.overall) return { kind: 'halt' }
  const [last] = own
  const from = last ? (last.finishedAt ?? last.claimedAt) : patient.since
  const backOffMs = POLICY.backOffMs[own.length] ?? 0
  return now.getTime() - from.getTime() < backOffMs ? { kind: 'wait' } : { kind: 'act', attempt: own.length + 1 }
}

/** Ends are counted whoever starts it again. Null: the engine does not restart it, so a restart may help. */
function judgeLoop({ container, needBadAt }: Past, now: Date): Decision | null {
  const { state, health, startedAt, restarts } = container
  if (state === 'restarting' || (state === 'running' && restarts > 0)) {
    const upMs = now.getTime() - (startedAt?.getTime() ?? 0)
    if (needBadAt !== null && now.getTime() - needBadAt.getTime() < POLICY.needBackMs) return { kind: 'wait' }
    if (state === 'restarting' || upMs < POLICY.steadyMs)
      return {
        kind: 'call',
        why: 'It is restarted again and again: one restart more does not help.',
        restartHelps: false,
      }
  }
  if (state === 'running') return health === 'unhealthy' ? null : { kind: 'wait' }
  if (restarts < POLICY.engineTries) return null
  const why = `Docker has restarted it ${restarts} times and given up: one restart more does not help.`
  return { kind: 'call', why, restartHelps: false }
}
