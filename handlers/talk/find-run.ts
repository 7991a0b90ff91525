import { listRuns, type Run } from '../../pipeline/runs.ts'
import { findWaitingDraft, readTitles } from '../../pipeline/waiting.ts'
import type { Tx } from '../../src/transaction.ts'

/** Which carousel is meant, by words of its topic or title, out of those that are there. */

const LOOKED_AT = 50

type Draft = Extract<Awaited<ReturnType<typeof findWaitingDraft>>, { kind: 'waiting' }>

export async function findDraft(
  tx: Tx,
  wish: string | null,
): Promise<{ kind: 'found'; draft: Draft } | { kind: 'unclear'; why: string }> {
  const found = await findRunByWords(tx, ['awaiting_review'], wish)
  if (found.kind === 'unclear') return found
  const draft = await findWaitingDraft(tx, found.run.id)
  return draft.kind === 'waiting' ? { kind: 'found', draft } : { kind: 'unclear', why: 'It was decided a moment ago.' }
}

export async function findRunByWords(
  tx: Tx,
  statuses: readonly Run['status'][],
  wish: string | null,
): Promise<{ kind: 'found'; run: Run } | { kind: 'unclear'; why: string }> {
  const runs = await listRuns(tx, null, [...statuses], LOOKED_AT)
  const titles = await readTitles(tx, runs)
  const namesOf = (run: Run) => [titles.get(run.id), run.topic].flatMap((name) => (name ? [name] : []))
  const matching = wish === null ? runs : runs.filter((run) => namesOf(run).some((name) => matches(name, wish)))
  const [only, ...others] = matching
  if (only && others.length === 0) return { kind: 'found', run: only }
  const all = (only ? matching : runs).map((run) => namesOf(run)[0] ?? 'a fresh fact')
  if (all.length === 0) return { kind: 'unclear', why: 'There is none.' }
  return { kind: 'unclear', why: `${only ? 'Several match' : 'None matches'}. There are: ${all.join('; ')}` }
}

/** Each word of the wish is in the name. */
function matches(name: string, wish: string): boolean {
  const folded = name.toLowerCase()
  const words = wish.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
  return words.length > 0 && words.every((word) => folded.includes(word))
}
