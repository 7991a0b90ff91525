import type { Container } from '../../src/docker/container.ts'
import { findByName } from '../containers.ts'
import type { Finding } from '../rules.ts'
import { COMPOSE } from './facts.ts'
import type { DiagnosisRequest, Subject } from './types.ts'

/** What somebody means by "/diagnose redis", "why does n8n keep restarting?", or by nothing at all. */

export type Choice =
  | { kind: 'chosen'; request: DiagnosisRequest }
  | { kind: 'ambiguous'; candidates: Container[] }
  | { kind: 'none' }
  /** Nothing was named, and nothing is wrong. */
  | { kind: 'well' }

type Seen = { containers: readonly Container[]; findings: readonly Finding[] }

const MACHINE = /^(?:the )?(?:machine|server|host|system|pi|box)$/i
const BOT = /^(?:the )?(?:bot|nexus|yourself|you)$/i
const ABOUT_MACHINE =
  /\b(?:machine|server|host|pi|disks?|memory|ram|swap|cpu|processor|load|hot|temperature|slow|space|full)\b/i
const ABOUT_BOT =
  /\b(?:bot|you|carousels?|generat\w*|telegram|groq|claude|gemini|pexels|budget|spend\w*|money|schedule|approv\w*)\b/i
/** Shorter parts of names ("db", "ui") are words of every day as well, and count only as a whole name. */
const MIN_PART_CHARS = 3
/** Parts that many names have. */
const COMMON_PARTS = new Set(['app', 'web', 'server', 'service', 'docker', 'container', 'nexus', 'the', 'main', 'test'])

export function chooseSubject(words: string, seen: Seen): Choice {
  const wish = words.trim()
  if (wish === '') return chooseWorst(seen, null)
  if (!seen.containers.some(({ name }) => name.toLowerCase() === wish.toLowerCase())) {
    if (MACHINE.test(wish)) return chosen(seen, { kind: 'machine' }, null)
    if (BOT.test(wish)) return chosen(seen, { kind: 'bot' }, null)
  }
  const named = findByName(seen.containers, wish)
  if (named.kind === 'found') return chosen(seen, subjectOf(named.container), null)
  if (named.kind === 'ambiguous') return named
  return /\s/.test(wish) ? chooseBySentence(wish, seen) : { kind: 'none' }
}

function chooseBySentence(sentence: string, seen: Seen): Choice {
  const words = new Set(
    sentence
      .toLowerCase()
      .match(/[\p{L}\p{N}_.-]+/gu)
      ?.map((word) => word.replace(/[._-]+$/, '')),
  )
  const whole = seen.containers.filter((one) => namesOf(one).some((name) => words.has(name)))
  const found = whole.length > 0 ? whole : seen.containers.filter((one) => partsOf(one).some((part) => words.has(part)))
  const [only, ...others] = found
  if (only && others.length === 0) return chosen(seen, subjectOf(only), sentence)
  if (only) return { kind: 'ambiguous', candidates: found }
  if (ABOUT_BOT.test(sentence)) return chosen(seen, { kind: 'bot' }, sentence)
  if (ABOUT_MACHINE.test(sentence)) return chosen(seen, { kind: 'machine' }, sentence)
  return chooseWorst(seen, sentence)
}

function namesOf({ name, labels }: Container): string[] {
  const service = labels[COMPOSE.service]
  return [name, ...(service === undefined ? [] : [service])].map((one) => one.toLowerCase())
}

function partsOf(container: Container): string[] {
  return namesOf(container)
    .flatMap((name) => name.split(/[^\p{L}\p{N}]+/u))
    .filter((part) => part.length >= MIN_PART_CHARS && !COMMON_PARTS.has(part))
}

/** Findings come with the worst first. */
function chooseWorst(seen: Seen, question: string | null): Choice {
  const [worst] = seen.findings
  return worst ? chosen(seen, subjectOfFinding(worst, seen.containers), question) : { kind: 'well' }
}

const subjectOf = ({ name, id }: Container): Subject => ({ kind: 'container', name, containerId: id })

const OF_CONTAINER = /^(?:container-|log-pattern)/
const OF_BOT = /^(?:generation|spend-|backup)/

function subjectOfFinding(finding: Finding, containers: readonly Container[]): Subject {
  if (OF_BOT.test(finding.rule)) return { kind: 'bot' }
  if (!OF_CONTAINER.test(finding.rule)) return { kind: 'machine' }
  const { subject: name, containerId } = finding
  const container = containers.find(({ id }) => id === containerId) ?? containers.find((one) => one.name === name)
  return container ? subjectOf(container) : { kind: 'container', name, containerId: containerId ?? '' }
}

function chosen({ containers, findings }: Seen, subject: Subject, question: string | null): Choice {
  const own = findings.filter((finding) => isSame(subjectOfFinding(finding, containers), subject))
  return { kind: 'chosen', request: { subject, findings: own, question } }
}

function isSame(a: Subject, b: Subject): boolean {
  if (a.kind !== 'container' || b.kind !== 'container') return a.kind === b.kind
  return a.containerId === b.containerId
}
