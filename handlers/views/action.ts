import { ACTIONS, ActionKind } from '../../ops/actions/definitions.ts'
import type { Proposal } from '../../ops/actions/proposal.ts'
import { Evidence } from '../../ops/actions/watch.ts'
import type { Keyboard } from '../../src/messaging/outbox.ts'
import { press } from './card.ts'
import { nameOf, withForeignWords } from './containers.ts'
import { clip, type Html, html, lines } from './html.ts'

/** The card of one action, from the question to its end. */

const VERBS: Record<ActionKind, { ask: string; doing: string; done: string }> = {
  restart: { ask: 'Restart', doing: '🔄 Restarting', done: 'restarted, and it stays up' },
  stop: { ask: 'Stop', doing: '⏹ Stopping', done: 'stopped, and it stays off' },
  start: { ask: 'Start', doing: '▶️ Starting', done: 'started, and it stays up' },
}
const RISKS = {
  safe: 'Risk: none to speak of.',
  confirm: 'Risk: it is away for a moment, or for longer if it does not come back.',
}
const VALID_MINUTES = 10

type Shown = Pick<Proposal, 'id' | 'kind' | 'containerName' | 'containerId'>

function verbsOf(proposal: Shown) {
  return VERBS[ActionKind.parse(proposal.kind)]
}

const targetOf = (proposal: Shown): Html =>
  html`${nameOf({ name: proposal.containerName })} (<code>${proposal.containerId.slice(0, 12)}</code>)`

export function actionCardText(proposal: Shown): Html {
  const definition = ACTIONS[ActionKind.parse(proposal.kind)]
  return lines(
    html`<b>${verbsOf(proposal).ask}</b> ${targetOf(proposal)}?`,
    html`${definition.effect}`,
    html`${RISKS[definition.risk]} ${definition.undo ? `To undo: /${definition.undo}.` : 'It cannot be undone.'}`,
    html`The button is good for ${VALID_MINUTES} minutes. I watch afterwards and say what became of it.`,
  )
}

export function actionCardKeyboard(proposal: Shown): Keyboard {
  const { id: proposalId } = proposal
  return [
    [
      press(`✅ ${verbsOf(proposal).ask} it`, { kind: 'confirm-action', proposalId }),
      press('✖️ Leave it', { kind: 'drop-action', proposalId }),
    ],
  ]
}

export function actionRunningText(proposal: Shown & Pick<Proposal, 'claimedByName'>): Html {
  return lines(
    html`${verbsOf(proposal).doing} ${targetOf(proposal)}…`,
    html`Asked for by ${clip(proposal.claimedByName ?? 'an owner', 40)}. I watch until it is steady: up to a minute.`,
  )
}

export function lookingAgainText(proposal: Shown): Html {
  return html`🔎 Looking at ${targetOf(proposal)}…`
}

export function actionDroppedText(proposal: Shown): Html {
  return html`✖️ Left as it is: ${targetOf(proposal)}.`
}

export function actionNotValidText(proposal: Shown, reason: string): Html {
  return lines(html`✖️ Not done: ${verbsOf(proposal).ask} ${targetOf(proposal)}.`, html`${reason}`)
}

export function actionRefusedText(kind: ActionKind, name: string, reason: string): Html {
  return lines(html`🔒 I do not ${kind} ${nameOf({ name })}.`, html`${reason}`)
}

export function outcomeText(proposal: Proposal): Html {
  const target = targetOf(proposal)
  const reason = withForeignWords(proposal.outcome?.reason ?? '')
  const { ask, done } = verbsOf(proposal)
  const evidence = [evidenceLine('Before', proposal.before), evidenceLine('After', proposal.after)]
  switch (proposal.outcome?.kind) {
    case 'fixed':
      return lines(html`✅ <b>Done</b>: ${target} is ${done}.`, reason, ...evidence)
    case 'not-fixed':
      return lines(html`❌ <b>Not fixed</b>: ${ask} ${target}.`, reason, ...evidence, html`/logs says more.`)
    case 'refused':
      return lines(html`🚫 <b>Not done</b>: ${ask} ${target}.`, reason)
    default:
      return lines(
        html`❔ <b>Unknown</b>: ${ask} ${target}.`,
        reason,
        ...evidence,
        html`I do not do it again by myself.`,
      )
  }
}

export function outcomeKeyboard(proposal: Proposal): Keyboard {
  const { id: proposalId, containerId, outcome } = proposal
  const logs = press('📜 Logs', { kind: 'container-logs', containerId, wish: '' })
  if (outcome?.kind === 'unknown') return [[press('🔎 Look again', { kind: 'look-again', proposalId }), logs]]
  return outcome?.kind === 'not-fixed' ? [[logs]] : []
}

function evidenceLine(label: string, stored: unknown): Html | null {
  const seen = Evidence.safeParse(stored)
  if (!seen.success) return null
  const { state, health, restarts, exitCode, oomKilled } = seen.data
  const end = state === 'running' ? '' : oomKilled ? ' (out of memory)' : ` (code ${exitCode})`
  const often = restarts > 0 ? `, ${restarts} ${restarts === 1 ? 'restart' : 'restarts'}` : ''
  return html`${label}: ${state}${end}${health === null ? '' : `, ${health}`}${often}`
}
