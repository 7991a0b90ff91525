import type { Container } from '../../src/docker/container.ts'
import { describeHindrance, findHindrance, type Guard } from '../containers.ts'
import { CAUSE_RULES } from './causes/index.ts'
import { type Choice, chooseSubject } from './choose.ts'
import { COLLECT_LIMIT_MS, collectFacts, type EvidenceDeps, type Look, takeLook } from './evidence.ts'
import { COMPOSE, type Facts, hasEnded, isDown } from './facts.ts'
import { type Named, nameCause } from './rank.ts'
import { createReader, type Gap, type Read } from './reader.ts'
import { fillName, matchRunbook, type Runbook } from './runbooks.ts'
import { findSeenBefore, type SimilarDeps } from './similar.ts'
import type { Diagnoser, Diagnosis, DiagnosisRequest, SuggestedAction } from './types.ts'

/** From facts to a cause: by rules at once, by a model where there is one. */

/** `facts` are fresh; the rules' diagnosis may be older. */
export type DiagnoseByModel = (
  ask: { request: DiagnosisRequest; rules: Diagnosis; facts: Facts },
  signal: AbortSignal,
) => Promise<Diagnosis | null>

export type DiagnoserDeps = EvidenceDeps & {
  runbooks: readonly Runbook[]
  /** Null where there is no record of incidents. */
  similar: SimilarDeps | null
  model?: DiagnoseByModel | undefined
  /** For collecting; where nobody waits in a chat it may be longer. */
  limitMs?: number
}

/** Both looks of a question stay within this together. */
const EXPLAIN_LIMIT_MS = 1_700
/** The answer is due after 2 s; earlier incidents are a help for which nobody waits longer. */
const ANSWER_LIMIT_MS = 1_950
const MIN_SIMILAR_MS = 150

export function createDiagnoser(deps: DiagnoserDeps): Diagnoser {
  const { model } = deps
  return {
    hasModel: model !== undefined,
    byRules: async (request, signal) => {
      const startedMs = performance.now()
      return diagnose(deps, await collect(deps, request, signal), startedMs, signal)
    },
    byModel: async (request, rules, signal) => {
      if (!model) return null
      const found = await model({ request, rules, facts: await collect(deps, request, signal) }, signal)
      return found && isWorthMore(found, rules) ? found : null
    },
    explain: async (words, signal) => {
      const startedMs = performance.now()
      const gaps: Gap[] = []
      const read = createReader(gaps, deps.limitMs ?? EXPLAIN_LIMIT_MS, signal)
      const look = await takeLook(deps, read)
      const choice = choose(words, look)
      if (choice.kind !== 'chosen') return choice
      const { request } = choice
      const facts = { ...(await collectFacts(deps, request, read, look)), gaps }
      return { kind: 'explained', request, diagnosis: await diagnose(deps, facts, startedMs, signal) }
    },
  }
}

/** A guess, or words that rest on nothing, do not take the place of what the facts say plainly. */
function isWorthMore(found: Diagnosis, rules: Diagnosis): boolean {
  return rules.confidence !== 'high' || (found.confidence !== 'low' && found.evidence.length > 0)
}

async function collect(deps: EvidenceDeps, request: DiagnosisRequest, signal: AbortSignal): Promise<Facts> {
  const gaps: Gap[] = []
  const read: Read = createReader(gaps, COLLECT_LIMIT_MS, signal)
  return { ...(await collectFacts(deps, request, read)), gaps }
}

/** Whatever is asked about: while Docker is silent, that is the matter. */
function choose(words: string, { machine, engine }: Look): Choice {
  const findings = machine?.findings ?? []
  const containers = engine.kind === 'open' ? engine.containers : []
  const choice = chooseSubject(words, { containers, findings })
  if (engine.kind !== 'silent' || choice.kind === 'chosen') return choice
  return { kind: 'chosen', request: { subject: { kind: 'machine' }, findings: [], question: null } }
}

async function diagnose(deps: DiagnoserDeps, facts: Facts, startedMs: number, signal: AbortSignal): Promise<Diagnosis> {
  const named = nameCause(facts, CAUSE_RULES)
  const allowed = allowActions(facts, await deps.guard(), named.actions)
  const words = [named.summary, ...named.evidence.map(({ text }) => text)].join(' ')
  const runbook = matchRunbook(deps.runbooks, named.cause, words)
  const leftMs = Math.max(MIN_SIMILAR_MS, ANSWER_LIMIT_MS - (performance.now() - startedMs))
  return {
    ...named,
    actions: allowed.actions,
    rootCause: [named.rootCause, ...allowed.notes].join(' '),
    runbook: runbook && { id: runbook.id, title: runbook.title, quote: fillName(runbook.quote, commandName(facts)) },
    seenBefore: await readSeenBefore(deps, named, leftMs, signal),
    madeBy: { kind: 'rules' },
  }
}

/** As compose calls it where it comes from compose: the commands of the pages are compose's own. */
function commandName({ target }: Facts): string | null {
  return target && (target.container.labels[COMPOSE.service] ?? target.container.name)
}

/** What is no trouble has no precedent worth telling, and what nobody knows has none either. */
async function readSeenBefore(
  { similar }: DiagnoserDeps,
  named: Named,
  limitMs: number,
  signal: AbortSignal,
): Promise<Diagnosis['seenBefore']> {
  if (!similar || named.severity === 'info' || named.cause === 'unknown') return []
  const read = createReader([], limitMs, signal)
  return (await read('earlier incidents', limitMs, (both) => findSeenBefore(similar, named, both))) ?? []
}

/** Takes out what may not be done or makes no sense in the present state, and says why where a person has to do it. */
export function allowActions(
  facts: Pick<Facts, 'target' | 'siblings'>,
  guard: Guard,
  wishes: readonly SuggestedAction[],
): { actions: SuggestedAction[]; notes: string[] } {
  const containers = [...(facts.target ? [facts.target.container] : []), ...facts.siblings.map((one) => one.container)]
  const actions: SuggestedAction[] = []
  const notes = new Set<string>()
  for (const wish of wishes) {
    if (wish.containerName === null) {
      actions.push(wish)
      continue
    }
    const container = containers.find(({ name }) => name === wish.containerName)
    if (!container || !makesSense(wish.kind, container)) continue
    const hindrance = findHindrance(container, guard)
    if (hindrance === null) actions.push({ ...wish, containerId: container.id })
    else notes.add(`I may not ${wish.kind} \`${container.name}\`. ${describeHindrance(hindrance)}`)
  }
  return { actions, notes: [...notes] }
}

function makesSense(kind: SuggestedAction['kind'], container: Container): boolean {
  if (kind === 'start') return isDown(container)
  if (kind === 'stop') return !isDown(container)
  return kind !== 'restart' || !hasEnded(container) || container.state === 'restarting'
}
