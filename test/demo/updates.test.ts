import { get } from 'node:http'
import { Api, Bot, GrammyError, HttpError, InlineKeyboard, InputFile } from 'grammy'
import { describe, expect, it } from 'vitest'
import { OWNER, openTelegram, refusal, TOKEN } from './local-telegram.ts'

const chat = OWNER.id

describe('getUpdates', () => {
  it('gives the same updates again until a higher offset confirms them', async () => {
    const { telegram, api } = await openTelegram()
    for (const text of ['one', 'two', 'three']) telegram.sendText(OWNER, text)
    const first = await api.getUpdates({ limit: 2 })
    expect(first.map((update) => update.message?.text)).toEqual(['one', 'two'])
    expect(await api.getUpdates({ limit: 2 })).toEqual(first)
    const [, second] = first
    const rest = await api.getUpdates({ offset: (second?.update_id ?? 0) + 1 })
    expect(rest.map((update) => update.message?.text)).toEqual(['three'])
    expect(telegram.pendingUpdates()).toBe(1)
  })

  it('answers a waiting poll as soon as somebody writes', async () => {
    const { telegram, api } = await openTelegram()
    const waiting = api.getUpdates({ timeout: 30 })
    await telegram.waitFor(() => telegram.calls.length === 1, 'the poll to arrive').catch(() => undefined)
    telegram.sendText(OWNER, '/generate octopus hearts')
    const [update] = await waiting
    expect(update?.message).toMatchObject({
      text: '/generate octopus hearts',
      entities: [{ type: 'bot_command', offset: 0, length: 9 }],
      from: { id: OWNER.id, is_bot: false },
      chat: { id: OWNER.id, type: 'private' },
    })
  })

  it('throws the older of two pollers out with 409, and any poller while a webhook is set', async () => {
    const { telegram, api } = await openTelegram()
    const older = refusal(api.getUpdates({ timeout: 30 }))
    await telegram.waitFor(() => telegram.calls.length === 1, 'the first poll')
    const newer = api.getUpdates({ timeout: 30 })
    expect(await older).toMatch(/^Conflict: terminated by other getUpdates request/)
    telegram.sendText(OWNER, 'hello')
    expect(await newer).toHaveLength(1)
    await api.setWebhook('https://example.org/hook')
    expect(await refusal(api.getUpdates())).toMatch(/^Conflict: can't use getUpdates method while webhook is active/)
    await api.deleteWebhook()
    expect(await api.getUpdates()).toHaveLength(1)
  })

  it('drops what nobody fetched for 24 hours', async () => {
    let now = new Date('2026-03-01T10:00:00Z')
    const { telegram, api } = await openTelegram({ now: () => now })
    telegram.sendText(OWNER, 'old')
    now = new Date('2026-03-02T09:00:00Z')
    telegram.sendText(OWNER, 'new')
    now = new Date('2026-03-02T10:00:01Z')
    expect((await api.getUpdates()).map((update) => update.message?.text)).toEqual(['new'])
  })

  it('remembers which kinds of update the bot wants', async () => {
    const { telegram, api } = await openTelegram()
    await api.getUpdates({ allowed_updates: ['callback_query'] })
    telegram.sendText(OWNER, 'ignored')
    expect(telegram.pendingUpdates()).toBe(0)
    await api.getUpdates({ allowed_updates: [] })
    telegram.sendText(OWNER, 'wanted')
    expect(telegram.pendingUpdates()).toBe(1)
  })
})

describe('a whole bot', () => {
  it('answers texts and taps, each callback query once', async () => {
    const { telegram } = await openTelegram()
    const bot = new Bot(TOKEN, { client: { apiRoot: telegram.url } })
    const late: string[] = []
    bot.on('message:text', (ctx) =>
      ctx.reply(`heard ${ctx.msg.text}`, { reply_markup: new InlineKeyboard().text('✅ Approve', 'yes') }),
    )
    bot.on('callback_query:data', async (ctx) => {
      await ctx.answerCallbackQuery({ text: `got ${ctx.callbackQuery.data}`, show_alert: true })
      late.push(await refusal(ctx.answerCallbackQuery()))
    })
    const polling = bot.start()
    telegram.sendText(OWNER, 'hello')
    const card = await telegram.waitFor(
      () => telegram.messages(chat).find((m) => m.text === 'heard hello'),
      'the answer',
    )
    expect(await telegram.tap(OWNER, chat, card.id, '✅')).toEqual({ text: 'got yes', showAlert: true })
    expect(await telegram.tap(OWNER, chat, card.id, { data: 'forged' })).toMatchObject({ text: 'got forged' })
    await expect(telegram.tap(OWNER, chat, card.id, 'Reject')).rejects.toThrow('message 2 has [✅ Approve]')
    await telegram.waitFor(() => late.length === 2, 'the second answers')
    expect(late[0]).toBe('Bad Request: query is too old and response timeout expired or query ID is invalid')
    await bot.stop()
    await polling
  })

  it('shows each person the narrowest menu', async () => {
    const { telegram, api } = await openTelegram()
    await api.setMyCommands([{ command: 'start', description: 'Begin' }])
    await api.setMyCommands([{ command: 'generate', description: 'Make one' }], {
      scope: { type: 'chat', chat_id: chat },
    })
    expect(telegram.commandsFor(chat, chat)).toEqual([{ command: 'generate', description: 'Make one' }])
    expect(telegram.commandsFor(7, 7)).toEqual([{ command: 'start', description: 'Begin' }])
    expect(await refusal(api.setMyCommands([{ command: 'Bad-Name', description: 'x' }]))).toContain(
      'BOT_COMMAND_INVALID',
    )
  })
})

describe('faults and limits', () => {
  it('performs a request whose answer is lost', async () => {
    const { telegram, api } = await openTelegram()
    telegram.faults.add({ method: 'sendMessage', kind: 'lost-answer' })
    await expect(api.sendMessage(chat, 'hello')).rejects.toBeInstanceOf(HttpError)
    expect(telegram.messages(chat).map((message) => message.text)).toEqual(['hello'])
    expect(telegram.calls.at(-1)?.outcome).toEqual({ kind: 'fault', fault: 'lost-answer', performed: true })
    await api.sendMessage(chat, 'again')
    expect(telegram.messages(chat)).toHaveLength(2)
  })

  it('plays resets, 429, 500, an HTML error page and a block, for the chosen chat and number of times', async () => {
    const { telegram, api } = await openTelegram()
    const other = { id: 2002, first_name: 'Bo' }
    telegram.open(other)
    telegram.faults.add({ method: '*', kind: '429', retryAfter: 7, chatId: chat, times: 2 })
    await api.sendMessage(other.id, 'not hit')
    const limited = await api.sendMessage(chat, 'x').catch((error: unknown) => error)
    expect(limited).toBeInstanceOf(GrammyError)
    expect(limited).toMatchObject({ error_code: 429, parameters: { retry_after: 7 } })
    telegram.faults.clear()
    telegram.faults.add({ method: 'sendMessage', kind: 'reset-before' })
    await expect(api.sendMessage(chat, 'x')).rejects.toBeInstanceOf(HttpError)
    telegram.faults.add({ method: 'sendMessage', kind: '502-html' })
    await expect(api.sendMessage(chat, 'x')).rejects.toBeInstanceOf(HttpError)
    telegram.faults.add({ method: 'sendMessage', kind: '500' })
    expect(await refusal(api.sendMessage(chat, 'x'))).toBe('Internal Server Error')
    telegram.faults.add({ method: 'sendMessage', kind: '403-blocked' })
    expect(await refusal(api.sendMessage(chat, 'x'))).toBe('Forbidden: bot was blocked by the user')
    expect(telegram.messages(chat)).toHaveLength(0)
  })

  it('lets a hanging call hang until the client gives up', async () => {
    const { telegram, api } = await openTelegram()
    telegram.faults.add({ method: 'sendMessage', kind: 'hang' })
    const giveUp = new AbortController()
    const call = api.sendMessage(chat, 'x', {}, giveUp.signal as never)
    await telegram.waitFor(() => telegram.calls.at(-1)?.outcome.kind === 'fault', 'the call to arrive')
    giveUp.abort()
    await expect(call).rejects.toBeInstanceOf(HttpError)
  })

  it('refuses to write to a person who blocked the bot, and tells the bot of the block', async () => {
    const { telegram, api } = await openTelegram()
    telegram.setBlocked(OWNER, true)
    expect(await refusal(api.sendMessage(chat, 'x'))).toBe('Forbidden: bot was blocked by the user')
    expect((await api.getUpdates())[0]?.my_chat_member?.new_chat_member.status).toBe('kicked')
  })

  it('limits one chat to a message a second after a burst, and a group to twenty a minute', async () => {
    let now = new Date('2026-03-01T10:00:00Z')
    const { telegram, api } = await openTelegram({ now: () => now, rateLimits: true })
    for (let sent = 0; sent < 3; sent++) await api.sendMessage(chat, 'burst')
    expect(await refusal(api.sendMessage(chat, 'x'))).toBe('Too Many Requests: retry after 1')
    now = new Date(now.getTime() + 1000)
    await api.sendMessage(chat, 'fine')
    telegram.open({ id: -500, type: 'group', title: 'Team' })
    for (let sent = 0; sent < 30; sent++) {
      now = new Date(now.getTime() + 1000)
      await api.sendMessage(-500, 'x').catch(() => undefined)
    }
    // Twenty at once, and one more each three seconds of the thirty.
    expect(telegram.messages(-500)).toHaveLength(29)
    expect(await refusal(api.sendMessage(-500, 'x'))).toMatch(/^Too Many Requests: retry after \d+$/)
  })

  it('answers 401 to a wrong token and 404 to an unknown method', async () => {
    const { telegram, api } = await openTelegram()
    expect(await refusal(new Api('1:wrong', { apiRoot: telegram.url }).getMe())).toBe('Unauthorized')
    expect(await refusal((api.raw as unknown as { noSuch(): Promise<unknown> }).noSuch())).toBe('Not Found')
  })

  it('takes a form and a query string as well as JSON', async () => {
    const { telegram } = await openTelegram()
    const root = `${telegram.url}/bot${TOKEN}`
    const form = new URLSearchParams({ chat_id: String(chat), text: 'form', unknown_parameter: '1' })
    await fetch(`${root}/sendMessage`, { method: 'POST', body: form })
    await fetch(`${root}/sendmessage?chat_id=${chat}&text=query`)
    expect(telegram.messages(chat).map((message) => message.text)).toEqual(['form', 'query'])
    expect(telegram.calls.map((call) => call.method)).toEqual(['sendMessage', 'sendMessage'])
  })

  it('refuses late and over-long callback answers', async () => {
    let now = new Date('2026-03-01T10:00:00Z')
    const { telegram, api } = await openTelegram({ now: () => now })
    const { message_id } = await api.sendMessage(chat, 'x', { reply_markup: new InlineKeyboard().text('b', 'd') })
    const tapped = telegram.tap(OWNER, chat, message_id, 'b')
    const [update] = await api.getUpdates()
    const id = update?.callback_query?.id ?? ''
    expect(await refusal(api.answerCallbackQuery(id, { text: 'x'.repeat(201) }))).toBe('Bad Request: MESSAGE_TOO_LONG')
    await api.answerCallbackQuery(id, { text: 'in time' })
    expect(await tapped).toEqual({ text: 'in time', showAlert: false })
    const second = telegram.tap(OWNER, chat, message_id, 'b').catch(() => 'never answered')
    const updates = await api.getUpdates({ offset: (update?.update_id ?? 0) + 1 })
    now = new Date(now.getTime() + 31_000)
    expect(await refusal(api.answerCallbackQuery(updates[0]?.callback_query?.id ?? ''))).toContain('query is too old')
    void second
  })
})

describe('groups and the watching side', () => {
  const team = { id: -100500, type: 'supergroup', title: 'Team' } as const
  const bo = { id: 2002, first_name: 'Bo' }

  it('delivers group messages with their author, and knows who is a member', async () => {
    const { telegram, api } = await openTelegram()
    const first = telegram.sendText(OWNER, '/queue@nexus_local_bot', { chat: team })
    telegram.sendText(bo, 'me too', { chat: team, replyTo: first })
    const [one, two] = await api.getUpdates()
    expect(one?.message).toMatchObject({
      chat: team,
      from: { id: OWNER.id },
      entities: [{ type: 'bot_command', length: 22 }],
    })
    expect(two?.message?.reply_to_message?.message_id).toBe(first)
    expect((await api.getChatMember(team.id, bo.id)).status).toBe('member')
    expect((await api.getChatMember(OWNER.id, OWNER.id)).status).toBe('member')
    expect(await refusal(api.getChatMember(team.id, 9))).toBe('Bad Request: user not found')
    expect(await refusal(api.getChat(-9))).toBe('Bad Request: chat not found')
  })

  it('shows reactions and pins, and refuses an emoji that is no reaction', async () => {
    const { telegram, api } = await openTelegram()
    const id = telegram.sendText(OWNER, 'hello')
    await api.setMessageReaction(chat, id, [{ type: 'emoji', emoji: '👍' }])
    await api.pinChatMessage(chat, id)
    expect(telegram.messages(chat)[0]).toMatchObject({ reaction: '👍', pinned: true })
    const wrong = { type: 'emoji', emoji: '🧊' } as never
    expect(await refusal(api.setMessageReaction(chat, id, [wrong]))).toBe('Bad Request: REACTION_INVALID')
  })

  it('says what a wait was for and how the chat ends', async () => {
    const { telegram, api } = await openTelegram()
    telegram.sendText(OWNER, '/generate')
    await api.sendMessage(chat, 'Looking…', { reply_markup: new InlineKeyboard().text('Cancel', 'c') })
    await expect(telegram.waitFor(() => false, 'the album', 1)).rejects.toThrow(
      /in vain for the album; the chat ends with:\n {2}#1 Ada: \/generate\n {2}#2 bot: Looking… \[Cancel\]/,
    )
  })

  it('keeps a transcript with files as name and size', async () => {
    const { telegram, api } = await openTelegram()
    await api.sendDocument(chat, new InputFile(Buffer.from('12345'), 'a b.txt'), { caption: 'c' })
    expect(telegram.calls[0]).toMatchObject({
      method: 'sendDocument',
      params: { chat_id: chat, caption: 'c', document: { name: 'a b.txt', bytes: 5 } },
      outcome: { kind: 'ok' },
    })
  })
})

describe('a web page', () => {
  it.each([
    ['another origin', { origin: 'https://evil.example' }],
    ['no named origin', { origin: 'null' }],
    ['a link or a picture', { 'sec-fetch-site': 'cross-site' }],
    ['a name that leads here', { host: 'rebound.example' }],
  ])('of %s cannot use the bot, though it knows the token', async (_, headers) => {
    const { telegram } = await openTelegram()
    const url = `${telegram.url}/bot${TOKEN}/sendMessage?chat_id=${chat}&text=hi`
    const status = await new Promise((resolve, reject) => {
      get(url, { headers }, (response) => resolve(response.resume().statusCode)).on('error', reject)
    })
    expect(status).toBe(403)
    expect(telegram.messages(chat)).toEqual([])
  })
})
