import { type DraftRef, editSlide } from '../../pipeline/review.ts'
import { addTopics } from '../../pipeline/topics.ts'
import type { Action } from '../actions.ts'
import { findNamedBrand } from '../current.ts'
import { type Scope, say } from '../scope.ts'
import { decideHere } from '../show-draft.ts'
import { type Answer, announceRevision, describeRefusal } from '../tap-draft.ts'
import { brandGoneToast } from '../views/brand.ts'
import { wordsTakenText } from '../views/edit.ts'
import { addedText } from '../views/topics.ts'

/** Taps on the cards that a sentence was answered with. */

export async function tapAddTopics(
  scope: Scope,
  { text, brand }: Extract<Action, { kind: 'add-topics' }>,
  ref: string | null,
): Promise<Answer> {
  const named = await findNamedBrand(scope.tx, scope.deps, brand)
  if (!named) return { text: brandGoneToast(brand), alert: true }
  const added = await addTopics(scope.tx, { brand: named.kit.name, text, addedBy: scope.userId })
  if (ref !== null) await say(scope, { kind: 'edit', html: addedText(added).html }, { ref })
  return { text: added.added.length > 0 ? 'Added.' : 'Already there.' }
}

/** As if the words had been typed after ✏️: the same rules, and a new version to approve. */
export async function tapUseWords(
  scope: Scope,
  { slide, title, body, ...draft }: Extract<Action, { kind: 'use-words' }>,
  ref: string | null,
): Promise<Answer> {
  const of: DraftRef = { runId: draft.runId, revision: draft.revision, contentHash: draft.contentHash }
  const words = { slide, copy: { title, body }, userId: scope.userId }
  const outcome = await decideHere(scope, of, () => editSlide(scope.tx, scope.deps.pipeline, of, words))
  if (outcome.kind === 'refused') return { text: outcome.problems.join(' '), alert: true }
  if (outcome.kind !== 'done') return describeRefusal(outcome)
  if (ref !== null) await say(scope, { kind: 'edit', html: wordsTakenText(slide).html }, { ref })
  await announceRevision(scope, outcome.run, of)
  return { text: 'On it…' }
}
