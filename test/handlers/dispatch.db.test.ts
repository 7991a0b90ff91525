import type { Update } from 'grammy/types'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDispatcher, type Dispatcher } from '../../handlers/dispatch.ts'
import { storeUpdates } from '../../src/messaging/inbox.ts'
import { queueMessage } from '../../src/messaging/outbox.ts'
import type { Tx } from '../../src/transaction.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { createTestLog, type TestLog } from '../support/log.ts'

let db: TestDatabase
let log: TestLog
let dispatcher: Dispatcher
let handled: number[]
let givenUp: number[]

beforeEach(async () => {
  db = await createTestDatabase()
  log = createTestLog()
  handled = []
  givenUp = []
})
afterEach(async () => {
  await dispatcher.stop()
  await db.close()
})

type Handle = (tx: Tx, update: Update) => Promise<() => void>
const note: Handle = async (_, update) => {
  handled.push(update.update_id)
  return () => undefined
}

function dispatch(handle: Handle): Dispatcher {
  const telemetry = { recordUpdate: () => undefined }
  const onGivenUp = (update: Update) => void givenUp.push(update.update_id)
  dispatcher = createDispatcher({ db, log: log.log, telemetry, handle, onGivenUp })
  return dispatcher
}

const store = (...updates: [id: number, lane: number][]) =>
  storeUpdates(
    db.pool,
    updates.map(([updateId, lane]) => ({
      updateId,
      lane,
      payload: { update_id: updateId, message: { chat: { id: lane } } },
      status: 'pending' as const,
    })),
  )
const statuses = async () =>
  (await db.pool.query('select update_id as id, status, attempts from telegram_update order by update_id')).rows
const outbox = async () => (await db.pool.query('select chat_id as "chatId", payload from outbox')).rows

/** Until what is stored is worked, retries with their short waits included. */
async function settle(): Promise<void> {
  dispatcher.wake()
  await dispatcher.idle()
}

describe('updates', () => {
  it('of a lane are worked in the order of their ids, whatever the order of storing', async () => {
    dispatch(note)
    await store([30, 1], [10, 1], [20, 1])
    await settle()
    expect(handled).toEqual([10, 20, 30])
  })

  it('are all found, however their arrival and the end of the work meet', async () => {
    dispatch(note)
    const total = 300
    for (let id = 1; id <= total; id++) {
      await store([id, id % 7])
      dispatcher.wake()
      if (id % 11 === 0) await dispatcher.idle()
    }
    await dispatcher.idle()
    expect(handled.toSorted((a, b) => a - b)).toEqual(Array.from({ length: total }, (_, index) => index + 1))
    for (let lane = 0; lane < 7; lane++) {
      const inLane = handled.filter((id) => id % 7 === lane)
      expect(inLane).toEqual(inLane.toSorted((a, b) => a - b))
    }
  }, 60_000)

  it('of a busy chat do not starve the others: lanes take turns', async () => {
    dispatch(note)
    const busyLanes = Array.from({ length: 10 }, (_, lane) => lane + 1)
    const flood = busyLanes.flatMap((lane) =>
      Array.from({ length: 20 }, (_, n): [number, number] => [n * 10 + lane, lane]),
    )
    await store(...flood, [1_000, 77])
    await settle()
    expect(handled.indexOf(1_000)).toBeLessThan(30)
  })
})

describe('an update whose handler fails', () => {
  const failing: Handle = async (tx, update) => {
    await queueMessage(tx, { chatId: 1, content: { kind: 'text', html: 'half done' } })
    if (update.update_id === 1) throw new Error('a bug')
    return note(tx, update)
  }

  it('leaves nothing behind, is tried three times, and its chat gets one apology while the lane goes on', async () => {
    log.expectErrors('update could not be worked')
    dispatch(failing)
    await store([1, 5], [2, 5])
    await settle()
    expect(await statuses()).toEqual([
      { id: 1, status: 'failed', attempts: 3 },
      { id: 2, status: 'done', attempts: 0 },
    ])
    const messages = await outbox()
    expect(messages.map((message) => message.chatId)).toEqual([5, 1])
    expect(messages[0].payload.html).toContain('I could not do that')
    expect(givenUp).toEqual([1])
  })

  it('may yet succeed', async () => {
    log.expectErrors('update could not be worked')
    let failures = 2
    dispatch(async (tx, update) => {
      if (failures-- > 0) throw new Error('not yet')
      return note(tx, update)
    })
    await store([1, 5])
    await settle()
    expect(await statuses()).toEqual([{ id: 1, status: 'done', attempts: 2 }])
    expect(await outbox()).toEqual([])
  })

  it('counts its attempts over restarts', async () => {
    log.expectErrors('update could not be worked')
    await store([1, 5])
    for (let start = 0; start < 3; start++) {
      const failed = new Promise<void>((resolve) => {
        dispatch(async () => {
          resolve()
          throw new Error('a bug')
        })
      })
      dispatcher.wake()
      await failed
      await dispatcher.stop()
    }
    expect(await statuses()).toEqual([{ id: 1, status: 'failed', attempts: 3 }])
    expect(await outbox()).toHaveLength(1)
  })

  it('after its commit is not worked again', async () => {
    log.expectErrors('update could not be worked')
    dispatch(async (tx, update) => {
      await note(tx, update)
      return () => {
        throw new Error('the wake-up failed')
      }
    })
    await store([1, 5], [2, 5])
    await settle()
    expect(handled).toEqual([1, 2])
    expect((await statuses()).map((row) => row.status)).toEqual(['done', 'done'])
  })
})

describe('stopping', () => {
  it('ends what is under way, starts nothing more, and the rest waits for the next start', async () => {
    const begun = Promise.withResolvers<void>()
    dispatch(async (tx, update) => {
      begun.resolve()
      return note(tx, update)
    })
    await store([1, 5], [2, 5], [3, 5])
    dispatcher.wake()
    await begun.promise
    await dispatcher.stop()
    const soFar = handled.length
    expect(soFar).toBeLessThan(3)
    dispatcher.wake()
    await dispatcher.idle()
    expect(handled).toHaveLength(soFar)
    dispatch(note)
    await settle()
    expect(handled).toEqual([1, 2, 3])
  })
})

describe('a database that cannot be read for a moment', () => {
  it('is asked again, and nothing is lost', async () => {
    log.expectErrors('stored updates could not be read')
    const original = db.pool.query.bind(db.pool)
    let failures = 1
    db.pool.query = ((text: string, values: unknown[]) =>
      text.includes('recursive') && failures-- > 0
        ? Promise.reject(new Error('connection refused'))
        : original(text, values)) as typeof db.pool.query
    dispatch(note)
    await store([1, 5])
    await settle()
    expect(handled).toEqual([1])
  })
})
