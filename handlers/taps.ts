import { openDraft, retryDelivery, retryFailedRun } from '../pipeline/review.ts'
import { lookUpTap, markUsed, type TapLookup } from '../src/messaging/buttons.ts'
import { Action } from './actions.ts'
import { showProgressAgain } from './announce.ts'
import { cancel, describeCancel } from './cancel.ts'
import { findNamedBrand } from './current.ts'
import { startEditing, stopEditing } from './edit-slide.ts'
import { generate } from './generate.ts'
import { tapOnAction } from './ops/actions.ts'
import { tapCharts } from './ops/charts.ts'
import { tapCompare } from './ops/compare.ts'
import { tapOnContainers } from './ops/containers.ts'
import { tapDiagnose } from './ops/diagnose.ts'
import { tapHealth } from './ops/health.ts'
import { tapOnIncident } from './ops/incidents.ts'
import { tapOnMutes } from './ops/mutes.ts'
import { refreshPanel, tapOnPanel } from './panels.ts'
import { deliveryRef } from './refs.ts'
import { type BotContext, type Scope, say } from './scope.ts'
import { decideHere, showDraft } from './show-draft.ts'
import { tapAskAgain, tapStopTalk } from './talk/talk.ts'
import { tapAddTopics, tapUseWords } from './talk/tap-cards.ts'
import { type Answer, describeRefusal, tapOnDraft } from './tap-draft.ts'
import { brandGoneToast } from './views/brand.ts'
import { deliveringAgainText } from './views/delivery.ts'
import { offerTakenText } from './views/help.ts'
import { tooManyToast } from './views/progress.ts'

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
        answer.text === undefined ? {} : { text: fitToast(answer.text), show_alert: answer.alert ?? false },
      )
      .catch((err) => scope.deps.log.info({ err }, 'tap not answered'))
      .finally(() => scope.deps.telemetry.recordTapAnswer((performance.now() - arrivedAt) / 1000))
  })
}

/** Telegram's limit, in UTF-16 units; a longer text would leave the tap without any answer. */
const TOAST_MAX_UNITS = 200

