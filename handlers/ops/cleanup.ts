import { HOUSE_KINDS } from '../../ops/actions/definitions.ts'
import type { Command } from '../commands.ts'
import { later } from '../errands.ts'
import { say, showAction } from '../scope.ts'
import { cleanupKeyboard, cleanupText } from '../views/cleanup.ts'
import { notPrivateText } from '../views/containers.ts'
import { isPrivateChat } from './private-chat.ts'

/** /cleanup: looks only; each button leads to a card. */
export const cleanupCommand: Command = async ({ scope }) => {
  if (!isPrivateChat(scope)) return say(scope, { kind: 'text', html: notPrivateText().html })
  showAction(scope, 'typing')
  later(scope, async ({ deps, tell, signal }) => {
    const looked = await Promise.all(HOUSE_KINDS.map((kind) => deps.ops.actions.look({ kind }, signal)))
    await tell({ kind: 'text', html: cleanupText(looked).html, keyboard: cleanupKeyboard(looked) })
  })
}
