import { Bot } from 'grammy'
import type { Update, UserFromGetMe } from 'grammy/types'
import { normalizeTopic } from '../pipeline/topics.ts'
import type { Tx } from '../src/transaction.ts'
import { authorise } from './authorise.ts'
import { findCommand } from './commands.ts'
import { type Calls, LAST_RESORT_S } from './deadlines.ts'
import { editSlideMiddleware, findEditForLateWords } from './edit-slide.ts'
import { type BotContext, type HandlerDeps, type Scope, say } from './scope.ts'
import { makeButton, offerTopic, sayNoTopic } from './talk/offer.ts'
import { startTalk } from './talk/talk.ts'
import { handleTap } from './taps.ts'
import { editEndedText } from './views/edit.ts'
import { COMMANDS, notTextText, unknownCommandText } from './views/help.ts'

/** Routes stored updates. Middleware order: scope, the editing conversation, taps, commands, plain text. */

export type BotOptions = {
  token: string
  apiRoot: string
  calls: Calls
}

export function createBot({ token, apiRoot, calls }: BotOptions): Bot<BotContext> {
  const bot = new Bot<BotContext>(token, { client: { apiRoot, timeoutSeconds: LAST_RESORT_S } })
  bot.api.config.use(calls.transform)
  return bot
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
  if (text === undefined) {
    return isService(message) || !isForMe(ctx) ? undefined : say(scope, { kind: 'text', html: notTextText().html })
  }
  // What somebody else wrote is never a command, also when an owner passes it on.
  if (message?.forward_origin !== undefined || message?.via_bot !== undefined)
    return isForMe(ctx) ? offerAsTopic(ctx, text) : undefined
  const command = /^\/([A-Za-z0-9_]+)(?:@(\w+))?(?:\s+([\s\S]*))?$/.exec(text)
  if (!command) return isForMe(ctx) ? takeSentence(ctx, text) : undefined
  const [, name = '', addressee, args = ''] = command
  // In a group a command may be for another bot.
  if (addressee !== undefined && addressee.toLowerCase() !== ctx.me.username.toLowerCase()) return
  const run = findCommand(name.toLowerCase())
  if (run) return run(ctx, args)
  if (addressee !== undefined || isForMe(ctx)) await say(scope, { kind: 'text', html: unknownCommandText(name).html })
}

/** In a group people talk to each other: there the bot answers only replies to its own messages, and its name. */
function isForMe(ctx: BotContext): boolean {
  if (ctx.chat?.type === 'private') return true
  const isReply = ctx.message?.reply_to_message?.from?.id === ctx.me.id
  return isReply || (ctx.message?.text ?? '').toLowerCase().includes(`@${ctx.me.username}`.toLowerCase())
}

const CONTENT = [
  'photo',
  'document',
  'voice',
  'sticker',
  'video',
  'video_note',
  'audio',
  'location',
  'contact',
  'poll',
  'dice',
  'story',
] as const

/** Somebody joined, a title changed: nothing to answer. */
function isService(message: BotContext['message']): boolean {
  return message === undefined || !CONTENT.some((kind) => kind in message)
}

/** A sentence of an owner, in their own words. It may be for an edit that has just ended: that is asked first. */
async function takeSentence(ctx: BotContext, text: string): Promise<void> {
  const words = withoutOwnName(ctx, text)
  if (!(await offerLateEdit(ctx, text))) await startTalk(ctx.scope, words)
}

/** Somebody else's words: at most a topic. */
async function offerAsTopic(ctx: BotContext, text: string): Promise<void> {
  if (await offerLateEdit(ctx, text)) return
  const reason = await offerTopic(ctx.scope, withoutOwnName(ctx, text), { cause: ctx.update.update_id })
  if (reason !== null) await sayNoTopic(ctx.scope, reason)
}

function withoutOwnName(ctx: BotContext, text: string): string {
  return text.replaceAll(new RegExp(`@${ctx.me.username}`, 'gi'), ' ')
}

async function offerLateEdit(ctx: BotContext, text: string): Promise<boolean> {
  const editAgain = await findEditForLateWords(ctx, text)
  if (!editAgain) return false
  const read = normalizeTopic(withoutOwnName(ctx, text))
  const keyboard = [[editAgain], ...(read.kind === 'rejected' ? [] : [[makeButton(read.topic)]])]
  await say(ctx.scope, { kind: 'text', html: editEndedText().html, keyboard })
  return true
}

/** Puts the commands into Telegram's menu. */
export async function registerCommands(bot: Bot<BotContext>): Promise<void> {
  await bot.api.setMyCommands(COMMANDS)
}

/** Takes the bot's own name from Telegram. @throws GrammyError 401 for a wrong token */
export async function introduce(bot: Bot<BotContext>): Promise<UserFromGetMe> {
  // Not bot.init(), which tries again for ever and in silence where Telegram is down.
  bot.botInfo = await bot.api.getMe()
  return bot.botInfo
}
