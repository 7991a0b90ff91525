import { randomUUID } from 'node:crypto'
import type { Incident, IncidentChange, IncidentListener, IncidentNews } from '../../ops/incidents/index.ts'
import {
  dropMessages,
  dropWaitingEdits,
  findChatsOf,
  lockWaitingMessages,
  queueMessage,
} from '../../src/messaging/outbox.ts'
import { inTransaction, type Tx } from '../../src/transaction.ts'
import type { HandlerDeps } from '../scope.ts'
import { awayDigestText, openKeyboard, quietDigestText } from '../views/alerts.ts'
import * as view from '../views/incident.ts'
import { findOpsChat } from './private-chat.ts'

/** News of incidents become messages, in the transaction of the change. */

type Deps = Pick<HandlerDeps, 'db' | 'log' | 'clock' | 'access' | 'timeZone' | 'ops' | 'errands' | 'wakeSender'>

export function createIncidentListener(deps: Deps): IncidentListener {
  const listener: IncidentListener = async (tx, news) => {
    const chatId = findOpsChat(deps.access)
    const chats = chatId === null ? [] : await writeNews(deps, tx, news, chatId)
    return () => {
      for (const chat of chats) deps.wakeSender(chat)
      for (const incident of listUnexplained(news)) diagnoseLater(deps, incident.id)
    }
  }
  return listener
}

/** What people were told of, and nobody knows the cause of. */
function listUnexplained(news: IncidentNews): readonly Incident[] {
  const told =
    news.kind === 'digest' ? news.incidents : 'tell' in news && news.tell !== 'nothing' ? [news.incident] : []
  return told.filter(({ diagnosis, status }) => diagnosis === null && status !== 'resolved')
}

export function diagnoseLater(deps: Deps, id: string): void {
  deps.errands.runAside((signal) => deps.ops.incidents.diagnose(id, createIncidentListener(deps), signal))
}

/** Gives the chats that have something to be sent. */
async function writeNews(deps: Deps, tx: Tx, news: IncidentNews, chatId: number): Promise<number[]> {
  switch (news.kind) {
    case 'digest':
      await writeDigest(deps, tx, { incidents: news.incidents, ref: news.ref, chatId })
      return [chatId]
    case 'merged':
      return news.before === null ? [] : edit(tx, news.before, view.mergedText(news.incident, news.into).html)
    default:
      return writeChange(deps, tx, news, chatId)
  }
}

async function writeChange(deps: Deps, tx: Tx, news: IncidentChange, chatId: number): Promise<number[]> {
  const { incident, tell, before, kind } = news
  if (tell === 'nothing') return []
  if (tell === 'edit') return refreshIncident(deps, tx, incident)
  const input = await toInput(deps, tx, incident)
  if (kind === 'resolved') {
    await refreshIncident(deps, tx, incident)
    const content = { kind: 'text' as const, html: view.allClearText(input).html, silent: true }
    await queueMessage(tx, { chatId, content, ref: `incident:${incident.id}:clear` })
    return [chatId]
  }
  if (before !== null && !isDigest(before)) await edit(tx, before, view.movedOnText(incident).html)
  const html = view.incidentText(input).html
  const content = { kind: 'text' as const, html, keyboard: view.incidentKeyboard(input) }
  await queueMessage(tx, { chatId, content, ref: incident.messageRef ?? `incident:${incident.id}` })
  return [chatId]
}

const isDigest = (ref: string) => ref.startsWith('digest:') || ref.startsWith('away:')

/** Rewrites the message that shows it, whether it is its own or a digest. */
export async function refreshIncident(deps: Deps, tx: Tx, incident: Incident): Promise<number[]> {
  const ref = incident.messageRef
  if (ref === null) return []
  if (!isDigest(ref)) {
    const input = await toInput(deps, tx, incident)
    return edit(tx, ref, view.incidentText(input).html, view.incidentKeyboard(input))
  }
  const incidents = await deps.ops.incidents.listShownIn(tx, [ref])
  const { html, keyboard } = digestOf(deps, ref, incidents)
  return edit(tx, ref, html, keyboard)
}

