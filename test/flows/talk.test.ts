import { afterEach, describe, expect, it } from 'vitest'
import { listDecisions, listStatuses, queryAll } from '../support/chat.ts'
import { ANA } from '../support/nexus.ts'
import { hasStop, startTalkRig, type TalkRig } from '../support/talk.ts'

let rig: TalkRig
afterEach(() => rig.close())
const start = async (options: Parameters<typeof startTalkRig>[0] = {}) => {
  rig = await startTalkRig(options)
}

describe('a sentence, with a model', () => {
  it('is answered in one message from what the tools saw, and is booked as an answer', async () => {
    await start()
    rig.claude.script(
      { kind: 'calls', text: 'Let me look.', calls: [{ name: 'read_queue', input: {} }] },
      { kind: 'text', text: 'Nothing waits for you. **Next**: /queue' },
    )
    const answer = await rig.ask('anything to approve?', 'Nothing waits for you.')
    expect(answer.text).toBe('Nothing waits for you. Next: /queue')
    expect(rig.chat.said('')).toHaveLength(1)
    expect(rig.bodies()[1]).toContain('<data from=\\"read_queue\\">\\nQueue')
    expect(await rig.turns()).toEqual([
      {
        text: 'anything to approve?',
        answer: 'Nothing waits for you. **Next**: /queue',
        status: 'answered',
        cost: expect.any(Number),
      },
    ])
    const booked = await queryAll(rig.nexus, 'select distinct step, status from provider_call')
    expect(booked).toEqual([{ step: 'talk', status: 'succeeded' }])
  })

  it('shows what it looks at while it works', async () => {
    await start()
    rig.claude.script(
      { kind: 'calls', text: 'Let me look.', calls: [{ name: 'read_topics', input: {} }] },
      { kind: 'text', text: 'The backlog is empty.', afterMs: 1_500 },
    )
    rig.nexus.api.sendText(ANA, 'what is in the backlog?')
    const shown = await rig.nexus.waitForText('🔎 Looking at the topics…')
    expect(shown.text).toMatch(/^Let me look\.\n/)
    expect(hasStop(shown)).toBe(true)
    const answer = await rig.nexus.waitForText('The backlog is empty.')
    expect(answer.id).toBe(shown.id)
    await rig.nexus.api.waitFor(() => !hasStop(rig.chat.message(answer.id)), 'the end')
  })

  it('changes nothing: what would is a card with the button of the command', async () => {
    await start({ env: { NEXUS_SCHEDULE: '30 3 * * *' } })
    await rig.nexus.db.pool.query(
      `insert into topic (brand, text, folded) values ('factsmind', 'old honey', 'old honey')`,
    )
    rig.claude.script(
      {
        kind: 'calls',
        calls: [
          { name: 'offer_carousel', input: { topic: 'honey' } },
          { name: 'offer_topics', input: { topics: ['black holes', 'tides'] } },
          { name: 'offer_to_drop_topic', input: { topic: 'honey' } },
          { name: 'offer_schedule_change', input: { change: 'pause' } },
        ],
      },
      { kind: 'text', text: 'Four cards wait for a tap.' },
    )
    await rig.ask('make one about honey, and so on', 'Four cards wait for a tap.')
    await rig.nexus.service.idle()
    expect(rig.bodies()[1]).toContain('Nothing has been done')
    expect(await listStatuses(rig.nexus)).toEqual([])
    expect(await queryAll(rig.nexus, 'select text, status from topic')).toEqual([{ text: 'old honey', status: 'open' }])
    expect(rig.chat.said('Shall I')).toHaveLength(3)
    expect(rig.chat.said('⏸ pauses it')).toHaveLength(1)
    const tap = async (button: string) => rig.nexus.api.tap(ANA, ANA.id, rig.nexus.findWith(button)?.id ?? 0, button)
    expect((await tap('💭 Add')).text).toBe('Added.')
    expect((await tap('🗑 Drop it')).text).toContain('Dropped “old honey”')
    expect((await tap('🛠 Make a carousel')).text).toBe('On it…')
    await rig.chat.nextCard()
    const open = await queryAll(rig.nexus, `select text from topic where status = 'open' order by id`)
    expect(open).toEqual([{ text: 'black holes' }, { text: 'tides' }])
  })

  it('names nothing that is not there, and no more cards than anybody asked for', async () => {
    await start()
    const carousel = (topic: string) => ({ name: 'offer_carousel', input: { topic } })
    rig.claude.script(
      {
        kind: 'calls',
        calls: [
          { name: 'offer_to_drop_topic', input: { topic: 'no such thing' } },
          { name: 'offer_to_cancel', input: { carousel: null } },
          { name: 'read_draft', input: { carousel: 'honey' } },
          ...['a one', 'a two', 'a three', 'a four', 'a five'].map(carousel),
        ],
      },
      { kind: 'text', text: 'That is all.' },
    )
    await rig.ask('do all sorts of things', 'That is all.')
    expect(rig.chat.said('Shall I make')).toHaveLength(4)
    for (const why of ['No topic of the backlog', 'There is none.', 'there are 4 cards already'])
      expect(rig.bodies()[1]).toContain(why)
  })

  it('can bring new words for a slide: a tap makes a new version of them', async () => {
    await start()
    rig.claude.always({ kind: 'status', status: 529 })
    const card = await rig.nexus.generate('octopus hearts')
    rig.claude.always(null)
    const words = { title: 'Three hearts, one octopus', text: 'Two of them serve the gills alone.' }
    const wish = { carousel: null, slide: 'reveal' }
    rig.claude.script(
      { kind: 'calls', calls: [{ name: 'read_draft', input: { carousel: null } }] },
      { kind: 'calls', calls: [{ name: 'offer_slide_words', input: { ...wish, ...words, title: 'x '.repeat(60) } }] },
      { kind: 'calls', calls: [{ name: 'offer_slide_words', input: { ...wish, ...words } }] },
      { kind: 'text', text: 'The words wait for your tap.' },
    )
    await rig.ask('the second slide should say that two hearts serve the gills', 'The words wait for your tap.')
    expect(rig.bodies().some((body) => body.includes('do not work on the slide'))).toBe(true)
    expect(await listDecisions(rig.nexus)).toEqual([])
    const offered = rig.nexus.findWith('✏️ Use these words')
    expect(offered?.text).toContain('New: Three hearts, one octopus / Two of them serve the gills alone.')
    const tap = () => rig.nexus.api.tap(ANA, ANA.id, offered?.id ?? 0, { data: data ?? '' })
    const data = offered?.keyboard.flat()[0]?.callback_data
    const answers = await Promise.all([tap(), tap()])
    expect(answers.filter(({ text }) => text === 'On it…')).toHaveLength(1)
    await rig.chat.nextCard(card.id)
    expect(await listDecisions(rig.nexus)).toEqual(['edit'])
  })

  it('is stopped by its button, and so is one that waits for it', async () => {
    await start()
    rig.claude.always({ kind: 'hang' })
    rig.nexus.api.sendText(ANA, 'how is everything?')
    const first = await rig.streaming()
    await expect.poll(() => rig.claude.requests.length, { timeout: 10_000 }).toBe(1)
    rig.nexus.api.sendText(ANA, 'and what about tomorrow?')
    const second = await rig.nexus.waitForText('your question before comes first')
    // A command does not wait.
    rig.nexus.api.sendText(ANA, '/topics')
    await rig.nexus.waitForText('The backlog is empty')
    expect((await rig.nexus.api.tap(ANA, ANA.id, second.id, '⏹')).text).toBe('Stopped.')
    const button = rig.chat.data(first.id, '⏹')
    expect((await rig.nexus.api.tap(ANA, ANA.id, first.id, '⏹')).text).toBe('Stopping…')
    await rig.nexus.api.waitFor(() => rig.chat.said('⏹ Stopped, as you asked').length === 2, 'both ends')
    await rig.nexus.service.idle()
    await rig.nexus.db.pool.query('update button set voided_at = null')
    expect((await rig.nexus.api.tap(ANA, ANA.id, first.id, button)).text).toBe('It has ended already.')
    expect(rig.claude.requests).toHaveLength(1)
    expect((await rig.turns()).map(({ status }) => status)).toEqual(['stopped', 'stopped'])
    rig.claude.always(null)
    await rig.ask('are you there?', 'Everything looks as it should.')
  })

  it('waits for the one before it, and is answered after it', async () => {
    await start()
    rig.claude.script(
      { kind: 'text', text: 'The first answer.', afterMs: 300 },
      { kind: 'text', text: 'The second answer.' },
    )
    rig.nexus.api.sendText(ANA, 'the first question')
    await rig.streaming()
    rig.nexus.api.sendText(ANA, 'the second question')
    await rig.nexus.waitForText('The second answer.')
    expect((await rig.turns()).map(({ answer }) => answer)).toEqual(['The first answer.', 'The second answer.'])
    expect(rig.bodies()[1]).toContain('The first answer.')
  })
})

