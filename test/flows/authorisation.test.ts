import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ANA, BEN, EVE, type Nexus, startNexus } from '../support/nexus.ts'

const GROUP = { id: -100500, type: 'supergroup' as const, title: 'Editors' }
const ELSEWHERE = { id: -100600, type: 'supergroup' as const, title: 'Elsewhere' }
const ONLY_OWNERS = 'Only the owners of this bot can use its buttons.'

let nexus: Nexus
beforeEach(async () => {
  nexus = await startNexus({ env: { NEXUS_CHAT_ID: String(GROUP.id) } })
})
afterEach(() => nexus.close())

const fromBot = (chatId: number) => nexus.api.messages(chatId).filter((message) => message.from === 'bot')
const count = async (table: string) => (await nexus.db.pool.query(`select count(*) as n from ${table}`)).rows[0].n
/** Everything that was sent before is worked when Ben has his answer: he is asked last. */
async function settle(): Promise<void> {
  const before = fromBot(BEN.id).length
  nexus.api.sendText(BEN, '/help')
  await nexus.api.waitFor(() => fromBot(BEN.id).length > before, 'the answer to Ben')
  await nexus.service.idle()
}

describe('a stranger', () => {
  it('gets one polite refusal for a thousand messages, also over a restart, and leaves nothing but numbers', async () => {
    for (let n = 0; n < 500; n++) nexus.api.sendText(EVE, `/generate secrets ${n}`)
    await settle()
    await nexus.restart()
    for (let n = 0; n < 500; n++) nexus.api.sendText(EVE, `/generate secrets ${n}`)
    await settle()
    expect(fromBot(EVE.id)).toHaveLength(1)
    expect(fromBot(EVE.id)[0]?.text).toContain('private bot')
    expect(await count('run')).toBe(0)
    expect(await count('provider_call')).toBe(0)
    const { rows } = await nexus.db.pool.query(`select distinct payload from telegram_update where lane = ${EVE.id}`)
    expect(rows).toEqual([{ payload: {} }])
    const seen = await nexus.db.pool.query('select user_id as id, updates from stranger')
    expect(seen.rows).toEqual([{ id: EVE.id, updates: 1_000 }])
  }, 60_000)

  it('who has blocked the bot again does not hold up anything', async () => {
    nexus.api.faults.add({ method: 'sendMessage', kind: '403-blocked', chatId: EVE.id })
    nexus.api.sendText(EVE, '/start')
    await settle()
    expect(fromBot(EVE.id)).toHaveLength(0)
  })

  it('cannot use a button: not with the data of an owner’s card, not in the group, not with invented data', async () => {
    const card = await nexus.generate('octopus hearts')
    const data = card.keyboard[0]?.[0]?.callback_data ?? ''
    nexus.api.open(EVE)
    nexus.api.sendText(EVE, 'hello', { chat: GROUP })
    for (const [chatId, forged] of [
      [ANA.id, data],
      [EVE.id, data],
      [GROUP.id, data],
      [GROUP.id, 'approve:1'],
    ] as const) {
      expect(await nexus.api.tap(EVE, chatId, card.id, { data: forged })).toEqual({
        text: ONLY_OWNERS,
        showAlert: false,
      })
    }
    const { rows } = await nexus.db.pool.query('select status from run')
    expect(rows).toEqual([{ status: 'awaiting_review' }])
    expect(await count('decision')).toBe(0)
  })

  it('in the group is neither answered nor obeyed', async () => {
    nexus.api.sendText(EVE, '/generate secrets', { chat: GROUP })
    await settle()
    expect(fromBot(GROUP.id)).toEqual([])
    expect(await count('run')).toBe(0)
    expect(await count('stranger')).toBe(0)
  })

  it('does not reach the bot through an owner who forwards a command', async () => {
    nexus.api.open(ANA)
    const origin = { type: 'user', sender_user: { ...EVE, is_bot: false }, date: 0 }
    const message = {
      message_id: 99,
      date: 0,
      from: { ...ANA, is_bot: false },
      chat: { id: ANA.id, type: 'private', first_name: 'Ana' },
      text: '/generate secrets',
      forward_origin: origin,
    }
    nexus.api.pushUpdate({ message } as never)
    await settle()
    expect(await count('run')).toBe(0)
    expect(fromBot(ANA.id)).toHaveLength(1)
  })
})

