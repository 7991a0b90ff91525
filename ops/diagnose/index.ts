import type { Container } from '../../src/docker/container.ts'
import { describeHindrance, findHindrance, type Guard } from '../containers.ts'
import { CAUSE_RULES } from './causes/index.ts'
import { collectFacts, type EvidenceDeps } from './evidence.ts'
import { type Facts, hasEnded, isDown } from './facts.ts'
import { nameCause } from './rank.ts'
import type { Diagnoser, Diagnosis, DiagnosisRequest, SuggestedAction } from './types.ts'

/** From facts to a cause: by rules at once, by a model where there is one. */

/** `facts` are fresh; the rules' diagnosis may be older. */
export type DiagnoseByModel = (
  ask: { request: DiagnosisRequest; rules: Diagnosis; facts: Facts },
  signal: AbortSignal,
) => Promise<Diagnosis | null>

export type DiagnoserDeps = EvidenceDeps & {
  guard: () => Promise<Guard>
  model?: DiagnoseByModel | undefined
}

export function createDiagnoser(deps: DiagnoserDeps): Diagnoser {
  return {
    byRules: async (request, signal) => diagnose(deps, await collectFacts(deps, request, signal)),
    byModel: async (request, rules, signal) => {
      if (!deps.model) return null
      return deps.model({ request, rules, facts: await collectFacts(deps, request, signal) }, signal)
    },
  }
}

async function diagnose(deps: DiagnoserDeps, facts: Facts): Promise<Diagnosis> {
  const named = nameCause(facts, CAUSE_RULES)
  const allowed = allowActions(facts, await deps.guard(), named.actions)
  return {
    ...named,
    actions: allowed.actions,
    rootCause: [named.rootCause, ...allowed.notes].join(' '),
    runbook: null,
    seenBefore: [],
    madeBy: { kind: 'rules' },
  }
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
    if (hindrance === null) actions.push(wish)
    else notes.add(`I may not ${wish.kind} ${container.name}. ${describeHindrance(hindrance)}`)
  }
  return { actions, notes: [...notes] }
}

function makesSense(kind: SuggestedAction['kind'], container: Container): boolean {
  if (kind === 'start') return isDown(container)
  if (kind === 'stop') return !isDown(container)
  return kind !== 'restart' || !hasEnded(container) || container.state === 'restarting'
}
