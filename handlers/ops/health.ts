import type { HealthView } from '../actions.ts'
import type { Command } from '../commands.ts'
import { later } from '../errands.ts'
import { type Scope, say, showAction } from '../scope.ts'
import type { Answer } from '../tap-draft.ts'
import { notPrivateText } from '../views/containers.ts'
import { healthKeyboard, healthText } from '../views/health.ts'
import { isPrivateChat } from './private-chat.ts'

/**
 * /health: the update is done at once and the look is taken after its commit, so that a slow probe holds up neither the
 * transaction nor the chat.
 */
export const healthCommand: Command = async ({ scope, update }) => {
  if (!isPrivateChat(scope)) return say(scope, { kind: 'text', html: notPrivateText().html })
  showAction(scope, 'typing')
  lookLater(scope, 'summary', { kind: 'text', ref: `health:${update.update_id}` })
}

/** Refresh, or the other view, in the message itself. */
export function tapHealth(scope: Scope, view: HealthView, ref: string | null): Answer {
  if (!isPrivateChat(scope)) return { text: 'Only in a private chat with me.', alert: true }
  if (ref === null) return { text: 'Send /health again.' }
  lookLater(scope, view, { kind: 'edit', ref })
  return { text: 'Looking…' }
}

function lookLater(scope: Scope, view: HealthView, { kind, ref }: { kind: 'text' | 'edit'; ref: string }): void {
  later(scope, async ({ deps, tell }) => {
    const report = await deps.ops.health.look()
    const { html } = healthText({ report, view, timeZone: deps.timeZone })
    await tell({ kind, html, keyboard: healthKeyboard({ view }) }, ref)
  })
}
