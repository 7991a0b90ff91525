import { expect, it } from 'vitest'
import { createDispatcher } from '../../handlers/dispatch.ts'
import { storeUpdates } from '../../src/messaging/inbox.ts'
import { createTestDatabase } from '../support/database.ts'
import { createTestLog } from '../support/log.ts'

// Not on the embedded database: it has one connection, so an open transaction is the only one there is.
it('a slow update of one chat does not hold up the others', async () => {
  const db = await createTestDatabase()
  const gate = Promise.withResolvers<void>()
  const others = Promise.withResolvers<void>()
  const handled: number[] = []
  const dispatcher = createDispatcher({
    db,
    log: createTestLog().log,
    telemetry: { recordUpdate: () => undefined },
    onGivenUp: () => undefined,
    handle: async (_, update) => {
      if (update.update_id === 1) await gate.promise
      handled.push(update.update_id)
      if (handled.length === 4) others.resolve()
      return () => undefined
    },
  })
  const updates = [1, 2, 3, 4, 5, 6].map((updateId) => ({
    updateId,
    lane: Math.ceil(updateId / 2),
    payload: { update_id: updateId },
    status: 'pending' as const,
  }))
  await storeUpdates(db.pool, updates)
  dispatcher.wake()
  await others.promise
  expect(new Set(handled)).toEqual(new Set([3, 4, 5, 6]))
  gate.resolve()
  await dispatcher.idle()
  expect(handled.slice(4)).toEqual([1, 2])
  await dispatcher.stop()
  await db.close()
})
