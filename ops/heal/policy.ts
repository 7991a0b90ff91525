import type { Healing, HealingCall } from '../../src/db/healing.ts'
import type { Finding, Rule } from '../rules.ts'

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
} as const

/** A restart may help against these. */
const HEALABLE: readonly Rule[] = ['container-died', 'container-down', 'container-oom', 'container-unhealthy']
/** It is restarted already, again and again: one restart more helps nobody. */
const LOOPS: readonly Rule[] = ['container-loop', 'container-restarts']

export type Patient = { containerId: string; containerName: string; since: Date; isLooping: boolean; words: string }

/** Containers that want healing, those first that others hang on. One whose need is in trouble itself waits for that. */
export function findPatients(
  findings: readonly Finding[],
  dependsOn: ReadonlyMap<string, readonly string[]>,
): Patient[] {
  const sick = findings.filter(
    ({ rule, containerId }) => containerId !== undefined && (HEALABLE.includes(rule) || LOOPS.includes(rule)),
  )
  const names = new Set(sick.map(({ subject }) => subject))
  const patients = new Map<string, Patient>()
  for (const { rule, subject, containerId = '', since, words } of sick) {
    const known = patients.get(containerId)
    const isLooping = LOOPS.includes(rule) || (known?.isLooping ?? false)
    const first = known && known.since < since ? known.since : since
    patients.set(containerId, {
      containerId,
      containerName: subject,
      since: first,
      isLooping,
      words: known?.words ?? words,
    })
  }
  const all = [...patients.values()]
  const first = all.filter(
    ({ containerName }) =>
      !(dependsOn.get(containerName) ?? []).some((need) => need !== containerName && names.has(need)),
  )
  // Those that need each other in a circle would wait for ever.
  return first.length > 0 ? first : all
}

export type Past = {
  /** Of the last hour, of all containers, the newest first. */
  healings: readonly Healing[]
  lastOnPurpose: { kind: string; at: Date } | null
  /** Of the container, as it is now. */
  startedAt: Date | null
  call: HealingCall | null
}

export type Decision =
  | { kind: 'act'; attempt: number }
  | { kind: 'wait' }
  /** It is off on purpose, or a person knows. */
  | { kind: 'leave' }
  /** A person has to look at this container. */
  | { kind: 'call'; why: string }
  /** Too much is wrong: nothing is healed until a person has looked. */
  | { kind: 'halt' }

export function decide(patient: Patient, past: Past, now: Date): Decision {
  if (past.call) return { kind: 'leave' }
  const { lastOnPurpose: wish, startedAt } = past
  // Unless it was started since, by whomever.
  if (wish?.kind === 'stop' && !(startedAt !== null && startedAt > wish.at)) return { kind: 'leave' }
  if (wish && now.getTime() - wish.at.getTime() < POLICY.giveWayMs) return { kind: 'wait' }
  if (patient.isLooping)
    return { kind: 'call', why: 'It is restarted again and again: one restart more does not help.' }
  const own = past.healings.filter(({ containerName }) => containerName === patient.containerName)
  if (own.length >= POLICY.perContainer)
    return { kind: 'call', why: `I have restarted it ${own.length} times within an hour, and it does not stay well.` }
  if (past.healings.length >= POLICY.overall) return { kind: 'halt' }
  const [last] = own
  const from = last ? (last.finishedAt ?? last.claimedAt) : patient.since
  const backOffMs = POLICY.backOffMs[own.length] ?? 0
  return now.getTime() - from.getTime() < backOffMs ? { kind: 'wait' } : { kind: 'act', attempt: own.length + 1 }
}
