import { z } from 'zod'
import type { Redact } from '../../../src/redact.ts'
import { CONTAINER_KINDS, HOUSE_KINDS, isContainerKind } from '../../actions/definitions.ts'
import type { Guard } from '../../containers.ts'
import type { Facts } from '../facts.ts'
import { allowActions } from '../index.ts'
import { Cause, Confidence, type Diagnosis, type EvidenceLine, type SuggestedAction } from '../types.ts'
import { type EvidenceBook, flatten } from './evidence-book.ts'

/** What the model answers, and what is left of it after it was checked against what is there. */

const MAX_ACTIONS = 3
const MAX_EVIDENCE = 6
/** As the message in the chat has room for; longer is cut, since a second try would cost more than the end of a sentence. */
const ROOM = { summary: 200, rootCause: 700, why: 200, prevention: 300 }

/** What can be meant by a name alone, or is there once: a run's id is nothing that a model could know. */
const KINDS = [...CONTAINER_KINDS, ...HOUSE_KINDS] as const

export const ModelAnswer = z.object({
  severity: z.enum(['info', 'warning', 'critical']),
  cause: Cause,
  summary: z.string().min(1),
  rootCause: z.string().min(1),
  confidence: Confidence,
  evidence: z.array(z.string()),
  actions: z.array(z.object({ kind: z.enum(KINDS), containerName: z.string().nullable(), why: z.string() })),
  prevention: z.string().nullable(),
})
export type ModelAnswer = z.infer<typeof ModelAnswer>

type Checks = { book: EvidenceBook; facts: Facts; guard: Guard; redact: Redact }

export function checkAnswer(
  answer: ModelAnswer,
  rules: Diagnosis,
  { book, facts, guard, redact }: Checks,
): Omit<Diagnosis, 'madeBy'> {
  const evidence = findEvidence(book, answer.evidence)
  const say = (text: string, maxChars: number) => flatten(redact(text), maxChars)
  const wishes = answer.actions.flatMap(readWish).map((wish) => ({ ...wish, why: say(wish.why, ROOM.why) }))
  return {
    severity: facts.request.findings.length > 0 && answer.severity === 'info' ? rules.severity : answer.severity,
    cause: answer.cause,
    summary: say(answer.summary, ROOM.summary),
    rootCause: say(answer.rootCause, ROOM.rootCause),
    confidence: evidence.length === 0 ? 'low' : answer.confidence,
    evidence,
    actions: allowActions(facts, guard, wishes).actions.slice(0, MAX_ACTIONS),
    prevention: answer.prevention === null ? null : say(answer.prevention, ROOM.prevention) || null,
    runbook: rules.runbook,
    seenBefore: rules.seenBefore,
  }
}

/** A reference that nobody gave out is no evidence. */
function findEvidence(book: EvidenceBook, refs: readonly string[]): EvidenceLine[] {
  const found = refs.map((ref) => book.find(ref)).filter((line) => line !== null)
  return [...new Map(found.map((line) => [line.ref, line])).values()].slice(0, MAX_EVIDENCE)
}

/** One about a container without its name is about none; one about the machine has no name. */
function readWish({ kind, containerName, why }: ModelAnswer['actions'][number]): SuggestedAction[] {
  if (!isContainerKind(kind)) return [{ kind, containerName: null, why }]
  const name = containerName?.trim() ?? ''
  return name === '' ? [] : [{ kind, containerName: name, why }]
}
