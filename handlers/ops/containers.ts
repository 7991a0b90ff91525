import { type LogsWish, readLogsWish } from '../../ops/container-logs.ts'
import { findByName } from '../../ops/containers.ts'
import type { Container } from '../../src/docker/container.ts'
import type { Action } from '../actions.ts'
import type { Command } from '../commands.ts'
import { type Errand, later } from '../errands.ts'
import { type Scope, say, showAction } from '../scope.ts'
import type { Answer } from '../tap-draft.ts'
import * as view from '../views/containers.ts'
import { isPrivateChat } from './private-chat.ts'

/** /containers and /logs: reading only. */

export const containersCommand: Command = async ({ scope, update }) => {
  if (!isPrivateChat(scope)) return say(scope, { kind: 'text', html: view.notPrivateText().html })
  showAction(scope, 'typing')
  later(scope, (errand) => showPage(errand, 0, { ref: `containers:${update.update_id}`, isNew: true }))
}

export const logsCommand: Command = async ({ scope }, args) => {
  if (!isPrivateChat(scope)) return say(scope, { kind: 'text', html: view.notPrivateText().html })
  const [name = '', ...rest] = args.trim().split(/\s+/)
  const wish = readLogsWish(rest.join(' '))
  if (!wish) return say(scope, { kind: 'text', html: view.logsHelpText().html })
  showAction(scope, 'typing')
  later(scope, async (errand) => {
    const container = await findTarget(errand, name, { action: null, wish: rest.join(' ') })
    if (container) await sendLogs(errand, container, wish)
  })
}

type ContainersAction = Extract<Action, { kind: 'containers' | 'container-logs' }>

export async function tapOnContainers(scope: Scope, action: ContainersAction, ref: string | null): Promise<Answer> {
  if (!isPrivateChat(scope)) return { text: 'Only in a private chat with me.', alert: true }
  if (action.kind === 'containers') {
    if (ref !== null) later(scope, (errand) => showPage(errand, action.page, { ref, isNew: false }))
    return {}
  }
  const wish = readLogsWish(action.wish) ?? ({ kind: 'errors' } as const)
  showAction(scope, 'typing')
  later(scope, async (errand) => {
    const container = await findById(errand, action.containerId)
    if (container) await sendLogs(errand, container, wish)
  })
  return {}
}

async function showPage(errand: Errand, page: number, { ref, isNew }: { ref: string; isNew: boolean }): Promise<void> {
  const { ops, clock } = errand.deps
  const listing = await ops.containers.list(errand.signal)
  if (listing.kind === 'absent') return errand.tell({ kind: 'text', html: view.noDockerText(listing.reason).html })
  const { containers } = listing
  const ids = view
    .pageOf({ containers, page })
    .filter(({ container }) => container.state === 'running')
    .map(({ container }) => container.id)
  const figures = await ops.containers.figures(ids, errand.signal)
  const input = { containers, page, figures, now: clock.now() }
  const shown = { html: view.containersText(input).html, keyboard: view.containersKeyboard(input) }
  await errand.tell(isNew ? { kind: 'text', ...shown } : { kind: 'edit', ...shown, orSend: true }, ref)
}

/** Says what is wrong, and gives null, when the name means none or several. */
export async function findTarget(
  errand: Errand,
  name: string,
  offer: { action: Parameters<typeof view.whichContainerKeyboard>[1]; wish?: string },
): Promise<Container | null> {
  const containers = await listAll(errand)
  if (!containers) return null
  const found = findByName(containers, name)
  if (found.kind === 'found') return found.container
  if (found.kind === 'none') {
    await errand.tell({ kind: 'text', html: view.noSuchContainerText(name).html })
    return null
  }
  const keyboard = view.whichContainerKeyboard(found.candidates, offer.action, offer.wish)
  await errand.tell({ kind: 'text', html: view.whichContainerText(name, found.candidates.length).html, keyboard })
  return null
}

/** The id comes from a stored button: it means something only while a container of the live list has it. */
export async function findById(errand: Errand, id: string): Promise<Container | null> {
  const containers = await listAll(errand)
  if (!containers) return null
  const found = containers.find((container) => container.id === id)
  if (!found) await errand.tell({ kind: 'text', html: view.containerGoneText().html })
  return found ?? null
}

async function listAll(errand: Errand): Promise<Container[] | null> {
  const listing = await errand.deps.ops.containers.list(errand.signal)
  if (listing.kind === 'ready') return listing.containers.map(({ container }) => container)
  await errand.tell({ kind: 'text', html: view.noDockerText(listing.reason).html })
  return null
}

async function sendLogs(errand: Errand, container: Container, wish: LogsWish): Promise<void> {
  const logs = await errand.deps.ops.containers.logs(container, wish, errand.signal)
  if (view.fitsInline(logs)) {
    const keyboard = view.logsKeyboard(container, wish)
    return errand.tell({ kind: 'text', html: view.logsText(logs, wish).html, keyboard })
  }
  const name = `${view.shortName(container.name, 60).replace(/[^\w.-]/g, '_')}-log.txt`
  const captionHtml = view.logsHead(logs, wish).html
  await errand.tell({ kind: 'document', name, text: `${logs.lines.join('\n')}\n`, captionHtml })
}
