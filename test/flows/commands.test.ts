import { afterEach, describe, expect, it } from 'vitest'
import { createGatedArt, listStatuses, openChat, queryAll, reviveButtons } from '../support/chat.ts'
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

describe('commands', () => {
  it('/start says what is set up, what is not, and what to do next', async () => {
    await start({ env: { GROQ_API_KEY: 'x', NEXUS_SCHEDULE: '30 18 * * *' } })
    const { text } = await ask('/start')
    expect(text).toContain('Hello Ana')
    expect(text).toContain('✔️ Facts: Groq')
    expect(text).toContain('▫️ Words, diagnosis, talk: own text and rules · ANTHROPIC_API_KEY')
    expect(text).toMatch(/By itself: 18:30 every day \(Europe\/Madrid\); next (today|tomorrow) 18:30/)
    expect(text).toMatch(/^👋 Hello Ana\..*\nAnd I watch this machine.*\nNext: send \/generate octopus hearts/)
  })

  it('/help lists what Telegram shows in its menu', async () => {
    await start()
    const { text } = await ask('/help')
    await nexus.api.waitFor(() => nexus.api.commandsFor(ANA.id, ANA.id).length > 0, 'the menu')
    for (const { command } of nexus.api.commandsFor(ANA.id, ANA.id)) expect(text).toContain(`/${command} ·`)
  })

  it('are understood in capitals, with line breaks, and with the name of the bot', async () => {
    await start()
    expect((await ask('/HELP')).text).toContain('What I can do')
    expect((await ask(`/Help@${nexus.api.bot.username.toUpperCase()}`)).text).toContain('What I can do')
    expect((await ask('/generate\noctopus\nhearts')).text).toContain('Making a carousel about octopus hearts')
    await chat.nextCard()
  })

  it('that do not exist, pictures, and plain words get a helpful answer', async () => {
    await start()
    expect((await ask('/generat octopus')).text).toBe('I do not know /generat. /help lists what I can do.')
    expect((await ask('🙂')).text).toContain('is not a topic')
    const before = nexus.api.messages(ANA.id).length
    const from = { id: ANA.id, is_bot: false, first_name: 'Ana' }
    const photo = [{ file_id: 'a', file_unique_id: 'b', width: 9, height: 9 }]
    const message = {
      message_id: 9999,
      date: 1,
      chat: { id: ANA.id, type: 'private' as const, first_name: 'Ana' },
      from,
      photo,
    }
    nexus.api.pushUpdate({ message })
    await nexus.waitForText('I read text only')
    expect(nexus.api.messages(ANA.id)).toHaveLength(before + 1)
  })

  it('plain words are offered as a topic, and the offer is taken once', async () => {
    await start()
    const offer = await ask('octopus <b>hearts</b>')
    expect(offer.text).toMatch(
      /^Shall I make a carousel about octopus <b>hearts<\/b>\?\nOr ask me: “is everything ok\?”/,
    )
    const button = chat.data(offer.id, '🛠')
    const answers = await Promise.all([1, 2, 3, 4].map(() => nexus.api.tap(ANA, ANA.id, offer.id, button)))
    expect(answers.filter(({ text }) => text === 'On it…')).toHaveLength(1)
    await chat.nextCard()
    expect(chat.message(offer.id).keyboard).toEqual([])
    expect(await listStatuses(nexus)).toEqual(['awaiting_review'])
  })

  it('/generate without a topic takes the oldest of the backlog, else something fresh', async () => {
    await start()
    await ask('/topics honey; black holes')
    expect((await ask('/generate')).text).toContain('about honey')
    await chat.nextCard()
    expect((await ask('/generate')).text).toContain('about black holes')
    await nexus.service.idle()
    expect((await ask('/generate   ')).text).toMatch(/^🛠 Making a carousel\n/)
    await nexus.service.idle()
    expect((await listStatuses(nexus)).filter((status) => status === 'awaiting_review')).toHaveLength(3)
  })

  it('/generate refuses an empty, a too long and a wordless topic with the reason', async () => {
    await start()
    expect((await ask(`/generate ${'x'.repeat(4000)}`)).text).toContain('at most 200 characters; this one has 4,000')
    expect((await ask('/generate ...')).text).toContain('is not a topic')
    expect(await listStatuses(nexus)).toEqual([])
  })
})

