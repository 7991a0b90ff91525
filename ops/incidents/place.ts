import type { Finding } from '../rules.ts'
import { isMuted } from './muting.ts'
import type { Policy } from './policy.ts'
import { findRoots, groupByNode } from './roots.ts'
import type { Incident, Seen } from './types.ts'

/** Which incident a finding belongs to. */

/** What is wrong with one cause and its followers now. */
export type Group = {
  rootKey: string
  nodes: string[]
  /** Without what is muted; the cause first, then the worst, then the oldest. */
  members: Finding[]
}

export type Placement = {
  groups: Group[]
  /** Id of an incident → the cause that it turned out to follow from. */
  moved: Map<string, string>
}

/**
 * What an open incident holds stays with it, so that a follower which recovers late makes no new one. Only when the cause of
 * an incident turns out to follow from something else, the whole of it moves there.
 */
export function placeFindings(open: readonly Incident[], seen: Seen, policy: Pick<Policy, 'mutes'>): Placement {
  const nodes = groupByNode(seen.findings)
  const roots = findRoots(nodes, seen.dependsOn)
  const moved = new Map<string, string>()
  const placed = new Map<string, string[]>()
  for (const node of nodes.keys()) {
    const root = roots.get(node) ?? node
    const holder = findHolder(open, node)
    const target = findHolder(open, root)?.rootKey ?? root
    // Two incidents that seem to follow from each other stay where they are.
    const moves = holder?.rootKey === node && findEnd(target, open, moved) !== node
    if (holder && moves) moved.set(holder.id, target)
    const key = holder && !moves ? holder.rootKey : target
    placed.set(key, [...(placed.get(key) ?? []), node])
  }
  return { groups: follow(placed, open, moved).map(([key, own]) => toGroup(key, own, nodes, policy)), moved }
}

function findHolder(open: readonly Incident[], node: string): Incident | undefined {
  return open.find(({ rootKey }) => rootKey === node) ?? open.find(({ nodes }) => nodes.includes(node))
}

/** What stayed with an incident that has moved goes along. */
function follow(
  placed: ReadonlyMap<string, readonly string[]>,
  open: readonly Incident[],
  moved: ReadonlyMap<string, string>,
): [string, string[]][] {
  const joined = new Map<string, string[]>()
  for (const [key, nodes] of placed) {
    const end = findEnd(key, open, moved)
    joined.set(end, [...(joined.get(end) ?? []), ...nodes])
  }
  return [...joined]
}

/** Where a cause has gone in the end. */
export function findEnd(key: string, open: readonly Incident[], moved: ReadonlyMap<string, string>): string {
  const holder = open.find(({ rootKey }) => rootKey === key)
  const next = holder && moved.get(holder.id)
  return next === undefined ? key : findEnd(next, open, moved)
}

function toGroup(
  rootKey: string,
  nodes: readonly string[],
  findings: ReadonlyMap<string, readonly Finding[]>,
  policy: Pick<Policy, 'mutes'>,
): Group {
  const ordered = [rootKey, ...nodes.filter((node) => node !== rootKey)].filter((node) => nodes.includes(node))
  const heard = ordered.map((node) => (findings.get(node) ?? []).filter((finding) => !isMuted(finding, policy.mutes)))
  const byRank = heard.map((some) => some.toSorted((a, b) => rank(a) - rank(b) || age(a) - age(b)))
  const [first = [], ...others] = nodes.includes(rootKey) ? byRank : [[], ...byRank]
  const rest = others.flat().toSorted((a, b) => rank(a) - rank(b) || age(a) - age(b))
  return { rootKey, nodes: [...nodes], members: [...first, ...rest] }
}

const rank = ({ severity }: Finding) => (severity === 'critical' ? 0 : 1)
const age = ({ since }: Finding) => since.getTime()
