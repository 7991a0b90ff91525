import { z } from 'zod'
import { mergeSetting, readSetting } from '../../src/db/settings.ts'
import type { Queryable } from '../../src/transaction.ts'
import { Track } from './track.ts'

/** What the monitor remembers over a restart of the bot: how far it has heard, and what containers have been through. */

const KEY = 'monitor'

const Memory = z.object({
  lastEventAt: z.iso
    .datetime()
    .transform((text) => new Date(text))
    .nullable()
    .default(null),
  tracks: z.array(Track).default([]),
  dockerAt: z.number().nullable().default(null),
})
export type Memory = z.infer<typeof Memory>

/** A later version may remember in another shape: then it begins afresh. */
const NOTHING: Memory = { lastEventAt: null, tracks: [], dockerAt: null }
const Stored = Memory.catch(NOTHING)

export async function readMemory(db: Queryable): Promise<Memory> {
  return (await readSetting(db, KEY, Stored)) ?? NOTHING
}

export async function writeMemory(db: Queryable, memory: z.input<typeof Memory>): Promise<void> {
  await mergeSetting(db, KEY, z.object({}).loose(), memory)
}