describe('a model that cannot answer', () => {
  it('is replaced by the rules, which say so', async () => {
    await start()
    rig.claude.always({ kind: 'status', status: 529 })
    await rig.ask('what is in the queue?', 'Claude does not answer just now. What I can say by myself:')
    expect((await rig.nexus.waitForText('Nothing is being made.')).text).toContain('Queue')
    await rig.ask('octopus hearts', 'Shall I make a carousel about octopus hearts?')
    expect((await rig.turns()).map(({ status }) => status)).toEqual(['answered', 'answered'])
  })

  it('is not asked when the budget is spent', async () => {
    await start({ env: { NEXUS_DAILY_BUDGET_USD: '0' } })
    await rig.ask('what is in the queue?', 'The budget for paid answers is spent (/cost)')
    await rig.nexus.waitForText('Nothing is being made.')
    expect(rig.claude.requests).toHaveLength(0)
  })

  it('that declines, and one that finds no end, are told apart', async () => {
    await start()
    rig.claude.script({ kind: 'refusal' })
    await rig.ask('something odd', 'Claude declined to answer that.')
    rig.claude.script({ kind: 'truncated' })
    await rig.ask('tell me everything', 'I stopped because the answer became too long')
    rig.claude.always({ kind: 'calls', calls: [{ name: 'read_queue', input: {} }] })
    await rig.ask('look again and again', 'I stopped after 8 steps')
  })
})

