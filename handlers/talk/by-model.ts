import { DateTime } from 'luxon'
import { readChatSettings } from '../../pipeline/chat-settings.ts'
import type { Converse, LoopEnd, LoopLimits } from '../../src/converse.ts'
import { asFailure, type Failure, type FailureCode } from '../../src/failure.ts'
import { endTalk, listEarlierTalks, type TalkEnd } from '../../src/messaging/talk.ts'
import { loadPrompt } from '../../src/prompts.ts'
import { keepTrying, type Queryable } from '../../src/transaction.ts'
import { isPrivateChat } from '../ops/private-chat.ts'
import { type Scope, say } from '../scope.ts'
import { COMMANDS } from '../views/help.ts'
import type { Html } from '../views/html.ts'
import { splitHtml } from '../views/split.ts'
import {
  answerText,
  declinedText,
  endedText,
  limitText,
  stoppedText,
  type TalkCost,
  withoutModelText,
} from '../views/talk.ts'
import { answerByRules } from './by-rules.ts'
import { inScope, type TalkParts } from './in-scope.ts'
import { MEMORY_MS, MEMORY_TURNS, remember } from './memory.ts'
import { type Stream, streamInto, talkRef } from './stream.ts'
import type { TalkWork } from './talks.ts'
import { listTools } from './tools.ts'

/** The answer of a model that may look things up. Its words are streamed into one message; the last of them is a row. */

/** Of one answer. Most take two or three turns and a cent or two. */
const TALK_LIMITS: Omit<LoopLimits, 'outputTokens'> = { turns: 8, seconds: 90, usd: 0.25 }

/** `ending`: the process ends. */
type ModelParts = TalkParts & { converse: Converse; ending: AbortSignal }

export async function answerByModel(parts: ModelParts, signals: Parameters<TalkWork>[0]): Promise<void> {
  const { deps, turn } = parts
  const stream = streamInto(deps, turn)
  let soFar = ''
  const onText = (text: string) => {
    soFar = text
    stream.show(text)
  }
  const signal = AbortSignal.any([signals.ending, signals.stopped])
  try {
    const { limits, ask, version } = await prepare(parts, stream, { signal, onText })
    const end = await parts.converse(ask)
    await stream.end()
    const { calls, costUsd } = end
    deps.log.info({ turnId: turn.id, end: end.kind, calls, costUsd, prompt: version }, 'sentence answered')
    // Ended with the process: the next start says so.
    if (end.kind === 'stopped' && !signals.stopped.aborted) return
    await finish(parts, describeEnd(end, soFar, limits), costUsd)
  } catch (thrown) {
    await stream.end()
    if (signals.stopped.aborted) return finish(parts, describeEnd({ kind: 'stopped' }, soFar, null), 0)
    if (signals.ending.aborted) throw thrown
    await settleFailure(parts, asFailure(thrown))
  }
}

async function prepare(
  parts: ModelParts,
  stream: Stream,
  { signal, onText }: { signal: AbortSignal; onText: (soFar: string) => void },
) {
  const { deps, turn } = parts
  const now = deps.clock.now()
  const earlier = await listEarlierTalks(deps.db.pool, turn, {
    after: new Date(now.getTime() - MEMORY_MS),
    limit: MEMORY_TURNS,
  })
  const isPrivate = isPrivateChat(turn)
  const prompt = await loadPrompt('talk', {
    name: turn.userName,
    duties: isPrivate ? BOTH_HALVES : CONTENT_ONLY,
    now: DateTime.fromJSDate(now, { zone: deps.timeZone }).setLocale('en').toFormat('cccc d LLLL yyyy, HH:mm'),
    timeZone: deps.timeZone,
    commands: COMMANDS.map(({ command, description }) => `/${command} (${description})`).join(', '),
    question: deps.redact(turn.text),
  })
  const limits: LoopLimits = { ...TALK_LIMITS, outputTokens: prompt.maxOutputTokens }
  const memory = remember(earlier.map(({ text, answer }) => ({ text: deps.redact(text), answer })))
  const ask = {
    system: prompt.system,
    turns: [...memory, { role: 'user' as const, text: prompt.user }],
    tools: listTools(parts, stream),
    limits,
    onText,
    context: { signal, step: 'talk' },
  }
  return { limits, ask, version: prompt.version }
}

