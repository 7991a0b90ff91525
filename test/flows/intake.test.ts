import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { COMMANDS } from '../../handlers/views/help.ts'
import { ANA, BEN, type Nexus, startNexus } from '../support/nexus.ts'

let nexus: Nexus
beforeEach(async () => {
  nexus = await startNexus()
})
afterEach(() => nexus.close())

const answers = (part: string, chatId = ANA.id) =>
  nexus.api.messages(chatId).filter((message) => message.from === 'bot' && message.text.includes(part))
const HELP = 'What I can do'
const stored = async () =>
  (await nexus.db.pool.query('select status, count(*) as n from telegram_update group by status order by status')).rows
const isPolling = () => nexus.api.calls.some((call) => call.method === 'getUpdates' && call.outcome.kind === 'pending')
const logged = (message: string) =>
  nexus.api.waitFor(() => nexus.log.lines.some((line) => line.msg === message), message)

describe('an update', () => {
  it('that cannot be stored because the database fails is fetched again', async () => {
    nexus.log.expectErrors('updates could not be stored; they are fetched again')
    await nexus.db.pool.query('alter table telegram_update rename to away')
    nexus.api.sendText(ANA, '/help')
    await nexus.api.waitFor(
      () => nexus.log.lines.some((line) => String(line.msg).startsWith('updates could not be stored')),
      'the failed storing',
    )
    expect(nexus.api.pendingUpdates()).toBe(1)
    await nexus.db.pool.query('alter table away rename to telegram_update')
    await nexus.waitForText(HELP)
    await nexus.service.idle()
    expect(answers(HELP)).toHaveLength(1)
  })

  it('that is stored but not confirmed when the process ends is worked once', async () => {
    await nexus.api.waitFor(isPolling, 'the first fetch')
    nexus.api.faults.add({ method: 'getUpdates', kind: '500', times: 1_000 })
    nexus.api.sendText(ANA, '/help')
    await nexus.waitForText(HELP)
    expect(nexus.api.pendingUpdates()).toBe(1)
    await nexus.stop()
    nexus.api.faults.clear()
    await nexus.restart()
    await nexus.api.waitFor(() => nexus.api.pendingUpdates() === 0, 'the confirmation')
    nexus.api.sendText(ANA, '/nonsense')
    await nexus.waitForText('/nonsense')
    expect(answers(HELP)).toHaveLength(1)
    expect(await stored()).toEqual([{ status: 'done', n: 2 }])
  })

  it('whose delivery got lost on the way comes again', async () => {
    nexus.api.faults.add({ method: 'getUpdates', kind: 'lost-answer', times: 2 })
    for (let n = 1; n <= 3; n++) nexus.api.sendText(ANA, `/nonsense${n}`)
    await nexus.waitForText('/nonsense3')
    await nexus.service.idle()
    for (let n = 1; n <= 3; n++) expect(answers(`/nonsense${n}.`)).toHaveLength(1)
  })

  it('that waits in the inbox when the process ends is worked at the next start', async () => {
    await nexus.stop()
    const message = { message_id: 1, date: 0, from: ANA, chat: { id: ANA.id, type: 'private' }, text: '/help' }
    const update = { update_id: 1, message }
    nexus.api.open(ANA)
    await nexus.db.pool.query('insert into telegram_update (update_id, lane, payload) values (1, $1, $2)', [
      ANA.id,
      JSON.stringify(update),
    ])
    await nexus.restart()
    await nexus.waitForText(HELP)
  })
})

describe('the answers', () => {
  it('come in the order of the questions, in each chat', async () => {
    const numbers = Array.from({ length: 25 }, (_, index) => index + 1)
    for (const n of numbers) for (const person of [ANA, BEN]) nexus.api.sendText(person, `/nonsense${n}`)
    for (const person of [ANA, BEN]) {
      await nexus.waitForText('/nonsense25', person.id)
      const order = answers('/nonsense', person.id).map((message) => Number(/\/nonsense(\d+)/.exec(message.text)?.[1]))
      expect(order).toEqual(numbers)
    }
  })
})

describe('a Telegram that does not deliver', () => {
  it.each(['500', '502-html', 'reset-before', '429'] as const)('is asked again after %s', async (kind) => {
    nexus.api.faults.add({ method: 'getUpdates', kind })
    nexus.api.sendText(ANA, '/nonsense')
    nexus.api.sendText(ANA, '/help')
    await nexus.waitForText(HELP)
    expect(answers('/nonsense')).toHaveLength(1)
  })

  it('because another program fetches gets one clear sentence in the log, and is asked again', async () => {
    const get = (params: string) => fetch(`${nexus.api.url}/bot${nexus.api.token}/getUpdates?${params}`)
    await nexus.api.waitFor(isPolling, 'the first fetch')
    await get('timeout=0')
    await logged(
      'Another program fetches updates with this bot token. Stop it, or remove its webhook: one bot, one Nexus.',
    )
    nexus.api.sendText(ANA, '/help')
    await nexus.waitForText(HELP)
  })
})

