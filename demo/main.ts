import { randomBytes } from 'node:crypto'
import { join, resolve } from 'node:path'
import { createApp } from '../src/app.ts'
import { loadConfig } from '../src/config.ts'
import { asFailure, Failure } from '../src/failure.ts'
import { run } from '../src/main.ts'
import { onStopSignal } from '../src/stop-signals.ts'
import { startBotApi } from './bot-api/server.ts'
import { startWebChat, type WebChat, type WebChatOptions } from './web-server.ts'

/** `npm run demo`: the whole bot on a local Telegram, with a web chat. No account, no key. */

/** The same bot at every start, so that its chats stay its own; the secret is new, so that nobody else can know it. */
const TOKEN = `100000001:${randomBytes(24).toString('base64url')}`
const PERSON = { id: 1001, first_name: 'You', username: 'you' }
const SECOND_OWNER = { id: 1002, first_name: 'Robin', username: 'robin' }
const STRANGER = { id: 2001, first_name: 'Stranger', username: 'stranger' }
const DEFAULT_PORT = 8088
/** Other demos, or other programs on the usual port. */
const PORTS_TO_TRY = 20
const EXIT_AFTER_MS = 9_500

async function main(): Promise<void> {
  const closers: (() => Promise<void>)[] = []
  listenForStop(closers)
  const dataDir = resolve(process.env.NEXUS_DATA_DIR || './data/demo')
  // Chats are only read until something happens, so a second demo that is refused below has changed nothing.
  const api = await startBotApi({ token: TOKEN, dataDir: join(dataDir, 'telegram') })
  const chat = await openChat({ api, person: PERSON, others: [SECOND_OWNER, STRANGER] })
  const app = await createApp(readConfig(dataDir, api.url))
  const running = await run(app)
  closers.push(
    () => running.stop('demo ended'),
    () => chat.close(),
    () => api.close(),
  )
  process.stdout.write(
    `\nNexus is running on a local Telegram.\n\n  Open   ${chat.url}\n  Type   /generate octopus hearts\n\nFiles go to ${app.pipeline.outputsDir}\nCtrl+C ends it; chats and drafts are kept.\n\n`,
  )
}

/** A real bot's token, chat and database that stand in the environment must not be touched by trying things out. */
function readConfig(dataDir: string, apiRoot: string) {
  return loadConfig({
    ...process.env,
    TELEGRAM_BOT_TOKEN: TOKEN,
    TELEGRAM_BOT_TOKEN_FILE: undefined,
    TELEGRAM_API_ROOT: apiRoot,
    DATABASE_URL: undefined,
    DATABASE_URL_FILE: undefined,
    NEXUS_OWNER_IDS: `${PERSON.id},${SECOND_OWNER.id}`,
    NEXUS_CHAT_ID: String(PERSON.id),
    NEXUS_DATA_DIR: dataDir,
    HTTP_PORT: process.env.HTTP_PORT ?? '0',
    // Warnings are for whoever runs a server; here the chat says all that a person needs.
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'error',
  })
}

/** On the port that was asked for, or on the first free one from the usual port on. */
async function openChat(options: Omit<WebChatOptions, 'port'>): Promise<WebChat> {
  const asked = process.env.DEMO_PORT
  if (asked) return openOn(options, readPort(asked))
  for (let port = DEFAULT_PORT; port < DEFAULT_PORT + PORTS_TO_TRY; port++) {
    try {
      return await openOn(options, port)
    } catch (thrown) {
      if (asFailure(thrown).code !== 'conflict') throw thrown
    }
  }
  return openOn(options, 0)
}

async function openOn(options: Omit<WebChatOptions, 'port'>, port: number): Promise<WebChat> {
  try {
    return await startWebChat({ ...options, port })
  } catch (cause) {
    const taken = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE'
    if (!taken) throw cause
    throw new Failure(`Port ${port} is in use: set DEMO_PORT to another one, or leave it out to take a free one.`, {
      code: 'conflict',
      cause,
    })
  }
}

function readPort(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new Failure(`DEMO_PORT must be a port number, for example ${DEFAULT_PORT}.`, { code: 'bad_config' })
}

function listenForStop(closers: readonly (() => Promise<void>)[]): void {
  const stop = async () => {
    setTimeout(() => process.exit(1), EXIT_AFTER_MS).unref()
    for (const close of closers) await close()
    process.exit(0)
  }
  onStopSignal(
    () => void stop(),
    () => process.exit(1),
  )
}

main().catch((thrown) => {
  process.stderr.write(`${asFailure(thrown).message}\n`)
  process.exit(1)
})