describe('too many runs', () => {
  it('are refused with a clear message, by command and by button, until one is cancelled', async () => {
    const gated = createGatedArt()
    await start({ overrides: { localArt: gated.art } })
    const panel = await ask('/queue')
    for (let n = 1; n <= 10; n++) nexus.api.sendText(ANA, `/generate topic number ${n}`)
    await nexus.waitForText('about topic number 10')
    expect((await ask('/generate one more')).text).toContain('10 carousels are being made already')
    const tapped = await nexus.api.tap(ANA, ANA.id, panel.id, '🛠 Make one now')
    expect(tapped).toMatchObject({
      text: expect.stringContaining('10 carousels are being made already'),
      showAlert: true,
    })
    const choice = await ask('/cancel')
    expect(choice.text).toBe('10 carousels are being made. Which one shall I stop?')
    expect(choice.keyboard).toHaveLength(10)
    expect((await nexus.api.tap(ANA, ANA.id, choice.id, '✖️ 3 ·')).text).toBe('Cancelled.')
    await nexus.api.waitFor(() => chat.message(choice.id).keyboard.length === 9, 'the shorter list')
    expect((await ask('/generate one more')).text).toContain('Making a carousel about one more')
    expect((await listStatuses(nexus)).filter((status) => status === 'cancelled')).toHaveLength(1)
    gated.open()
    await nexus.service.idle()
  })
})

describe('/cancel', () => {
  it('says so when there is nothing, and cancels the only run, whatever brand it wears', async () => {
    const gated = createGatedArt()
    await start({ overrides: { localArt: gated.art } })
    expect((await ask('/cancel')).text).toContain('nothing to cancel')
    const progress = await ask('/generate octopus hearts')
    await ask('/brand')
    const panel = await nexus.waitForText('Choose the brand')
    await nexus.api.tap(ANA, ANA.id, panel.id, 'Marginalia')
    nexus.api.sendText(ANA, '/cancel')
    await nexus.waitForText('Cancelled: octopus hearts.')
    expect(chat.message(progress.id).keyboard).toEqual([])
    gated.open()
    await nexus.service.idle()
    expect(await listStatuses(nexus)).toEqual(['cancelled'])
  })

  it('from another chat marks the message where it is, and answers where it was asked', async () => {
    const gated = createGatedArt()
    await start({ overrides: { localArt: gated.art } })
    const progress = await ask('/generate octopus hearts')
    nexus.api.sendText(BEN, '/cancel')
    await nexus.waitForText('Cancelled by Ben', BEN.id)
    await nexus.api.waitFor(
      () => chat.message(progress.id).text.includes('Cancelled by Ben'),
      'the mark in the other chat',
    )
    gated.open()
    await nexus.service.idle()
  })

  it('gives the topic back to the backlog', async () => {
    const gated = createGatedArt()
    await start({ overrides: { localArt: gated.art } })
    await ask('/topics honey')
    await ask('/generate')
    nexus.api.sendText(ANA, '/cancel')
    await nexus.waitForText('Cancelled: honey.')
    gated.open()
    await nexus.service.idle()
    expect((await ask('/topics')).text).toContain('honey')
  })
})

describe('a cancel button that is older than the finished draft', () => {
  it('changes nothing and says that the draft waits, in the choice, in the queue and under the progress', async () => {
    const gated = createGatedArt()
    await start({ overrides: { localArt: gated.art } })
    const progress = await ask('/generate octopus hearts')
    await ask('/generate honey')
    const panels = [await ask('/cancel'), await ask('/queue'), progress]
    const buttons = panels.map((panel) => ({ id: panel.id, button: chat.data(panel.id, '✖️') }))
    gated.open()
    await nexus.service.idle()
    await reviveButtons(nexus)
    for (const { id, button } of buttons) {
      const answer = await nexus.api.tap(ANA, ANA.id, id, button)
      expect(answer).toMatchObject({ text: 'It is finished already and waits for your decision.', showAlert: true })
    }
    expect(await listStatuses(nexus)).toEqual(['awaiting_review', 'awaiting_review'])
    await nexus.api.waitFor(
      () => chat.message(panels[0]?.id ?? 0).text.includes('nothing to cancel'),
      'the empty choice',
    )
    const card = await chat.nextCard()
    expect((await nexus.api.tap(ANA, ANA.id, card.id, '✅')).text).toContain('Approved')
    await nexus.waitForText('handed over')
  })
})

