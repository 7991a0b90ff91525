import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ANA } from '../support/nexus.ts'
import { BUTTON, type OutboxBench, startOutboxBench } from '../support/outbox.ts'

let bench: OutboxBench
beforeEach(async () => {
  bench = await startOutboxBench()
})
afterEach(() => bench.close())

describe('a refusal', () => {
  it('of a person who blocked the bot fails that message, warns, and goes on', async () => {
    bench.api.faults.add({ method: 'sendMessage', kind: '403-blocked', chatId: ANA.id })
    await bench.say(ANA.id, 'refused')
    await bench.say(ANA.id, 'accepted')
    await bench.send()
    expect(await bench.rows()).toMatchObject([
      { status: 'failed', error: expect.stringContaining('blocked') },
      { status: 'sent' },
    ])
    expect(bench.log.lines).toContainEqual(
      expect.objectContaining({ level: 'warn', msg: 'message refused by Telegram' }),
    )
  })

  it('of a chat that does not exist fails the message', async () => {
    await bench.say(424242, 'is anybody there?')
    await bench.send(424242)
    expect(await bench.rows()).toMatchObject([{ status: 'failed', error: 'Bad Request: chat not found' }])
  })

  it('of an album is told in the chat, because the card below asks about it', async () => {
    const files = await bench.pictures(4)
    await bench.queue(ANA.id, { kind: 'album', as: 'photo', files: [...files, join(bench.folder, 'gone.png')] })
    await bench.queue(ANA.id, { kind: 'text', html: 'the card', keyboard: [[BUTTON]] })
    await bench.send()
    expect(bench.texts(ANA.id)[0]).toBe('the card')
    expect(bench.texts(ANA.id)[1]).toContain('The pictures could not be shown')
    expect((await bench.rows()).map((row) => row.status)).toEqual(['failed', 'sent', 'sent'])
  })
})

describe('a lost answer', () => {
  it('to a card leaves one card with living buttons', async () => {
    bench.api.faults.add({ method: 'sendMessage', kind: 'lost-answer' })
    await bench.queue(ANA.id, { kind: 'text', html: 'card', keyboard: [[BUTTON]] }, 'card')
    await bench.send()
    const [first] = bench.api.messages(ANA.id)
    if (!first) throw new Error('the card did not arrive')
    // Nobody knows yet that it arrived; until the next one does, it is the one that works.
    expect(await bench.tapOn(first)).toMatchObject({ kind: 'found' })
    bench.advance(60_000)
    await bench.send()
    const second = await bench.shown('card')
    expect(second.id).not.toBe(first.id)
    expect(await bench.tapOn(first)).toMatchObject({ kind: 'void' })
    expect(await bench.tapOn(second)).toMatchObject({ kind: 'found' })
  })

  it('to an album sends the album again and the card once', async () => {
    bench.api.faults.add({ method: 'sendMediaGroup', kind: 'lost-answer' })
    await bench.queue(ANA.id, { kind: 'album', as: 'photo', files: await bench.pictures(5) })
    await bench.queue(ANA.id, { kind: 'text', html: 'card', keyboard: [[BUTTON]] }, 'card')
    await bench.send()
    expect(bench.texts(ANA.id)).not.toContain('card')
    bench.advance(60_000)
    await bench.send()
    expect(bench.api.messages(ANA.id).filter((message) => message.photos.length > 0)).toHaveLength(10)
    expect(bench.texts(ANA.id).filter((text) => text === 'card')).toHaveLength(1)
  })

  it('by a crash between sending and noting it sends again, and the first copy is dead', async () => {
    const id = await bench.queue(ANA.id, { kind: 'text', html: 'card', keyboard: [[BUTTON]] }, 'card')
    await bench.send()
    const first = await bench.shown('card')
    await bench.sender.stop(0)
    await bench.db.pool.query(`update outbox set status = 'sending', message_ids = '{}' where id = $1`, [id])
    const next = bench.start()
    await next.resume()
    await next.idle()
    const second = await bench.shown('card')
    expect(second.id).not.toBe(first.id)
    expect(await bench.tapOn(first)).toMatchObject({ kind: 'void' })
    expect(await bench.tapOn(second)).toMatchObject({ kind: 'found' })
  })
})

