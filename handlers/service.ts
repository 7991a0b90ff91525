import { type Bot, GrammyError } from 'grammy'
import type { Update } from 'grammy/types'
import type { PipelineDeps } from '../pipeline/step.ts'
import { createWorker } from '../pipeline/worker.ts'
import { Failure } from '../src/failure.ts'
import type { Tx } from '../src/transaction.ts'
import { createListener } from './announce.ts'
import { isHomeChat, laneOf } from './authorise.ts'
import { createBot, introduce, registerCommands, routeUpdates } from './bot.ts'
import { createCalls, DEADLINES, type Deadlines } from './deadlines.ts'
import { createDispatcher } from './dispatch.ts'
import { createErrands } from './errands.ts'
import { type IntakeEnd, runIntake } from './intake.ts'
import { resumeActions } from './ops/actions.ts'
import { createContentHands } from './ops/content-hands.ts'
import { resumeAlerts, startWatching } from './ops/watch.ts'
import { pause } from './pause.ts'
import { startTicking, type Ticking } from './scheduled.ts'
import type { BotContext, HandlerDeps } from './scope.ts'
import { createSender } from './sender.ts'
import { resumeTalks } from './talk/talk.ts'
import { createTalks } from './talk/talks.ts'
import { TAP_APOLOGY } from './views/apology.ts'

/** The running bot: what is stored comes in, what is queued goes out, what is due happens. */
export type BotService = {
  username: string
  /** Ends when the intake does: the token was revoked, or stop() was called. */
  ended: Promise<IntakeEnd>
  /** No new updates, no new steps; what is under way ends within `graceMs`, and the rest goes on at the next start. */
  stop(graceMs: number): Promise<void>
  /** Waits until nothing is in hand; for tests and benches. */
  idle(): Promise<void>
  tick(): Promise<void>
  /** The sign of life that is given each minute; for tests. */
  beat(): Promise<void>
}

export type ServiceDeps = Omit<HandlerDeps, 'pipeline' | 'worker' | 'wakeSender' | 'errands' | 'talks'> & {
  pipeline: Omit<PipelineDeps, 'listener'>
  telegram: { token: string; apiRoot: string; deadlines?: Deadlines }
  /** NEXUS_PING_URL. */
  pingUrl: string | null
  /** Ends the start: then it rejects with `cancelled`. */
  stopping?: AbortSignal
}

/** For a message on its way when the bot stops; what does not get there is sent again. */
const SEND_GRACE_MS = 1_500
/** For answers to taps that were worked last; a spinner goes away by itself. */
const ANSWER_GRACE_MS = 500
/** Beyond the grace, for what was ended to be noted in the database. What waits there for longer is left behind. */
const SETTLE_MS = 1_000
const MENU_TRIES_MS = [2_000, 10_000, 60_000, 600_000]
const INTRODUCTION_TRIES_MS = [1_000, 2_000, 4_000, 8_000, 15_000]

type Parts = ReturnType<typeof connect>

/** @throws Failure unauthorized when Telegram refuses the token, unavailable when it cannot be reached */
export async function startBotService(given: ServiceDeps): Promise<BotService> {
  const { deadlines = DEADLINES } = given.telegram
  const stopping = given.stopping ?? new AbortController().signal
  const calls = createCalls(deadlines)
  const bot = createBot({ ...given.telegram, calls })
  const { username } = await introduceWithPatience(given, () => introduce(bot), stopping)
  refuseIfStopped(stopping)
  const parts = connect(given, bot, deadlines)
  const ticking = await takeUp(parts, stopping)
  const { dispatcher, worker, sender, errands } = parts
  const watching = startWatching({ ...parts.deps, pingUrl: given.pingUrl }, bot.api)
  const intakeStop = new AbortController()
  const menu = registerWithPatience(given, () => registerCommands(bot), intakeStop.signal)
  const intake = {
    ...given,
    api: bot.api,
    onStored: dispatcher.wake,
    onQueued: sender.wake,
    onPolled: watching.onPolled,
  }
  const ended = runIntake(intake, intakeStop.signal)

  const idle = async () => {
    await dispatcher.idle()
    await worker.idle()
    await errands.idle()
    await sender.idle()
  }
  const stop = async (graceMs: number) => {
    intakeStop.abort()
    // All are told before any is waited for: while one waits for the database, another would go on paying and sending.
    const others = [ticking.stop(), watching.stop(), ended]
    const inTime = await endsWithin(Promise.all([stopParts(parts, graceMs), ...others]), graceMs + SETTLE_MS)
    // After the handlers: the last of them may have a tap to answer.
    await calls.finish(ANSWER_GRACE_MS)
    await menu
    if (inTime) given.log.info('bot has stopped')
    else given.log.warn({ graceMs }, 'bot has stopped, with something still waiting for the database')
  }
  given.log.info({ username }, 'bot is at work')
  return { username, ended, stop, idle, tick: ticking.tick, beat: watching.beat }
}

/**
 * Takes up what an earlier process left. A start that is given up pays and sends nothing from then on, however late the
 * database answers.
 */
