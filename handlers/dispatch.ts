import type { Update } from 'grammy/types'
import type { Log } from '../src/log.ts'
import {
  findNextUpdates,
  finishUpdate,
  type Lane,
  recordUpdateFailure,
  type StoredUpdate,
} from '../src/messaging/inbox.ts'
import { queueMessage } from '../src/messaging/outbox.ts'
import type { Telemetry } from '../src/telemetry.ts'
import { type Database, inTransaction, type Tx } from '../src/transaction.ts'
import { laneOf } from './authorise.ts'
import { apology } from './views/apology.ts'

/**
 * Works stored updates: in order within a lane, several lanes at once. The effects of an update and the note that it is
 * done are one transaction, so each effect happens once however often the process dies.
 */
export type Dispatcher = { wake(): void; stop(): Promise<void>; idle(): Promise<void> }

export type DispatchDeps = {
  db: Pick<Database, 'pool'>
  log: Log
  telemetry: Pick<Telemetry, 'recordUpdate'>
  /** Returns what to do after the commit. */
  handle: (tx: Tx, update: Update) => Promise<() => void>
  onQueued: (chatId: number) => void
}

const LANES_AT_ONCE = 8
const MAX_ATTEMPTS = 3
const RETRY_MS = 250

export function createDispatcher(deps: DispatchDeps): Dispatcher {
  const busy = new Map<Lane, Promise<void>>()
  let stopped = false
  let looking: Promise<void> | null = null
  let lookAgain = false

  const look = async () => {
    do {
      lookAgain = false
      const free = LANES_AT_ONCE - busy.size
      if (free <= 0 || stopped) return
      const updates = await findNextUpdates(deps.db.pool, [...busy.keys()], free)
      for (const update of updates) busy.set(update.lane, workLane(update))
    } while (lookAgain)
  }

  const wake = () => {
    if (stopped) return
    if (looking) {
      lookAgain = true
      return
    }
    looking = look()
      .catch((err) => {
        deps.log.error({ err }, 'stored updates could not be read')
        setTimeout(wake, RETRY_MS * 4).unref()
      })
      .finally(() => {
        looking = null
        if (lookAgain) wake()
      })
  }

  const workLane = async (update: StoredUpdate) => {
    try {
      await workUpdate(deps, update)
    } catch (err) {
      deps.log.error({ err, updateId: update.updateId }, 'update could not be worked')
      // The lane stays busy for a moment, so that a database that is down is not asked in a loop.
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS * (update.attempts + 1)))
    } finally {
      busy.delete(update.lane)
      wake()
    }
  }

  return {
    wake,
    stop: async () => {
      stopped = true
      await looking
      await Promise.allSettled(busy.values())
    },
    idle: async () => {
      while (looking || busy.size > 0) await Promise.allSettled([looking, ...busy.values()])
    },
  }
}

async function workUpdate(deps: DispatchDeps, stored: StoredUpdate): Promise<void> {
  const update = stored.payload as Update
  let after: () => void
  try {
    after = await inTransaction(deps.db.pool, async (tx) => {
      const done = await deps.handle(tx, update)
      await finishUpdate(tx, stored.updateId)
      return done
    })
  } catch (err) {
    const giveUp = stored.attempts + 1 >= MAX_ATTEMPTS
    await recordUpdateFailure(deps.db.pool, stored.updateId, err instanceof Error ? err.message : String(err), giveUp)
    if (giveUp) await apologise(deps, update)
    deps.telemetry.recordUpdate('failed')
    throw err
  }
  deps.telemetry.recordUpdate('done')
  after()
}

async function apologise(deps: DispatchDeps, update: Update): Promise<void> {
  const chatId = laneOf(update)
  const content = { kind: 'text' as const, html: apology().html }
  await queueMessage(deps.db.pool, { chatId, content, dedupeKey: `apology:${update.update_id}` })
  deps.onQueued(chatId)
}
