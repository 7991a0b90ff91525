import { afterEach, describe, expect, it } from 'vitest'
import { listDecisions, openChat } from '../support/chat.ts'
import { ANA, BEN, EVE, type Nexus, startNexus } from '../support/nexus.ts'

const GROUP = { id: -1002000000001, type: 'supergroup' as const, title: 'Desk' }
const group = { chat: GROUP }

let nexus: Nexus
let chat: ReturnType<typeof openChat>
afterEach(() => nexus.close())
const start = async () => {
  nexus = await startNexus({ env: { NEXUS_CHAT_ID: String(GROUP.id) } })
  chat = openChat(nexus, GROUP.id)
}

describe('two owners in the configured group', () => {
  it('count one of eight simultaneous taps of both, and learn who was first', async () => {
    await start()
    nexus.api.sendText(BEN, `/generate@${nexus.api.bot.username} octopus hearts`, group)
    const card = await chat.nextCard()
    nexus.api.sendText(EVE, 'hello all', group)
    expect((await nexus.api.tap(EVE, GROUP.id, card.id, '✅')).text).toContain('Only the owners')
    const people = [ANA, BEN, ANA, BEN, ANA, BEN, ANA, BEN]
    const answers = await Promise.all(people.map((person) => nexus.api.tap(person, GROUP.id, card.id, '✅')))
    expect(answers.filter(({ text }) => text?.startsWith('Approved'))).toHaveLength(1)
    const others = answers.flatMap(({ text }) => (text?.startsWith('Approved') ? [] : [text]))
    for (const text of others) expect(text).toMatch(/^Already approved by (Ana|Ben)\.$/)
    await nexus.waitForText('handed over', GROUP.id)
    await nexus.service.idle()
    expect(await listDecisions(nexus)).toEqual(['approve'])
    expect(chat.documents()).toHaveLength(6)
    expect(nexus.api.messages(ANA.id)).toEqual([])
  })

  it('learn who has approved while they had a menu open', async () => {
    await start()
    nexus.api.sendText(ANA, '/generate octopus hearts', group)
    const card = await chat.nextCard()
    await chat.openMenu(card.id, '♻️', 'Everything', BEN)
    await chat.openMenu(card.id, '‹', '✅', BEN)
    const [approving, menu] = [chat.data(card.id, '✅'), chat.data(card.id, '♻️')]
    expect((await nexus.api.tap(ANA, GROUP.id, card.id, approving)).text).toContain('Approved')
    expect((await nexus.api.tap(BEN, GROUP.id, card.id, menu)).text).toBe('Already approved by Ana.')
    await nexus.waitForText('handed over', GROUP.id)
  })

  it('edit two slides at once, each with their own words, and the later answer learns that there is a newer version', async () => {
    await start()
    nexus.api.sendText(ANA, '/generate octopus hearts', group)
    const card = await chat.nextCard()
    await chat.openMenu(card.id, '✏️', '2 · Reveal', ANA)
    await nexus.api.tap(ANA, GROUP.id, card.id, '2 · Reveal')
    const forAna = await nexus.waitForText('Slide 2 · Reveal. Ana, reply to this message', GROUP.id)
    await nexus.api.tap(BEN, GROUP.id, card.id, '4 · Twist')
    const forBen = await nexus.waitForText('Slide 4 · Twist. Ben, reply to this message', GROUP.id)
    expect((await nexus.api.tap(BEN, GROUP.id, forAna.id, '✖️')).text).toContain('Only the person')
    nexus.api.sendText(ANA, 'Three hearts beat / Two for the gills, one for the body.', {
      ...group,
      replyTo: forAna.id,
    })
    const next = await chat.nextCard(card.id)
    nexus.api.sendText(BEN, 'One heart rests / Swimming makes it stop.', { ...group, replyTo: forBen.id })
    await nexus.waitForText('Not edited. There is a newer version below.', GROUP.id)
    await nexus.service.idle()
    expect(await listDecisions(nexus)).toEqual(['edit'])
    expect(next.text).toContain('Words edited by hand')
  })

  it('talk to each other while one of them edits: only a reply in their own words becomes the slide', async () => {
    await start()
    nexus.api.sendText(ANA, '/generate octopus hearts', group)
    const card = await chat.nextCard()
    await chat.openMenu(card.id, '✏️', '2 · Reveal', ANA)
    await nexus.api.tap(ANA, GROUP.id, card.id, '2 · Reveal')
    const question = await nexus.waitForText('Ana, reply to this message', GROUP.id)
    nexus.api.sendText(ANA, 'Ben, lunch at one? / Our boss is away.', group)
    const fromBen = nexus.api.sendText(BEN, 'Yes', group)
    nexus.api.sendText(ANA, 'At the harbour? / I am hungry.', { ...group, replyTo: fromBen })
    const passedOn = { type: 'user', sender_user: { ...EVE, is_bot: false }, date: 0 }
    const asked = { message_id: question.id, date: 0, chat: GROUP, from: { ...nexus.api.bot, is_bot: true } }
    const foreign = [{ forward_origin: passedOn }, { via_bot: { id: 5, is_bot: true, first_name: 'Other' } }]
    for (const [at, kind] of foreign.entries())
      nexus.api.pushUpdate({
        message: {
          message_id: 9001 + at,
          date: 0,
          chat: GROUP,
          from: { ...ANA, is_bot: false },
          text: 'Somebody else’s words / They are not mine.',
          reply_to_message: asked,
          ...kind,
        },
      } as never)
    nexus.api.sendText(ANA, 'Three hearts beat / Two for the gills.', { ...group, replyTo: question.id })
    await chat.nextCard(card.id)
    await nexus.service.idle()
    const { rows } = await nexus.db.pool.query(
      `select result->'slides'->1->>'title' as title from step where name = 'carousel' order by result->>'revision'`,
    )
    expect(rows.map(({ title }) => title)).toContain('Three hearts beat')
    expect(await listDecisions(nexus)).toEqual(['edit'])
  })

  it('talk to each other without the bot joining in, unless it is meant', async () => {
    await start()
    nexus.api.sendText(ANA, 'shall we make one about honey?', group)
    nexus.api.sendText(ANA, '/generate@SomeOtherBot honey', group)
    nexus.api.sendText(BEN, '/roll', group)
    nexus.api.sendText(BEN, `@${nexus.api.bot.username} honey`, group)
    const offer = await nexus.waitForText('Shall I make a carousel about honey?', GROUP.id)
    await nexus.service.idle()
    expect(nexus.api.messages(GROUP.id).filter(({ from }) => from === 'bot')).toHaveLength(1)
    nexus.api.sendText(ANA, 'black holes', { ...group, replyTo: offer.id })
    await nexus.waitForText('Shall I make a carousel about black holes?', GROUP.id)
    nexus.api.sendText(BEN, `/roll@${nexus.api.bot.username}`, group)
    await nexus.waitForText('I do not know /roll', GROUP.id)
  })
})