describe('a process that dies in the middle of an answer', () => {
  it('says so at the next start, pays for nothing by itself, and asks anew at a tap', async () => {
    await start()
    rig.claude.always({ kind: 'hang' })
    rig.nexus.api.sendText(ANA, 'how is everything?')
    const message = await rig.streaming()
    await expect.poll(() => rig.claude.requests.length, { timeout: 10_000 }).toBe(1)
    await rig.nexus.restart()
    rig.claude.always(null)
    const told = await rig.nexus.waitForText('I was interrupted in the middle of this')
    expect(told.id).toBe(message.id)
    await rig.nexus.service.idle()
    expect(rig.claude.requests).toHaveLength(1)
    const button = rig.chat.data(told.id, '🔁')
    await Promise.all([1, 2].map(() => rig.nexus.api.tap(ANA, ANA.id, told.id, button)))
    await rig.nexus.waitForText('Everything looks as it should.')
    await rig.nexus.service.idle()
    expect(rig.chat.said('Everything looks as it should.')).toHaveLength(1)
    expect((await rig.turns()).map(({ status }) => status)).toEqual(['interrupted', 'answered'])
  })

  it('answers at the next start what had not begun', async () => {
    await start()
    await rig.nexus.stop()
    await rig.nexus.db.pool.query(
      `insert into talk_turn (chat_id, user_id, user_name, text, asked_at) values ($1, $1, 'Ana', 'are you there?', now())`,
      [ANA.id],
    )
    rig.nexus.api.open(ANA)
    await rig.nexus.restart()
    await rig.nexus.waitForText('Everything looks as it should.')
    expect(rig.claude.requests).toHaveLength(1)
  })
})
