import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { Api, InlineKeyboard, InputFile, InputMediaBuilder } from 'grammy'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { BotApi } from '../../demo/bot-api/server.ts'
import { OWNER, openWebChat, paintPhoto, TOKEN } from './local-telegram.ts'

const CHROMIUM = '/usr/bin/chromium'
const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
]
const PHONE = { width: 390, height: 844 }
const chat = OWNER.id

describe.skipIf(!existsSync(CHROMIUM) && !process.env.CI)('the web chat (needs Chromium)', () => {
  let browser: Browser
  const contexts: BrowserContext[] = []
  const problems: string[] = []

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_FLAGS })
  })
  afterAll(() => browser?.close())
  // Pages go before their server does, or they would report that it is gone.
  afterEach(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close()))
    expect(problems.splice(0)).toEqual([])
  })

  type PageOptions = { colorScheme?: 'light' | 'dark'; reducedMotion?: 'reduce'; viewport?: typeof PHONE }

  async function openPage(options: PageOptions = {}) {
    const { telegram, url, close } = await openWebChat({
      others: [{ id: 1002, first_name: 'Bo', note: 'second owner' }],
    })
    const context = await browser.newContext({ viewport: PHONE, ...options })
    contexts.push(context)
    const page = await context.newPage()
    page.on('pageerror', (error) => problems.push(String(error)))
    page.on('console', (message) => {
      if (message.type() === 'error' && !/net::ERR_/.test(message.text())) problems.push(message.text())
    })
    await page.goto(url)
    await page.getByText('bot on this machine').waitFor()
    return { telegram, page, url, close, api: new Api(TOKEN, { apiRoot: telegram.url }) }
  }

  it('suggests a first message, sends it with a tap, and shows it', async () => {
    const { telegram, page } = await openPage()
    await page.getByRole('button', { name: '/generate octopus hearts' }).click()
    await page.locator('.message.mine').waitFor()
    expect(telegram.messages(chat).map((message) => message.text)).toEqual(['/generate octopus hearts'])
    expect(await page.locator('#empty').isVisible()).toBe(false)
  })

  it('sends with Enter, breaks the line with Shift+Enter, and never turns words into markup', async () => {
    const { telegram, page } = await openPage()
    await page.locator('#draft').pressSequentially('<img src=x onerror=alert(1)>')
    await page.keyboard.press('Shift+Enter')
    await page.keyboard.type('second line')
    await page.keyboard.press('Enter')
    await page.locator('.message.mine .words').waitFor()
    expect(await page.locator('.words').innerText()).toBe('<img src=x onerror=alert(1)>\nsecond line')
    expect(await page.locator('.words img').count()).toBe(0)
    expect(telegram.messages(chat)).toHaveLength(1)
  })

  it('offers the commands that fit what is typed, and sends the chosen one', async () => {
    const { telegram, page, api } = await openPage()
    await api.setMyCommands([
      { command: 'generate', description: 'Make a carousel' },
      { command: 'queue', description: 'What is running' },
      { command: 'help', description: 'All commands' },
    ])
    await page.getByRole('button', { name: 'Commands' }).waitFor()
    await page.locator('#draft').pressSequentially('/')
    expect(await page.getByRole('option').count()).toBe(3)
    await page.keyboard.type('q')
    expect(await page.getByRole('option').allInnerTexts()).toEqual([expect.stringContaining('/queue')])
    await page.keyboard.press('Enter')
    await page.locator('.message.mine').waitFor()
    expect(telegram.messages(chat)[0]?.text).toBe('/queue')
  })

  it('shows formatting as it was meant, with links that cannot run code', async () => {
    const { page, api } = await openPage()
    const html =
      '<b>bold</b> <i>it</i> <code>x = 1</code> <a href="https://nasa.gov">NASA</a> <tg-spoiler>secret</tg-spoiler>'
    await api.sendMessage(chat, html, { parse_mode: 'HTML' })
    await page.locator('.words strong').waitFor()
    expect(await page.locator('.words a').getAttribute('href')).toBe('https://nasa.gov/')
    expect(await page.locator('.words a').getAttribute('rel')).toContain('noopener')
    expect(await page.locator('.words code').innerText()).toBe('x = 1')
  })

  it('edits a message in place: same element, pictures stay, and the reader is not moved', async () => {
    const { page, api } = await openPage()
    for (let line = 0; line < 30; line++) await api.sendMessage(chat, `line ${line}`)
    const { message_id } = await api.sendMessage(chat, 'step 1')
    await page.getByText('step 1').waitFor()
    await page.locator(`[data-id="${message_id}"]`).evaluate((element) => element.setAttribute('data-kept', 'yes'))
    await api.editMessageText(chat, message_id, 'step 2')
    await page.getByText('step 2').waitFor()
    expect(await page.locator(`[data-id="${message_id}"]`).getAttribute('data-kept')).toBe('yes')
    const scroller = page.locator('#scroller')
    await scroller.evaluate((element) => element.scrollTo(0, 200))
    await page.locator('#to-end').waitFor()
    await api.editMessageText(chat, message_id, 'step 3')
    await api.sendMessage(chat, 'news')
    await page.getByText('step 3').waitFor({ state: 'attached' })
    await page.locator('#to-end b').waitFor()
    expect(await scroller.evaluate((element) => element.scrollTop)).toBe(200)
    expect(await page.locator('#to-end b').innerText()).toBe('1')
  })

  it('lays five photos out as two and three, and opens them full screen with keys', async () => {
    const { page, api } = await openPage()
    await sendAlbum(api, 5)
    await page.locator('.mosaic').waitFor()
    const rows = page.locator('.mosaic-row')
    expect(await rows.evaluateAll((all) => all.map((row) => row.childElementCount))).toEqual([2, 3])
    await page.getByRole('button', { name: 'Open picture 2 of 5' }).click()
    await page.getByText('2 / 5').waitFor()
    await page.keyboard.press('ArrowRight')
    await page.getByText('3 / 5').waitFor()
    await page.keyboard.press('End')
    await page.getByText('5 / 5').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('#viewer').waitFor({ state: 'hidden' })
    expect(await page.locator(':focus').getAttribute('aria-label')).toBe('Open picture 2 of 5')
  })

  it('turns the page of the viewer with a swipe, and moves nothing for who wants calm', async () => {
    const { page, api } = await openPage({ reducedMotion: 'reduce' })
    await sendAlbum(api, 3)
    await page.getByRole('button', { name: 'Open picture 1 of 3' }).click()
    await page.getByText('1 / 3').waitFor()
    await page.mouse.move(300, 400)
    await page.mouse.down()
    await page.mouse.move(100, 405, { steps: 4 })
    await page.mouse.up()
    await page.getByText('2 / 3').waitFor()
  })

  it('shows a pressed button as waiting, then the answer as a toast or an alert', async () => {
    const { telegram, page, api } = await openPage()
    await sendCard(api)
    await page.getByRole('button', { name: '✅ Approve' }).click()
    await page.locator('.key.pending').waitFor()
    await answerTap(telegram, api, { text: 'Approved' })
    await page.locator('.toast', { hasText: 'Approved' }).waitFor()
    expect(await page.locator('.key.pending').count()).toBe(0)
    await page.getByRole('button', { name: '🗑 Reject' }).click()
    await answerTap(telegram, api, { text: 'This card is stale', show_alert: true })
    await page.getByRole('dialog').getByText('This card is stale').waitFor()
    await page.getByRole('button', { name: 'OK' }).click()
    await page.locator('#alert').waitFor({ state: 'hidden' })
  })

  it('copies the text of a copy button', async () => {
    const { page, api } = await openPage()
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await api.sendMessage(chat, 'card', {
      reply_markup: new InlineKeyboard().copyText('Copy caption', 'Three hearts 🧠'),
    })
    await page.getByRole('button', { name: 'Copy caption' }).click()
    await page.locator('.toast', { hasText: 'Copied' }).waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe('Three hearts 🧠')
  })

  it('downloads a document under its name and with its very bytes', async () => {
    const { page, api } = await openPage()
    const bytes = await paintPhoto(300, 375)
    await api.sendDocument(chat, new InputFile(bytes, 'slide-1.jpg'))
    const file = page.getByRole('link', { name: /slide-1\.jpg/ })
    const [download] = await Promise.all([page.waitForEvent('download'), file.click()])
    expect(download.suggestedFilename()).toBe('slide-1.jpg')
    expect((await readFile(await download.path())).equals(bytes)).toBe(true)
  })

  it('says what the bot is doing', async () => {
    const { page, api } = await openPage()
    await api.sendChatAction(chat, 'upload_photo')
    await page.locator('#status', { hasText: 'sending photo' }).waitFor()
    await api.sendMessage(chat, 'done')
    await page.locator('#status', { hasText: 'bot on this machine' }).waitFor()
  })

  it('follows the system to light and dark, and keeps a choice made by hand', async () => {
    const light = await openPage({ colorScheme: 'light' })
    const dark = await openPage({ colorScheme: 'dark' })
    expect(await brightness(light.page)).toBeGreaterThan(200)
    expect(await brightness(dark.page)).toBeLessThan(40)
    await light.page.getByRole('button', { name: 'Theme: auto. Change' }).click()
    await light.page.getByRole('button', { name: 'Theme: light. Change' }).click()
    expect(await brightness(light.page)).toBeLessThan(40)
    await light.page.reload()
    expect(await brightness(light.page)).toBeLessThan(40)
  })

  it('fits a phone without scrolling sideways, whatever is written', async () => {
    const { page, api } = await openPage({ viewport: { width: 320, height: 640 } })
    await sendAlbum(api, 5)
    await api.sendMessage(chat, `${'x'.repeat(300)} https://example.org/${'path/'.repeat(40)}`)
    await api.sendMessage(chat, `<pre>${'const wide = 1; '.repeat(20)}</pre>`, { parse_mode: 'HTML' })
    const keyboard = {
      inline_keyboard: [Array.from({ length: 8 }, (_, at) => ({ text: `${at}`, callback_data: `${at}` }))],
    }
    await api.sendMessage(chat, 'eight buttons', { reply_markup: keyboard })
    await api.sendDocument(chat, new InputFile(Buffer.from('x'), `${'long-name-'.repeat(12)}.png`))
    await page.locator('.file').waitFor()
    const overflowing = await page
      .locator('#log *, .bar *, .dock *')
      .evaluateAll((all) =>
        all
          .filter((element) => element.getBoundingClientRect().right > 320.5 && element.clientWidth > 0)
          .map((element) => element.outerHTML.slice(0, 80)),
      )
    expect(overflowing).toEqual([])
    const scroller = page.locator('#scroller')
    expect(await scroller.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0)
  })

  it('switches to another person, who has a chat of their own', async () => {
    const { telegram, page } = await openPage()
    telegram.sendText(OWNER, 'from the owner')
    await page.getByText('from the owner').waitFor()
    await page.locator('#person-button').click()
    await page.getByRole('menuitemradio', { name: /Bo/ }).click()
    await page.locator('#empty').waitFor()
    await page.locator('#draft').fill('who am I?')
    await page.keyboard.press('Enter')
    await page.getByText('who am I?').waitFor()
    expect(telegram.messages(1002)[0]?.from).toMatchObject({ id: 1002, first_name: 'Bo' })
  })

  it('says when the connection is lost, and catches up by itself', async () => {
    const { telegram, page, url, close } = await openPage()
    await close()
    await page.getByText('Connection lost. Reconnecting…').waitFor()
    await page.locator('#draft').fill('unsent words')
    await page.keyboard.press('Enter')
    await page.locator('.toast', { hasText: 'Nothing was sent' }).waitFor()
    expect(await page.locator('#draft').inputValue()).toBe('unsent words')
    telegram.sendText(OWNER, 'written meanwhile')
    await openWebChat({ telegram, port: Number(new URL(url).port) })
    await page.getByText('written meanwhile').waitFor()
    expect(await page.locator('#banner').isVisible()).toBe(false)
  })
})

