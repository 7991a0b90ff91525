import { type Conversation, conversations, createConversation } from '@grammyjs/conversations'
import type { Context, MiddlewareFn } from 'grammy'
import { type DraftRef, type EditOutcome, editSlide, openDraft } from '../pipeline/review.ts'
import type { ArcRole, SlideCopy } from '../src/content.ts'
import {
  deleteConversation,
  endStaleConversations,
  readConversation,
  saveConversation,
} from '../src/messaging/conversations.ts'
import { noteEdit, noteEditEnded, readLastEdit } from '../src/messaging/last-edit.ts'
import { type KeyboardButton, queueMessage } from '../src/messaging/outbox.ts'
import type { Tx } from '../src/transaction.ts'
import type { Action } from './actions.ts'
import { type BotContext, say } from './scope.ts'
import { decideHere } from './show-draft.ts'
import { type Answer, announceRevision, describeRefusal } from './tap-draft.ts'
import {
  askForWordsText,
  editAgainButton,
  editingKeyboard,
  editProblemsText,
  editStoppedText,
  editTimedOutText,
  wordsTakenText,
} from './views/edit.ts'

/**
 * Editing one slide's words: the bot asks, the person answers "Title / text". The plugin replays this code for every
 * answer, so everything with an effect runs inside `external`, in the transaction of the update that causes it.
 */

const CONVERSATION = 'edit-slide'
/** Since the person's last word or tap in the chat. By our clock, not the plugin's: a state that is too old is not read. */
const MAX_SILENCE_MS = 15 * 60_000
const MAX_TRIES = 5

type Edit = { ref: DraftRef; slide: ArcRole }
/** Inside the conversation there is no scope: that belongs to one update. */
type Inside = Context
type EditConversation = Conversation<BotContext, Inside>

/** The middleware, in the order in which the bot takes it. State is kept in the update's own transaction. */
export function editSlideMiddleware(): MiddlewareFn<BotContext>[] {
  const nowOf = (ctx: BotContext) => ctx.scope.deps.clock.now()
  return [
    conversations<BotContext, Inside>({
      storage: {
        type: 'context',
        version: 1,
        adapter: {
          read: (ctx) => readConversation(ctx.scope.tx, keyOf(ctx), staleBefore(nowOf(ctx))),
          write: (ctx, state) => saveConversation(ctx.scope.tx, keyOf(ctx), state, nowOf(ctx)),
          delete: (ctx) => deleteConversation(ctx.scope.tx, keyOf(ctx)),
        },
      },
    }),
    createConversation<BotContext, Inside>(converse, { id: CONVERSATION }),
  ]
}

/** Two owners may edit in the same group at once. */
function keyOf(ctx: BotContext): string {
  return `${ctx.scope.chatId}:${ctx.scope.userId}`
}

/** The message that asks a person for words. */
const askingRef = (key: string) => `edit:${key}`

function staleBefore(now: Date): Date {
  return new Date(now.getTime() - MAX_SILENCE_MS)
}

export async function startEditing(ctx: BotContext, action: Extract<Action, { kind: 'edit' }>): Promise<Answer> {
  const { scope } = ctx
  const { runId, revision, contentHash, slide } = action
  const ref: DraftRef = { runId, revision, contentHash }
  const opened = await openDraft(scope.tx, ref)
  if (opened.kind !== 'waiting') return describeRefusal(opened)
  if (isEditing(ctx)) await leaveQuestion(ctx)
  await ctx.conversation.exitAll()
  const current = opened.carousel.slides.find((one) => one.role === slide)
  const now = { title: current?.title ?? '', body: current?.body ?? '' }
  // Bots in a group are shown only commands and replies.
  const replyFrom = scope.chatId < 0 ? scope.userName : null
  const emojis = scope.deps.pipeline.brands.get(opened.run.brand)?.kit.emojis ?? []
  const asking = askForWordsText({ slide, now, replyFrom, emojis })
  await say(
    scope,
    { kind: 'text', html: asking.html, keyboard: editingKeyboard(scope.userId) },
    { ref: askingRef(keyOf(ctx)) },
  )
  await noteEdit(scope.tx, keyOf(ctx), { ...ref, slide, endedAt: null, done: false })
  await ctx.conversation.enter(CONVERSATION, { ref, slide } satisfies Edit)
  return {}
}

/** `replied`: the person typed the wish, so an answer has to stand below it. */
export async function stopEditing(ctx: BotContext, replied: 'in-place' | 'below' = 'in-place'): Promise<Answer> {
  if (!isEditing(ctx)) return { text: 'You are not editing anything.' }
  await ctx.conversation.exitAll()
  await leaveQuestion(ctx)
  await noteEnd(ctx)
  if (replied === 'below') await say(ctx.scope, { kind: 'text', html: editStoppedText().html })
  return { text: 'Stopped.' }
}

/** The question loses its button: what ended is not asked any more. */
async function leaveQuestion(ctx: BotContext): Promise<void> {
  const { html } = editStoppedText()
  await say(ctx.scope, { kind: 'edit', html, orSend: true }, { ref: askingRef(keyOf(ctx)) })
}

