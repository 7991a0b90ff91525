import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InlineKeyboard, InputFile } from 'grammy'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { OWNER, openTelegram, paintPhoto } from './local-telegram.ts'

describe('a local Telegram with a folder', () => {
  let dataDir = ''
  const folders: string[] = []
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'local-telegram-'))
    folders.push(dataDir)
  })
  afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))))

  it('remembers chats, files, the menu and unconfirmed updates over a restart, and never reuses a number', async () => {
    const first = await openTelegram({ dataDir })
    const bytes = await paintPhoto(40, 50)
    await first.api.sendPhoto(OWNER.id, new InputFile(bytes, 'a.jpg'), {
      reply_markup: new InlineKeyboard().text('b', 'd'),
    })
    await first.api.setMyCommands([{ command: 'help', description: 'All commands' }])
    first.telegram.sendText(OWNER, 'still unread')
    const [seen] = await first.api.getUpdates()
    await first.telegram.close()

    const second = await openTelegram({ dataDir })
    const [photo, text] = second.telegram.messages(OWNER.id)
    expect(photo?.photos[0]?.bytes.equals(bytes)).toBe(true)
    expect(photo?.keyboard).toEqual([[{ text: 'b', callback_data: 'd' }]])
    expect(text?.text).toBe('still unread')
    expect(second.telegram.commandsFor(OWNER.id, OWNER.id)).toHaveLength(1)
    expect(await second.api.getUpdates()).toEqual([seen])
    await second.api.editMessageCaption(OWNER.id, photo?.id ?? 0, { caption: 'edited' })
    const { message_id } = await second.api.sendMessage(OWNER.id, 'new')
    expect(message_id).toBe((text?.id ?? 0) + 1)
  })

  it('has kept what a bot takes for sent, whatever ends the process then', async () => {
    const { api } = await openTelegram({ dataDir })
    const { message_id } = await api.sendMessage(OWNER.id, 'An alert')
    const kept = JSON.parse(await readFile(join(dataDir, 'chats.json'), 'utf8'))
    expect(kept.chats[0].messages.at(-1)).toMatchObject({ id: message_id, text: 'An alert' })
  })

  it('starts with an empty chat when what it kept cannot be read', async () => {
    await writeFile(join(dataDir, 'chats.json'), '{"version":')
    const { telegram } = await openTelegram({ dataDir })
    expect(telegram.messages(OWNER.id)).toEqual([])
  })
})
