import { Bot } from 'grammy'
import type { Update, UserFromGetMe } from 'grammy/types'
import { normalizeTopic } from '../pipeline/topics.ts'
import type { Tx } from '../src/transaction.ts'
import { authorise } from './authorise.ts'
import { COMMAND_TABLE } from './commands.ts'
import { editSlideMiddleware } from './edit-slide.ts'
import { type BotContext, type HandlerDeps, type Scope, say } from './scope.ts'
import { handleTap } from './taps.ts'
import { press } from './views/card.ts'
import { COMMANDS, notTextText, plainTextText, unknownCommandText } from './views/help.ts'
import { html } from './views/html.ts'

/** Routes stored updates. Middleware order: scope, the editing conversation, taps, commands, plain text. */

export type BotOptions = { token: string; apiRoot: string }

/** Sends and uploads; a fetch of updates has its own, longer wait. */
const REQUEST_TIMEOUT_S = 60

export function createBot(options: BotOptions): Bot<BotContext> {
  return new Bot<BotContext>(options.token, { client: { apiRoot: options.apiRoot, timeoutSeconds: REQUEST_TIMEOUT_S } })
}

/** Gives the function that works one stored update inside a transaction and returns what to do after its commit. */
export function routeUpdates(bot: Bot<BotContext>, deps: HandlerDeps): (tx: Tx, update: Update) => Promise<() => void> {
  const transactions = new WeakMap<Update, { tx: Tx; scope: Scope | null }>()
  bot.use(async (ctx, next) => {
    const entry = transactions.get(ctx.update)
    const verdict = authorise(ctx.update, deps.access)
    // Asked again here: an owner may have been taken off the list while the update waited.
    if (!entry || verdict.kind !== 'owner') return
    const { userId, chatId } = verdict
    ctx.scope = {
      deps,
      tx: entry.tx,
      api: bot.api,
      userId,
      userName: ctx.from?.first_name ?? 'An owner',
      chatId,
      afterCommit: [],
    }
    entry.scope = ctx.scope
    await next()
  })
  bot.use(...editSlideMiddleware())
  bot.on('callback_query', handleTap)
  bot.on('message', handleMessage)

  return async (tx, update) => {
    const entry = { tx, scope: null as Scope | null }
    transactions.set(update, entry)
    await bot.handleUpdate(update)
    return () => {
      for (const after of entry.scope?.afterCommit ?? []) after()
    }
  }
}

async function handleMessage(ctx: BotContext): Promise<void> {
  const { scope, message } = ctx
  const text = message?.text
  if (text === undefined) return isService(message) ? undefined : say(scope, { kind: 'text', html: notTextText().html })
  const command = /^\/([A-Za-z0-9_]+)(?:@(\w+))?(?:\s+([\s\S]*))?$/.exec(text)
  if (!command) return offerTopic(ctx, text)
  const [, name = '', addressee, args = ''] = command
  // In a group a command may be for another bot.
  if (addressee !== undefined && addressee.toLowerCase() !== ctx.me.username.toLowerCase()) return
  const run = COMMAND_TABLE.get(name.toLowerCase())
  if (!run) return say(scope, { kind: 'text', html: unknownCommandText(name).html })
  await run(ctx, args)
}

/** Somebody joined, a title changed: nothing to answer. */
function isService(message: BotContext['message']): boolean {
  if (!message) return true
  return !(
    'photo' in message ||
    'document' in message ||
    'voice' in message ||
    'sticker' in message ||
    'video' in message ||
    'audio' in message
  )
}

/** Plain text is most likely a topic: one tap makes it. */
async function offerTopic(ctx: BotContext, text: string): Promise<void> {
  const { scope } = ctx
  const read = normalizeTopic(text)
  if (read.kind === 'rejected')
    return say(scope, { kind: 'text', html: html`${read.reason} /help lists what I can do.`.html })
  const keyboard = [[press('🛠 Make a carousel', { kind: 'generate', topic: read.topic }, 24)]]
  await say(scope, { kind: 'text', html: plainTextText(read.topic).html, keyboard })
}

/** Puts the commands into Telegram's menu. */
export async function registerCommands(bot: Bot<BotContext>): Promise<void> {
  await bot.api.setMyCommands(COMMANDS)
}

/** Takes the bot's own name from Telegram. @throws GrammyError 401 for a wrong token */
export async function introduce(bot: Bot<BotContext>): Promise<UserFromGetMe> {
  await bot.init()
  return bot.botInfo
}
