import { afterEach, describe, expect, it } from 'vitest'
import { listDecisions, listStatuses, openChat, queryAll, readHashes, reviveButtons } from '../support/chat.ts'
import { ANA, BEN, EVE, type Nexus, type NexusOptions, startNexus } from '../support/nexus.ts'

let nexus: Nexus
let chat: ReturnType<typeof openChat>
afterEach(() => nexus.close())
const start = async (options: NexusOptions = {}) => {
  nexus = await startNexus(options)
  chat = openChat(nexus)
}
const query = (text: string, values: unknown[] = []) => queryAll(nexus, text, values)

describe('the card', () => {
  it('opens its menus in place, with every choice that is promised, and comes back', async () => {
    await start()
    const card = await nexus.generate('octopus hearts')
    expect(chat.labels(card.id)).toEqual(['✅ Approve (unverified)', '♻️ Regenerate', '✏️ Edit', '👁 Story', '🗑 Reject'])
    await chat.openMenu(card.id, '♻️', 'Everything')
    expect(chat.labels(card.id)).toEqual([
      'Everything',
      'Another fact',
      'Words only',
      '🖼 Slide 1',
      '🖼 Slide 2',
      '🖼 Slide 3',
      '🖼 Slide 4',
      '‹ Back',
    ])
    await chat.openMenu(card.id, '‹', '✅')
    await chat.openMenu(card.id, '✏️', '1 · Hook')
    expect(chat.labels(card.id)).toEqual(['1 · Hook', '2 · Reveal', '3 · Mechanism', '4 · Twist', '‹ Back'])
    await chat.openMenu(card.id, '‹', '✅')
    await chat.openMenu(card.id, '🗑', 'Boring')
    expect(chat.labels(card.id)).toEqual(['Boring', 'Not true', 'Weak words', 'Bad pictures', 'Off brand', '‹ Back'])
    const { text } = await nexus.api.tap(ANA, ANA.id, card.id, 'Not true')
    expect(text).toBe('Rejected.')
    await nexus.api.waitFor(() => chat.message(card.id).keyboard.length === 0, 'a card without buttons')
    expect(chat.message(card.id).text).toContain('Rejected by Ana: Not true. I will not bring this fact again.')
    expect(await query('select status, reject_reason from run')).toEqual([
      { status: 'rejected', reject_reason: 'Not true' },
    ])
  })

  it('gives one defined answer to a forged, a strange, a foreign and an expired button, and does nothing', async () => {
    await start()
    const card = await nexus.generate('octopus hearts')
    const approveButton = chat.data(card.id, '✅')
    expect((await nexus.api.tap(ANA, ANA.id, card.id, { data: 'x'.repeat(20) })).text).toContain('I do not know')
    // Ben has the id of a button of Ana's private chat: it means nothing in his.
    nexus.api.sendText(BEN, '/help')
    await nexus.waitForText('What I can do', BEN.id)
    const foreign = await nexus.api.tap(BEN, BEN.id, 1, approveButton)
    expect(foreign).toMatchObject({ text: expect.stringContaining('another chat'), showAlert: true })
    expect((await nexus.api.tap(EVE, EVE.id, 1, approveButton).catch((err) => err)).message).toMatch(
      /nobody has written/,
    )
    await query(`update button set action = '{"kind":"approve","runId":"; drop table run"}' where id = $1`, [
      chat.data(card.id, '♻️').data,
    ])
    expect((await nexus.api.tap(ANA, ANA.id, card.id, '♻️')).text).toContain('I do not know')
    await query(`update button set expires_at = '2000-01-01' where id = $1`, [approveButton.data])
    expect((await nexus.api.tap(ANA, ANA.id, card.id, '✅')).text).toContain('expired')
    expect(await listStatuses(nexus)).toEqual(['awaiting_review'])
    expect(await listDecisions(nexus)).toEqual([])
  })

  it('says that its buttons have changed when an old one is tapped after a menu was opened', async () => {
    await start()
    const card = await nexus.generate('octopus hearts')
    const old = chat.data(card.id, '✅')
    await chat.openMenu(card.id, '♻️', 'Everything')
    // The old buttons die once the new ones are there, which is a moment after one sees them.
    await nexus.service.idle()
    const answer = await nexus.api.tap(ANA, ANA.id, card.id, old)
    expect(answer).toMatchObject({ text: expect.stringContaining('buttons have changed'), showAlert: true })
    expect(await listStatuses(nexus)).toEqual(['awaiting_review'])
  })

  it('is alive once only when Telegram lost the answer to its sending', async () => {
    await start()
    nexus.api.sendText(ANA, '/generate octopus hearts')
    await nexus.waitForText('Making a carousel')
    nexus.api.faults.add({ method: 'sendMessage', kind: 'lost-answer', chatId: ANA.id })
    const cards = await nexus.api.waitFor(() => {
      const found = nexus.api.messages(ANA.id).filter((message) => message.keyboard.flat()[0]?.text.startsWith('✅'))
      return found.length === 2 && found
    }, 'two copies of the card')
    const [first, second] = cards.map(({ id }) => id) as [number, number]
    expect((await nexus.api.tap(ANA, ANA.id, first, '✅')).text).toContain('buttons have changed')
    expect((await nexus.api.tap(ANA, ANA.id, second, '✅')).text).toContain('Approved')
    expect(await listDecisions(nexus)).toEqual(['approve'])
  })

  it('answers a replayed approval, a late rejection and a late menu with who has approved', async () => {
    await start()
    const card = await nexus.generate('octopus hearts')
    const [approveButton, menu] = [chat.data(card.id, '✅'), chat.data(card.id, '🗑')]
    await chat.openMenu(card.id, '🗑', 'Boring')
    const reject = chat.data(card.id, 'Boring')
    await chat.openMenu(card.id, '‹', '✅')
    await nexus.api.tap(ANA, ANA.id, card.id, '✅')
    await nexus.waitForText('handed over')
    await reviveButtons(nexus)
    for (const late of [approveButton, menu, reject]) {
      expect((await nexus.api.tap(ANA, ANA.id, card.id, late)).text).toBe('Already approved by Ana.')
    }
    expect(await listDecisions(nexus)).toEqual(['approve'])
    expect(await listStatuses(nexus)).toEqual(['delivered'])
  })

  it('refuses every button of a draft that was rejected, cancelled, expired or has failed', async () => {
    await start()
    const card = await nexus.generate('octopus hearts')
    const buttons = [chat.data(card.id, '✅'), chat.data(card.id, '♻️')]
    await reviveButtons(nexus)
    const cases = [
      ['rejected', 'Already rejected by Ben.'],
      ['cancelled', 'Already cancelled by Ben.'],
      ['expired', 'This draft has expired. /generate makes a new one.'],
      ['failed', 'It has failed. The message about that has a button to try again.'],
    ]
    for (const [status, toast] of cases) {
      await query('alter table run disable trigger run_transition')
      await query(`update run set status = $1, decided_by_name = 'Ben'`, [status])
      await query('alter table run enable trigger run_transition')
      for (const button of buttons) expect((await nexus.api.tap(ANA, ANA.id, card.id, button)).text).toBe(toast)
      expect(await listStatuses(nexus)).toEqual([status])
    }
    expect(await listDecisions(nexus)).toEqual([])
  })
})

