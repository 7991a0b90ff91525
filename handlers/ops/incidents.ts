import { groupMutes, type Incident } from '../../ops/incidents/index.ts'
import type { Action } from '../actions.ts'
import type { Command } from '../commands.ts'
import { later } from '../errands.ts'
import { type Scope, say } from '../scope.ts'
import type { Answer } from '../tap-draft.ts'
import { alertsText, historyText, openKeyboard } from '../views/alerts.ts'
import { notPrivateText } from '../views/containers.ts'
import { clip } from '../views/html.ts'
import * as view from '../views/incident.ts'
import { refreshIncident, toInput } from './alerts.ts'
import { findById } from './containers.ts'
import { offerIgnore } from './mutes.ts'
import { isPrivateChat } from './private-chat.ts'

/** /alerts, /incidents, and what the buttons of an alert do. */

const HISTORY_SHOWN = 10

export const alertsCommand: Command = async ({ scope }) => {
  if (!isPrivateChat(scope)) return say(scope, { kind: 'text', html: notPrivateText().html })
  const { incidents } = scope.deps.ops
  const open = await incidents.listOpen(scope.tx)
  const mutes = groupMutes(await incidents.listMutes(scope.tx)).length
  const input = { incidents: open, mutes, now: scope.deps.clock.now(), timeZone: scope.deps.timeZone }
  await say(scope, { kind: 'text', html: alertsText(input).html, keyboard: openKeyboard(input) })
}

export const incidentsCommand: Command = async ({ scope }) => {
  if (!isPrivateChat(scope)) return say(scope, { kind: 'text', html: notPrivateText().html })
  const past = await scope.deps.ops.incidents.listPast(scope.tx, HISTORY_SHOWN)
  const input = { incidents: past, now: scope.deps.clock.now(), timeZone: scope.deps.timeZone }
  await say(scope, { kind: 'text', html: historyText(input).html, keyboard: openKeyboard(input) })
}

type IncidentAction = Extract<Action, { kind: 'incident' }>

export async function tapOnIncident(
  scope: Scope,
  { wish, incidentId }: IncidentAction,
  tap: { id: string; ref: string | null },
): Promise<Answer> {
  if (!isPrivateChat(scope)) return { text: 'Only in a private chat with me.', alert: true }
  const incident = await scope.deps.ops.incidents.find(scope.tx, incidentId)
  if (!incident) return { text: 'This incident is long over, and forgotten.', alert: true }
  if (wish === 'show') return show(scope, incident, tap.id)
  if (wish === 'ignore') return ignoreLines(scope, incident)
  return decide(scope, incidentId, wish, tap.ref)
}

/** A card of its own in this chat. */
async function show(scope: Scope, incident: Incident, tapId: string): Promise<Answer> {
  const input = await toInput(scope.deps, scope.tx, incident)
  const content = { kind: 'text' as const, html: view.incidentText(input).html, keyboard: view.incidentKeyboard(input) }
  await say(scope, content, { ref: `incident-copy:${incident.id}:${tapId}` })
  return {}
}

type Decision = Exclude<IncidentAction['wish'], 'show' | 'ignore'>

async function decide(scope: Scope, id: string, wish: Decision, ref: string | null): Promise<Answer> {
  const { incidents } = scope.deps.ops
  const person = { id: scope.userId, name: scope.userName }
  const tapped =
    wish === 'acknowledge'
      ? await incidents.acknowledge(scope.tx, id, person)
      : wish === 'mute'
        ? await incidents.mute(scope.tx, id, person)
        : await incidents.snooze(scope.tx, id, person, wish === 'snooze-1' ? 1 : 8)
  if (tapped.kind === 'gone') return { text: 'This incident is long over, and forgotten.', alert: true }
  await refreshEverywhere(scope, tapped.incident, ref)
  return { text: tapped.kind === 'before' ? whatWasBefore(tapped.incident) : DONE[wish] }
}

const DONE: Record<Decision, string> = {
  acknowledge: 'Yours. I stop reminding.',
  'snooze-1': 'I am quiet about it for an hour, unless it gets worse.',
  'snooze-8': 'I am quiet about it for 8 hours, unless it gets worse.',
  mute: 'I say no more of it. /mutes lifts that.',
}

function whatWasBefore({ status, ending, acknowledgedBy }: Incident): string {
  if (status !== 'resolved') return `Acknowledged already, by ${clip(acknowledgedBy ?? 'an owner', 40)}.`
  return ending === 'muted' ? 'It is muted already.' : 'It is over already.'
}

/** The alert itself, and the copy that was tapped. */
async function refreshEverywhere(scope: Scope, incident: Incident, ref: string | null): Promise<void> {
  const chats = await refreshIncident(scope.deps, scope.tx, incident)
  scope.afterCommit.push(() => {
    for (const chat of chats) scope.deps.wakeSender(chat)
  })
  if (!ref?.startsWith('incident-copy:')) return
  const input = await toInput(scope.deps, scope.tx, incident)
  const content = { kind: 'edit' as const, html: view.incidentText(input).html, keyboard: view.incidentKeyboard(input) }
  await say(scope, content, { ref })
}

function ignoreLines(scope: Scope, incident: Incident): Answer {
  const found = incident.members.find(({ rule }) => rule === 'log-pattern')
  const containerId = found?.containerId
  if (containerId === undefined) return { text: 'It is not about lines of a log any more.', alert: true }
  later(scope, async (errand) => {
    const container = await findById(errand, containerId)
    if (container) await offerIgnore(errand, container)
  })
  return { text: 'Reading its log…' }
}
