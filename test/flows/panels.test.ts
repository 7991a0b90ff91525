import { afterEach, describe, expect, it } from 'vitest'
import { openChat, queryAll } from '../support/chat.ts'
import { ANA, BEN, type Nexus, type NexusOptions, startNexus } from '../support/nexus.ts'

let nexus: Nexus
let chat: ReturnType<typeof openChat>
afterEach(() => nexus.close())
const start = async (options: NexusOptions = {}) => {
  nexus = await startNexus(options)
  chat = openChat(nexus)
}
/** Sends a text and gives the bot's next message. */
const ask = async (text: string) => {
  const id = nexus.api.sendText(ANA, text)
  return nexus.api.waitFor(
    () => nexus.api.messages(ANA.id).find((message) => message.from === 'bot' && message.id > id),
    `an answer to ${text.slice(0, 40)}`,
  )
}

describe('a draft opened from /queue', () => {
  it('comes again with its card; the older card in the chat is spent, the newer one decides', async () => {
    await start()
    const card = await nexus.generate('octopus hearts')
    const [old, text] = [chat.data(card.id, '✅'), card.text]
    const panel = await ask('/queue')
    expect((await nexus.api.tap(ANA, ANA.id, panel.id, '👀')).text).toBe('Here it comes.')
    const again = await chat.nextCard(card.id)
    expect(again.text).toBe(text)
    expect(chat.message(card.id)).toMatchObject({ text: '👀 Shown again below.', keyboard: [] })
    expect((await nexus.api.tap(ANA, ANA.id, card.id, old)).text).toContain('These buttons have changed')
    expect((await nexus.api.tap(ANA, ANA.id, again.id, '✅')).text).toContain('Approved')
    await nexus.waitForText('handed over')
    expect((await nexus.api.tap(ANA, ANA.id, panel.id, '👀')).text).toBe('Already approved by Ana.')
  })

  it('by a second owner in another chat is decided there: the files come there, and the first card says who it was', async () => {
    await start()
    nexus.api.open(BEN)
    const card = await nexus.generate('octopus hearts')
    nexus.api.sendText(BEN, '/queue')
    const panel = await nexus.waitForText('Waiting for you: 1', BEN.id)
    await nexus.api.tap(BEN, BEN.id, panel.id, '👀')
    const forBen = openChat(nexus, BEN.id)
    const copy = await forBen.nextCard()
    const late = chat.data(card.id, '✅')
    expect((await nexus.api.tap(BEN, BEN.id, copy.id, '✅')).text).toContain('Approved')
    await nexus.waitForText('handed over', BEN.id)
    await nexus.service.idle()
    expect(forBen.documents()).toHaveLength(6)
    expect(chat.documents()).toEqual([])
    expect(chat.message(card.id)).toMatchObject({
      text: '✅ Approved by Ben in another chat, where the files go.',
      keyboard: [],
    })
    expect((await nexus.api.tap(ANA, ANA.id, card.id, late)).text).toBe('Already approved by Ben.')
  })

  it('by a second owner is made anew there, with its progress, and the first card learns of it', async () => {
    await start()
    nexus.api.open(BEN)
    const card = await nexus.generate('octopus hearts')
    nexus.api.sendText(BEN, '/queue')
    const panel = await nexus.waitForText('Waiting for you: 1', BEN.id)
    await nexus.api.tap(BEN, BEN.id, panel.id, '👀')
    const forBen = openChat(nexus, BEN.id)
    const copy = await forBen.nextCard()
    await forBen.openMenu(copy.id, '♻️', 'Everything', BEN)
    await nexus.api.tap(BEN, BEN.id, copy.id, '🖼 Slide 2')
    const next = await forBen.nextCard(copy.id)
    expect(next.text).toContain('version 2')
    await nexus.service.idle()
    expect(chat.message(card.id).text).toContain('Ben works on another version in another chat')
    await nexus.waitForText('✔️ Done.', BEN.id)
    expect((await nexus.api.tap(BEN, BEN.id, next.id, '✅')).text).toContain('Approved')
    await nexus.waitForText('handed over', BEN.id)
  })
})

describe('a panel', () => {
  it('stays with the brand it names when another one was chosen since', async () => {
    await start({ env: { NEXUS_SCHEDULE: '30 18 * * *' } })
    await ask('/topics honey; black holes')
    const [schedule, topics, queue] = [await ask('/schedule'), await ask('/topics'), await ask('/queue')]
    const brands = await ask('/brand')
    await nexus.api.tap(ANA, ANA.id, brands.id, 'Marginalia')
    expect((await nexus.api.tap(ANA, ANA.id, schedule.id, '⏸')).text).toContain('Paused')
    await nexus.api.waitFor(() => chat.message(schedule.id).text.includes('FactsMind · paused'), 'the pause')
    expect((await nexus.api.tap(ANA, ANA.id, topics.id, '🗑 1.')).text).toBe('Dropped “honey”.')
    await nexus.api.waitFor(() => chat.message(topics.id).text.includes('FactsMind (1)'), 'the shorter list')
    expect((await nexus.api.tap(ANA, ANA.id, queue.id, '🛠')).text).toBe('On it…')
    await nexus.waitForText('about black holes')
    expect((await chat.nextCard()).text).toContain('FactsMind')
    await nexus.service.idle()
    expect(chat.message(queue.id).text).toContain('Queue · FactsMind')
    expect((await ask('/schedule')).text).toMatch(/^Schedule · Marginalia\n/)
    expect(await queryAll(nexus, 'select brand from run')).toEqual([{ brand: 'factsmind' }])
  })
})
