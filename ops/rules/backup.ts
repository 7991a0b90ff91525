import type { Snapshot } from '../snapshot/snapshot.ts'
import type { Finding } from './finding.ts'
import { type Context, keep, measured, state } from './judging.ts'

const DAY_MS = 86_400_000

/** Where none was ever made there is nothing to miss: the doctor says how to begin. */
export function judgeBackup({ backup }: Snapshot, context: Context): Finding[] {
  const rule = 'backup-old'
  if (backup.kind !== 'ok') return backup.kind === 'absent' ? [] : keep(context, rule)
  const { at, verified } = backup.value
  const value = (context.at.getTime() - at.getTime()) / DAY_MS
  const days = Math.floor(value)
  const found = measured(context, { rule, subject: '', value, words: `The newest backup is ${days} days old` })
  if (found.length > 0 || verified) return found
  const words = 'The newest backup could not be verified: nobody knows whether it can be restored'
  return [state(context, { rule, severity: 'warning', subject: '', words, value })]
}