/** In every chat where it was sent: the configuration may name another one by now. */
async function edit(tx: Tx, ref: string, html: string, keyboard?: view.Shown['keyboard']): Promise<number[]> {
  const chats = await findChatsOf(tx, ref)
  for (const chatId of chats) {
    await dropWaitingEdits(tx, { chatId, ref })
    await queueMessage(tx, { chatId, ref, content: { kind: 'edit', html, ...(keyboard ? { keyboard } : {}) } })
  }
  return chats
}

export async function toInput(deps: Deps, tx: Tx, incident: Incident): Promise<view.IncidentInput> {
  const mutes = incident.held === 'snooze' ? await deps.ops.incidents.listMutes(tx) : []
  const snooze = mutes.findLast((mute) => mute.kind === 'snooze' && mute.rootKey === incident.rootKey)
  const { setting, calls } = await deps.ops.heal.status(tx)
  const isCalled =
    setting.on && calls.some((call) => incident.members.some(({ containerId }) => containerId === call.containerId))
  return { incident, now: deps.clock.now(), timeZone: deps.timeZone, snoozedUntil: snooze?.until ?? null, isCalled }
}

type Digest = { incidents: readonly Incident[]; ref: string; chatId: number }

async function writeDigest(deps: Deps, tx: Tx, { incidents, ref, chatId }: Digest): Promise<void> {
  // Nothing to do any more: it is there to be read, not to wake anybody.
  const silent = incidents.every(({ status }) => status === 'resolved')
  const content = { kind: 'text' as const, ...digestOf(deps, ref, incidents), silent }
  await queueMessage(tx, { chatId, content, ref })
}

function digestOf(deps: Deps, ref: string, incidents: readonly Incident[]) {
  const input = { incidents, now: deps.clock.now(), timeZone: deps.timeZone }
  const text = ref.startsWith('away:') ? awayDigestText(input) : quietDigestText(input)
  return { html: text.html, keyboard: openKeyboard(input) }
}

/** By then an alert is no alert any more, and several of them are a burst. */
const STALE_MS = 5 * 60_000
const PREFIXES = ['incident', 'digest', 'away']

/**
 * Alerts that could not be delivered for minutes become one digest of how things are now, so that nobody gets a burst of old
 * news when Telegram is back. What waits goes, and the digest comes, in one transaction.
 */
export async function bundleUndelivered(deps: Deps, options = { begun: false }): Promise<void> {
  const chatId = findOpsChat(deps.access)
  if (chatId === null) return
  const isNew = await inTransaction(deps.db.pool, async (tx) => {
    const waiting = (await lockWaitingMessages(tx, chatId, PREFIXES, options)).filter(({ wasSent }) => !wasSent)
    const texts = waiting.filter(({ kind }) => kind === 'text')
    const [first, ...others] = texts
    if (!first || (others.length === 0 && waiting.length === 1 && first.ref.startsWith('away:'))) return false
    const incidents = await findMeant(
      deps,
      tx,
      texts.map(({ ref }) => ref),
    )
    const staleFrom = deps.clock.now().getTime() - STALE_MS
    if (!incidents.some(({ toldAt }) => toldAt !== null && toldAt.getTime() <= staleFrom)) return false
    await dropMessages(
      tx,
      waiting.map(({ id }) => id),
    )
    const ref = `away:${randomUUID()}`
    const moved = incidents.filter(({ messageRef }) => waiting.some((row) => row.ref === messageRef))
    await deps.ops.incidents.showIn(
      tx,
      moved.map(({ id }) => id),
      ref,
    )
    await writeDigest(deps, tx, { incidents, ref, chatId })
    return true
  })
  if (isNew) deps.wakeSender(chatId)
}

/** Those that these messages are about, also by the short word of their end. */
async function findMeant(deps: Deps, tx: Tx, refs: readonly string[]): Promise<Incident[]> {
  const { incidents } = deps.ops
  const named = new Set(refs.filter((ref) => ref.startsWith('incident:')).map((ref) => ref.split(':')[1] ?? ''))
  const own: Incident[] = []
  for (const id of named) own.push(...[await incidents.find(tx, id)].filter((one) => one !== null))
  const listed = await incidents.listShownIn(tx, refs)
  const all = [...own, ...listed.filter(({ id }) => !named.has(id))]
  return all.filter(({ ending }) => ending !== 'merged').toSorted((a, b) => a.openedAt.getTime() - b.openedAt.getTime())
}
