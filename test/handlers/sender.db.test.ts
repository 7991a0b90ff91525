import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { queueMessages } from '../../src/messaging/outbox.ts'
import { ANA, BEN, EVE } from '../support/nexus.ts'
import { HOME, type OutboxBench, startOutboxBench } from '../support/outbox.ts'

let bench: OutboxBench
beforeEach(async () => {
  bench = await startOutboxBench()
})
afterEach(() => bench.close())

describe('the order of messages', () => {
  it('is kept within a chat while chats are sent side by side', async () => {
    const chats = [ANA.id, BEN.id]
    for (let n = 1; n <= 20; n++) for (const chatId of chats) await bench.say(chatId, `message ${n}`)
    for (const chatId of chats) bench.sender.wake(chatId)
    await bench.sender.idle()
    const expected = Array.from({ length: 20 }, (_, index) => `message ${index + 1}`)
    expect(bench.texts(ANA.id)).toEqual(expected)
    expect(bench.texts(BEN.id)).toEqual(expected)
  })

  it('is kept when one statement queues several', async () => {
    const messages = Array.from({ length: 30 }, (_, n) => ({
      chatId: ANA.id,
      content: { kind: 'text' as const, html: `${n}` },
    }))
    await queueMessages(bench.db.pool, messages)
    await bench.send()
    expect(bench.texts(ANA.id)).toEqual(messages.map((message) => message.content.html))
  })

  it('loses no wake-up, however the end of a drain and the next message meet', async () => {
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let n = 0; n < 40; n++) {
        const chatId = HOME[(writer + n) % HOME.length] ?? ANA.id
        await bench.say(chatId, `${writer}:${n}`)
        bench.sender.wake(chatId)
        if (n % 7 === 0) await bench.sender.idle()
      }
    })
    await Promise.all(writers)
    await bench.sender.idle()
    expect(new Set((await bench.rows()).map((row) => row.status))).toEqual(new Set(['sent']))
    expect(bench.texts(ANA.id).length + bench.texts(BEN.id).length).toBe(320)
  }, 60_000)
})

describe('a wait that Telegram asks for', () => {
  it('holds that chat only, and nothing behind it overtakes', async () => {
    bench.api.faults.add({ method: 'sendMessage', kind: '429', chatId: ANA.id, retryAfter: 600 })
    await bench.say(ANA.id, 'first')
    await bench.say(ANA.id, 'second')
    await bench.say(BEN.id, 'hello Ben')
    bench.sender.wake(ANA.id)
    bench.sender.wake(BEN.id)
    await bench.sender.idle()
    expect(bench.texts(BEN.id)).toEqual(['hello Ben'])
    expect(bench.texts(ANA.id)).toEqual([])
    bench.advance(599_000)
    await bench.send()
    expect(bench.texts(ANA.id)).toEqual([])
    bench.advance(1_000)
    await bench.send()
    expect(bench.texts(ANA.id)).toEqual(['first', 'second'])
  })

  it('survives a restart', async () => {
    bench.api.faults.add({ method: 'sendMessage', kind: '429', retryAfter: 600 })
    await bench.say(ANA.id, 'patience')
    await bench.send()
    await bench.sender.stop(0)
    const next = bench.start()
    await next.resume()
    await next.idle()
    expect(bench.texts(ANA.id)).toEqual([])
    await next.stop(0)
    bench.advance(600_000)
    await bench.start().resume()
    await bench.shown('patience')
  })

  it('is over when the clock was put back: an hour must not become of a second', async () => {
    bench.api.faults.add({ method: 'sendMessage', kind: '429', retryAfter: 60 })
    await bench.say(ANA.id, 'soon')
    await bench.send()
    bench.advance(-1_000)
    await bench.send()
    expect(bench.texts(ANA.id)).toEqual([])
    bench.advance(-3_600_000)
    await bench.send()
    expect(bench.texts(ANA.id)).toEqual(['soon'])
  })

  it('ends by itself', async () => {
    bench.api.faults.add({ method: 'sendMessage', kind: '429', retryAfter: 1 })
    await bench.say(ANA.id, 'soon')
    await bench.send()
    bench.advance(1_000)
    await bench.shown('soon')
  })
})

