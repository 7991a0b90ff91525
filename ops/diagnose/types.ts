import { z } from 'zod'
import type { Container } from '../../src/docker/container.ts'
import { ActionKind } from '../actions/definitions.ts'
import type { Finding } from '../rules.ts'

/** What a diagnosis is made for and what it comes to. Stored with its incident as JSON, and read back by the same schema. */

export const CAUSES = [
  'oom-kill',
  'crash-at-start',
  'crash-loop',
  'segfault',
  'command-not-found',
  'permission-denied',
  'missing-env',
  'port-conflict',
  'disk-full',
  'inodes-full',
  'read-only',
  'connection-refused',
  'dns-failure',
  'upstream-timeout',
  'unhealthy-check',
  'image-missing',
  'mount-missing',
  'slow-start',
  'clean-exit',
  'stopped-by-hand',
  'memory-leak',
  'cpu-hog',
  'log-flood',
  'restart-storm',
  'dependency-down',
  'stale-project',
  'clock-wrong',
  'docker-silent',
  'machine-pressure',
  'provider-failing',
  'budget-spent',
  'unknown',
] as const
export const Cause = z.enum(CAUSES)
export type Cause = z.infer<typeof Cause>

export type Subject = { kind: 'container'; name: string; containerId: string } | { kind: 'machine' } | { kind: 'bot' }

export type DiagnosisRequest = {
  subject: Subject
  /** What the rules hold against it just now; empty when somebody simply asks. */
  findings: readonly Finding[]
  /** In the words of whoever asks. */
  question: string | null
}

/** One thing that was seen. `text` comes from outside as often as not: redacted and cut, and never more than data. */
export const EvidenceLine = z.object({
  /** "E1", "E2", … within one diagnosis. */
  ref: z.string(),
  source: z.enum(['state', 'log', 'stats', 'event', 'health', 'history', 'incident', 'runbook', 'machine']),
  text: z.string(),
})
export type EvidenceLine = z.infer<typeof EvidenceLine>

export const SuggestedAction = z.object({
  kind: ActionKind,
  /** Null for what is about no container. Looked up in the live list before anything comes of it. */
  containerName: z.string().nullable(),
  /** Full id in the live list of that moment; a button is bound to it. */
  containerId: z.string().optional(),
  why: z.string(),
})
export type SuggestedAction = z.infer<typeof SuggestedAction>

export const Confidence = z.enum(['high', 'medium', 'low'])
export type Confidence = z.infer<typeof Confidence>

export const Diagnosis = z.object({
  /** info: it looks like trouble and is none. */
  severity: z.enum(['info', 'warning', 'critical']),
  cause: Cause,
  /** One sentence, for a tired person. */
  summary: z.string(),
  /** One to three sentences; what no button does is said here. */
  rootCause: z.string(),
  confidence: Confidence,
  /** Only what the cause rests on. */
  evidence: z.array(EvidenceLine),
  /** Empty when nothing of the closed list helps. */
  actions: z.array(SuggestedAction),
  prevention: z.string().nullable(),
  runbook: z.object({ id: z.string(), title: z.string(), quote: z.string() }).nullable(),
  seenBefore: z.array(
    z.object({ incidentId: z.string(), at: z.coerce.date(), summary: z.string(), helped: z.string().nullable() }),
  ),
  madeBy: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('rules') }),
    z.object({ kind: z.literal('model'), model: z.string(), costUsd: z.number() }),
  ]),
})
export type Diagnosis = z.infer<typeof Diagnosis>

/** `candidates`: several containers have that in their names. 'well': nothing was named, and nothing is wrong. */
export type Explained =
  | { kind: 'explained'; request: DiagnosisRequest; diagnosis: Diagnosis }
  | { kind: 'ambiguous'; candidates: Container[] }
  | { kind: 'none' }
  | { kind: 'well' }

export type Diagnoser = {
  readonly hasModel: boolean
  /** Within 2 s, whatever hangs. @throws Failure cancelled */
  byRules(request: DiagnosisRequest, signal: AbortSignal): Promise<Diagnosis>
  /** Null without a model, and when it refused, talked nonsense or came to a limit: then the rules' word stands. */
  byModel(request: DiagnosisRequest, rules: Diagnosis, signal: AbortSignal): Promise<Diagnosis | null>
  /**
   * What somebody asks in words ("n8n", "machine", "why is redis slow?", or nothing for the worst there is), by rules and
   * within 2 s. @throws Failure cancelled
   */
  explain(words: string, signal: AbortSignal): Promise<Explained>
}
