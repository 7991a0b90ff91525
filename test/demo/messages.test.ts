import { InlineKeyboard, InputFile, InputMediaBuilder } from 'grammy'
import { describe, expect, it } from 'vitest'
import { OWNER, openTelegram, paintPhoto, refusal } from './local-telegram.ts'

const chat = OWNER.id

describe('texts', () => {
  it('accepts 4096 characters and refuses one more, an empty one and an unknown chat', async () => {
    const { telegram, api } = await openTelegram()
    await api.sendMessage(chat, 'x'.repeat(4096))
    expect(await refusal(api.sendMessage(chat, 'x'.repeat(4097)))).toBe('Bad Request: message is too long')
    expect(await refusal(api.sendMessage(chat, ' \n '))).toBe('Bad Request: message text is empty')
    expect(await refusal(api.sendMessage(5, 'hello'))).toBe('Bad Request: chat not found')
    expect(telegram.messages(chat)).toHaveLength(1)
  })

  it('counts the characters after the markup was taken out', async () => {
    const { api } = await openTelegram()
    const marked = `<b>${'&amp;'.repeat(4096)}</b>`
    expect((await api.sendMessage(chat, marked, { parse_mode: 'HTML' })).text).toHaveLength(4096)
  })

  it('turns HTML into plain text with nested entities, and back into escaped HTML', async () => {
    const { telegram, api } = await openTelegram()
    const html =
      '<b>Bold <i>and &lt;italic&gt;</i></b> 🧠 <a href="https://nasa.gov/x">link</a> <code>/not_a_command</code> /help'
    const sent = await api.sendMessage(chat, html, { parse_mode: 'HTML' })
    expect(sent.text).toBe('Bold and <italic> 🧠 link /not_a_command /help')
    expect(sent.entities).toEqual([
      { type: 'bold', offset: 0, length: 17 },
      { type: 'italic', offset: 5, length: 12 },
      { type: 'text_link', offset: 21, length: 4, url: 'https://nasa.gov/x' },
      { type: 'code', offset: 26, length: 14 },
      { type: 'bot_command', offset: 41, length: 5 },
    ])
    expect(telegram.messages(chat)[0]?.html).toBe(html)
  })

  it.each([
    ['<b>open', `Can't find end tag corresponding to start tag "b"`],
    ['é<h1>no</h1>', 'Unsupported start tag "h1" at byte offset 2'],
    ['<b>x</i>', 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'],
    ['1 < 2', 'Unsupported start tag "" at byte offset 2'],
    ['1 <b', 'Unclosed start tag at byte offset 2'],
    ['<b>x</b', 'Unclosed end tag at byte offset 4'],
    ['x</b>', 'Unexpected end tag at byte offset 1'],
    ['<span>x</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'],
  ])('refuses the markup %s', async (html, reason) => {
    const { api } = await openTelegram()
    const answer = await refusal(api.sendMessage(chat, html, { parse_mode: 'HTML' }))
    expect(answer).toBe(`Bad Request: can't parse entities: ${reason}`)
  })

  it('reads an attribute with a closing bracket in it', async () => {
    const { telegram, api } = await openTelegram()
    await api.sendMessage(chat, `<a href='https://example.org/?a>b&amp;c'>x</a>`, { parse_mode: 'HTML' })
    expect(telegram.messages(chat)[0]?.entities[0]).toMatchObject({ url: 'https://example.org/?a%3Eb&c' })
  })

  it('keeps spoilers, expandable quotes and code with a language', async () => {
    const { telegram, api } = await openTelegram()
    const html =
      '<tg-spoiler>a</tg-spoiler><blockquote expandable>b</blockquote><pre><code class="language-ts">c</code></pre>'
    await api.sendMessage(chat, html, { parse_mode: 'HTML' })
    expect(telegram.messages(chat)[0]?.html).toBe(html)
  })
})

describe('buttons', () => {
  it('measures callback data in bytes', async () => {
    const { api } = await openTelegram()
    const withData = (data: string) =>
      api.sendMessage(chat, 'x', { reply_markup: new InlineKeyboard().text('b', data) })
    await withData('é'.repeat(32))
    expect(await refusal(withData('é'.repeat(33)))).toBe('Bad Request: BUTTON_DATA_INVALID')
    expect(await refusal(withData(''))).toBe('Bad Request: BUTTON_DATA_INVALID')
  })

  it('refuses more than 100 buttons, more than 8 in a row, and an address that is none', async () => {
    const { api } = await openTelegram()
    const keyboard = (rows: number, columns: number) => ({
      inline_keyboard: Array.from({ length: rows }, () =>
        Array.from({ length: columns }, () => ({ text: 'b', callback_data: 'd' })),
      ),
    })
    await api.sendMessage(chat, 'x', { reply_markup: keyboard(12, 8) })
    expect(await refusal(api.sendMessage(chat, 'x', { reply_markup: keyboard(13, 8) }))).toContain(
      'REPLY_MARKUP_TOO_LONG',
    )
    expect(await refusal(api.sendMessage(chat, 'x', { reply_markup: keyboard(1, 9) }))).toContain(
      'REPLY_MARKUP_INVALID',
    )
    const link = new InlineKeyboard().url('b', 'javascript:alert(1)')
    expect(await refusal(api.sendMessage(chat, 'x', { reply_markup: link }))).toContain('Wrong HTTP URL')
  })

  it('takes copy buttons of up to 256 characters', async () => {
    const { telegram, api } = await openTelegram()
    await api.sendMessage(chat, 'x', { reply_markup: new InlineKeyboard().copyText('Copy', 'c'.repeat(256)) })
    expect(telegram.messages(chat)[0]?.keyboard).toEqual([[{ text: 'Copy', copy_text: 'c'.repeat(256) }]])
    const tooLong = new InlineKeyboard().copyText('Copy', 'c'.repeat(257))
    expect(await refusal(api.sendMessage(chat, 'x', { reply_markup: tooLong }))).toContain('BUTTON_COPY_TEXT_INVALID')
  })
})

describe('edits', () => {
  it('changes the message in place, drops buttons that the edit does not name, and refuses an edit that changes nothing', async () => {
    const { telegram, api } = await openTelegram()
    const { message_id } = await api.sendMessage(chat, 'one', { reply_markup: new InlineKeyboard().text('b', 'd') })
    const [seen] = telegram.messages(chat)
    await api.editMessageText(chat, message_id, 'two')
    expect(seen).toMatchObject({ text: 'two', keyboard: [], edits: 1 })
    expect(await refusal(api.editMessageText(chat, message_id, 'two'))).toMatch(
      /^Bad Request: message is not modified: /,
    )
    expect(await refusal(api.editMessageText(chat, 99, 'x'))).toBe('Bad Request: message to edit not found')
    expect(await refusal(api.editMessageText(chat, message_id, 'x'.repeat(4097)))).toBe('Bad Request: MESSAGE_TOO_LONG')
  })

  it("refuses to edit a person's message, a text as caption, and a caption as text", async () => {
    const { telegram, api } = await openTelegram()
    const theirs = telegram.sendText(OWNER, 'hello')
    expect(await refusal(api.editMessageText(chat, theirs, 'x'))).toBe("Bad Request: message can't be edited")
    const text = await api.sendMessage(chat, 'text')
    expect(await refusal(api.editMessageCaption(chat, text.message_id, { caption: 'x' }))).toBe(
      'Bad Request: there is no caption in the message to edit',
    )
    const photo = await api.sendPhoto(chat, new InputFile(await paintPhoto(40, 50)))
    expect(await refusal(api.editMessageText(chat, photo.message_id, 'x'))).toBe(
      'Bad Request: there is no text in the message to edit',
    )
    await api.editMessageMedia(chat, photo.message_id, InputMediaBuilder.photo(new InputFile(await paintPhoto(60, 70))))
    expect(telegram.messages(chat).at(-1)?.photos[0]).toMatchObject({ width: 60, height: 70 })
  })

  it('marks deleted messages, and only what is there can be deleted', async () => {
    const { telegram, api } = await openTelegram()
    const { message_id } = await api.sendMessage(chat, 'one')
    await api.deleteMessage(chat, message_id)
    expect(telegram.messages(chat)[0]?.deleted).toBe(true)
    expect(await refusal(api.deleteMessage(chat, message_id))).toBe('Bad Request: message to delete not found')
    expect(await refusal(api.editMessageText(chat, message_id, 'x'))).toBe('Bad Request: message to edit not found')
    expect(await api.deleteMessages(chat, [message_id, 77])).toBe(true)
  })
})

describe('photos and documents', () => {
  it('shows an album with its captions, and gives the very same bytes back', async () => {
    const { telegram, api } = await openTelegram()
    const pictures = await Promise.all([10, 20, 30, 40, 50].map((side) => paintPhoto(side + 100, side + 125)))
    const album = pictures.map((bytes, index) =>
      InputMediaBuilder.photo(
        new InputFile(bytes, `slide ${index + 1} – é.jpg`),
        index === 0 ? { caption: 'first' } : {},
      ),
    )
    const sent = await api.sendMediaGroup(chat, album)
    const shown = telegram.messages(chat)
    expect(
      shown.map((message) => message.photos[0]?.bytes.equals(pictures[message.id - 1] ?? Buffer.alloc(0))),
    ).toEqual(Array(5).fill(true))
    expect(new Set(shown.map((message) => message.mediaGroupId)).size).toBe(1)
    expect(shown[0]).toMatchObject({ text: 'first', photos: [{ name: 'slide 1 – é.jpg', width: 110, height: 135 }] })
    expect(sent.map((message) => message.message_id)).toEqual([1, 2, 3, 4, 5])
  })

  it('refuses albums of one or eleven, of mixed kinds, and with buttons, and then shows nothing of them', async () => {
    const { telegram, api } = await openTelegram()
    const bytes = await paintPhoto(40, 50)
    const photo = () => InputMediaBuilder.photo(new InputFile(bytes))
    const document = () => InputMediaBuilder.document(new InputFile(bytes, 'a.jpg'))
    expect(await refusal(api.sendMediaGroup(chat, [photo()]))).toContain('at least 2')
    expect(await refusal(api.sendMediaGroup(chat, Array.from({ length: 11 }, photo)))).toContain('too many messages')
    expect(await refusal(api.sendMediaGroup(chat, [photo(), document()] as never))).toContain("can't be mixed")
    const buttons = { reply_markup: new InlineKeyboard().text('b', 'd') } as object
    expect(await refusal(api.sendMediaGroup(chat, [photo(), photo()], buttons))).toContain('no reply_markup')
    const broken = InputMediaBuilder.photo(new InputFile(Buffer.from('<html>'), 'page.jpg'))
    expect(await refusal(api.sendMediaGroup(chat, [photo(), broken]))).toBe(
      'Bad Request: failed to send message #2 with the error message "IMAGE_PROCESS_FAILED"',
    )
    expect(telegram.messages(chat)).toHaveLength(0)
  })

  it('refuses photos whose sides or ratio are out of bounds, and captions over 1024', async () => {
    const { api } = await openTelegram()
    const send = async (width: number, height: number) =>
      refusal(api.sendPhoto(chat, new InputFile(await paintPhoto(width, height))))
    expect(await send(5100, 4901)).toBe('Bad Request: PHOTO_INVALID_DIMENSIONS')
    expect(await send(210, 10)).toBe('Bad Request: PHOTO_INVALID_DIMENSIONS')
    expect(await send(200, 10)).toBe('accepted')
    const photo = new InputFile(await paintPhoto(40, 50))
    expect(await refusal(api.sendPhoto(chat, photo, { caption: 'c'.repeat(1025) }))).toBe(
      'Bad Request: message caption is too long',
    )
  })

  it('serves a document by getFile and answers 413 to one over 50 MB', async () => {
    const { telegram, api } = await openTelegram()
    const bytes = Buffer.alloc(3 * 1024 * 1024, 'nexus')
    const sent = await api.sendDocument(chat, new InputFile(bytes, 'slide-1.png'), { caption: 'full size' })
    const { file_path } = await api.getFile(sent.document.file_id)
    const fetched = await fetch(`${telegram.url}/file/bot${telegram.token}/${file_path}`)
    expect(Buffer.from(await fetched.arrayBuffer()).equals(bytes)).toBe(true)
    expect(sent.document).toMatchObject({ file_name: 'slide-1.png', mime_type: 'image/png', file_size: bytes.length })
    const again = await api.sendDocument(chat, sent.document.file_id)
    expect(again.document.file_id).toBe(sent.document.file_id)
    const huge = new InputFile(Buffer.alloc(53 * 1024 * 1024), 'huge.bin')
    expect(await refusal(api.sendDocument(chat, huge))).toBe('Request Entity Too Large')
  })
})