describe('/queue', () => {
  it('shows what is made, waiting and approved, and how long that lasts', async () => {
    await start({ env: { NEXUS_SCHEDULE: '30 18 * * *; 0 9 * * *' } })
    expect((await ask('/queue')).text).toContain('✅ Approved: 0 (a buffer of 0 days; the aim is 3)')
    const card = await nexus.generate('octopus hearts')
    const title = card.text.split('\n')[0] ?? ''
    const queue = await ask('/queue')
    expect(queue.text).toMatch(/👀 Waiting for you: 1\n {2}• .*, since today \d\d:\d\d/)
    expect(queue.text).toContain(`• ${title}, since`)
    await nexus.api.tap(ANA, ANA.id, card.id, '✅')
    await nexus.waitForText('handed over')
    expect((await ask('/queue')).text).toContain('✅ Approved: 1 (a buffer of 0.5 days; the aim is 3)')
    await nexus.db.pool.query(
      `insert into run (brand, source, idempotency_key, status) select 'factsmind', 'command', 'k' || n, 'delivered' from generate_series(1, 299) n`,
    )
    expect((await ask('/queue')).text).toContain('✅ Approved: 300 (a buffer of 150 days; the aim is 3)')
  })

  it('makes one from its button, again and again, once a tap', async () => {
    await start()
    const panel = await ask('/queue')
    for (const made of [1, 2]) {
      const button = chat.data(panel.id, '🛠 Make one now')
      expect((await nexus.api.tap(ANA, ANA.id, panel.id, button)).text).toBe('On it…')
      await nexus.api.waitFor(() => chat.data(panel.id, '🛠').data !== button.data, 'the refreshed panel')
      await nexus.service.idle()
      expect(await listStatuses(nexus)).toHaveLength(made)
    }
  })
})

describe('/brand', () => {
  it('changes what new carousels wear', async () => {
    await start()
    const panel = await ask('/brand')
    expect((await nexus.api.tap(ANA, ANA.id, panel.id, 'Marginalia')).text).toBe('New carousels wear this brand.')
    await nexus.api.waitFor(() => chat.labels(panel.id).includes('● Marginalia'), 'the mark')
    const { text } = chat.message(panel.id)
    expect(text).toContain('🕡 off\n✅ Nothing approved · 💭 no topics')
    expect(text).toContain('Each brand has its own schedule, topics and queue.')
    expect(text).not.toMatch(/#[0-9A-F]{6}/i)
    const card = await nexus.generate('octopus hearts')
    expect(card.text).toContain('Marginalia')
    expect(await queryAll(nexus, 'select brand from run')).toEqual([{ brand: 'marginalia' }])
    await nexus.restart()
    expect((await ask('/settings')).text).toContain('Brand: Marginalia')
  })
})

describe('a run that fails', () => {
  it('says why, and goes on from its button once', async () => {
    const gated = createGatedArt()
    let broken = true
    const paint: typeof gated.art.paint = async (...args) => {
      if (broken) throw new Error('no paint')
      return gated.art.paint(...args)
    }
    gated.open()
    await start({ overrides: { localArt: { ...gated.art, paint } } })
    nexus.api.sendText(ANA, '/generate octopus hearts')
    const failed = await nexus.waitForText('No carousel about octopus hearts')
    await nexus.api.waitFor(() => chat.labels(failed.id).includes('🔁 Try again'), 'the button')
    broken = false
    const button = chat.data(failed.id, '🔁')
    const answers = await Promise.all([1, 2, 3].map(() => nexus.api.tap(ANA, ANA.id, failed.id, button)))
    expect(answers.filter(({ text }) => text === 'Going on where it stopped…')).toHaveLength(1)
    await chat.nextCard(failed.id)
    expect(chat.message(failed.id).text).toContain('Ready in')
    expect(await listStatuses(nexus)).toEqual(['awaiting_review'])
  })
})
