import { type Finding, PROBE_TITLES, type Rule } from '../rules.ts'

/** Which findings follow from which. A node is one thing that can be in trouble: a container, a disk, a unit. */

export type Nodes = ReadonlyMap<string, readonly Finding[]>
export type DependsOn = ReadonlyMap<string, readonly string[]>

/** All that is wrong with one container is one thing, and so is a disk that is full in two ways. */
export function nodeOf({ rule, subject }: Pick<Finding, 'rule' | 'subject'>): string {
  if (rule.startsWith('container-') || rule === 'log-pattern') return containerNode(subject)
  return `${FAMILIES[rule] ?? rule}:${subject}`
}

export const containerNode = (name: string) => `container:${name}`

const FAMILIES: Partial<Record<Rule, string>> = {
  inodes: 'disk',
  swap: 'memory',
  'generation-slow': 'generation',
  'generation-failing': 'generation',
  'generation-missing': 'generation',
}

export function groupByNode(findings: readonly Finding[]): Map<string, Finding[]> {
  return Map.groupBy(findings, nodeOf)
}

const DOCKER = nodeOf({ rule: 'no-answer', subject: PROBE_TITLES.containers })
const DATABASE = nodeOf({ rule: 'no-answer', subject: PROBE_TITLES.database })
const CONTAINER = 'container:'

/**
 * A cause may be seen a little later than what follows from it: an application notices its dead database at once, a health
 * check only after some rounds.
 */
const LATE_MS = 3 * 60_000
/** Below this a write still succeeds, so something else is to blame. */
const FULL_PERCENT = 98
const USAGE_RULES: readonly Rule[] = ['container-cpu', 'container-memory']
/** Where Docker and databases write when nobody says otherwise. */
const SHARED_MOUNTS = ['/', '/var', '/var/lib', '/var/lib/docker']

/** Each node's cause among them; itself when nothing explains it. */
export function findRoots(nodes: Nodes, dependsOn: DependsOn): Map<string, string> {
  const ancestors = findAllAncestors(nodes, dependsOn)
  return new Map(
    [...nodes.keys()].map((node) => {
      const root = pickSource(node, nodes, ancestors)
      return [node, findWider(root, nodes) ?? root]
    }),
  )
}

type Ancestors = ReadonlyMap<string, ReadonlySet<string>>

/** Causes, their causes, and so on. */
function findAllAncestors(nodes: Nodes, dependsOn: DependsOn): Ancestors {
  const causes = new Map([...nodes.keys()].map((node) => [node, findCauses(node, nodes, dependsOn)]))
  const reach = (node: string) => {
    const found = new Set<string>()
    const ahead = [...(causes.get(node) ?? [])]
    for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
      if (found.has(next)) continue
      found.add(next)
      ahead.push(...(causes.get(next) ?? []))
    }
    return found
  }
  return new Map([...nodes.keys()].map((node) => [node, reach(node)]))
}

/** The nearest containers in trouble among those that it needs, also through one that looks well. */
function findCauses(node: string, nodes: Nodes, dependsOn: DependsOn): string[] {
  if (!node.startsWith(CONTAINER) || !canFollow(nodes.get(node))) return []
  const causes: string[] = []
  const seen = new Set([node.slice(CONTAINER.length)])
  const ahead = [...seen]
  for (let name = ahead.pop(); name !== undefined; name = ahead.pop()) {
    for (const needed of dependsOn.get(name) ?? []) {
      if (seen.has(needed)) continue
      seen.add(needed)
      const key = CONTAINER + needed
      if (!isFailing(nodes.get(key))) ahead.push(needed)
      else if (isInTime(nodes, key, node)) causes.push(key)
    }
  }
  return causes
}

/** The first of those that nothing else explains. Where containers need each other in a circle, they share one. */
function pickSource(node: string, nodes: Nodes, ancestors: Ancestors): string {
  const of = (one: string): ReadonlySet<string> => ancestors.get(one) ?? new Set()
  const sources = [node, ...of(node)].filter((one) => [...of(one)].every((other) => of(other).has(one)))
  const ordered = sources.toSorted((a, b) => sinceOf(nodes, a) - sinceOf(nodes, b) || (a < b ? -1 : 1))
  return ordered[0] ?? node
}

/** A Docker that is silent, or a disk where nothing can be written any more: they stand above every container. */
function findWider(node: string, nodes: Nodes): string | null {
  const isContainer = node.startsWith(CONTAINER)
  if (isContainer && nodes.has(DOCKER) && isInTime(nodes, DOCKER, node)) return DOCKER
  const writes = node === DATABASE || (isContainer && isFailing(nodes.get(node)) && canFollow(nodes.get(node)))
  if (!writes) return null
  const isBefore = (key: string) => sinceOf(nodes, key) <= sinceOf(nodes, node)
  return [...nodes].find(([key, findings]) => findings.some(isFull) && isBefore(key))?.[0] ?? null
}

function isFull({ rule, subject, value }: Finding): boolean {
  if (rule !== 'disk' && rule !== 'inodes') return false
  return SHARED_MOUNTS.includes(subject) && (value ?? 0) >= FULL_PERCENT
}

/** Down, unhealthy, or not staying up: others may suffer from it. */
function isFailing(findings: readonly Finding[] | undefined): boolean {
  return findings?.some(({ rule }) => rule.startsWith('container-') && !USAGE_RULES.includes(rule)) ?? false
}

/** Failing, or complaining in its log; and not of its own doing. */
function canFollow(findings: readonly Finding[] | undefined): boolean {
  if (findings?.some(({ rule }) => rule === 'container-oom')) return false
  return isFailing(findings) || (findings?.some(({ rule }) => rule === 'log-pattern') ?? false)
}

function isInTime(nodes: Nodes, cause: string, effect: string): boolean {
  return sinceOf(nodes, cause) <= sinceOf(nodes, effect) + LATE_MS
}

function sinceOf(nodes: Nodes, node: string): number {
  return Math.min(...(nodes.get(node) ?? []).map(({ since }) => since.getTime()))
}
