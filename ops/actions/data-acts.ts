import { DateTime } from 'luxon'
import { readRoom, vacuum as runVacuum } from '../../src/db/vacuum.ts'
import { Failure } from '../../src/failure.ts'
import { countOldData, trimOldData } from '../own-data.ts'
import { describeBytes } from '../words.ts'
import { type Act, type Hands, Measure, type VerifyContext } from './act.ts'
import { createMeasuredAct } from './measured-act.ts'

/** What may be done to the bot's own data: files, rows, the database, a backup of it. */

const MINUTE_MS = 60_000

const count = (n: number, what: string) => `${n} ${n === 1 ? what : `${what}s`}`

export const clearOutputs = createMeasuredAct({
  coolDownMs: MINUTE_MS,
  limitMs: 5 * MINUTE_MS,
  target: 'data',
  risk: 'two-taps',
  measure: async ({ content }) => {
    const hands = content()
    if (!hands) throw new Failure('Carousels are not made by this process.', { code: 'conflict' })
    const old = await hands.findOldFiles()
    return { text: `${describeBytes(old.bytes)} in ${count(old.count, 'file')}`, amount: old.count }
  },
  nothing: 'No carousel or cache is old enough to go.',
  effect: ({ text }) =>
    `Removes ${text}: carousels that were handed over, or ended, long ago, and old caches. What waits or is approved stays.`,
  run: async ({ content }) => content()?.clearOldFiles(),
  describeLess: (before, after) => `Removed ${count(before - after, 'file')}.`,
})

export const trimData = createMeasuredAct({
  coolDownMs: MINUTE_MS,
  limitMs: 2 * MINUTE_MS,
  target: 'data',
  // The same is done every day by itself.
  risk: 'confirm',
  measure: async ({ db, clock }) => {
    const rows = await countOldData(db.pool, clock.now())
    return { text: count(rows, 'old row'), amount: rows }
  },
  nothing: 'Nothing of mine is old enough to go.',
  effect: ({ text }) => `Removes ${text} of mine: messages, updates and buttons whose time is over.`,
  run: ({ db, clock }) => trimOldData(db.pool, clock.now()),
  describeLess: (before, after) => `Removed ${count(before - after, 'old row')}.`,
})

const VACUUM_LIMIT_MS = 10 * MINUTE_MS

export const vacuum: Act = createRenewal({
  coolDownMs: 10 * MINUTE_MS,
  limitMs: VACUUM_LIMIT_MS,
  measure: async ({ db }) => {
    const { sizeBytes, deadRows, lastVacuumAt } = await readRoom(db.pool)
    const text = `${describeBytes(sizeBytes)}, ${count(deadRows, 'deleted row')}`
    return { text, amount: sizeBytes, doneAt: lastVacuumAt?.toISOString() ?? null }
  },
  effect: ({ text }) => `Lets the database use the room of deleted rows again (${text}). Work goes on meanwhile.`,
  run: ({ db }) => runVacuum(db, VACUUM_LIMIT_MS),
  describe: (before, after) => {
    const less = (before?.amount ?? 0) - (after.amount ?? 0)
    // Room inside the files is used again; only at their ends it goes back to the disk.
    return less > 0
      ? `The files are ${describeBytes(less)} smaller.`
      : 'The room of deleted rows is used again; the files do not shrink by that.'
  },
  notDone: 'Not every table was vacuumed.',
})

const NO_BACKUP = 'no backup'

export const backup: Act = createRenewal({
  coolDownMs: MINUTE_MS,
  limitMs: 10 * MINUTE_MS,
  measure: async (hands) => {
    const newest = await getBackup(hands).newest()
    if (!newest) return { text: NO_BACKUP, amount: null, doneAt: null }
    // Kept, and read on another day: with its date.
    const at = DateTime.fromJSDate(newest.at, { zone: hands.timeZone }).setLocale('en').toFormat('d LLL yyyy, HH:mm')
    const text = `newest ${at}, ${describeBytes(newest.bytes)}${newest.verified ? '' : ', not verified'}`
    return { text, amount: null, doneAt: newest.verified ? newest.at.toISOString() : null }
  },
  effect: ({ text }) => {
    const known = text === NO_BACKUP ? 'There is none yet.' : `Until now: ${text}.`
    return `Makes a backup of the database and the settings now, and reads it back. ${known}`
  },
  run: async (hands, signal) => {
    await getBackup(hands).make(signal)
  },
  describe: () => 'It was read back, and is whole.',
  notDone: 'There is no newer backup that was read back whole.',
})

function getBackup({ backup }: Hands): NonNullable<Hands['backup']> {
  if (backup) return backup
  throw new Failure('Backups are not set up here.', { code: 'conflict' })
}

type Renewal = {
  coolDownMs: number
  limitMs: number
  measure(hands: Hands): Promise<Measure>
  effect(measure: Measure): string
  run(hands: Hands, signal: AbortSignal): Promise<void>
  describe(before: Measure | null, after: Measure): string
  notDone: string
}

/** What is done again from time to time; that it was done shows in the time of the last. */
function createRenewal(what: Renewal): Act {
  return {
    undo: null,
    coolDownMs: what.coolDownMs,
    limitMs: what.limitMs,
    target: () => 'data',
    look: async (hands) => {
      const before = await what.measure(hands)
      return { kind: 'ready', effect: what.effect(before), risk: 'safe', before }
    },
    run: (hands, _request, { signal }) => what.run(hands, signal),
    verify: async (hands, _request, { before: stored, doubt }: VerifyContext) => {
      const before = Measure.safeParse(stored).data ?? null
      const after = await what.measure(hands)
      const isNewer = after.doneAt != null && before !== null && after.doneAt > (before.doneAt ?? '')
      if (isNewer) return { kind: 'fixed', reason: what.describe(before, after), after }
      return { kind: doubt === null ? 'not-fixed' : 'unknown', reason: doubt ?? what.notDone, after }
    },
    lookAgain: async (hands) => ({ seen: await what.measure(hands), overturned: null }),
  }
}
