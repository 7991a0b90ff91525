import { type BotService, startBotService } from '../handlers/service.ts'
import { type App, closeApp, createApp, settleDeadCalls } from './app.ts'
import { type Config, loadConfig } from './config.ts'
import { type Leadership, tryLead } from './db/leader.ts'
import { asFailure, Failure } from './failure.ts'
import { type HttpServer, type Readiness, startHttp } from './http.ts'
import { createRedact, type Redact } from './redact.ts'
import { onStopSignal } from './stop-signals.ts'

/** `npm start`: one process that leads, or stands by until it may. */

/** The whole shutdown has 10 s; steps under way get the most of it. */
const STEP_GRACE_MS = 7_000
const EXIT_AFTER_MS = 9_500
/** One for the whole database, not one for each bot: the inbox, the outbox and the runs do not know whose they are. */
const LEADER = 'nexus'
const STANDBY_LOOK_MS = 2_000
/** Less than the health server waits, so that its answer can name the database. */
const DATABASE_DEADLINE_MS = 1_500

/** Why the bot is no longer at work. Only 'stopped' was wanted. */
export type RunEnd = 'stopped' | 'token-refused' | 'leadership-lost'

export type Running = {
  username: string
  /** Address of the health server. */
  httpUrl: string
  /** Resolves when everything has stopped, for whatever reason. */
  ended: Promise<RunEnd>
  stop(reason: string): Promise<void>
}

const LOST_WHILE_STARTING = new Failure(
  'The session with the database ended while Nexus was starting, so another one may be at work: start this one again.',
  { code: 'database', retryable: true },
)

type State = {
  leads: boolean
  bot: 'starting' | 'ok' | 'stopped'
}

/**
 * Runs the bot on an app that is open, and closes the app in the end.
 * @param stopping ends standing by and starting: then it rejects with `cancelled`
 * @param onLost told at once when another process may lead
 * @throws Failure bad_config | unauthorized | unavailable | conflict | database, in words for the person who starts it
 */
export async function run(
  app: App,
  stopping: AbortSignal = new AbortController().signal,
  onLost: () => void = () => undefined,
): Promise<Running> {
  const state: State = { leads: false, bot: 'starting' }
  const opened: (() => Promise<void>)[] = [() => closeApp(app)]
  const closeAll = async () => {
    for (const close of opened.splice(0).reverse()) await close()
  }
  try {
    return await startAll(app, { state, opened, closeAll, stopping, onLost })
  } catch (thrown) {
    await closeAll().catch((err) => app.log.warn({ err }, 'not everything could be closed'))
    throw thrown
  }
}

type Start = {
  state: State
  opened: (() => Promise<void>)[]
  closeAll: () => Promise<void>
  stopping: AbortSignal
  onLost: () => void
}

async function startAll(app: App, { state, opened, closeAll, ...given }: Start): Promise<Running> {
  const { config, log } = app
  const token = requireToken(config)
  // While the database and Telegram are waited for: loading the SDKs holds everything up for a fifth of a second.
  const warm = app.providers.warmUp().catch((err) => log.warn({ err }, 'an SDK could not be loaded'))
  if (config.ownerIds.length === 0)
    log.warn('NEXUS_OWNER_IDS is not set: nobody may use the bot. /start tells everyone their refusal.')

  const end = Promise.withResolvers<RunEnd>()
  let stop: (why: RunEnd, reason: string, graceMs: number) => Promise<void> = async () => undefined
  const lost = new AbortController()
  const stopping = AbortSignal.any([given.stopping, lost.signal])
  const onLost = () => {
    given.onLost()
    lost.abort()
    // No grace: another process may be making the same step already.
    void stop('leadership-lost', 'leadership lost', 0)
  }
  const standBy = { state, opened, stopping, onLost }
  const { leadership, http } = await leadOrStandBy(app, standBy)
  opened.push(() => leadership.release())
  const service = await startService(app, token, stopping).catch((thrown: unknown) => {
    throw lost.signal.aborted ? LOST_WHILE_STARTING : thrown
  })
  state.bot = 'ok'
  await warm

  let stopped: Promise<void> | null = null
  stop = (why, reason, graceMs) => {
    stopped ??= (async () => {
      log.info({ reason }, 'shutting down')
      state.bot = 'stopped'
      await service.stop(graceMs)
      await closeAll()
    })().then(() => end.resolve(why), end.reject)
    return stopped
  }
  void service.ended.then(({ kind }) => {
    state.bot = 'stopped'
    if (kind === 'unauthorized') void stop('token-refused', 'token refused', STEP_GRACE_MS)
  })
  if (lost.signal.aborted) void stop('leadership-lost', 'leadership lost', 0)
  log.info({ http: http.url, database: app.db.kind, username: service.username }, 'Nexus is ready')
  const { username } = service
  return { username, httpUrl: http.url, ended: end.promise, stop: (reason) => stop('stopped', reason, STEP_GRACE_MS) }
}

function requireToken(config: Config): string {
  if (config.telegram.token !== null) return config.telegram.token
  throw new Failure(
    'TELEGRAM_BOT_TOKEN is not set. Get one from @BotFather, or try the bot without an account: npm run demo',
    { code: 'bad_config' },
  )
}

