import type { Container } from '../../src/docker/container.ts'
import type { Action } from '../actions.ts'
import type { Command } from '../commands.ts'
import type { Errand } from '../errands.ts'
import { type Scope, say } from '../scope.ts'
import type { Answer } from '../tap-draft.ts'
import { notPrivateText } from '../views/containers.ts'
import * as view from '../views/mutes.ts'
import { isPrivateChat } from './private-chat.ts'

/** /mutes: what is not heard, and the way back; and lines of a log that nobody wants to hear of. */

export const mutesCommand: Command = async ({ scope, update }) => {
  if (!isPrivateChat(scope)) return say(scope, { kind: 'text', html: notPrivateText().html })
  await say(scope, { kind: 'text', ...(await render(scope)) }, { ref: `mutes:${update.update_id}` })
}

async function render(scope: Scope) {
  const { incidents } = scope.deps.ops
  const mutes = await incidents.listMutes(scope.tx)
  const input = { mutes, quietHours: incidents.quietHours, now: scope.deps.clock.now(), timeZone: scope.deps.timeZone }
  return { html: view.mutesText(input).html, keyboard: view.mutesKeyboard(input) }
}

type MuteAction = Extract<Action, { kind: 'lift-mute' | 'ignore-lines' }>

export async function tapOnMutes(scope: Scope, action: MuteAction, ref: string | null): Promise<Answer> {
  if (!isPrivateChat(scope)) return { text: 'Only in a private chat with me.', alert: true }
  const person = { id: scope.userId, name: scope.userName }
  const { incidents } = scope.deps.ops
  if (action.kind === 'ignore-lines') {
    const outcome = await incidents.ignore(scope.tx, action, person)
    if (ref !== null) await say(scope, { kind: 'edit', html: view.ignoredText(action).html }, { ref })
    return {
      text:
        outcome === 'known'
          ? 'Ignored already.'
          : 'Ignored. If it was about nothing else, the alert ends by itself within two minutes.',
    }
  }
  const lifted = await incidents.lift(scope.tx, action.muteId, person)
  if (ref?.startsWith('mutes:')) await say(scope, { kind: 'edit', ...(await render(scope)) }, { ref })
  return { text: lifted ? 'I say it again from now on.' : 'It was lifted already.' }
}

/** Shows a pattern and what it would have hidden; nothing is hidden before the tap. */
export async function offerIgnore(errand: Errand, container: Container): Promise<void> {
  const proposal = await errand.deps.ops.incidents.proposeIgnore(container, errand.signal)
  if (!proposal) return errand.tell({ kind: 'text', html: view.nothingToIgnoreText(container.name).html })
  const content = {
    kind: 'text' as const,
    html: view.ignoreText(proposal).html,
    keyboard: view.ignoreKeyboard(proposal),
  }
  await errand.tell(content, `ignore:${container.id.slice(0, 12)}:${errand.deps.clock.now().getTime()}`)
}
