import type { Api } from 'grammy'
import { asFailure } from '../../src/failure.ts'
import { queueMessage } from '../../src/messaging/outbox.ts'
import { claimTalk, endTalk, findTalk, insertTalk, listOpenTalks, type TalkTurn } from '../../src/messaging/talk.ts'
import { inTransaction, keepTrying } from '../../src/transaction.ts'
import type { HandlerDeps, Scope } from '../scope.ts'
import { say } from '../scope.ts'
import type { Answer } from '../tap-draft.ts'
import {
  againKeyboard,
  askedAgainText,
  brokenText,
  interruptedText,
  queuedText,
  resumedText,
  stopKeyboard,
  stoppedText,
  thinkingText,
} from '../views/talk.ts'
import { answerByModel } from './by-model.ts'
import { answerByRules } from './by-rules.ts'
import { inScope, type TalkParts } from './in-scope.ts'
import { talkRef } from './stream.ts'
import type { TalkWork } from './talks.ts'

/** A plain sentence of an owner: a row in the update's transaction, answered after its commit. */

export async function startTalk(scope: Scope, text: string): Promise<void> {
  const { deps, tx, api, chatId, userId, userName } = scope
  const turn = await insertTalk(tx, { chatId, userId, userName, text, askedAt: deps.clock.now() })
  // Without a model the answer is there at once.
  if (deps.converse) {
    const { html } = deps.talks.isBusy(chatId) ? queuedText() : thinkingText()
    await say(scope, { kind: 'text', html, keyboard: stopKeyboard(turn.id) }, { ref: talkRef(turn) })
  }
  scope.afterCommit.push(() => takeUp(deps, api, turn))
}

function takeUp(deps: HandlerDeps, api: Api, turn: TalkTurn): void {
  const parts: TalkParts = { deps, api, turn }
  deps.talks.run(turn.chatId, turn.id, async (signals) => {
    if (!(await claim(parts, signals.ending))) return
    try {
      await answer(parts, signals)
    } catch (thrown) {
      // The row stays as it is: the next start says that it was interrupted.
      if (signals.ending.aborted) throw thrown
      deps.log.error({ err: asFailure(thrown) }, 'a sentence could not be answered')
      await keepTrying(() => giveUp(parts), signals.ending)
    }
  })
}

/** False when it was stopped meanwhile. */
function claim({ deps, turn }: TalkParts, ending: AbortSignal): Promise<boolean> {
  let tries = 0
  const take = async () => {
    tries += 1
    if (await claimTalk(deps.db.pool, turn.id)) return true
    // Nobody else takes it up: then it was the try before, whose answer got lost.
    return tries > 1 && (await findTalk(deps.db.pool, turn.id))?.status === 'running'
  }
  return keepTrying(take, ending)
}

const answer = async (parts: TalkParts, signals: Parameters<TalkWork>[0]): Promise<void> => {
  const { deps, turn } = parts
  const { converse } = deps
  const { ending } = signals
  if (converse) return answerByModel({ ...parts, converse, ending }, signals)
  const end = { status: 'answered', answer: null, costUsd: 0 } as const
  const settle = async ({ tx }: Scope) => (await endTalk(tx, turn.id, 'running', end, deps.clock.now())) !== null
  await keepTrying(() => answerByRules(parts, ending, settle), ending)
}

async function giveUp(parts: TalkParts): Promise<void> {
  const { deps, turn } = parts
  await inScope(parts, async (scope) => {
    const end = { status: 'failed', answer: null, costUsd: 0 } as const
    if (!(await endTalk(scope.tx, turn.id, 'running', end, deps.clock.now()))) return
    const content = { kind: 'edit' as const, html: brokenText().html, keyboard: againKeyboard(turn.id), orSend: true }
    await say(scope, content, { ref: talkRef(turn) })
  })
}

/**
 * One that waits ends at once, and so does one that nobody works on, because its end could not be written. One that is being
 * answered ends by its signal, and says so itself.
 */
export async function tapStopTalk(scope: Scope, turnId: number): Promise<Answer> {
  const { deps, tx } = scope
  const end = { status: 'stopped', answer: null, costUsd: 0 } as const
  const now = deps.clock.now()
  const ended =
    (await endTalk(tx, turnId, 'waiting', end, now)) ??
    (deps.talks.isInHand(turnId) ? null : await endTalk(tx, turnId, 'running', end, now))
  if (ended) {
    await say(scope, { kind: 'edit', html: stoppedText().html }, { ref: talkRef(ended) })
    return { text: 'Stopped.' }
  }
  const turn = await findTalk(tx, turnId)
  if (turn?.status !== 'running') return { text: 'It has ended already.' }
  scope.afterCommit.push(() => deps.talks.stop(turnId))
  return { text: 'Stopping…' }
}

export async function tapAskAgain(
  scope: Scope,
  turnId: number,
  { usedBy }: { usedBy: number | null },
): Promise<Answer> {
  // Each answer costs money: one tap is one question.
  if (usedBy !== null) return { text: 'Asked again already.' }
  const turn = await findTalk(scope.tx, turnId)
  if (!turn || turn.chatId !== scope.chatId)
    return { text: 'I do not remember it any more: send it again.', alert: true }
  await say(scope, { kind: 'edit', html: askedAgainText().html }, { ref: talkRef(turn) })
  await startTalk(scope, turn.text)
  return {}
}

/**
 * What a dead process left. A sentence that waited is answered now. One in the middle may have been paid for: whether it is
 * asked anew is for a person to say.
 */
export async function resumeTalks(deps: HandlerDeps, api: Api): Promise<void> {
  for (const turn of await listOpenTalks(deps.db.pool)) {
    if (turn.status === 'running') await sayInterrupted(deps, turn)
    else {
      // Its message, where it has one, may be answered by the rules this time, and then says nothing else.
      const content = { kind: 'edit' as const, html: resumedText().html }
      await queueMessage(deps.db.pool, { chatId: turn.chatId, content, ref: talkRef(turn) })
      takeUp(deps, api, turn)
    }
  }
}

async function sayInterrupted(deps: HandlerDeps, turn: TalkTurn): Promise<void> {
  const end = { status: 'interrupted', answer: null, costUsd: 0 } as const
  const { html } = interruptedText()
  await inTransaction(deps.db.pool, async (tx) => {
    if (!(await endTalk(tx, turn.id, 'running', end, deps.clock.now()))) return
    const content = { kind: 'edit' as const, html, keyboard: againKeyboard(turn.id), orSend: true }
    await queueMessage(tx, { chatId: turn.chatId, content, ref: talkRef(turn) })
  })
  deps.wakeSender(turn.chatId)
}
