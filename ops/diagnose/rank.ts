import { describeSpan } from '../words.ts'
import type { Candidate, Rule } from './candidate.ts'
import { quote } from './causes/search.ts'
import { listLines, pickLines } from './evidence-lines.ts'
import type { Facts, Target } from './facts.ts'
import { addFollowers } from './followers.ts'
import { remarkPressure } from './pressure.ts'
import type { Confidence, Diagnosis } from './types.ts'

/** Below it a cause is a guess, and "I do not know" the honest answer. */
const MIN_WEIGHT = 0.3
const HIGH = 0.8
const MEDIUM = 0.5
const MAX_EVIDENCE = 6

/** The best first. Of the same weight the earlier rule counts: they are listed from the most to the least specific. */
export function rankCandidates(facts: Facts, rules: readonly Rule[]): Candidate[] {
  return rules
    .flatMap((rule) => rule(facts))
    .filter(({ weight }) => weight >= MIN_WEIGHT)
    .toSorted((a, b) => b.weight - a.weight)
}

export type Named = Pick<
  Diagnosis,
  'severity' | 'cause' | 'summary' | 'rootCause' | 'confidence' | 'evidence' | 'actions' | 'prevention'
>

export function nameCause(facts: Facts, rules: readonly Rule[]): Named {
  const [best] = rankCandidates(facts, rules)
  const chosen = addPressure(facts, addFollowers(facts, best ?? null) ?? describeUnknown(facts))
  const severity = chosen.severity === 'info' ? 'info' : worst(facts, chosen.severity)
  return {
    severity,
    cause: chosen.cause,
    summary: chosen.summary,
    rootCause: chosen.rootCause,
    confidence: confidenceOf(chosen.weight),
    evidence: pickLines(listLines(facts), chosen.rests).slice(0, MAX_EVIDENCE),
    actions: [...(chosen.actions ?? [])],
    prevention: chosen.prevention ?? null,
  }
}

function addPressure(facts: Facts, chosen: Candidate): Candidate {
  const remark = remarkPressure(facts, chosen.cause)
  // Of one that is well, nothing has to be excused.
  if (remark === null || (chosen.severity === 'info' && chosen.cause !== 'slow-start')) return chosen
  const rests = [...chosen.rests.slice(0, MAX_EVIDENCE - remark.rests.length), ...remark.rests]
  return { ...chosen, rootCause: `${chosen.rootCause} ${remark.words}`, rests }
}

function confidenceOf(weight: number): Confidence {
  if (weight >= HIGH) return 'high'
  return weight >= MEDIUM ? 'medium' : 'low'
}

function worst({ request }: Facts, own: 'warning' | 'critical'): 'warning' | 'critical' {
  return request.findings.some(({ severity }) => severity === 'critical') ? 'critical' : own
}

/** What is known is still worth saying, and where to look next. */
function describeUnknown(facts: Facts): Candidate {
  const { target, request, gaps } = facts
  const recent = (target?.log?.lines ?? []).map((_, index) => `log:${index}`).slice(-3)
  const found = request.findings.map((_, index) => `finding:${index}`)
  const blind = describeGaps(gaps)
  const troubled = request.findings.length > 0
  const healthy = target === null ? 'I see nothing wrong.' : describeWell(target, facts.at)
  return {
    cause: 'unknown',
    weight: 0,
    severity: troubled ? 'warning' : 'info',
    summary: troubled ? 'I do not know why.' : healthy,
    rootCause: troubled
      ? `Nothing that I know explains it. Its last lines are the best trace.${blind}`
      : `Nothing here looks like trouble now.${blind}`,
    rests: [...found, 'state', 'engine', 'usage', ...recent],
  }
}

const AND = new Intl.ListFormat('en-GB')

function describeGaps(gaps: Facts['gaps']): string {
  const reasons = [...new Set(gaps.map(({ reason }) => reason))]
  const whatFor = (wanted: string) => gaps.filter(({ reason }) => reason === wanted).map(({ what }) => what)
  return reasons.map((reason) => ` I could not read ${AND.format(whatFor(reason))}: ${reason}.`).join('')
}

function describeWell({ container }: Target, now: Date): string {
  const { name, state, health, startedAt } = container
  if (state !== 'running' || startedAt === null) return `I see nothing wrong with ${quote(name)}.`
  const span = describeSpan((now.getTime() - startedAt.getTime()) / 1000)
  return `${quote(name)} runs${health === 'healthy' ? ', healthy,' : ''} for ${span}, and I see nothing wrong with it.`
}
