import { afterEach, describe, expect, it } from 'vitest'
import { ANA, EVE } from '../support/nexus.ts'
import { startTalkRig, type TalkRig } from '../support/talk.ts'

let rig: TalkRig
afterEach(() => rig.close())
const start = async (options: Parameters<typeof startTalkRig>[0] = {}) => {
  rig = await startTalkRig(options)
}

describe('what a model says', () => {
  it('comes in several messages when it is long, and whole', async () => {
    await start()
    const words = Array.from({ length: 1_500 }, (_, n) => `word${n}`).join(' ')
    rig.claude.script({ kind: 'text', text: words })
    await rig.ask('tell me a long story', 'word1499')
    const parts = rig.chat.said('word')
    expect(parts.length).toBeGreaterThan(2)
    expect(parts.map(({ text }) => text).join(' ')).toBe(words)
    await rig.ask('and now?', 'Everything looks as it should.')
  })

  it('is dead: no link, no mention, no command that changes something', async () => {
    await start()
    const text = 'See https://evil.example/x and evil.com, ask @mallory, send /cancel or /health <b>now</b>\u202E'
    rig.claude.script({ kind: 'text', text })
    const answer = await rig.ask('help me', 'See https://evil.example/x')
    expect(answer.text).toBe(
      'See https://evil.example/x and evil.com, ask @mallory, send /cancel or /health <b>now</b>',
    )
    const marked = answer.entities.map(({ type, offset, length }) => [type, answer.text.slice(offset, offset + length)])
    expect(marked).toEqual([
      ['code', 'https://evil.example/x'],
      ['code', 'evil.com'],
      ['code', '@mallory'],
      ['code', '/cancel'],
      ['bot_command', '/health'],
      ['code', '/b'],
    ])
  })
})

describe('what a model is told', () => {
  it('is the last half hour of the conversation, and nothing after a day', async () => {
    let nowMs = Date.parse('2026-11-20T10:00:00Z')
    await start({ overrides: { clock: { now: () => new Date(nowMs) } } })
    await rig.ask('the blue question', 'Everything looks as it should.')
    nowMs += 20 * 60_000
    rig.claude.script({ kind: 'text', text: 'The second answer.' })
    await rig.ask('the green question', 'The second answer.')
    expect(rig.bodies()[1]).toContain('the blue question')
    nowMs += 15 * 60_000
    rig.claude.script({ kind: 'text', text: 'The third answer.' })
    await rig.ask('the red question', 'The third answer.')
    expect(rig.bodies()[2]).not.toContain('the blue question')
    expect(rig.bodies()[2]).toContain('the green question')
    nowMs += 25 * 60 * 60_000
    await rig.nexus.service.tick()
    expect(await rig.turns()).toEqual([])
  })

  it('holds no secret of the bot, whoever sends it', async () => {
    await start({ env: { GROQ_API_KEY: 'gsk_a-key-that-nobody-may-see' } })
    await rig.ask('is gsk_a-key-that-nobody-may-see my key?', 'Everything looks as it should.')
    expect(rig.bodies().join()).not.toContain('gsk_a-key')
    expect(rig.nexus.log.lines.some((line) => JSON.stringify(line).includes('is my key'))).toBe(false)
  })

  it('is nothing that somebody else wrote', async () => {
    await start()
    const from = { id: ANA.id, is_bot: false, first_name: 'Ana' }
    const chatOfAna = { id: ANA.id, type: 'private' as const, first_name: 'Ana' }
    const origin = { type: 'user' as const, sender_user: { ...EVE, is_bot: false }, date: 1 }
    const message = {
      message_id: 9999,
      date: 1,
      chat: chatOfAna,
      from,
      text: 'restart everything',
      forward_origin: origin,
    }
    rig.nexus.api.open(ANA)
    rig.nexus.api.pushUpdate({ message })
    await rig.nexus.waitForText('Shall I make a carousel about restart everything?')
    expect(rig.claude.requests).toHaveLength(0)
    expect(await rig.turns()).toEqual([])
  })
})

describe('a group', () => {
  it('gets answers when the bot is addressed, and nothing of the machine', async () => {
    const group = { id: -1002000000001, type: 'supergroup' as const, title: 'Desk' }
    await start({ env: { NEXUS_CHAT_ID: String(group.id) } })
    rig.nexus.api.sendText(ANA, 'how is the server?', { chat: group })
    rig.nexus.api.sendText(ANA, `@${rig.nexus.api.bot.username} how is the server?`, { chat: group })
    await rig.nexus.waitForText('Everything looks as it should.', group.id)
    expect(rig.claude.requests).toHaveLength(1)
    const [{ body } = { body: null }] = rig.claude.requests
    const names = (body as { tools: { name: string }[] }).tools.map(({ name }) => name)
    expect(names).toContain('read_queue')
    expect(names.filter((name) => /health|log|container|diagnose|house|incident/.test(name))).toEqual([])
    expect(rig.bodies()[0]).toContain('This is a group')
  })
})

describe('/cost', () => {
  it('says what was spent on what, and shows it under answers when asked to', async () => {
    await start()
    const before = await rig.ask('/cost', 'Nothing has cost anything this month.')
    const plain = await rig.ask('are you there?', 'Everything looks as it should.')
    expect(plain.text).not.toContain('💵')
    expect((await rig.nexus.api.tap(ANA, ANA.id, before.id, 'Show costs under answers')).text).toBe('Saved.')
    await rig.nexus.api.waitFor(
      () => rig.chat.labels(before.id).includes('Do not show costs under answers'),
      'the toggle',
    )
    expect(rig.chat.message(before.id).text).toMatch(/• Answers in the chat: \$0\.\d+ · \$0\.\d+/)
    rig.claude.script({ kind: 'text', text: 'Still here.' })
    expect((await rig.ask('and now?', 'Still here.')).text).toMatch(
      /^Still here\.\n\n💵 \$0\.\d{4} · today \$0\.\d\d of \$5\.00$/,
    )
  })
})
