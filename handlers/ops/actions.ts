import type { ActionKind } from '../../ops/actions/definitions.ts'
import type { Proposal } from '../../ops/actions/proposal.ts'
import type { Container } from '../../src/docker/container.ts'
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
import { isPrivateChat } from './private-chat.ts'

/** /restart, /stop, /start NAME: a card with a button, and what a tap on it does. */

const actionRef = (proposal: Pick<Proposal, 'id'>) => `action:${proposal.id}`

export function actionCommand(kind: ActionKind): Command {
  return async ({ scope }, args) => {
    if (!isPrivateChat(scope)) return say(scope, { kind: 'text', html: notPrivateText().html })
    showAction(scope, 'typing')
    later(scope, async (errand) => {
      const container = await findTarget(errand, args, { action: kind })
      if (container) await propose(errand, kind, container)
    })
  }
}

type TapAction = Extract<Action, { kind: 'propose-action' | 'confirm-action' | 'drop-action' | 'look-again' }>

export async function tapOnAction(scope: Scope, action: TapAction): Promise<Answer> {
  if (!isPrivateChat(scope)) return { text: 'Only in a private chat with me.', alert: true }
  switch (action.kind) {
    case 'propose-action':
      later(scope, async (errand) => {
        const container = await findById(errand, action.containerId)
        if (container) await propose(errand, action.action, container)
      })
      return {}
    case 'confirm-action':
      return confirm(scope, action.proposalId)
    case 'drop-action':
      return drop(scope, action.proposalId)
    case 'look-again':
      return lookAgain(scope, action.proposalId)
  }
}

async function propose(errand: Errand, kind: ActionKind, container: Container): Promise<void> {
  const { deps, chatId } = errand
  await inTransaction(deps.db.pool, async (tx) => {
    const actor = { id: errand.userId, name: errand.userName, chatId }
    const proposed = await deps.ops.actions.propose(tx, kind, container, actor)
    if (proposed.kind === 'refused') {
      const { html } = view.actionRefusedText(kind, container.name, proposed.reason)
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

async function confirm(scope: Scope, proposalId: string): Promise<Answer> {
  const { actions } = scope.deps.ops
  const actor = { id: scope.userId, name: scope.userName, chatId: scope.chatId }
  const claim = await actions.claim(scope.tx, proposalId, actor)
  if (claim.kind === 'refused') {
    if (claim.proposal?.status === 'proposed' && claim.proposal.expiresAt <= scope.deps.clock.now()) {
      const { html } = view.actionNotValidText(claim.proposal, claim.reason)
      await say(scope, { kind: 'edit', html }, { ref: actionRef(claim.proposal) })
    }
    return { text: claim.reason, alert: true }
  }
  const { proposal } = claim
  await say(scope, { kind: 'edit', html: view.actionRunningText(proposal).html }, { ref: actionRef(proposal) })
  scope.afterCommit.push(() => carryOut(scope.deps, proposal))
  return { text: 'On it. I watch what becomes of it.' }
}

function carryOut(deps: HandlerDeps, proposal: Proposal): void {
  deps.errands.run(async (signal) => {
    await deps.ops.actions.execute(proposal, showOutcome, signal)
    deps.wakeSender(proposal.chatId)
  })
}

/** The words and the row are one transaction: after a kill there are both or neither. */
async function showOutcome(tx: Tx, settled: Proposal): Promise<void> {
  const content = {
    kind: 'edit' as const,
    html: view.outcomeText(settled).html,
    keyboard: view.outcomeKeyboard(settled),
    orSend: true,
  }
  await queueMessage(tx, { chatId: settled.chatId, content, ref: actionRef(settled) })
}

async function drop(scope: Scope, proposalId: string): Promise<Answer> {
  const actor = { id: scope.userId, name: scope.userName, chatId: scope.chatId }
  const dropped = await scope.deps.ops.actions.drop(scope.tx, proposalId, actor)
  if (!dropped) return { text: 'It was decided already.' }
  await say(scope, { kind: 'edit', html: view.actionDroppedText(dropped).html }, { ref: actionRef(dropped) })
  return { text: 'Left as it is.' }
}

async function lookAgain(scope: Scope, proposalId: string): Promise<Answer> {
  const { deps, userId } = scope
  const proposal = await deps.ops.actions.find(scope.tx, proposalId)
  if (proposal?.outcome?.kind !== 'unknown') return { text: 'Its end is known by now: look at the card.' }
  await say(scope, { kind: 'edit', html: view.lookingAgainText(proposal).html }, { ref: actionRef(proposal) })
  scope.afterCommit.push(() => lookUp(deps, proposal, userId))
  return {}
}

function lookUp(deps: HandlerDeps, proposal: Proposal, actor: number | null): void {
  deps.errands.run(async (signal) => {
    await deps.ops.actions.lookUp(proposal, { report: showOutcome, actor }, signal)
    deps.wakeSender(proposal.chatId)
  })
}

/** What a process that died in the middle has begun: it is looked at, and never done again. */
export async function resumeActions(deps: HandlerDeps): Promise<void> {
  for (const proposal of await deps.ops.actions.listUnfinished()) lookUp(deps, proposal, null)
}
