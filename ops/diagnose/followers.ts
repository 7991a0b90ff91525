import type { Candidate } from './candidate.ts'
import { isAway, revive } from './causes/network.ts'
import { quote, siblingKey } from './causes/search.ts'
import { type Facts, isTroubled, namesOf, type Sibling } from './facts.ts'

/** Others that wait for it. They follow; why it fell itself is still the first thing to say. */

const AND = new Intl.ListFormat('en-GB')
const NAMED = 4
const SHOWN = 2
/** Of its own lines, so that there is room for those that follow. */
const OWN_LINES = 4
/** That it is down is certain; the reason is not. */
const WITHOUT_REASON = 0.6

/** `best`: why it fell itself, as far as a rule knows. */
export function addFollowers(facts: Facts, best: Candidate | null): Candidate | null {
  const waiting = findFollowers(facts)
  // What waits for another one itself says so already.
  if (waiting.length === 0 || !facts.target || best?.cause === 'dependency-down') return best
  const names = AND.format(waiting.slice(0, NAMED).map(({ container }) => quote(container.name)))
  const rests = [...(best?.rests ?? ['state']).slice(0, OWN_LINES), ...waiting.slice(0, SHOWN).map(siblingKey)]
  if (best === null || best.cause === 'unknown' || best.cause === 'clean-exit')
    return describeRoot(facts.target.container, best, { names, rests })
  const follow = waiting.length === 1 ? 'needs it and fails' : 'need it and fail'
  return { ...best, severity: 'critical', rootCause: `${best.rootCause} ${names} ${follow} without it.`, rests }
}

function findFollowers({ target, siblings, request }: Facts): Sibling[] {
  if (!target || !isAway(target.container)) return []
  const names = namesOf(target.container)
  return siblings.filter(
    ({ container, dependsOn }) =>
      dependsOn.some((name) => names.includes(name.toLowerCase())) &&
      (isTroubled(container) || request.findings.some(({ subject }) => subject === container.name)),
  )
}

type Followers = { names: string; rests: readonly string[] }

function describeRoot(
  container: NonNullable<Facts['target']>['container'],
  best: Candidate | null,
  { names, rests }: Followers,
): Candidate {
  const own =
    best?.cause === 'clean-exit'
      ? `${quote(container.name)} ended without an error (code 0)`
      : (best?.summary.replace(/\.$/, '') ?? `${quote(container.name)} is down`)
  const trace = best?.cause === 'unknown' ? 'Its last lines are the best trace of why it ended. ' : ''
  return {
    cause: 'dependency-down',
    weight: Math.max(best?.weight ?? 0, WITHOUT_REASON),
    severity: 'critical',
    summary: `${own}, and takes ${names} down with it.`,
    rootCause: `${trace}There is one fault here, not several: bring this one back first.`,
    rests,
    actions: revive({ container }, 'It is what the others wait for.'),
  }
}
