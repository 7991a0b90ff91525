import { COMPARED_WITH, type ComparedWith } from '../../ops/compare.ts'
import type { Command } from '../commands.ts'
import { later } from '../errands.ts'
import { type Scope, say, showAction } from '../scope.ts'
import type { Answer } from '../tap-draft.ts'
import { compareHelpText, compareKeyboard, compareText } from '../views/compare.ts'
import { notPrivateText } from '../views/containers.ts'
import { describeTime } from '../views/times.ts'
import { isPrivateChat } from './private-chat.ts'

/** /compare [hour|day|deploy]: what changed between then and now. */

export const compareCommand: Command = async ({ scope, update }, args) => {
  if (!isPrivateChat(scope)) return say(scope, { kind: 'text', html: notPrivateText().html })
  const asked = args.trim().toLowerCase()
  const wish = asked === '' ? 'day' : COMPARED_WITH.find((one) => one === asked)
  if (wish === undefined) return say(scope, { kind: 'text', html: compareHelpText().html })
  showAction(scope, 'typing')
  compareLater(scope, wish, { kind: 'text', ref: `compare:${update.update_id}` })
}

export function tapCompare(scope: Scope, than: ComparedWith, ref: string | null): Answer {
  if (!isPrivateChat(scope)) return { text: 'Only in a private chat with me.', alert: true }
  if (ref === null) return { text: 'Send /compare again.' }
  compareLater(scope, than, { kind: 'edit', ref })
  return { text: 'Comparing…' }
}

function compareLater(scope: Scope, wish: ComparedWith, { kind, ref }: { kind: 'text' | 'edit'; ref: string }): void {
  later(scope, async ({ deps, tell }) => {
    const { clock, timeZone, ops } = deps
    const compared = await ops.history.compare(wish)
    const { html } = compareText(compared, wish, (at) => describeTime(at, clock.now(), timeZone))
    await tell({ kind, html, keyboard: compareKeyboard(wish) }, ref)
  })
}
