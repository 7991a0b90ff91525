import { startBotService } from '../handlers/service.ts'
import { type App, closeApp, createApp, settleDeadCalls } from './app.ts'
import { loadConfig } from './config.ts'
import { type Leadership, tryLead } from './db/leader.ts'
import { asFailure, Failure } from './failure.ts'
import { startHttp } from './http.ts'

/** `npm start`: one process that leads, or stands by until it may. */

/** The whole shutdown has 10 s; steps under way get the most of it. */
const STEP_GRACE_MS = 7_000
const EXIT_AFTER_MS = 9_500
const STANDBY_LOOK_MS = 2_000

export type Running = { ended: Promise<void>; stop(reason: string): Promise<void> }

/** Runs the bot on an app that is open. Rejects with words for the person who starts it. */
export async function run(app: App): Promise<Running> {
  const { config, log, db } = app
  const token = config.telegram.token
  if (token === null) {
    throw new Failure(
      'TELEGRAM_BOT_TOKEN is not set. Get one from @BotFather, or try the bot without an account: npm run demo',
      {
        code: 'bad_config',
      },
    )
  }
  if (config.ownerIds.length === 0)
    log.warn('NEXUS_OWNER_IDS is not set: nobody may use the bot. /start tells everyone their refusal.')
  let lost = (): void => undefined
  const leadership = await leadOrStandBy(app, token, () => lost())
  await settleDeadCalls(app)
  const service = await startBotService({
    ...app,
    access: { ownerIds: config.ownerIds, homeChatId: config.homeChatId },
    defaultBrand: config.brand,
    scheduleCron: config.schedule,
    timeZone: config.timeZone,
    budget: config.budget,
    telegram: { token, apiRoot: config.telegram.apiRoot },
  })
  const http = await startHttp({ ...config.http, telemetry: app.telemetry, log, ready: () => checkReady(app) })
  log.info({ http: http.url, database: db.kind, username: service.username }, 'Nexus is ready')

  let stopping: Promise<void> | null = null
  const stop = (reason: string) => {
    stopping ??= (async () => {
      log.info({ reason }, 'shutting down')
      await service.stop(STEP_GRACE_MS)
      await http.close()
      await leadership.release()
      await closeApp(app)
    })()
    return stopping
  }
  lost = () => void stop('leadership lost')
  const ended = service.ended.then(async (end) => {
    if (end.kind === 'unauthorized') {
      log.error('Telegram refuses the bot token. Copy it again from @BotFather into TELEGRAM_BOT_TOKEN.')
      process.exitCode = 1
      await stop('token refused')
    }
    await stopping
  })
  return { ended, stop }
}

async function leadOrStandBy(app: App, token: string, onLost: () => void): Promise<Leadership> {
  // The bot's number, without the secret behind the colon.
  const name = `nexus:${token.split(':')[0]}`
  for (let told = false; ; told = true) {
    const leadership = await tryLead(app.db, { name, log: app.log, onLost })
    if (leadership) return leadership
    if (!told) app.log.warn('Another Nexus works for this bot. This one stands by and takes over when the other ends.')
    await new Promise((resolve) => setTimeout(resolve, STANDBY_LOOK_MS))
  }
}

async function checkReady(app: App) {
  const database = await app.db.pool.query('select 1').then(
    () => 'ok',
    () => 'down',
  )
  return { ok: database === 'ok', checks: { database, telegram: 'started' } }
}

/** For the programs of the command line: one clear message, and an exit code. */
export async function main(): Promise<void> {
  const app = await createApp(loadConfig(process.env))
  const running = await run(app)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      setTimeout(() => process.exit(1), EXIT_AFTER_MS).unref()
      void running.stop(signal)
    })
  }
  await running.ended
}

if (import.meta.main) {
  main().then(
    // Timers of libraries must not keep a stopped process alive.
    () => process.exit(process.exitCode ?? 0),
    (thrown) => {
      process.stderr.write(`${asFailure(thrown).message}\n`)
      process.exit(1)
    },
  )
}
