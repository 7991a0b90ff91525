import { listMutes } from '../../src/db/mutes.ts'
import type { Queryable } from '../../src/db/pool.ts'
import { isMuted } from '../incidents/muting.ts'
import { nodeOf } from '../incidents/roots.ts'
import type { HealListener } from './deps.ts'
import type { Patient } from './policy.ts'

/** Who is told of what is done about this one. */
export type Muffle = (patient: Patient, listener: HealListener) => HealListener

/** Nobody is told about what is muted or snoozed: it is healed in silence, and the audit has it. */
export async function createMuffle(db: Queryable, now: Date): Promise<Muffle> {
  const mutes = await listMutes(db, now)
  const isSnoozed = (node: string) =>
    // What was known as a warning then is worse by now.
    mutes.some(({ kind, severity, rootKey }) => kind === 'snooze' && severity !== 'warning' && rootKey === node)
  const isQuiet = ({ containerName: subject, rules }: Patient) =>
    rules.every((rule) => isMuted({ rule, subject }, mutes) || isSnoozed(nodeOf({ rule, subject })))
  return (patient, listener) => {
    if (!isQuiet(patient)) return listener
    const nothing = () => undefined
    return { chatId: null, announce: async () => nothing, report: async () => undefined, wake: nothing }
  }
}