describe('a Telegram that fails', () => {
  it.each(['500', '502-html', 'reset-before'] as const)('is tried again after %s', async (kind) => {
    bench.api.faults.add({ method: 'sendMessage', kind, chatId: ANA.id })
    await bench.say(ANA.id, 'at last')
    await bench.say(BEN.id, 'not held up')
    bench.sender.wake(ANA.id)
    bench.sender.wake(BEN.id)
    await bench.sender.idle()
    expect(bench.texts(BEN.id)).toEqual(['not held up'])
    expect(await bench.rows()).toMatchObject([{ status: 'pending', attempts: 1 }, { status: 'sent' }])
    bench.advance(60_000)
    await bench.send()
    expect(bench.texts(ANA.id)).toEqual(['at last'])
  })

  it('is waited for longer and longer', async () => {
    bench.api.faults.add({ method: 'sendMessage', kind: '500', times: 4 })
    await bench.say(ANA.id, 'patience')
    const waits: number[] = []
    for (let n = 0; n < 4; n++) {
      bench.sender.wake(ANA.id)
      await bench.sender.idle()
      const { rows: found } = await bench.db.pool.query('select not_before as at from outbox')
      const waitMs = found[0].at.getTime() - bench.now().getTime()
      waits.push(waitMs)
      bench.advance(waitMs)
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000])
  })

  it('does not hold an upload for ever: it ends at its deadline, and others do not wait for it', async () => {
    const impatient = bench.start({ uploadMs: 1_000 })
    bench.api.faults.add({ method: 'sendMediaGroup', kind: 'hang' })
    await bench.queue(ANA.id, { kind: 'album', as: 'photo', files: await bench.pictures(5) })
    await bench.say(BEN.id, 'not held up')
    impatient.wake(ANA.id)
    impatient.wake(BEN.id)
    await impatient.idle()
    expect(await bench.rows()).toMatchObject([{ status: 'pending', attempts: 1 }, { status: 'sent' }])
    await impatient.stop(0)
    bench.api.faults.clear()
    bench.advance(60_000)
    await bench.start().resume()
    await bench.api.waitFor(() => bench.api.messages(ANA.id).length === 5, 'the album')
  })

  it('does not hold a call for ever either', async () => {
    const impatient = bench.start({ callMs: 1_000 })
    bench.api.faults.add({ method: 'sendMessage', kind: 'hang' })
    await bench.say(ANA.id, 'hello')
    impatient.wake(ANA.id)
    await impatient.idle()
    expect(await bench.rows()).toMatchObject([{ status: 'pending', attempts: 1 }])
  })
})

describe('strangers', () => {
  it('wait in a line of their own, which cannot hold up an owner', async () => {
    bench.api.faults.add({ method: 'sendMessage', kind: 'hang', chatId: EVE.id })
    const others = Array.from({ length: 50 }, (_, index) => ({ id: 7_000 + index, first_name: 'Someone' }))
    for (const person of [EVE, ...others]) {
      bench.api.open(person)
      await bench.say(person.id, 'no')
      bench.sender.wake(person.id)
    }
    await bench.say(ANA.id, 'hello Ana')
    bench.sender.wake(ANA.id)
    await bench.shown('hello Ana')
    await bench.api.waitFor(() => others.every((person) => bench.texts(person.id).length === 1), 'the other refusals')
    const calls = bench.api.calls.filter((call) => call.method === 'sendMessage')
    const place = calls.findIndex((call) => call.params.chat_id === ANA.id)
    expect(place).toBeLessThan(40)
  })
})

describe('stopping', () => {
  it('waits for the message on its way, sends nothing more, and the rest goes out at the next start', async () => {
    for (let n = 1; n <= 5; n++) await bench.say(ANA.id, `message ${n}`)
    bench.sender.wake(ANA.id)
    await bench.shown('message 1')
    await bench.sender.stop(5_000)
    const sent = bench.texts(ANA.id).length
    await bench.say(ANA.id, 'message 6')
    await bench.send()
    expect(bench.texts(ANA.id)).toHaveLength(sent)
    const next = bench.start()
    await next.resume()
    await next.idle()
    expect(bench.texts(ANA.id)).toEqual([1, 2, 3, 4, 5, 6].map((n) => `message ${n}`))
  })

  it('does not wait for an upload that hangs: the next start sends it at once', async () => {
    bench.api.faults.add({ method: 'sendMediaGroup', kind: 'hang' })
    await bench.queue(ANA.id, { kind: 'album', as: 'document', files: await bench.pictures(5) })
    bench.sender.wake(ANA.id)
    await bench.api.waitFor(() => bench.api.calls.some((call) => call.method === 'sendMediaGroup'), 'the upload')
    await bench.sender.stop(0)
    expect(await bench.rows()).toMatchObject([{ status: 'sending' }])
    const next = bench.start()
    await next.resume()
    await next.idle()
    expect(bench.api.messages(ANA.id)).toHaveLength(5)
  })

  it('leaves no timer behind for a chat that waits', async () => {
    bench.api.faults.add({ method: 'sendMessage', kind: '429', retryAfter: 1 })
    await bench.say(ANA.id, 'later')
    await bench.send()
    await bench.sender.stop(0)
    const calls = bench.api.calls.length
    bench.advance(60_000)
    await bench.send()
    expect(bench.api.calls).toHaveLength(calls)
  })
})

describe('a database that fails', () => {
  it('does not make a message count as refused, and does not send it twice', async () => {
    bench.log.expectErrors('outbox could not be worked')
    await bench.say(ANA.id, 'once')
    // The first note of what was sent fails, as when the connection breaks between the two.
    const original = bench.db.pool.query.bind(bench.db.pool)
    let failures = 0
    bench.db.pool.query = ((text: string, values: unknown[]) => {
      if (failures === 0 && text.includes(`'sent'`) && text.startsWith('update')) {
        failures++
        return Promise.reject(new Error('connection lost'))
      }
      return original(text, values)
    }) as typeof bench.db.pool.query
    await bench.send()
    await bench.send()
    expect(bench.texts(ANA.id)).toEqual(['once'])
    expect(await bench.rows()).toMatchObject([{ status: 'sent' }])
  })
})
