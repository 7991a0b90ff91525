import type { ActionRequest } from './actions/definitions.ts'
import { type DependsOn, findRoots, groupByNode, nodeOf } from './incidents/roots.ts'
import type { Finding, Rule } from './rules.ts'

/** What usually helps against a finding, by rules alone; null where only a person can tell. */

const STARTS: readonly Rule[] = ['container-down', 'container-died', 'container-oom']
const RESTARTS: readonly Rule[] = ['container-unhealthy', 'container-memory']
/** It falls over however often it is started: whoever offers that once more sends people in a circle. */
const HOPELESS: readonly Rule[] = ['container-loop', 'container-restarts']

/**
 * The worst finding's first, one for each container. Nothing for what is muted, and nothing for what only suffers from another
 * one of them. `mayAct`: whether the bot may touch the container with this id.
 */
export function listFixes(
  findings: readonly Finding[],
  mayAct: (containerId: string) => boolean,
  dependsOn: DependsOn,
): ActionRequest[] {
  const nodes = groupByNode(findings)
  const roots = findRoots(nodes, dependsOn)
  const fixes = new Map<string, ActionRequest>()
  for (const finding of findings) {
    const node = nodeOf(finding)
    const isHopeless = nodes.get(node)?.some(({ rule }) => HOPELESS.includes(rule)) ?? false
    if (finding.isMuted || isHopeless || roots.get(node) !== node) continue
    const fix = findFix(finding, mayAct)
    const key = fix && 'containerId' in fix ? fix.containerId : JSON.stringify(fix)
    if (fix && !fixes.has(key)) fixes.set(key, fix)
  }
  return [...fixes.values()]
}

function findFix({ rule, subject, containerId }: Finding, mayAct: (id: string) => boolean): ActionRequest | null {
  if (rule === 'backup-old') return { kind: 'backup' }
  if (rule === 'disk' || rule === 'inodes') return { kind: 'prune-images' }
  const kind = STARTS.includes(rule) ? 'start' : RESTARTS.includes(rule) ? 'restart' : null
  if (kind === null || containerId === undefined || !mayAct(containerId)) return null
  return { kind, containerId, containerName: subject }
}
