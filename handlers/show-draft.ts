import type { DraftRef } from '../pipeline/review.ts'
import { findRun } from '../pipeline/runs.ts'
import { findWaitingDraft, takeToChat } from '../pipeline/waiting.ts'
import { findChatsOf, queueMessage } from '../src/messaging/outbox.ts'
import { writeDraft } from './announce.ts'
import { cardRef } from './refs.ts'
import { type Scope, say, showAction } from './scope.ts'
import { type Answer, describeRefusal } from './tap-draft.ts'
import { decidedElsewhereText, shownAgainText } from './views/decision.ts'

/** A draft may stand in several chats: in the one it was made for, and wherever somebody opened it from the queue. */

/** Sends album and card of a waiting draft to this chat once more. Of two cards in one chat the newer one lives. */
export async function showDraft(scope: Scope, runId: string): Promise<Answer> {
  const found = await findWaitingDraft(scope.tx, runId)
  if (found.kind !== 'waiting') return describeRefusal(found)
  await say(scope, { kind: 'edit', html: shownAgainText().html }, { ref: cardRef(found.run) })
  await writeDraft(scope.deps.pipeline, scope.tx, found, scope.chatId)
  showAction(scope, 'upload_photo')
  return { text: 'Here it comes.' }
}

/** Decides on a draft in this chat: what comes of it (progress, files) comes here, and its other cards say so. */
export async function decideHere<T>(scope: Scope, ref: DraftRef, decide: () => Promise<T>): Promise<T> {
  const isWaiting = await takeToChat(scope.tx, ref, scope.chatId)
  const outcome = await decide()
  if (isWaiting) await tellOtherChats(scope, ref)
  return outcome
}

async function tellOtherChats(scope: Scope, ref: DraftRef): Promise<void> {
  const run = await findRun(scope.tx, ref.runId)
  if (!run || (run.status === 'awaiting_review' && run.revision === ref.revision)) return
  const card = cardRef({ id: ref.runId, revision: ref.revision })
  const { html } = decidedElsewhereText(run, scope.userName)
  for (const chatId of await findChatsOf(scope.tx, card)) {
    if (chatId === scope.chatId) continue
    await queueMessage(scope.tx, { chatId, content: { kind: 'edit', html }, ref: card })
    scope.afterCommit.push(() => scope.deps.wakeSender(chatId))
  }
}