describe('what somebody managed to send', () => {
  const from = { ...ANA, is_bot: false }
  const chat = { id: ANA.id, type: 'private' }
  const said = (more: object) => ({ message: { message_id: 1, date: 0, from, chat, ...more } })
  let deep: object = {}
  for (let level = 0; level < 1_500; level++) deep = { deep }

  it.each([
    ['a typed \\u0000', said({ text: 'typed \\u0000 here' })],
    ['NUL characters', said({ text: '/nonsense\u0000 \u0000' })],
    ['half a surrogate pair', said({ text: 'half \ud83d and \udc19' })],
    ['a text of a million characters', said({ text: `/${'x'.repeat(1_000_000)}` })],
    ['plain text of a million characters', said({ text: 'octopus '.repeat(125_000) })],
    ['a deep structure', said({ text: '/nonsense', reply_to_message: deep })],
    ['a message without anything', { message: {} }],
    ['a message without a chat', { message: { message_id: 1, from, text: '/help' } }],
    ['a sender without a number', { message: { message_id: 1, from: { first_name: 'X' }, chat, text: '/help' } }],
    ['a number that is none', { message: { message_id: 1, from: { id: 'x' }, chat: { id: 1.5 }, text: '/help' } }],
    ['nothing but null', { message: null }],
    ['a tap without data', { callback_query: { id: '1', from, message: { message_id: 1, date: 0, chat } } }],
    [
      'a tap with strange data',
      { callback_query: { id: '1', from, message: { chat }, data: "'; drop table run; --\u0000" } },
    ],
    ['a picture without a picture', said({ photo: null })],
    ['entities out of range', said({ text: '/help', entities: [{ type: 'bot_command', offset: -5, length: 9e15 }] })],
    ['an empty text', said({ text: '' })],
  ])('%s stops neither the intake nor the chat', async (_, update) => {
    nexus.api.open(ANA)
    nexus.api.pushUpdate(update as never)
    nexus.api.sendText(ANA, '/nonsense2')
    await nexus.waitForText('/nonsense2')
    nexus.api.sendText(BEN, '/help')
    await nexus.waitForText(HELP, BEN.id)
    await nexus.service.idle()
    expect((await stored()).filter((row) => row.status === 'pending' || row.status === 'failed')).toEqual([])
    const { rows } = await nexus.db.pool.query(`select error from outbox where status = 'failed'`)
    expect(rows).toEqual([])
  })
})

describe('a tap that cannot be worked', () => {
  it('is answered all the same, with an apology, and the chat goes on', async () => {
    nexus.log.expectErrors('update could not be worked')
    nexus.api.sendText(ANA, '/settings')
    await nexus.waitForText('Settings')
    await nexus.service.idle()
    const panel = nexus.api.messages(ANA.id).findLast((message) => message.keyboard.length > 0)
    await nexus.db.pool.query('alter table button rename column used_at to away')
    const data = panel?.keyboard[0]?.[0]?.callback_data ?? ''
    const answer = await nexus.api.tap(ANA, ANA.id, panel?.id ?? 0, { data })
    expect(answer).toEqual({ text: 'Something in me failed. Please tap once more.', showAlert: true })
    await nexus.waitForText('I could not do that')
    await nexus.db.pool.query('alter table button rename column away to used_at')
    nexus.api.sendText(ANA, '/help')
    await nexus.waitForText(HELP)
    await nexus.service.idle()
    expect(answers('I could not do that')).toHaveLength(1)
  })
})

describe('what Telegram shows of the bot', () => {
  it('is its menu, also when the first try to register it fails', async () => {
    await nexus.api.waitFor(() => nexus.api.commandsFor(ANA.id, ANA.id).length > 0, 'the menu')
    const menu = nexus.api.commandsFor(ANA.id, ANA.id).map(({ command }) => command)
    expect(menu.toSorted()).toEqual(COMMANDS.map(({ command }) => command).toSorted())
    await nexus.stop()
    const before = nexus.api.calls.length
    nexus.api.faults.add({ method: 'setMyCommands', kind: '500' })
    await nexus.restart()
    const registered = () =>
      nexus.api.calls.slice(before).some((call) => call.method === 'setMyCommands' && call.outcome.kind === 'ok')
    await nexus.api.waitFor(registered, 'the second try')
  })

  it('is that it types, as soon as a carousel is asked for', async () => {
    const actions: string[] = []
    nexus.api.onEvent((event) => {
      if (event.kind === 'action') actions.push(event.action)
    })
    await nexus.generate('octopus hearts')
    expect(actions[0]).toBe('typing')
    expect(actions).toContain('upload_photo')
  })
})