const BOTH_HALVES =
  'You run two jobs: you make carousels (a surprising fact on five slides, published only after a person approves), and you look after a small machine and its Docker containers.'
const CONTENT_ONLY =
  'You make carousels: a surprising fact on five slides, published only after a person approves. This is a group: about the machine and its containers you speak in a private chat only, so say that when asked.'

type Ending = { status: TalkEnd['status']; text: string; show: (cost: TalkCost | null) => Html }

function describeEnd(end: LoopEnd, soFar: string, limits: LoopLimits | null): Ending {
  if (end.kind === 'answered') return { status: 'answered', text: end.text, show: (cost) => answerText(end.text, cost) }
  if (end.kind === 'limit' && limits) {
    const text = end.text.trim() === '' ? soFar : end.text
    const why = limitText(end.limit, limits)
    return { status: 'answered', text, show: (cost) => endedText(text, why, cost) }
  }
  return { status: 'stopped', text: soFar, show: (cost) => endedText(soFar, stoppedText(), cost) }
}

/** The row's end and the last words are one transaction. It was paid for: a database that is away for a moment is waited for. */
async function finish(parts: ModelParts, { status, text, show }: Ending, costUsd: number): Promise<void> {
  const { deps, turn } = parts
  const write = () =>
    inScope(parts, async (scope) => {
      const end = { status, answer: text.trim() === '' ? null : text, costUsd }
      if (!(await endTalk(scope.tx, turn.id, 'running', end, deps.clock.now()))) return
      await sayLast(scope, parts, show(await readCost(parts, scope.tx, costUsd)))
    })
  await keepTrying(write, parts.ending)
}

/** Null unless somebody wants to see it. */
async function readCost({ deps }: ModelParts, db: Queryable, costUsd: number): Promise<TalkCost | null> {
  const { costs } = await readChatSettings(db)
  if (!costs) return null
  const { todayUsd } = await deps.spend(db)
  return { costUsd, todayUsd, dailyUsd: deps.budget.dailyUsd }
}

/** In the message that was streamed; what does not fit comes below it. */
async function sayLast(scope: Scope, { turn }: ModelParts, { html }: Html): Promise<void> {
  const [first = '', ...rest] = splitHtml(html)
  await say(scope, { kind: 'edit', html: first, orSend: true }, { ref: talkRef(turn) })
  for (const [index, part] of rest.entries())
    await say(scope, { kind: 'text', html: part }, { ref: `${talkRef(turn)}:${index + 2}` })
}

/** Not the model's fault, or not one that asking again mends: then there are no rules to fall back on either. */
const OWN_FAULTS: readonly FailureCode[] = ['internal', 'database', 'bad_config', 'bad_input', 'cancelled']

async function settleFailure(parts: ModelParts, failure: Failure): Promise<void> {
  const { deps, turn } = parts
  if (OWN_FAULTS.includes(failure.code)) throw failure
  deps.log.info({ code: failure.code }, 'a sentence is answered without the model')
  if (failure.code === 'refused') return finish(parts, { status: 'failed', text: '', show: () => declinedText() }, 0)
  const end = { status: 'answered', answer: null, costUsd: 0 } as const
  const settle = async (scope: Scope) => {
    if (!(await endTalk(scope.tx, turn.id, 'running', end, deps.clock.now()))) return false
    await sayLast(scope, parts, withoutModelText(failure.code))
    return true
  }
  await keepTrying(() => answerByRules(parts, parts.ending, settle), parts.ending)
}
