import { ActionRequest, type ContainerKind, isContainerKind, type Person } from '../../ops/actions/definitions.ts'
import type { Proposal } from '../../ops/actions/proposal.ts'
import { queueMessage } from '../../src/messaging/outbox.ts'
import { inTransaction, type Tx } from '../../src/transaction.ts'
import type { Action } from '../actions.ts'
import type { Command } from '../commands.ts'
import { type Errand, later } from '../errands.ts'
import { type HandlerDeps, type Scope, say, showAction } from '../scope.ts'
import type { Answer } from '../tap-draft.ts'
import * as view from '../views/action.ts'
import { notPrivateText } from '../views/containers.ts'
import { findById, findTarget } from './containers.ts'
import { findAlertSince } from './find-alert.ts'
import { isPrivateChat } from './private-chat.ts'

/** /restart, /stop, /start NAME: a card with a button, and what a tap on it does. */

export const actionRef = (proposal: Pick<Proposal, 'id'>) => `action:${proposal.id}`

export function actionCommand(kind: ContainerKind): Command {
  return async ({ scope }, args) => {
    if (!isPrivateChat(scope)) return say(scope, { kind: 'text', html: notPrivateText().html })
    showAction(scope, 'typing')
    later(scope, async (errand) => {
      const container = await findTarget(errand, args, { action: kind })
      if (container) await offerAction(errand, { kind, containerId: container.id, containerName: container.name })
    })
  }
}

type TapAction = Extract<Action, { kind: 'propose-action' | 'confirm-action' | 'drop-action' | 'look-again' }>

export async function tapOnAction(scope: Scope, action: TapAction): Promise<Answer> {
  if (!isPrivateChat(scope)) return { text: 'Only in a private chat with me.', alert: true }
  switch (action.kind) {
    case 'propose-action':
      later(scope, async (errand) => {
        const request = await findRequest(errand, action)
        if (request) await offerAction(errand, request)
      })
      return {}
    case 'confirm-action':
      return confirm(scope, action)
    case 'drop-action':
      return drop(scope, action.proposalId)
    case 'look-again':
      return lookAgain(scope, action.proposalId)
  }
}

/** The name of a container comes from the live list, not from the button. */
async function findRequest(
  errand: Errand,
  { action, containerId, runId, brand }: Extract<Action, { kind: 'propose-action' }>,
): Promise<ActionRequest | null> {
  if (!isContainerKind(action)) return ActionRequest.parse({ kind: action, runId, brand })
  const container = await findById(errand, containerId ?? '')
  return container && { kind: action, containerId: container.id, containerName: container.name }
}

/** A card with the button that does it, or why there is none. For everything that wants an action done. */
export async function offerAction(errand: Errand, request: ActionRequest): Promise<void> {
  const { deps, chatId } = errand
  const looked = await deps.ops.actions.look(request, errand.signal)
  await inTransaction(deps.db.pool, async (tx) => {
    const actor: Person = { kind: 'person', id: errand.userId, name: errand.userName, chatId }
    const proposed = await deps.ops.actions.propose(tx, looked, actor)
    if (proposed.kind === 'refused') {
      const { html } = view.actionRefusedText(request, proposed.reason)
      await queueMessage(tx, { chatId, content: { kind: 'text', html } })
      return
    }
    const { proposal } = proposed
    const content = {
      kind: 'text' as const,
      html: view.actionCardText(proposal).html,
      keyboard: view.actionCardKeyboard(proposal),
    }
    await queueMessage(tx, { chatId, content, ref: actionRef(proposal) })
  })
  deps.wakeSender(chatId)
}

async function confirm(
  scope: Scope,
  { proposalId, second, startAgain }: Extract<Action, { kind: 'confirm-action' }>,
): Promise<Answer> {
  const actor = personOf(scope)
  const claim = await scope.deps.ops.actions.claim(scope.tx, proposalId, actor, { isSecondTap: second ?? false })
  if (claim.kind === 'refused') {
    if (claim.proposal?.status === 'proposed' && claim.proposal.expiresAt <= scope.deps.clock.now()) {
      const { html } = view.actionNotValidText(claim.proposal, claim.reason)
      await say(scope, { kind: 'edit', html }, { ref: actionRef(claim.proposal) })
    }
    return { text: claim.reason, alert: true }
  }
  const { proposal } = claim
  if (startAgain) await scope.deps.ops.heal.noteStartAgain(scope.tx, proposal.id)
  const ref = actionRef(proposal)
  if (claim.kind === 'ask-again') {
    const keyboard = view.reallyKeyboard(proposal)
    await say(scope, { kind: 'edit', html: view.reallyText(proposal).html, keyboard, orSend: true }, { ref })
    return { text: 'Tap once more if you are sure.' }
  }
  await say(scope, { kind: 'edit', html: view.actionRunningText(proposal).html }, { ref })
  scope.afterCommit.push(() => carryOut(scope.deps, proposal, actor))
  return { text: 'On it. I watch what becomes of it.' }
}

