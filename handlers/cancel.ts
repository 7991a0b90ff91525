import { type CancelOutcome, cancelRun } from '../pipeline/review.ts'
import { queueMessage } from '../src/messaging/outbox.ts'
import { writeDraft } from './announce.ts'
import { cardRef, progressRef } from './refs.ts'
import { type Scope, say } from './scope.ts'
import { cancelledText, stoppedText } from './views/progress.ts'

/** Cancels a run, ends its work at once, and marks its message, in whichever chat that is. */
export async function cancel(scope: Scope, runId: string): Promise<CancelOutcome> {
  const outcome = await cancelRun(scope.tx, runId, { id: scope.userId, name: scope.userName })
  if (outcome.kind === 'put-back') {
    const chatId = outcome.run.chatId ?? scope.chatId
    const { html } = stoppedText(scope.userName)
    await queueMessage(scope.tx, { chatId, content: { kind: 'edit', html }, ref: progressRef(outcome.stopped) })
    await writeDraft(scope.deps.pipeline, scope.tx, outcome, chatId)
    scope.afterCommit.push(() => {
      scope.deps.worker.cancel(runId)
      scope.deps.wakeSender(chatId)
    })
  }
  if (outcome.kind !== 'done') return outcome
  const { run } = outcome
  const { html } = cancelledText({ topic: run.topic, by: scope.userName })
  const ref = run.status === 'awaiting_review' ? cardRef(run) : progressRef(run)
  const chatId = run.chatId ?? scope.chatId
  await queueMessage(scope.tx, { chatId, content: { kind: 'edit', html, orSend: true }, ref })
  if (chatId !== scope.chatId) await say(scope, { kind: 'text', html })
  scope.afterCommit.push(() => {
    scope.deps.worker.cancel(runId)
    scope.deps.wakeSender(chatId)
    scope.deps.telemetry.recordGeneration(
      'cancelled',
      (scope.deps.clock.now().getTime() - run.createdAt.getTime()) / 1000,
    )
  })
  return outcome
}
