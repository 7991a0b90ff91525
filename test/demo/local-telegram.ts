import { Api } from 'grammy'
import sharp from 'sharp'
import { afterEach } from 'vitest'
import { type BotApi, type Person, startBotApi } from '../../demo/bot-api/server.ts'
import type { BotApiOptions } from '../../demo/bot-api/types.ts'
import { startWebChat, type WebChatOptions } from '../../demo/web-server.ts'

export const TOKEN = '4242:local-test-token'
export const OWNER: Person = { id: 1001, first_name: 'Ada', username: 'ada' }

const running: { close(): Promise<void> }[] = []

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()))
})

/** A server of its own for one test, with the owner's chat open, and grammY's real client on it. */
export async function openTelegram(options: Partial<BotApiOptions> = {}): Promise<{ telegram: BotApi; api: Api }> {
  const telegram = await startBotApi({ token: TOKEN, ...options })
  running.push(telegram)
  telegram.open(OWNER)
  return { telegram, api: new Api(TOKEN, { apiRoot: telegram.url }) }
}

export async function openWebChat(
  options: Partial<WebChatOptions> & { telegram?: BotApi } = {},
): Promise<{ telegram: BotApi; url: string; close(): Promise<void> }> {
  const telegram = options.telegram ?? (await openTelegram()).telegram
  const web = await startWebChat({ api: telegram, port: 0, person: OWNER, ...options })
  running.push(web)
  return { telegram, url: web.url, close: web.close }
}

export function paintPhoto(width: number, height: number, color = '#3AAFFF'): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: color } })
    .jpeg()
    .toBuffer()
}

/** What the service would answer to a call that must fail. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'accepted',
    (error: { description?: string; message: string }) => error.description ?? error.message,
  )
}