describe('an edit', () => {
  const edit = (html: string, more: object = {}) => bench.queue(ANA.id, { kind: 'edit', html, ...more }, 'card')

  it('that a newer one overtook is dropped', async () => {
    await bench.queue(ANA.id, { kind: 'text', html: 'start' }, 'card')
    await bench.send()
    for (const text of ['one', 'two', 'three']) await edit(text)
    await bench.send()
    expect((await bench.shown('three')).edits).toBe(1)
    expect((await bench.rows()).map((row) => row.status)).toEqual(['sent', 'dropped', 'dropped', 'sent'])
  })

  it('that changes nothing counts as sent', async () => {
    await bench.queue(ANA.id, { kind: 'text', html: 'same' }, 'card')
    await bench.send()
    await edit('same')
    await bench.send()
    expect((await bench.rows()).map((row) => row.status)).toEqual(['sent', 'sent'])
  })

  it('of a message that was deleted is sent anew when asked for, else counts as done', async () => {
    await bench.queue(ANA.id, { kind: 'text', html: 'start' }, 'card')
    await bench.queue(ANA.id, { kind: 'delete' }, 'card')
    await bench.send()
    await edit('nobody sees this')
    await bench.send()
    await edit('here again', { orSend: true, keyboard: [[BUTTON]] })
    await bench.send()
    expect(bench.texts(ANA.id)).toEqual(['start', 'here again'])
    await edit('and edited')
    await bench.send()
    expect((await bench.shown('and edited')).edits).toBe(1)
  })

  it('that has to wait leaves the buttons that are shown alive, and kills them when it arrives', async () => {
    await bench.queue(ANA.id, { kind: 'text', html: 'card', keyboard: [[BUTTON]] }, 'card')
    await bench.send()
    const shownButton = { ...(await bench.shown('card')) }
    bench.api.faults.add({ method: 'editMessageText', kind: '429', retryAfter: 30 })
    await edit('menu', { keyboard: [[{ ...BUTTON, text: 'Menu' }]] })
    await bench.send()
    expect(await bench.tapOn(shownButton)).toMatchObject({ kind: 'found' })
    bench.advance(30_000)
    await bench.send()
    expect(await bench.tapOn(shownButton)).toMatchObject({ kind: 'void' })
    expect(await bench.tapOn(await bench.shown('menu'))).toMatchObject({ kind: 'found' })
  })
})

describe('a text that is too long for one message', () => {
  it('becomes several, with its formatting whole and the buttons under the last', async () => {
    const word = 'wonder &amp; awe '
    const html = `<b>Bold <i>and slanted ${word.repeat(700)}</i></b> end`
    await bench.queue(ANA.id, { kind: 'text', html, keyboard: [[BUTTON]] }, 'card')
    await bench.send()
    const parts = bench.api.messages(ANA.id)
    expect(parts.length).toBeGreaterThan(1)
    expect(parts.every((part) => part.text.length <= 4096)).toBe(true)
    expect(parts.map((part) => part.keyboard.length)).toEqual([...parts.slice(1).map(() => 0), 1])
    const words = parts
      .map((part) => part.text)
      .join(' ')
      .split(/\s+/)
    expect(words.join(' ') === `Bold and slanted ${'wonder & awe '.repeat(700)}end`).toBe(true)
    expect(parts.every((part) => part.entities.some((entity) => entity.type === 'bold'))).toBe(true)
    await bench.queue(ANA.id, { kind: 'edit', html: 'done' }, 'card')
    await bench.send()
    expect(parts.at(-1)?.text).toBe('done')
  })

  it('is cut short where it is an edit', async () => {
    await bench.queue(ANA.id, { kind: 'text', html: 'short' }, 'card')
    await bench.queue(ANA.id, { kind: 'edit', html: `<b>${'long '.repeat(2_000)}</b>` }, 'card')
    await bench.send()
    const [message] = bench.api.messages(ANA.id)
    expect(message?.text).toMatch(/^long long .*…$/)
    expect(message?.text.length).toBeLessThanOrEqual(4096)
  })
})
