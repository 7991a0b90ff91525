import { z } from 'zod'
import type { Queryable } from '../src/db/pool.ts'
import { mergeSetting, readSetting } from '../src/db/settings.ts'

/** What can be changed from the chat, in one row. */
const ChatSettings = z.object({
  /** Full-size PNG files come into the chat after an approval; the output folder has them in any case. */
  documents: z.boolean().default(true),
  /** The kit for new carousels; null for the configured one. */
  brand: z.string().nullable().default(null),
  /** Each answer to a plain sentence says what it has cost. */
  costs: z.boolean().default(false),
})
export type ChatSettings = z.infer<typeof ChatSettings>

const KEY = 'chat'

export async function readChatSettings(db: Queryable): Promise<ChatSettings> {
  return (await readSetting(db, KEY, ChatSettings)) ?? ChatSettings.parse({})
}

export async function changeChatSettings(db: Queryable, change: Partial<ChatSettings>): Promise<ChatSettings> {
  return mergeSetting(db, KEY, ChatSettings, change)
}