async function noteEnd(ctx: BotContext, done = false): Promise<void> {
  await noteEditEnded(ctx.scope.tx, keyOf(ctx), { endedAt: ctx.scope.deps.clock.now(), done })
}

/** Words in the shape of an answer count as a late one for so long; others only for a moment. */
const LATE_WORDS_MS = 60 * 60_000
const LATE_ANY_MS = 2 * 60_000

/** Button that starts the edit again which these words seem to be for; null when they have nothing to do with one. */
export async function findEditForLateWords(ctx: BotContext, text: string): Promise<KeyboardButton | null> {
  const { scope } = ctx
  const last = await readLastEdit(scope.tx, keyOf(ctx))
  if (!last || last.done) return null
  // Without a note of its end it has just run out of time.
  const sinceMs = last.endedAt === null ? 0 : scope.deps.clock.now().getTime() - last.endedAt.getTime()
  if (sinceMs > (/\s\/\s/.test(text) ? LATE_WORDS_MS : LATE_ANY_MS)) return null
  const { slide, runId, revision, contentHash } = last
  const opened = await openDraft(scope.tx, { runId, revision, contentHash })
  return opened.kind === 'waiting' ? editAgainButton({ runId, revision, contentHash }, slide) : null
}

export function isEditing(ctx: BotContext): boolean {
  return ctx.conversation.active(CONVERSATION) > 0
}

/** Says so where somebody was asked and has not answered in time. Returns the chats that have news. */
export async function endSilentEdits(tx: Tx, now: Date): Promise<number[]> {
  const keys = await endStaleConversations(tx, staleBefore(now))
  const { html } = editTimedOutText(MAX_SILENCE_MS / 60_000)
  for (const key of keys) {
    await noteEditEnded(tx, key, { endedAt: now, done: false })
    await queueMessage(tx, { chatId: chatOf(key), content: { kind: 'edit', html }, ref: askingRef(key) })
  }
  return keys.map(chatOf)
}

function chatOf(key: string): number {
  return Number(key.split(':')[0])
}

async function converse(conversation: EditConversation, _: Inside, edit: Edit): Promise<void> {
  for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
    const answer = await conversation.waitUntil(isWords, { next: true })
    const text = answer.message?.text ?? ''
    const outcome = await conversation.external((ctx) => applyEdit(ctx, edit, text, MAX_TRIES - attempt))
    if (outcome !== 'again') return
  }
}

/** Commands and taps go past the conversation to their own handlers, and so does what was not meant for it. */
function isWords(ctx: Context): boolean {
  const text = ctx.message?.text
  return text !== undefined && !/^\/\w+(?:@\w+)?(?:\s|$)/.test(text) && isOwnAnswer(ctx)
}

/** In the person's own words; in a group, where people also talk to each other, only as a reply to the bot. */
function isOwnAnswer({ message, chat, me }: Context): boolean {
  if (message?.forward_origin !== undefined || message?.via_bot !== undefined) return false
  return chat?.type === 'private' || message?.reply_to_message?.from?.id === me.id
}

async function applyEdit(ctx: BotContext, edit: Edit, text: string, triesLeft: number): Promise<'done' | 'again'> {
  const { scope } = ctx
  const ref = askingRef(keyOf(ctx))
  const words = { slide: edit.slide, copy: splitWords(text), userId: scope.userId }
  const outcome: EditOutcome = await decideHere(scope, edit.ref, () =>
    editSlide(scope.tx, scope.deps.pipeline, edit.ref, words),
  )
  switch (outcome.kind) {
    case 'done':
      await say(scope, { kind: 'edit', html: wordsTakenText(edit.slide).html }, { ref })
      await noteEnd(ctx, true)
      await announceRevision(scope, outcome.run, edit.ref)
      return 'done'
    case 'refused': {
      const html = editProblemsText(edit.slide, outcome.problems, triesLeft).html
      if (triesLeft > 0) {
        await say(scope, { kind: 'text', html })
        return 'again'
      }
      await leaveQuestion(ctx)
      await noteEnd(ctx)
      await say(scope, { kind: 'text', html, keyboard: [[editAgainButton(edit.ref, edit.slide)]] })
      return 'done'
    }
    default:
      await leaveQuestion(ctx)
      await noteEnd(ctx, true)
      await say(scope, { kind: 'text', html: editStoppedText(describeRefusal(outcome).text).html })
      return 'done'
  }
}

/** "Title / text", or the title on the first line and the text below it; a hook may have no text. */
export function splitWords(text: string): SlideCopy {
  const words = text.trim()
  const separator = /(?:^|\s+)\/(?:\s+|$)|\n+/.exec(words)
  if (!separator) return { title: fold(words), body: '' }
  return {
    title: fold(words.slice(0, separator.index)),
    body: fold(words.slice(separator.index + separator[0].length)),
  }
}

function fold(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
