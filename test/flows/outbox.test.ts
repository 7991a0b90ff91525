import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ChatMessage } from '../../demo/bot-api/server.ts'
import { ANA, BEN, type Nexus, startNexus } from '../support/nexus.ts'

let nexus: Nexus
beforeEach(async () => {
  nexus = await startNexus()
})
afterEach(() => nexus.close())

const isCard = (message: ChatMessage) => message.keyboard.flat().some((button) => button.text.startsWith('✅'))
const cards = () => nexus.api.messages(ANA.id).filter((message) => isCard(message))
const photos = () => nexus.api.messages(ANA.id).filter((message) => message.photos.length > 0)
const unsent = async () =>
  (await nexus.db.pool.query(`select kind, status from outbox where status not in ('sent', 'dropped')`)).rows

describe('when answers of Telegram get lost', () => {
  it('there is one living card, and the older one says that it was replaced', async () => {
    nexus.api.faults.add({ method: 'sendMediaGroup', kind: 'lost-answer' })
    // The card is the first message after the second copy of the album: its answer gets lost as well.
    const stopWatching = nexus.api.onEvent(() => {
      if (photos().length < 10) return
      stopWatching()
      nexus.api.faults.add({ method: 'sendMessage', kind: 'lost-answer' })
    })
    nexus.api.sendText(ANA, '/generate octopus hearts')
    await nexus.api.waitFor(() => cards().length === 2, 'both copies of the card', 30_000)
    await nexus.service.idle()
    expect(photos()).toHaveLength(10)
    const [older, newer] = cards()
    const refused = await nexus.api.tap(ANA, ANA.id, older?.id ?? 0, '✅')
    expect(refused.text).toContain('newest card')
    const { rows } = await nexus.db.pool.query('select status from run')
    expect(rows).toEqual([{ status: 'awaiting_review' }])
    expect((await nexus.api.tap(ANA, ANA.id, newer?.id ?? 0, '✅')).text).toContain('Approved')
    await nexus.waitForText('Caption')
    expect((await nexus.db.pool.query(`select count(*) as n from decision`)).rows).toEqual([{ n: 1 }])
  }, 60_000)
})

describe('when Telegram asks one chat to wait', () => {
  it('the others go on, and the wait survives a restart', async () => {
    nexus.api.faults.add({ method: 'sendMessage', kind: '429', chatId: ANA.id, retryAfter: 3_600 })
    nexus.api.sendText(ANA, '/help')
    nexus.api.sendText(BEN, '/help')
    await nexus.waitForText('What I can do', BEN.id)
    await nexus.service.idle()
    await nexus.restart()
    await nexus.service.idle()
    expect(nexus.api.messages(ANA.id).filter((message) => message.from === 'bot')).toEqual([])
    expect(await unsent()).toEqual([{ kind: 'text', status: 'pending' }])
    await nexus.stop()
    await nexus.db.pool.query('update outbox set not_before = now()')
    await nexus.restart()
    await nexus.waitForText('What I can do')
  })
})

describe('the end of the process', () => {
  it('does not wait for an upload that hangs, and the next start brings the album and its card', async () => {
    nexus.api.faults.add({ method: 'sendMediaGroup', kind: 'hang' })
    nexus.api.sendText(ANA, '/generate octopus hearts')
    await nexus.api.waitFor(
      () => nexus.api.calls.some((call) => call.method === 'sendMediaGroup'),
      'the upload',
      30_000,
    )
    await nexus.restart()
    await nexus.api.waitFor(() => cards().length === 1, 'the card', 30_000)
    expect(photos()).toHaveLength(5)
    await nexus.service.idle()
    expect(await unsent()).toEqual([])
  }, 60_000)

  it('loses no message that was queued meanwhile', async () => {
    for (let n = 1; n <= 40; n++) nexus.api.sendText(ANA, `/nonsense${n}`)
    await nexus.waitForText('/nonsense')
    await nexus.restart()
    await nexus.waitForText('/nonsense40')
    const order = nexus.api
      .messages(ANA.id)
      .flatMap((message) => (message.from === 'bot' ? (/\/nonsense(\d+)/.exec(message.text)?.[1] ?? []) : []))
      .map(Number)
    // A message whose answer the end cut off may come twice; none may be missing or out of order.
    expect([...new Set(order)]).toEqual(Array.from({ length: 40 }, (_, index) => index + 1))
  })

  it('leaves nothing running: no call is made afterwards', async () => {
    await nexus.generate('octopus hearts')
    await nexus.stop()
    const calls = nexus.api.calls.length
    nexus.api.sendText(ANA, '/help')
    await nexus.service.tick()
    await nexus.service.idle()
    expect(nexus.api.calls).toHaveLength(calls)
    expect(nexus.api.pendingUpdates()).toBe(1)
  })
})