async function startService(app: App, token: string, stopping: AbortSignal): Promise<BotService> {
  const { config } = app
  if (!stopping.aborted) await settleDeadCalls(app)
  const starting = startBotService({
    ...app,
    access: { ownerIds: config.ownerIds, homeChatId: config.homeChatId },
    defaultBrand: config.brand,
    scheduleCron: config.schedule,
    timeZone: config.timeZone,
    budget: config.budget,
    pingUrl: config.pingUrl,
    telegram: { token, apiRoot: config.telegram.apiRoot },
    stopping,
  })
  return orStopped(starting, stopping)
}

/** A start that is given up is not waited for. Where it succeeds in the same moment, it is stopped at once. */
async function orStopped(starting: Promise<BotService>, stopping: AbortSignal): Promise<BotService> {
  const given = await Promise.race([starting, whenAborted(stopping)])
  if (given !== 'aborted' && !stopping.aborted) return given
  starting.then(
    (service) => service.stop(0),
    () => undefined,
  )
  throw new Failure('stopped while starting', { code: 'cancelled' })
}

function whenAborted(signal: AbortSignal): Promise<'aborted'> {
  if (signal.aborted) return Promise.resolve('aborted')
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve('aborted'), { once: true }))
}

type StandBy = Pick<Start, 'state' | 'opened' | 'stopping' | 'onLost'>

/** The health server is there while standing by, too; unless the leader on the same machine has its port. */
async function leadOrStandBy(
  app: App,
  { state, opened, stopping, onLost }: StandBy,
): Promise<{ leadership: Leadership; http: HttpServer }> {
  const options = { name: LEADER, log: app.log, onLost }
  const openHttp = async () => {
    const server = await startHttp({
      ...app.config.http,
      telemetry: app.telemetry,
      log: app.log,
      ready: () => checkReady(app, state),
    })
    opened.push(() => server.close())
    return server
  }
  let leadership = await tryLead(app.db, options)
  let http: HttpServer | null = null
  if (!leadership) {
    http = await openHttp().catch(() => null)
    app.log.warn(
      { http: http?.url },
      'Another Nexus uses this database, for this bot or for another one. This one stands by and takes over when the ' +
        'other ends. A second bot needs a database of its own: DATABASE_URL.',
    )
    leadership = await waitToLead(app, options, stopping)
  }
  state.leads = true
  try {
    return { leadership, http: http ?? (await openHttp()) }
  } catch (thrown) {
    await leadership.release()
    throw thrown
  }
}

/** Looks again and again; a database that is away for a moment is no reason to give up standing by. */
async function waitToLead(
  app: App,
  options: Parameters<typeof tryLead>[1],
  stopping: AbortSignal,
): Promise<Leadership> {
  for (let failing = false; ; ) {
    if (stopping.aborted) throw new Failure('stopped while standing by', { code: 'cancelled' })
    await pause(STANDBY_LOOK_MS, stopping)
    try {
      const leadership = await tryLead(app.db, options)
      failing = false
      if (!leadership) continue
      app.log.warn('The other Nexus has ended: this one takes over.')
      return leadership
    } catch (err) {
      if (!failing) app.log.warn({ err }, 'the database does not answer; still standing by')
      failing = true
    }
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  await Promise.race([promise, whenAborted(signal)])
  clearTimeout(timer)
}

/** Each part by name, so that whoever looks knows what to mend. */
async function checkReady(app: App, state: State): Promise<Readiness> {
  const late = Promise.withResolvers<'down'>()
  const timer = setTimeout(() => late.resolve('down'), DATABASE_DEADLINE_MS)
  const answers = app.db.pool.query('select 1').then(
    () => 'ok' as const,
    () => 'down' as const,
  )
  const database = await Promise.race([answers, late.promise])
  clearTimeout(timer)
  const telegram = state.leads ? state.bot : 'standing by'
  return { ok: database === 'ok' && telegram === 'ok', checks: { database, telegram } }
}

const EXIT_CODES: Record<RunEnd, number> = { stopped: 0, 'token-refused': 1, 'leadership-lost': 1 }

/** For the programs of the command line: one clear message, and an exit code. */
async function main(config: Config): Promise<number> {
  const stopping = new AbortController()
  let running: Running | null = null
  // What hangs must not keep the machine from shutting down, nor this process beside a new leader: what is stored goes on.
  const exitSoon = () => void setTimeout(() => process.exit(1), EXIT_AFTER_MS).unref()
  onStopSignal(
    (signal) => {
      stopping.abort()
      exitSoon()
      void running?.stop(signal)
    },
    () => process.exit(1),
  )
  const app = await createApp(config)
  process.on('uncaughtException', (err) => {
    app.log.fatal({ err }, 'unexpected error: ending, so that the supervisor starts afresh')
    process.exit(1)
  })
  try {
    running = await run(app, stopping.signal, exitSoon)
    if (stopping.signal.aborted) void running.stop('signal')
    const end = await running.ended
    if (end === 'token-refused')
      app.log.error('Telegram refuses the bot token. Copy it again from @BotFather into TELEGRAM_BOT_TOKEN.')
    return EXIT_CODES[end]
  } catch (thrown) {
    if (stopping.signal.aborted && asFailure(thrown).code === 'cancelled') return 0
    throw thrown
  }
}

function explain(thrown: unknown, redact: Redact): string {
  return `${redact(asFailure(thrown).message)}\n`
}

if (import.meta.main) {
  let redact: Redact = (text) => text
  try {
    const config = loadConfig(process.env)
    redact = createRedact(config.secrets)
    // Timers of libraries must not keep a stopped process alive.
    process.exit(await main(config))
  } catch (thrown) {
    process.stderr.write(explain(thrown, redact))
    process.exit(1)
  }
}
