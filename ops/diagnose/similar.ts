import { findSimilarIncidents } from '../../src/db/incidents.ts'
import type { Queryable } from '../../src/transaction.ts'
import { Diagnosis } from './types.ts'

/** Earlier incidents like this one, by meaning, and what helped then. */

export type SimilarDeps = {
  db: Queryable
  embed: (text: string, signal: AbortSignal) => Promise<{ vector: number[]; model: string }>
}

/**
 * Cosine distance up to which two diagnoses tell of the same thing. Measured with `local-hash-768-1` (in the test): the same
 * cause in another container, or with other figures, 0 to 0.46; another cause, also of the same container, 0.78 and more. Not
 * measured with the models of services, which keep all texts about computers near each other: there only the very near counts.
 */
export const MAX_DISTANCE = { local: 0.55, service: 0.15 }
const LOCAL_MODEL = /^local-/
const MOST = 3

/** What is compared: cause and sentence, since the explanation is much the same for a cause. */
export function describeForSearch({ cause, summary }: Pick<Diagnosis, 'cause' | 'summary'>): string {
  return `${cause}: ${summary}`
}

/** The nearest first; only what is over, so that an incident is never its own precedent. */
export async function findSeenBefore(
  { db, embed }: SimilarDeps,
  diagnosis: Pick<Diagnosis, 'cause' | 'summary'>,
  signal: AbortSignal,
): Promise<Diagnosis['seenBefore']> {
  const { vector, model } = await embed(describeForSearch(diagnosis), signal)
  const maxDistance = LOCAL_MODEL.test(model) ? MAX_DISTANCE.local : MAX_DISTANCE.service
  const found = await findSimilarIncidents(db, { vector, model, except: null, maxDistance, limit: MOST })
  return found.flatMap(({ id, openedAt, diagnosis: stored, helped }) => {
    const read = Diagnosis.safeParse(stored)
    return read.success ? [{ incidentId: id, at: openedAt, summary: read.data.summary, helped }] : []
  })
}

const ONLY_STARTED = /^(?:re)?start of /
const nameIn = (summary: string) => /`([^`]+)`/.exec(summary)?.[1] ?? null

/**
 * What helped the last time, in a line. `other`: the container that it was then, where it was not this one. Null also where
 * that one was merely started and this diagnosis has a reason not to: what helped another is no advice against it.
 */
export function findHelp({
  summary,
  actions,
  seenBefore,
}: Pick<Diagnosis, 'summary' | 'actions' | 'seenBefore'>): { helped: string; other: string | null } | null {
  const [before] = seenBefore
  if (!before?.helped) return null
  const name = nameIn(before.summary)
  const other = name === nameIn(summary) ? null : name
  const startsNow = actions.some(({ kind }) => kind === 'start' || kind === 'restart')
  const startedThen = before.helped.split(', then ').every((one) => ONLY_STARTED.test(one))
  return other !== null && startedThen && !startsNow ? null : { helped: before.helped, other }
}