async function sendAlbum(api: Api, count: number): Promise<void> {
  const bytes = await paintPhoto(540, 675)
  const album = Array.from({ length: count }, (_, at) =>
    InputMediaBuilder.photo(new InputFile(bytes, `slide-${at + 1}.jpg`)),
  )
  await api.sendMediaGroup(chat, album)
}

async function sendCard(api: Api): Promise<void> {
  const keyboard = new InlineKeyboard().text('✅ Approve', 'ok').text('🗑 Reject', 'no')
  await api.sendMessage(chat, 'A card', { reply_markup: keyboard })
}

/** Answers the newest tap as a bot would. */
async function answerTap(telegram: BotApi, api: Api, answer: { text: string; show_alert?: boolean }): Promise<void> {
  await telegram.waitFor(() => telegram.pendingUpdates() > 0, 'the tap')
  const updates = await api.getUpdates()
  const query = updates.findLast((update) => update.callback_query)
  await api.answerCallbackQuery(query?.callback_query?.id ?? '', answer)
  await api.getUpdates({ offset: (updates.at(-1)?.update_id ?? 0) + 1 })
}

/** Mean of red, green and blue of the page's background, 0 to 255. */
async function brightness(page: Page): Promise<number> {
  const color = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor')
  const [red = 0, green = 0, blue = 0] = (color.match(/[\d.]+/g) ?? []).map(Number)
  return (red + green + blue) / 3
}
