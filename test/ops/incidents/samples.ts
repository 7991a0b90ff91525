import type { Diagnosis } from '../../../ops/diagnose/types.ts'
import { LIMITS, type Policy } from '../../../ops/incidents/policy.ts'
import { reduce } from '../../../ops/incidents/reduce.ts'
import type { Change, Incident, Mute, Seen } from '../../../ops/incidents/types.ts'
import type { Finding, Rule } from '../../../ops/rules.ts'

export const NOON = new Date('2026-11-22T12:00:00Z')
export const SECOND = 1_000
export const MINUTE = 60 * SECOND

export function finding(rule: Rule, subject = '', given: Partial<Finding> = {}): Finding {
  return { rule, subject, severity: 'critical', words: `${rule} {}`, value: null, since: NOON, ...given }
}

export const down = (name: string, given: Partial<Finding> = {}) => finding('container-down', name, given)

export function snoozeOf(rootKey: string, severity: 'warning' | 'critical' = 'critical'): Mute {
  return { ...MUTE, kind: 'snooze', rootKey, severity, until: new Date(NOON.getTime() + 3_600_000) }
}

export function muteOf(rule: Rule, subject: string): Mute {
  return { ...MUTE, kind: 'mute', rule, subject }
}

const MUTE = {
  id: 1,
  rootKey: null,
  rule: null,
  subject: '',
  severity: null,
  pattern: null,
  until: null,
  createdAt: NOON,
  createdByName: 'Ana',
}

export type Round = {
  /** Milliseconds after the start. */
  at: number
  findings?: readonly Finding[]
  dependsOn?: Record<string, string[]>
  removed?: string[]
  stopped?: string[]
}

/** A bot that remembers its incidents only, round after round. */
export function createWatch(given: Partial<Pick<Policy, 'mutes' | 'isQuiet'>> = {}) {
  const state = { mutes: [] as readonly Mute[], isQuiet: false, ...given }
  const all = new Map<string, Incident>()
  let ids = 0
  const look = ({ at, findings = [], dependsOn = {}, ...away }: Round): Change[] => {
    const now = new Date(NOON.getTime() + at)
    const current = [...all.values()].filter(
      (one) =>
        one.status !== 'resolved' ||
        one.held !== null ||
        (one.resolvedAt?.getTime() ?? 0) > now.getTime() - LIMITS.reopenMs,
    )
    const seen: Seen = { at: now, findings, dependsOn: new Map(Object.entries(dependsOn)), ...away }
    const newId = () => `id-${++ids}`
    const changes = reduce(current, seen, now, { ...LIMITS, ...state, newId })
    for (const change of changes) {
      for (const one of change.kind === 'digest' ? change.incidents : [change.incident]) all.set(one.id, one)
    }
    return changes
  }
  return {
    state,
    look,
    all: () => [...all.values()],
    open: () => [...all.values()].filter(({ status }) => status !== 'resolved'),
    set: (incident: Incident) => all.set(incident.id, incident),
    /** Whatever is open has been explained. */
    explain: () => {
      for (const [id, one] of all) if (one.status !== 'resolved') all.set(id, { ...one, diagnosis: SOME_DIAGNOSIS })
    },
  }
}

/** What somebody has made of it; the rules' own words do not matter here. */
export const SOME_DIAGNOSIS: Diagnosis = {
  severity: 'critical',
  cause: 'crash-at-start',
  summary: 'It ends as soon as it starts.',
  rootCause: 'Its first line fails.',
  confidence: 'high',
  evidence: [],
  actions: [],
  prevention: null,
  runbook: null,
  seenBefore: [],
  madeBy: { kind: 'rules' },
}

/** New messages; a digest is one. */
export function countMessages(changes: readonly Change[]): number {
  return changes.filter((change) => change.kind === 'digest' || (change.kind !== 'merged' && change.tell === 'message'))
    .length
}

export function tellings(changes: readonly Change[]): string[] {
  return changes.map((change) =>
    change.kind === 'digest' || change.kind === 'merged' ? change.kind : `${change.kind} by ${change.tell}`,
  )
}