export function fitToast(text: string): string {
  if (text.length <= TOAST_MAX_UNITS) return text
  return `${text.slice(0, TOAST_MAX_UNITS - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
}

async function answerTap(ctx: BotContext, data: string): Promise<Answer> {
  const { scope } = ctx
  const tap = await lookUpTap(scope.tx, data, scope.chatId, scope.deps.clock.now())
  if (tap.kind === 'void') return explainVoid(scope, tap.action)
  if (tap.kind !== 'found') return { text: DEAD_BUTTON[tap.kind], alert: true }
  const action = Action.safeParse(tap.action)
  if (!action.success) return { text: DEAD_BUTTON.unknown, alert: true }
  const answer = await perform(ctx, action.data, tap)
  await markUsed(scope.tx, tap.id, scope.userId)
  return answer
}

/** Somebody may have decided a moment ago: who has is worth more than that the buttons are gone. */
async function explainVoid(scope: Scope, stored: unknown): Promise<Answer> {
  const changed = { text: DEAD_BUTTON.void, alert: true }
  const action = Action.safeParse(stored)
  if (!action.success || !('contentHash' in action.data)) return changed
  const opened = await openDraft(scope.tx, action.data)
  return opened.kind === 'waiting' ? changed : describeRefusal(opened)
}

const DEAD_BUTTON: Record<Exclude<TapLookup['kind'], 'found'>, string> = {
  unknown: 'I do not know this button, so nothing was done. Use the newest card, or /queue.',
  elsewhere: 'This button belongs to another chat, so nothing was done.',
  expired: 'This button has expired, so nothing was done. /queue shows what is waiting.',
  void: 'These buttons have changed, so nothing was done. Look at the newest card and tap again.',
}

type FoundTap = Extract<TapLookup, { kind: 'found' }>

async function perform(ctx: BotContext, action: Action, tap: FoundTap): Promise<Answer> {
  const { scope } = ctx
  switch (action.kind) {
    case 'story':
    case 'menu':
      return tapOnDraft(scope, action)
    case 'approve':
    case 'version-before':
    case 'redo':
    case 'redo-picture':
    case 'reject':
      return decideHere(scope, action, () => tapOnDraft(scope, action))
    case 'show-draft':
      return showDraft(scope, action.runId)
    case 'edit':
      return startEditing(ctx, action)
    case 'stop-editing':
      if (action.userId !== scope.userId) return { text: 'Only the person who is editing can stop that.' }
      return stopEditing(ctx)
    case 'cancel':
      return tapCancel(scope, action.runId, tap)
    case 'retry':
      return tapRetry(scope, action)
    case 'deliver':
      return tapDeliver(scope, action.runId)
    case 'generate':
      return tapGenerate(scope, action, tap)
    case 'schedule':
    case 'brand':
    case 'setting':
    case 'drop-topic':
      return tapOnPanel(scope, action, tap.ref)
    case 'add-topics':
      return tapAddTopics(scope, action, tap.ref)
    case 'use-words':
      return tapUseWords(scope, action, tap.ref)
    case 'stop-talk':
      return tapStopTalk(scope, action.turnId)
    case 'ask-again':
      return tapAskAgain(scope, action.turnId, tap)
    default:
      return performOps(scope, action, tap)
  }
}

type OpsAction = Extract<
  Action,
  {
    kind:
      | 'health'
      | 'charts'
      | 'compare'
      | 'diagnose'
      | 'containers'
      | 'container-logs'
      | 'incident'
      | 'ignore-lines'
      | 'lift-mute'
      | 'propose-action'
      | 'confirm-action'
      | 'drop-action'
      | 'look-again'
  }
>

/** The other half: the machine and its containers. */
async function performOps(scope: Scope, action: OpsAction, tap: FoundTap): Promise<Answer> {
  switch (action.kind) {
    case 'health':
      return tapHealth(scope, action.view, tap.ref)
    case 'charts':
      return tapCharts(scope)
    case 'compare':
      return tapCompare(scope, action.than, tap.ref)
    case 'diagnose':
      return tapDiagnose(scope, action)
    case 'containers':
    case 'container-logs':
      return tapOnContainers(scope, action, tap.ref)
    case 'incident':
      return tapOnIncident(scope, action, tap)
    case 'ignore-lines':
    case 'lift-mute':
      return tapOnMutes(scope, action, tap.ref)
    case 'propose-action':
    case 'confirm-action':
    case 'drop-action':
    case 'look-again':
      return tapOnAction(scope, action)
  }
}

async function tapCancel(scope: Scope, runId: string, tap: FoundTap): Promise<Answer> {
  const outcome = await cancel(scope, runId)
  await refreshPanel(scope, tap.ref)
  return describeCancel(outcome)
}

async function tapRetry(scope: Scope, action: Extract<Action, { kind: 'retry' }>): Promise<Answer> {
  const outcome = await retryFailedRun(scope.tx, action.runId, {
    allowRepeat: action.allowRepeat,
    userId: scope.userId,
  })
  if (outcome.kind !== 'done') return describeRefusal(outcome)
  const { run } = outcome
  await showProgressAgain(scope.tx, run, scope.chatId)
  scope.afterCommit.push(() => scope.deps.worker.wake(run.id))
  return { text: 'Going on where it stopped…' }
}

async function tapDeliver(scope: Scope, runId: string): Promise<Answer> {
  const outcome = await retryDelivery(scope.tx, runId)
  if (outcome.kind === 'already-decided' && outcome.run.status === 'delivered') return { text: 'Handed over already.' }
  if (outcome.kind !== 'done') return describeRefusal(outcome)
  const { html } = deliveringAgainText()
  await say(scope, { kind: 'edit', html }, { ref: deliveryRef(outcome.run) })
  scope.afterCommit.push(() => scope.deps.worker.wake(runId))
  return { text: 'Trying again…' }
}

async function tapGenerate(
  scope: Scope,
  { topic, brand }: Extract<Action, { kind: 'generate' }>,
  tap: FoundTap,
): Promise<Answer> {
  const named = await findNamedBrand(scope.tx, scope.deps, brand)
  if (!named) return { text: brandGoneToast(brand ?? ''), alert: true }
  const started = await generate(scope, { topic, cause: `button:${tap.id}`, brand: named.kit.name })
  if (started.kind === 'too-many') return { text: tooManyToast(started.open), alert: true }
  if (started.kind === 'started-before') return { text: 'Already started.' }
  if (tap.ref?.startsWith('offer:')) {
    await say(scope, { kind: 'edit', html: offerTakenText(topic ?? '').html }, { ref: tap.ref })
  }
  await refreshPanel(scope, tap.ref)
  return { text: 'On it…' }
}
