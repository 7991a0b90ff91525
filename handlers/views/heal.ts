import type { Proposal } from '../../ops/actions/proposal.ts'
import type { HealStatus } from '../../ops/heal/index.ts'
import type { Keyboard, KeyboardButton } from '../../src/messaging/outbox.ts'
import { actionCardText } from './action.ts'
import { press } from './card.ts'
import { foreign, sentence } from './foreign.ts'
import { clip, type Html, html, lines } from './html.ts'
import { describeTime } from './times.ts'

/** What the bot does by itself, and what it says of it. */

export function healStatusText({ setting, restarts, limit, calls }: HealStatus, now: Date, timeZone: string): Html {
  const by = setting.by === null ? '' : ` by ${clip(setting.by, 40)}`
  const since = setting.at === null ? '' : `, ${describeTime(new Date(setting.at), now, timeZone)}`
  const halted =
    setting.haltedAt !== null &&
    html`🛑 It has stopped (${describeTime(new Date(setting.haltedAt), now, timeZone)}): too many restarts. /heal on lets it go on.`
  return lines(
    setting.on ? html`🩹 <b>Healing is on</b> (turned on${by}${since}).` : html`🩹 <b>Healing is off</b>.`,
    setting.on && halted,
    setting.on && html`Restarts within the last hour: ${restarts} of ${limit}.`,
    ...(setting.on ? calls : []).map(
      ({ containerName }) => html`☎️ ${foreign(containerName)} needs you: I do not restart it any more.`,
    ),
    html`${setting.on ? 'I restart' : 'When it is on, I restart'} what is unhealthy or has died, where I may act: at most 3 times an hour each, ${limit} overall. Then I call you.`,
    setting.on
      ? html`/heal off ends it. The label <code>nexus.heal=false</code> leaves a container out.`
      : html`/heal on begins it.`,
  )
}

export function healHelpText(): Html {
  return html`I read <code>/heal on</code>, <code>/heal off</code> and <code>/heal status</code>.`
}

export function healBegunText(proposal: Pick<Proposal, 'containerName'>, attempt: number, why: string): Html {
  const name = proposal.containerName ?? ''
  return lines(
    html`🩹 <b>Healing</b>: restarting ${foreign(name)}, ${attempt} of 3 within the hour…`,
    html`${sentence(why, name)}.`,
  )
}

export function healCallText(containerName: string, why: string): Html {
  return lines(
    html`☎️ <b>${foreign(containerName)} needs you.</b>`,
    html`${why}`,
    html`I leave it alone until you have done something, or /heal on.`,
  )
}

export function callButtons(containerId: string): KeyboardButton[] {
  return [
    press('🩺 Diagnose', { kind: 'diagnose', about: 'worst', containerId }),
    press('📜 Logs', { kind: 'container-logs', containerId, wish: '' }),
  ]
}

export function healHaltedText(restarts: number): Html {
  return lines(
    html`🛑 <b>Healing has stopped.</b>`,
    html`${restarts} restarts within an hour: something larger is wrong. See /alerts. /heal on lets it go on.`,
  )
}

/** A card of memory under pressure. */
export function offerStopText(proposal: Proposal): Html {
  return lines(html`🧠 <b>Memory is short.</b> May this one be stopped?`, actionCardText(proposal))
}

export function offerStopKeyboard({ id: proposalId }: Pick<Proposal, 'id'>): Keyboard {
  return [
    [press('✅ Stop it', { kind: 'confirm-action', proposalId })],
    [press('✅ Stop, and start it again later', { kind: 'confirm-action', proposalId, startAgain: true })],
    [press('✖️ Leave it', { kind: 'drop-action', proposalId })],
  ]
}

export function offerStartText(proposal: Proposal): Html {
  return lines(html`🧠 <b>There is room in memory again.</b>`, actionCardText(proposal))
}

export function startingAgainText(proposal: Pick<Proposal, 'containerName'>): Html {
  return html`🧠 There is room in memory again: starting ${foreign(proposal.containerName ?? '')}, as you wished…`
}