describe('regenerating', () => {
  it('paints one picture anew, keeps every other file, and lets the old card do nothing', async () => {
    await start()
    const card = await nexus.generate('octopus hearts')
    const old = chat.data(card.id, '✅')
    await chat.openMenu(card.id, '♻️', 'Everything')
    const again = chat.data(card.id, '🖼 Slide 3')
    nexus.art.painted.length = 0
    expect((await nexus.api.tap(ANA, ANA.id, card.id, '🖼 Slide 3')).text).toBe('On it…')
    expect((await nexus.api.tap(ANA, ANA.id, card.id, again)).text).toMatch(
      /new version is being made|newer version|buttons have changed/,
    )
    const next = await chat.nextCard(card.id)
    expect(nexus.art.painted).toEqual(['mechanism'])
    const [before, after] = [await readHashes(nexus, 1), await readHashes(nexus, 2)]
    expect(after.map((hash, index) => hash === before[index])).toEqual([true, true, false, true, true, true])
    expect(chat.message(card.id).keyboard).toEqual([])
    expect(chat.message(card.id).text).toContain('another picture')
    await reviveButtons(nexus)
    for (const stale of [old, again]) {
      expect(await nexus.api.tap(ANA, ANA.id, card.id, stale)).toMatchObject({
        text: 'There is a newer version below. Use its card.',
        showAlert: true,
      })
    }
    await nexus.api.tap(ANA, ANA.id, next.id, '✅')
    await nexus.waitForText('handed over')
    expect(await listDecisions(nexus)).toEqual(['regenerate', 'approve'])
  })

  it('takes another fact or everything, one revision each, and says that without a writer words stay', async () => {
    await start()
    let card = await nexus.generate('octopus hearts')
    for (const choice of ['Another fact', 'Everything']) {
      await chat.openMenu(card.id, '♻️', 'Everything')
      await nexus.api.tap(ANA, ANA.id, card.id, choice)
      card = await chat.nextCard(card.id)
    }
    expect(await listDecisions(nexus)).toEqual(['regenerate', 'regenerate'])
    const facts = (
      await query(`select result->'fact'->>'text' as fact from step where name = 'carousel' order by revision`)
    ).map((row) => row.fact)
    expect(facts).toHaveLength(3)
    expect(facts[1]).not.toBe(facts[0])
    expect(facts[2]).toBe(facts[1])
    expect(card.text).toContain('version 3')
    await chat.openMenu(card.id, '♻️', 'Everything')
    const answer = await nexus.api.tap(ANA, ANA.id, card.id, 'Words only')
    expect(answer.text).toContain('one text for each fact')
    expect(await listDecisions(nexus)).toHaveLength(2)
  })
})
