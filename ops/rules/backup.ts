import type { Snapshot } from '../snapshot/snapshot.ts'
import type { Finding } from './finding.ts'
import { type Context, keep, measured, state } from './judging.ts'

const DAY_MS = 86_400_000

/** Where none was ever made, its age counts from the first start of the bot: until then there was nothing to miss. */
export function judgeBackup({ backup }: Snapshot, context: Context): Finding[] {
  const rule = 'backup-old'
  if (backup.kind !== 'ok') return backup.kind === 'absent' ? [] : keep(context, rule)
  const { at, verified, none } = backup.value
  const value = (context.at.getTime() - at.getTime()) / DAY_MS
  const days = Math.floor(value)
  const found = measured(context, {
    rule,
    subject: '',
    value,
    words: none
      ? `There is no backup that is known to be good, after ${days} days`
      : `The newest verified backup is ${days} days old`,
  })
  if (found.length > 0 || verified || none) return found
  const words = 'The newest backup could not be verified: nobody knows whether it can be restored'
  return [state(context, { rule, severity: 'warning', subject: '', words, value })]
}
