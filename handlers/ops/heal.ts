import type { HealListener, HealNews } from '../../ops/heal/index.ts'
import type { Observation } from '../../ops/monitor/index.ts'
import { queueMessage } from '../../src/messaging/outbox.ts'
import type { Tx } from '../../src/transaction.ts'
import type { Command } from '../commands.ts'
import { type HandlerDeps, say } from '../scope.ts'
import * as action from '../views/action.ts'
import { notPrivateText } from '../views/containers.ts'
import * as view from '../views/heal.ts'
import { actionRef, showOutcome } from './actions.ts'
import { refreshIncident } from './alerts.ts'
import { findAlertSince } from './find-alert.ts'
import { findOpsChat, isPrivateChat } from './private-chat.ts'

/** /heal, and the messages of what the bot does or offers without being asked. */

export const healCommand: Command = async ({ scope }, args) => {
  const { tx, deps, userId, userName, chatId } = scope
  if (!isPrivateChat(scope)) return say(scope, { kind: 'text', html: notPrivateText().html })
  const wish = args.trim().toLowerCase()
  if (!['', 'status', 'on', 'off'].includes(wish)) return say(scope, { kind: 'text', html: view.healHelpText().html })
  if (wish === 'on' || wish === 'off')
    await deps.ops.heal.set(tx, wish === 'on', { kind: 'person', id: userId, name: userName, chatId })
  const status = await deps.ops.heal.status(tx)
  await say(scope, { kind: 'text', html: view.healStatusText(status, deps.clock.now(), deps.timeZone).html })
}

/** What the monitor has seen. Healing takes its time: nobody waits for it. */
export function healLater(deps: HandlerDeps, observation: Observation): void {
  deps.errands.run((signal) => deps.ops.heal.observe(observation, createHealListener(deps), signal))
}

/** What had to wait for its time. */
export function tickHealing(deps: HandlerDeps): void {
  deps.errands.run((signal) => deps.ops.heal.tick(createHealListener(deps), signal))
}

function createHealListener(deps: HandlerDeps): HealListener {
  const chatId = findOpsChat(deps.access)
  const wake = () => {
    if (chatId !== null) deps.wakeSender(chatId)
  }
  return {
    chatId,
    announce: async (tx, news) => {
      if (chatId !== null) await write(deps, tx, chatId, news)
      return wake
    },
    report: showOutcome,
    wake,
  }
}

/** Whoever was rung up for it just now needs no second message: the alert itself says that it is theirs. */
const JUST_TOLD_MS = 5 * 60_000

async function write(deps: HandlerDeps, tx: Tx, chatId: number, news: HealNews): Promise<void> {
  if (news.kind === 'call') {
    const since = new Date(deps.clock.now().getTime() - JUST_TOLD_MS)
    const alert = await findAlertSince(deps, tx, news.containerId, since)
    if (alert) {
      await refreshIncident(deps, tx, alert)
      return
    }
  }
  const content = { kind: 'text' as const, ...describe(news) }
  await queueMessage(tx, { chatId, content, ...('proposal' in news ? { ref: actionRef(news.proposal) } : {}) })
}

function describe(news: HealNews): { html: string; keyboard?: ReturnType<typeof action.actionCardKeyboard> } {
  switch (news.kind) {
    case 'begun':
      return view.healBegunText(news.proposal, news.attempt, news.why)
    case 'call':
      return { ...view.healCallText(news.containerName, news.why), keyboard: callKeyboard(news) }
    case 'halted':
      return view.healHaltedText(news.restarts)
    case 'offer-stop':
      return { ...view.offerStopText(news.proposal), keyboard: view.offerStopKeyboard(news.proposal) }
    case 'offer-start':
      return { ...view.offerStartText(news.proposal), keyboard: action.actionCardKeyboard(news.proposal) }
    case 'starting':
      return view.startingAgainText(news.proposal)
  }
}

/** One more restart is offered only where the engine has not tried that for long. */
function callKeyboard({ containerId, containerName, restartHelps }: Extract<HealNews, { kind: 'call' }>) {
  const restart = action.proposeButton({ kind: 'restart', containerId, containerName }, '🔄 Restart it myself')
  return [view.callButtons(containerId), ...(restartHelps ? [[restart]] : [])]
}