describe('an owner', () => {
  it('is obeyed in the configured group, and tapped cards work there', async () => {
    nexus.api.sendText(ANA, '/generate octopus hearts', { chat: GROUP })
    const card = await nexus.api.waitFor(
      () => fromBot(GROUP.id).find((message) => message.keyboard.flat().some((button) => button.text.startsWith('✅'))),
      'the card in the group',
    )
    expect((await nexus.api.tap(BEN, GROUP.id, card.id, '✅')).text).toContain('Approved')
  })

  it('is ignored in any other group', async () => {
    nexus.api.sendText(ANA, '/generate octopus hearts', { chat: ELSEWHERE })
    await settle()
    expect(fromBot(ELSEWHERE.id)).toEqual([])
    expect(fromBot(ANA.id)).toEqual([])
    expect(await count('run')).toBe(0)
  })

  it('cannot be played by an anonymous admin, a channel, a bot or an edited message', async () => {
    nexus.api.open(GROUP)
    const post = { message_id: 50, date: 0, chat: GROUP, text: '/generate secrets' }
    const owner = { ...ANA, is_bot: false }
    const updates = [
      { message: { ...post, from: { id: 1087968824, is_bot: true, first_name: 'Group' }, sender_chat: GROUP } },
      { message: { ...post, from: { id: 136817688, is_bot: true, first_name: 'Channel' } } },
      { message: { ...post, from: { ...owner, is_bot: true } } },
      { message: post },
      { edited_message: { ...post, from: owner } },
      { channel_post: post },
      { edited_channel_post: post },
      { business_message: { ...post, from: owner } },
      { inline_query: { id: '1', from: owner, query: '/generate secrets', offset: '' } },
    ]
    for (const update of updates) nexus.api.pushUpdate(update as never)
    await settle()
    expect(await count('run')).toBe(0)
    expect(fromBot(GROUP.id)).toEqual([])
  })

  it('cannot press a button of another chat', async () => {
    const card = await nexus.generate('octopus hearts')
    const data = card.keyboard[0]?.[0]?.callback_data ?? ''
    nexus.api.sendText(BEN, '/help')
    const answer = await nexus.api.tap(BEN, BEN.id, 1, { data })
    expect(answer.text).toContain('another chat')
    expect(await count('decision')).toBe(0)
  })
})

describe('an owner who was taken off the list', () => {
  it('has no effect any more: not by what waited in the inbox, not by taps, not by an edit that was open', async () => {
    const card = await nexus.generate('octopus hearts')
    await nexus.stop()
    const chat = { id: ANA.id, type: 'private', first_name: 'Ana' }
    const message = { message_id: 900, date: 0, from: { ...ANA, is_bot: false }, chat, text: '/generate black holes' }
    const updateId = 1
    await nexus.db.pool.query('insert into telegram_update (update_id, lane, payload) values ($1, $2, $3)', [
      updateId,
      ANA.id,
      JSON.stringify({ update_id: updateId, message }),
    ])
    const before = fromBot(ANA.id).length
    await nexus.restart({ NEXUS_OWNER_IDS: String(BEN.id) })
    const answer = await nexus.api.tap(ANA, ANA.id, card.id, '✅')
    expect(answer.text).toBe(ONLY_OWNERS)
    await settle()
    expect(await count('run')).toBe(1)
    expect(await count('decision')).toBe(0)
    const { rows } = await nexus.db.pool.query('select status from telegram_update where update_id = $1', [updateId])
    expect(rows).toEqual([{ status: 'done' }])
    // The one refusal that every stranger gets.
    expect(fromBot(ANA.id).length - before).toBe(1)
  })
})
