import type { ActionRequest } from './actions/definitions.ts'
import type { Finding, Rule } from './rules.ts'

/** What usually helps against a finding, by rules alone; null where only a person can tell. */

const STARTS: readonly Rule[] = ['container-down', 'container-died', 'container-oom']
const RESTARTS: readonly Rule[] = ['container-unhealthy', 'container-loop', 'container-restarts', 'container-memory']

/** `mayAct`: whether the bot may touch the container with this id. Each action once, the worst finding's first. */
export function listFixes(findings: readonly Finding[], mayAct: (containerId: string) => boolean): ActionRequest[] {
  const fixes = new Map<string, ActionRequest>()
  for (const finding of findings) {
    const fix = findFix(finding, mayAct)
    if (fix) fixes.set(JSON.stringify(fix), fix)
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
