import { type CancelOutcome, cancelRun } from '../pipeline/review.ts'
import { queueMessage } from '../src/messaging/outbox.ts'
import { writeDraft } from './announce.ts'
import { progressRef } from './refs.ts'
import { type Scope, say } from './scope.ts'
import { type Answer, describeRefusal } from './tap-draft.ts'
import { cancelledText, stoppedText } from './views/progress.ts'

/** Cancels a run, ends its work at once, and marks its message, in whichever chat that is. */
export async function cancel(scope: Omit<Scope, 'api'>, runId: string): Promise<CancelOutcome> {
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
  const { run, paidUsd } = outcome
  // The one who asked for it knows who has stopped it.
  const by = run.requestedBy === scope.userId ? null : scope.userName
  const { html } = cancelledText({ topic: run.topic, by, paid: paidUsd > 0 })
  const chatId = run.chatId ?? scope.chatId
  await queueMessage(scope.tx, { chatId, content: { kind: 'edit', html, orSend: true }, ref: progressRef(run) })
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

/** What a person who asked for it is told. */
export function describeCancel(outcome: CancelOutcome): Answer {
  if (outcome.kind === 'done') return { text: 'Cancelled.' }
  if (outcome.kind === 'put-back') return { text: 'Stopped. The version before stands.' }
  if (outcome.kind === 'already-decided' && outcome.run.status === 'awaiting_review')
    return { text: 'It is finished already and waits for your decision.', alert: true }
  return describeRefusal(outcome)
}
