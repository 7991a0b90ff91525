import { z } from 'zod'
import { ARC } from '../content.ts'
import type { Queryable, Tx } from '../db/pool.ts'
import { mergeSetting, readSetting } from '../db/settings.ts'

/** The slide that somebody edited last in a chat, so that words which come after the end are not taken for something else. */
export const LastEdit = z.object({
  runId: z.string(),
  revision: z.int(),
  contentHash: z.string(),
  slide: z.enum(ARC),
  /** Null while it goes on, or when it ended by its words. */
  endedAt: z.coerce.date().nullable(),
  /** The words were taken: nothing is left to be said. */
  done: z.boolean(),
})
export type LastEdit = z.infer<typeof LastEdit>

const settingOf = (key: string) => `edit:${key}`

/** `key` is that of the conversation. */
export function readLastEdit(db: Queryable, key: string): Promise<LastEdit | null> {
  return readSetting(db, settingOf(key), LastEdit)
}

export async function noteEdit(tx: Tx, key: string, edit: LastEdit): Promise<void> {
  await mergeSetting(tx, settingOf(key), LastEdit, edit)
}

/** Nothing when no edit was noted. */
export async function noteEditEnded(tx: Tx, key: string, end: Pick<LastEdit, 'endedAt' | 'done'>): Promise<void> {
  const last = await readLastEdit(tx, key)
  if (last) await noteEdit(tx, key, { ...last, ...end })
}
