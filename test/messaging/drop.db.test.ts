import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inTransaction } from '../../src/db/pool.ts'
import { dropMessages, lockWaitingMessages, markSending, markSent, queueMessage } from '../../src/messaging/outbox.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

describe('messages that wait', () => {
  let db: TestDatabase
  beforeEach(async () => {
    db = await createTestDatabase()
  })
  afterEach(() => db.close())
  const queue = async (ref: string, kind: 'text' | 'edit' = 'text', chatId = 1) =>
    (await queueMessage(db.pool, { chatId, ref, content: { kind, html: ref } })) ?? 0
  const list = (begun = false) =>
    inTransaction(db.pool, (tx) => lockWaitingMessages(tx, 1, ['incident', 'away'], { begun }))

  it('are found by the first part of their ref, in their chat, while nobody sends them', async () => {
    await queue('run:1:card')
    await queue('incidental:1')
    await queue('incident:1:1', 'text', 2)
    const sending = await queue('incident:0:1')
    await markSending(db.pool, sending)
    const waiting = await queue('incident:1:1')
    const away = await queue('away:1')
    expect((await list()).map(({ id }) => id)).toEqual([waiting, away])
    // What a process that has died was sending counts too, as long as no other sends.
    expect((await list(true)).map(({ id }) => id)).toEqual([sending, waiting, away])
  })

  it('say whether a message with their ref is there, or on its way', async () => {
    const sent = await queue('incident:1:1')
    await markSending(db.pool, sent)
    await queue('incident:1:1', 'edit')
    expect(await list()).toMatchObject([{ kind: 'edit', wasSent: true }])
    await markSent(db.pool, sent, [7])
    expect(await list()).toMatchObject([{ kind: 'edit', wasSent: true }])
  })

  it('are not sent any more once they are dropped, also by a sender that has read them before', async () => {
    const id = await queue('incident:1:1')
    await dropMessages(db.pool, [id])
    expect(await markSending(db.pool, id)).toBe(false)
    const other = await queue('incident:2:1')
    expect(await markSending(db.pool, other)).toBe(true)
  })
})
