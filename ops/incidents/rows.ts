import { z } from 'zod'
import type { IncidentRow } from '../../src/db/incidents.ts'
import { Diagnosis } from '../diagnose/types.ts'
import { type Finding, RULES, type Rule } from '../rules.ts'
import type { Incident } from './types.ts'

/** Between the stored row and what the rules work with. */

const StoredFinding = z.object({
  rule: z.enum(RULES),
  severity: z.enum(['warning', 'critical']),
  subject: z.string(),
  words: z.string(),
  value: z.number().nullable(),
  since: z.coerce.date(),
  containerId: z.string().optional(),
  quote: z.string().optional(),
})
const Nodes = z.array(z.string()).catch([])

/** What an earlier or later version stored in another shape is left out: the next look says it again. */
export function readIncident(row: IncidentRow): Incident {
  const stored = Array.isArray(row.members) ? row.members : []
  const diagnosis = Diagnosis.safeParse(row.diagnosis)
  return {
    ...row,
    rootRule: RULES.find((rule) => rule === row.rootRule) ?? ('no-answer' satisfies Rule),
    nodes: Nodes.parse(row.nodes),
    members: stored.flatMap((one): Finding[] => {
      const finding = StoredFinding.safeParse(one)
      return finding.success ? [finding.data] : []
    }),
    diagnosis: diagnosis.success ? diagnosis.data : null,
  }
}
