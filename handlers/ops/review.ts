import { queueMessage } from '../../src/messaging/outbox.ts'
import { inTransaction } from '../../src/transaction.ts'
import type { HandlerDeps } from '../scope.ts'
import * as view from '../views/review.ts'
import { findOpsChat } from './private-chat.ts'

/**
 * Looks at where things are going, once in each hour of the clock. The hour is claimed before the look: a process that dies
 * in it leaves that hour out, and the next one sees the same trend.
 */
export async function startReview(deps: HandlerDeps): Promise<void> {
  const chatId = findOpsChat(deps.access)
  if (chatId === null || !(await deps.ops.reviews.claim())) return
  deps.errands.run(async (signal) => {
    const review = await deps.ops.reviews.look(signal)
    if (review === null) return
    const isTold = await inTransaction(deps.db.pool, async (tx) => {
      const trends = await deps.ops.reviews.take(tx, review.trends)
      if (trends.length === 0) return false
      const told = { ...review, trends }
      const content = { kind: 'text' as const, html: view.reviewText(told).html, silent: true }
      await queueMessage(tx, { chatId, content: { ...content, keyboard: view.reviewKeyboard(told) } })
      return true
    })
    if (isTold) deps.wakeSender(chatId)
  })
}