async function takeUp(parts: Parts, stopping: AbortSignal): Promise<Ticking> {
  const { deps, worker, sender, dispatcher } = parts
  let ticking: Ticking | null = null
  const giveUp = () => {
    void stopParts(parts, 0)
    void ticking?.stop()
  }
  stopping.addEventListener('abort', giveUp, { once: true })
  try {
    for (const resume of [
      deps.ops.history.noteStart,
      worker.resume,
      () => resumeActions(deps),
      () => resumeTalks(deps, parts.api),
      () => resumeAlerts(deps),
      sender.resume,
    ]) {
      await resume()
      refuseIfStopped(stopping)
    }
    dispatcher.wake()
    ticking = startTicking(deps)
    await ticking.tick()
    refuseIfStopped(stopping)
    return ticking
  } finally {
    stopping.removeEventListener('abort', giveUp)
  }
}

async function stopParts({ worker, sender, dispatcher, errands }: Parts, graceMs: number): Promise<void> {
  const sendGraceMs = Math.min(graceMs, SEND_GRACE_MS)
  await Promise.all([worker.stop(graceMs), sender.stop(sendGraceMs), dispatcher.stop(), errands.stop()])
}

function refuseIfStopped(stopping: AbortSignal): void {
  if (stopping.aborted) throw new Failure('stopped while starting', { code: 'cancelled' })
}

async function endsWithin(ending: Promise<unknown>, ms: number): Promise<boolean> {
  const late = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => late.resolve(false), ms)
  const inTime = await Promise.race([ending.then(() => true), late.promise])
  clearTimeout(timer)
  return inTime
}

/** Joins the parts: updates go to the handlers, news of the pipeline to the outbox, the outbox to Telegram. */
function connect(given: ServiceDeps, bot: Bot<BotContext>, deadlines: Deadlines) {
  const { db, log, clock, telemetry } = given
  const isHome = (chatId: number) => isHomeChat(chatId, given.access)
  const sender = createSender({ db, log, clock, api: bot.api, deadlines, isHome })
  const showAction = (chatId: number, action: 'typing' | 'upload_photo') => {
    bot.api.sendChatAction(chatId, action).catch((err) => log.debug({ err }, 'chat action not shown'))
  }
  const { dataDir, brands } = given.pipeline
  const wakeSender = sender.wake
  const listener = createListener({ db, log, clock, telemetry, dataDir, brands, wakeSender, showAction })
  const pipeline: PipelineDeps = { ...given.pipeline, listener }
  const worker = createWorker(pipeline)
  const errands = createErrands(log)
  const talks = createTalks({ errands, log })
  const deps: HandlerDeps = { ...given, pipeline, worker, wakeSender, errands, talks }
  given.ops.actions.connectContent(createContentHands(deps))
  const route = routeUpdates(bot, deps)
  const handle = async (tx: Tx, update: Update) => {
    const after = await route(tx, update)
    const chatId = (update.message ?? update.callback_query?.message)?.chat.id
    return () => {
      if (chatId !== undefined) sender.wake(chatId)
      after()
    }
  }
  const onGivenUp = (update: Update) => {
    sender.wake(laneOf(update))
    if (!update.callback_query) return
    bot.api
      .answerCallbackQuery(update.callback_query.id, { text: TAP_APOLOGY, show_alert: true })
      .catch((err) => log.debug({ err }, 'tap that failed not answered'))
  }
  const dispatcher = createDispatcher({ db, log, telemetry, handle, onGivenUp })
  return { api: bot.api, deps, dispatcher, worker, sender, errands }
}

/** The menu is for convenience: the bot does not wait for it, and a refusal is not the end. */
async function registerWithPatience(
  deps: Pick<ServiceDeps, 'log'>,
  register: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  for (const waitMs of [...MENU_TRIES_MS, null]) {
    try {
      return await register()
    } catch (err) {
      if (signal.aborted) return
      deps.log.warn({ err, waitMs }, 'command menu not registered')
      if (waitMs === null) return
      await pause(waitMs, signal)
      if (signal.aborted) return
    }
  }
}

/** A machine that has just booted may have no network yet; a wrong token does not get better. */
async function introduceWithPatience<T>(
  deps: Pick<ServiceDeps, 'log'>,
  introduction: () => Promise<T>,
  stopping: AbortSignal,
): Promise<T> {
  for (const waitMs of [...INTRODUCTION_TRIES_MS, null]) {
    refuseIfStopped(stopping)
    try {
      return await introduction()
    } catch (cause) {
      if (cause instanceof GrammyError && (cause.error_code === 401 || cause.error_code === 404)) {
        throw new Failure('Telegram refuses the bot token. Copy it again from @BotFather into TELEGRAM_BOT_TOKEN.', {
          code: 'unauthorized',
          cause,
        })
      }
      if (waitMs === null)
        throw new Failure('Telegram cannot be reached. Check the network, or TELEGRAM_API_ROOT.', {
          code: 'unavailable',
          cause,
        })
      deps.log.warn({ err: cause, waitMs }, 'Telegram does not answer yet')
      await pause(waitMs, stopping)
    }
  }
  throw new Failure('unreachable', { code: 'internal' })
}
