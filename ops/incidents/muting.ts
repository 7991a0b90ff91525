import type { Finding, Rule } from '../rules.ts'
import { nodeOf } from './roots.ts'
import type { Mute } from './types.ts'

/** What somebody does not want to hear of. */

/**
 * A container that does not stay up is told of in several ways, by what is seen of it first: whoever mutes one of them means
 * all of them.
 */
const NOT_STAYING_UP: readonly string[] = [
  'container-down',
  'container-died',
  'container-loop',
  'container-restarts',
] satisfies Rule[]

export function isMuted({ rule, subject }: Pick<Finding, 'rule' | 'subject'>, mutes: readonly Mute[]): boolean {
  return mutes.some((mute) => mute.kind === 'mute' && mute.subject === subject && isSameMatter(mute.rule, rule))
}

export function isSameMatter(one: string | null, other: string): boolean {
  return one === other || (one !== null && NOT_STAYING_UP.includes(one) && NOT_STAYING_UP.includes(other))
}

/** Those about one thing together, as one tap has made them and one lifts them; the oldest first. */
export function groupMutes(mutes: readonly Mute[]): Mute[][] {
  const keyOf = ({ id, kind, rule, subject }: Mute) =>
    kind === 'mute' ? `mute ${nodeOf({ rule: rule as Rule, subject })}` : `${id}`
  return [...Map.groupBy(mutes, keyOf).values()]
}
