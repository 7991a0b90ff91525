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
import { pause } from './pause.ts'
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
  /** Tried often enough; the apology is queued. */
  onGivenUp: (update: Update) => void
}

/** Leaves connections of the pool to the intake, the sender and the worker. */
const LANES_AT_ONCE = 6
const MAX_ATTEMPTS = 3
const RETRY_MS = 250

export function createDispatcher(deps: DispatchDeps): Dispatcher {
  const busy = new Map<Lane, Promise<void>>()
  const turns = createTurns()
  const stopping = new AbortController()
  let looking: Promise<void> | null = null
  let lookAgain = false

  const look = async () => {
    do {
      lookAgain = false
      const free = LANES_AT_ONCE - busy.size
      if (free <= 0 || stopping.signal.aborted) return
      const waiting = await findNextUpdates(deps.db.pool, [...busy.keys()], MAX_LANES_SEEN)
      // A stop that came meanwhile waits for `looking` and then for what is busy: nothing may start in between.
      if (stopping.signal.aborted) return
      for (const update of turns.choose(waiting, free)) busy.set(update.lane, workLane(update))
    } while (lookAgain)
  }

  const wake = () => {
    if (stopping.signal.aborted) return
    lookAgain = true
    looking ??= look()
      .catch(async (err) => {
        deps.log.error({ err }, 'stored updates could not be read')
        await pause(RETRY_MS * 4, stopping.signal)
        lookAgain = true
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
      await pause(RETRY_MS * (update.attempts + 1), stopping.signal)
    } finally {
      busy.delete(update.lane)
      wake()
    }
  }

  return {
    wake,
    stop: async () => {
      stopping.abort()
      await looking
      await Promise.all(busy.values())
    },
    idle: async () => {
      while (looking || busy.size > 0) await Promise.all([looking, ...busy.values()])
    },
  }
}

/** More chats than any team has; a stranger's updates never wait here. */
const MAX_LANES_SEEN = 100

/** Lanes take turns: where more of them wait than are worked at once, the one served longest ago comes first. */
function createTurns() {
  const served = new Map<Lane, number>()
  let turn = 0
  return {
    choose(waiting: readonly StoredUpdate[], count: number): StoredUpdate[] {
      const chosen = waiting
        .toSorted((a, b) => (served.get(a.lane) ?? 0) - (served.get(b.lane) ?? 0) || a.updateId - b.updateId)
        .slice(0, count)
      turn++
      for (const { lane } of chosen) served.set(lane, turn)
      return chosen
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
    await recordFailure(deps, stored, update, err)
    throw err
  }
  deps.telemetry.recordUpdate('done')
  after()
}

/** The last attempt and its apology are one transaction: nobody is left without an answer. */
async function recordFailure(deps: DispatchDeps, stored: StoredUpdate, update: Update, err: unknown): Promise<void> {
  const giveUp = stored.attempts + 1 >= MAX_ATTEMPTS
  const reason = err instanceof Error ? err.message : String(err)
  await inTransaction(deps.db.pool, async (tx) => {
    await recordUpdateFailure(tx, stored.updateId, reason, giveUp)
    if (!giveUp) return
    const content = { kind: 'text' as const, html: apology().html }
    await queueMessage(tx, { chatId: laneOf(update), content, dedupeKey: `apology:${stored.updateId}` })
  })
  deps.telemetry.recordUpdate('failed')
  if (giveUp) deps.onGivenUp(update)
}
