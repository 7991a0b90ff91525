import { countOldRows } from '../src/db/old-rows.ts'
import { pruneButtons } from '../src/messaging/buttons.ts'
import { pruneStrangers, pruneUpdates } from '../src/messaging/inbox.ts'
import { pruneMessages } from '../src/messaging/outbox.ts'
import type { Queryable } from '../src/transaction.ts'

/** What the bot keeps of its own doings, and for how long. It goes once a day, or when somebody asks for it. */

const DAY_MS = 86_400_000
/** Updates and messages, to look into what happened. A draft's card expires well before. */
const KEPT_DAYS = 60
const STRANGER_DAYS = 180

function cutoffs(now: Date) {
  const before = (days: number) => new Date(now.getTime() - days * DAY_MS)
  return { messages: before(KEPT_DAYS), strangers: before(STRANGER_DAYS) }
}

/** Rows that are older than they are kept. */
export function countOldData(db: Queryable, now: Date): Promise<number> {
  return countOldRows(db, cutoffs(now))
}

export async function trimOldData(db: Queryable, now: Date): Promise<void> {
  const { messages, strangers } = cutoffs(now)
  await pruneUpdates(db, messages)
  await pruneStrangers(db, strangers)
  await pruneButtons(db, messages)
  await pruneMessages(db, messages)
}
