import type { Command } from '../commands.ts'
import { say } from '../scope.ts'
import { auditHelpText, auditText } from '../views/audit.ts'
import { notPrivateText } from '../views/containers.ts'
import { isPrivateChat } from './private-chat.ts'

/** /audit [n] */

const SHOWN = 15
/** What two messages hold. */
const MAX_SHOWN = 60

export const auditCommand: Command = async ({ scope }, args) => {
  const { deps, tx } = scope
  if (!isPrivateChat(scope)) return say(scope, { kind: 'text', html: notPrivateText().html })
  const wish = args.trim()
  if (wish !== '' && !/^\d{1,6}$/.test(wish)) return say(scope, { kind: 'text', html: auditHelpText().html })
  const count = Math.min(MAX_SHOWN, Math.max(1, wish === '' ? SHOWN : Number(wish)))
  const rows = await deps.ops.actions.listAudit(tx, count)
  await say(scope, { kind: 'text', html: auditText(rows, deps.clock.now(), deps.timeZone).html })
}
