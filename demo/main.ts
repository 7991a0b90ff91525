import { createApp } from '../src/app.ts'
import { loadConfig } from '../src/config.ts'
import { asFailure } from '../src/failure.ts'
import { run } from '../src/main.ts'
import { startBotApi } from './bot-api/server.ts'
import { startWebChat } from './web-server.ts'

/** `npm run demo`: the whole bot on a local Telegram, with a web chat. No account, no key. */

const TOKEN = '100000001:local-demo-token-not-a-secret'
const PERSON = { id: 1001, first_name: 'You', username: 'you' }
const SECOND_OWNER = { id: 1002, first_name: 'Robin', username: 'robin' }
const STRANGER = { id: 2001, first_name: 'Stranger', username: 'stranger' }
const DEFAULT_PORT = 8088

async function main(): Promise<void> {
  const port = Number(process.env.DEMO_PORT ?? DEFAULT_PORT)
  const dataDir = process.env.NEXUS_DATA_DIR ?? './data/demo'
  const api = await startBotApi({ token: TOKEN })
  const people = { person: PERSON, others: [SECOND_OWNER, STRANGER] }
  const config = loadConfig({
    ...process.env,
    TELEGRAM_BOT_TOKEN: TOKEN,
    TELEGRAM_API_ROOT: api.url,
    NEXUS_OWNER_IDS: `${PERSON.id},${SECOND_OWNER.id}`,
    NEXUS_CHAT_ID: String(PERSON.id),
    NEXUS_DATA_DIR: dataDir,
    HTTP_PORT: process.env.HTTP_PORT ?? '0',
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'warn',
  })
  const app = await createApp(config)
  const running = await run(app)
  const chat = await startWebChat({ api, port, ...people })
  process.stdout.write(
    `\nNexus is running on a local Telegram.\n\n  Open   ${chat.url}\n  Type   /generate octopus hearts\n\nFiles go to ${app.pipeline.outputsDir}\nCtrl+C ends it.\n\n`,
  )
  const stop = async () => {
    await running.stop('demo ended')
    await chat.close()
    await api.close()
    process.exit(0)
  }
  process.once('SIGINT', () => void stop())
  process.once('SIGTERM', () => void stop())
}

main().catch((thrown) => {
  process.stderr.write(`${asFailure(thrown).message}\n`)
  process.exit(1)
})
