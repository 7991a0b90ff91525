import { type Conversation, conversations, createConversation } from '@grammyjs/conversations'
import type { Context, MiddlewareFn } from 'grammy'
import { type DraftRef, type EditOutcome, editSlide, readCarousel } from '../pipeline/review.ts'
import { findRun } from '../pipeline/runs.ts'
import type { ArcRole, SlideCopy } from '../src/content.ts'
import { deleteConversation, readConversation, saveConversation } from '../src/messaging/conversations.ts'
import type { Action } from './actions.ts'
import { type BotContext, say } from './scope.ts'
import { type Answer, announceRevision, describeRefusal } from './tap-draft.ts'
import { askForWordsText, editingKeyboard, editProblemsText, editStoppedText } from './views/edit.ts'

/**
 * Editing one slide's words: the bot asks, the person answers "Title / text". The plugin replays this code for every
 * answer, so everything with an effect runs inside `external`, in the transaction of the update that causes it.
 */

const CONVERSATION = 'edit-slide'
const MAX_WAIT_MS = 15 * 60_000
const MAX_TRIES = 5

type Edit = { ref: DraftRef; slide: ArcRole }
/** Inside the conversation there is no scope: that belongs to one update. */
type Inside = Context
type EditConversation = Conversation<BotContext, Inside>

/** The middleware, in the order in which the bot takes it. State is kept in the update's own transaction. */
export function editSlideMiddleware(): MiddlewareFn<BotContext>[] {
  return [
    conversations<BotContext, Inside>({
      storage: {
        type: 'context',
        version: 1,
        adapter: {
          read: (ctx) => readConversation(ctx.scope.tx, keyOf(ctx)),
          write: (ctx, state) => saveConversation(ctx.scope.tx, keyOf(ctx), state),
          delete: (ctx) => deleteConversation(ctx.scope.tx, keyOf(ctx)),
        },
      },
    }),
    createConversation<BotContext, Inside>(converse, { id: CONVERSATION, maxMillisecondsToWait: MAX_WAIT_MS }),
  ]
}

/** Two owners may edit in the same group at once. */
function keyOf(ctx: BotContext): string {
  return `${ctx.scope.chatId}:${ctx.scope.userId}`
}

export async function startEditing(ctx: BotContext, action: Extract<Action, { kind: 'edit' }>): Promise<Answer> {
  const run = await findRun(ctx.scope.tx, action.runId)
  if (!run) return describeRefusal({ kind: 'gone' })
  if (run.status !== 'awaiting_review') return describeRefusal({ kind: 'already-decided', run })
  if (run.revision !== action.revision) return describeRefusal({ kind: 'stale', run })
  await ctx.conversation.exitAll()
  const { runId, revision, contentHash, slide } = action
  const current = (await readCarousel(ctx.scope.tx, run)).slides.find((one) => one.role === slide)
  const asking = askForWordsText(slide, { title: current?.title ?? '', body: current?.body ?? '' })
  await say(ctx.scope, { kind: 'text', html: asking.html, keyboard: editingKeyboard() })
  await ctx.conversation.enter(CONVERSATION, { ref: { runId, revision, contentHash }, slide } satisfies Edit)
  return {}
}

export async function stopEditing(ctx: BotContext): Promise<Answer> {
  if (!isEditing(ctx)) return { text: 'You are not editing anything.' }
  await ctx.conversation.exitAll()
  await say(ctx.scope, { kind: 'text', html: editStoppedText().html })
  return { text: 'Stopped.' }
}

export function isEditing(ctx: BotContext): boolean {
  return ctx.conversation.active(CONVERSATION) > 0
}

async function converse(conversation: EditConversation, _: Inside, edit: Edit): Promise<void> {
  for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
    const answer = await conversation.waitUntil(isWords, { next: true })
    const text = answer.message?.text ?? ''
    const outcome = await conversation.external((ctx) => applyEdit(ctx, edit, text, attempt === MAX_TRIES))
    if (outcome !== 'again') return
  }
}

/** Commands and taps go past the conversation to their own handlers. */
function isWords(ctx: Context): boolean {
  return ctx.message?.text !== undefined && !ctx.message.text.startsWith('/')
}

async function applyEdit(ctx: BotContext, edit: Edit, text: string, last: boolean): Promise<'done' | 'again'> {
  const { scope } = ctx
  const copy = splitWords(text)
  const outcome: EditOutcome = await editSlide(scope.tx, scope.deps.pipeline, edit.ref, {
    slide: edit.slide,
    copy,
    userId: scope.userId,
  })
  if (outcome.kind === 'done') {
    await announceRevision(scope, outcome.run, edit.ref)
    return 'done'
  }
  if (outcome.kind === 'refused') {
    const keyboard = last ? [] : editingKeyboard()
    await say(scope, { kind: 'text', html: editProblemsText(outcome.problems, last).html, keyboard })
    return last ? 'done' : 'again'
  }
  await say(scope, { kind: 'text', html: editStoppedText(describeRefusal(outcome).text).html })
  return 'done'
}

/** "Title / text", or the title on the first line and the text below it; a hook may have no text. */
export function splitWords(text: string): SlideCopy {
  const words = text.trim()
  const separator = /\s+\/\s+|\n+/.exec(words)
  if (!separator) return { title: fold(words), body: '' }
  return {
    title: fold(words.slice(0, separator.index)),
    body: fold(words.slice(separator.index + separator[0].length)),
  }
}

function fold(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
