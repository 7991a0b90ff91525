import { Measure } from './act.ts'
import { Evidence } from './watch.ts'

export { describeLoad } from './load.ts'
export type { Evidence } from './watch.ts'

export type Seen = { kind: 'evidence'; evidence: Evidence } | { kind: 'measure'; measure: Measure }

/** What is stored as before and after; null for what cannot be read. */
export function readSeen(stored: unknown): Seen | null {
  const evidence = Evidence.safeParse(stored)
  if (evidence.success) return { kind: 'evidence', evidence: evidence.data }
  const measure = Measure.safeParse(stored)
  return measure.success ? { kind: 'measure', measure: measure.data } : null
}

/** A name from outside, in a sentence: shown as a name and nothing else. */
export function quote(name: string): string {
  return `\`${name.replaceAll('`', "'")}\``
}
