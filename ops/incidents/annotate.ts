import type { Finding } from '../rules.ts'
import { isMuted, isSameMatter } from './muting.ts'
import type { Incident, Mute } from './types.ts'

/**
 * What a look has found, as people know it: what has an alert began when that says so, and what is muted is marked and comes
 * last.
 */
export function annotateFindings(
  findings: readonly Finding[],
  open: readonly Pick<Incident, 'members'>[],
  mutes: readonly Mute[],
): Finding[] {
  const told = open.flatMap(({ members }) => members)
  const known = findings.map((finding): Finding => {
    const same = told.filter(({ rule, subject }) => subject === finding.subject && isSameMatter(rule, finding.rule))
    const since = (same.find(({ rule }) => rule === finding.rule) ?? same[0])?.since ?? finding.since
    return isMuted(finding, mutes) ? { ...finding, since, isMuted: true } : { ...finding, since }
  })
  return known.toSorted((a, b) => Number(a.isMuted ?? false) - Number(b.isMuted ?? false))
}