function personOf({ userId, userName, chatId }: Scope): Person {
  return { kind: 'person', id: userId, name: userName, chatId }
}

function carryOut(deps: HandlerDeps, proposal: Proposal, actor: Person): void {
  deps.errands.run(async (signal) => {
    await deps.ops.actions.execute(proposal, { report: showOutcome, actor }, signal)
    if (proposal.chatId !== null) deps.wakeSender(proposal.chatId)
  })
}

/** The words and the row are one transaction: after a kill there are both or neither. */
export async function showOutcome(tx: Tx, settled: Proposal): Promise<void> {
  if (settled.chatId === null) return
  const content = {
    kind: 'edit' as const,
    html: view.outcomeText(settled).html,
    keyboard: view.outcomeKeyboard(settled),
    orSend: true,
  }
  await queueMessage(tx, { chatId: settled.chatId, content, ref: actionRef(settled) })
}

async function drop(scope: Scope, proposalId: string): Promise<Answer> {
  const dropped = await scope.deps.ops.actions.drop(scope.tx, proposalId, personOf(scope))
  if (!dropped) return { text: 'It was decided already.' }
  await say(scope, { kind: 'edit', html: view.actionDroppedText(dropped).html }, { ref: actionRef(dropped) })
  return { text: 'Left as it is.' }
}

async function lookAgain(scope: Scope, proposalId: string): Promise<Answer> {
  const { deps } = scope
  const proposal = await deps.ops.actions.find(scope.tx, proposalId)
  if (proposal?.outcome?.kind !== 'unknown') return { text: 'Its end is known by now: look at the card.' }
  await say(scope, { kind: 'edit', html: view.lookingAgainText(proposal).html }, { ref: actionRef(proposal) })
  scope.afterCommit.push(() => lookUp(deps, proposal, personOf(scope)))
  return {}
}

function lookUp(deps: HandlerDeps, proposal: Proposal, actor: Person | null): void {
  deps.errands.run(async (signal) => {
    await deps.ops.actions.lookUp(proposal, { report: showOutcome, actor }, signal)
    if (proposal.chatId !== null) deps.wakeSender(proposal.chatId)
  })
}

/** What a process that died in the middle has begun: it is looked at, and never done again. */
export async function resumeActions(deps: HandlerDeps): Promise<void> {
  for (const proposal of await deps.ops.actions.listLeftOver()) lookUp(deps, proposal, null)
}

/** Nobody works on it any more: its end could not be written down. */
const LEFT_OVER_MS = 5 * 60_000

/** What is due: looks at what was done a while ago, and at what was left in the middle meanwhile. */
export function tickActions(deps: HandlerDeps): void {
  deps.errands.run(async (signal) => {
    const before = deps.clock.now().getTime() - LEFT_OVER_MS
    for (const proposal of await deps.ops.actions.listLeftOver())
      if ((proposal.claimedAt?.getTime() ?? 0) < before) lookUp(deps, proposal, null)
    await deps.ops.actions.takeSamples((tx, settled, overturned) => showSample(deps, tx, settled, overturned), signal)
  })
}

/** The same crash has rung already. */
async function isToldByAlert(deps: HandlerDeps, tx: Tx, { containerId, finishedAt }: Proposal): Promise<boolean> {
  if (containerId === null || finishedAt === null) return false
  return (await findAlertSince(deps, tx, containerId, finishedAt)) !== null
}

/** The card says what is seen now; that something is not fixed after all is said anew, because nobody watches a card. */
async function showSample(deps: HandlerDeps, tx: Tx, settled: Proposal, overturned: boolean): Promise<() => void> {
  const { chatId } = settled
  if (chatId === null) return () => undefined
  const samples = await deps.ops.actions.listSamples(tx, settled.id)
  const { html } = view.outcomeText(settled, samples)
  const keyboard = view.outcomeKeyboard(settled)
  await queueMessage(tx, { chatId, content: { kind: 'edit', html, keyboard }, ref: actionRef(settled) })
  if (overturned && !(await isToldByAlert(deps, tx, settled))) {
    const content = { kind: 'text' as const, html: view.overturnedText(settled).html, keyboard }
    await queueMessage(tx, { chatId, content, dedupeKey: `overturned:${settled.id}` })
  }
  return () => deps.wakeSender(chatId)
}
