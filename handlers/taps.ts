import { retryFailedRun } from '../pipeline/review.ts'
import { lookUpTap, markUsed, type TapLookup } from '../src/messaging/buttons.ts'
import { Action } from './actions.ts'
import { cancel } from './cancel.ts'
import { startEditing, stopEditing } from './edit-slide.ts'
import { generate } from './generate.ts'
import { tapOnPanel } from './panels.ts'
import type { BotContext, Scope } from './scope.ts'
import { type Answer, describeRefusal, tapOnDraft } from './tap-draft.ts'

/** A tap: look the button up, do what it means, and say in a toast what came of it. Every tap gets an answer. */
export async function handleTap(ctx: BotContext): Promise<void> {
  const { scope } = ctx
  const query = ctx.callbackQuery
  if (!query) return
  const arrivedAt = performance.now()
  const answer = await answerTap(ctx, query.data ?? '')
  scope.afterCommit.push(() => {
    scope.api
      .answerCallbackQuery(
        query.id,
        answer.text === undefined ? {} : { text: answer.text, show_alert: answer.alert ?? false },
      )
      .catch((err) => scope.deps.log.info({ err }, 'tap not answered'))
      .finally(() => scope.deps.telemetry.recordTapAnswer((performance.now() - arrivedAt) / 1000))
  })
}

async function answerTap(ctx: BotContext, data: string): Promise<Answer> {
  const { scope } = ctx
  const tap = await lookUpTap(scope.tx, data, scope.chatId, scope.deps.clock.now())
  if (tap.kind !== 'found') return { text: DEAD_BUTTON[tap.kind], alert: true }
  const action = Action.safeParse(tap.action)
  if (!action.success) return { text: DEAD_BUTTON.unknown, alert: true }
  const answer = await perform(ctx, action.data, tap)
  await markUsed(scope.tx, tap.id, scope.userId)
  return answer
}

const DEAD_BUTTON: Record<Exclude<TapLookup['kind'], 'found'>, string> = {
  unknown: 'I do not know this button. Use the newest card, or /queue.',
  elsewhere: 'This button belongs to another chat.',
  expired: 'This button has expired. /queue shows what is waiting.',
  void: 'These buttons were replaced. Use the newest card below.',
}

async function perform(ctx: BotContext, action: Action, tap: Extract<TapLookup, { kind: 'found' }>): Promise<Answer> {
  const { scope } = ctx
  switch (action.kind) {
    case 'approve':
    case 'menu':
    case 'redo':
    case 'redo-picture':
    case 'reject':
      return tapOnDraft(scope, action)
    case 'edit':
      return startEditing(ctx, action)
    case 'stop-editing':
      return stopEditing(ctx)
    case 'cancel':
      return tapCancel(scope, action.runId)
    case 'retry':
      return tapRetry(scope, action)
    case 'deliver':
      scope.afterCommit.push(() => scope.deps.worker.wake(action.runId))
      return { text: 'Trying again…' }
    case 'generate': {
      const started = await generate(scope, { topic: action.topic, cause: `button:${tap.id}` })
      return { text: started.kind === 'started' ? 'On it…' : 'Already started.' }
    }
    case 'schedule':
    case 'brand':
    case 'setting':
    case 'drop-topic':
      return tapOnPanel(scope, action, tap.ref)
  }
}

async function tapCancel(scope: Scope, runId: string): Promise<Answer> {
  const outcome = await cancel(scope, runId)
  return outcome.kind === 'done' ? { text: 'Cancelled.' } : describeRefusal(outcome)
}

async function tapRetry(scope: Scope, action: Extract<Action, { kind: 'retry' }>): Promise<Answer> {
  const outcome = await retryFailedRun(scope.tx, action.runId, {
    allowRepeat: action.allowRepeat,
    userId: scope.userId,
  })
  if (outcome.kind !== 'done') return describeRefusal(outcome)
  const { run } = outcome
  scope.afterCommit.push(() => scope.deps.worker.wake(run.id))
  return { text: 'Going on where it stopped…' }
}
