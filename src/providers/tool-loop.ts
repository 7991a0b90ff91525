import { z } from 'zod'
import { Failure } from '../failure.ts'
import type { Log } from '../log.ts'
import type { CallContext, ToolCall, ToolModel, ToolReply, ToolRequest, ToolSpec, ToolTurn } from './ports.ts'

/** A model that may look things up until it answers, within bounds that it cannot move. */

export type LoopTool = ToolSpec & {
  /** `input` has passed the tool's own schema. What it throws is told to the model as an error. */
  run(input: unknown, signal: AbortSignal): Promise<string>
}

/** Of the whole loop. `outputTokens` includes thinking. */
export type LoopLimits = { turns: number; outputTokens: number; seconds: number; usd: number }

export type LoopEnd =
  | { kind: 'answered'; text: string }
  /** `text` is what there was until then, '' when nothing. */
  | { kind: 'limit'; limit: keyof LoopLimits; text: string }
  | { kind: 'stopped' }

export type LoopAsk = {
  system: string
  turns: readonly ToolTurn[]
  tools: readonly LoopTool[]
  limits: LoopLimits
  onText?: ((soFar: string) => void) | undefined
  /** As in ToolRequest: the answer is JSON of this schema. */
  answer?: ToolRequest['answer']
  context: CallContext
}

/** `turns` are those asked with and all that followed. */
export type LoopResult = LoopEnd & {
  turns: ToolTurn[]
  costUsd: number
  calls: { name: string; ms: number; ok: boolean }[]
}

export type LoopDeps = { model: ToolModel; log: Pick<Log, 'info'> }

/** What a tool may say in one go; the tools themselves know better what to leave out. */
const MAX_RESULT_BYTES = 8_000
/** More at once is no thought but a habit, and each is a request to somebody. */
const MAX_CALLS_A_TURN = 8

const MAX_COMPLAINT_CHARS = 1_000

type Result = { text: string; isError: boolean }

type State = {
  turns: ToolTurn[]
  taken: number
  outputTokens: number
  costUsd: number
  longestTurnMs: number
  /** By tool and input: the same question has the same answer within one loop, and does its work once. */
  told: Map<string, Promise<Result>>
  calls: LoopResult['calls']
  text: string
}

/**
 * Asks, runs the tools that are asked for, and asks again. On the last turn that the limits allow no tool is offered, so
 * that the model answers with what it has instead of being cut off in the middle of looking.
 * @throws Failure of the model (unavailable, refused, budget_exceeded …); a limit and a stop are no failures
 */
export async function runToolLoop(deps: LoopDeps, ask: LoopAsk): Promise<LoopResult> {
  const state: State = {
    turns: [...ask.turns],
    taken: 0,
    outputTokens: 0,
    costUsd: 0,
    longestTurnMs: 0,
    told: new Map(),
    calls: [],
    text: '',
  }
  const startedMs = performance.now()
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(), ask.limits.seconds * 1000)
  try {
    const end = await takeTurns(deps, ask, state, { startedMs, late: late.signal })
    const { turns, costUsd, calls } = state
    deps.log.info(
      { step: ask.context.step, end: end.kind, turns: state.taken, calls: calls.length, costUsd },
      'tool loop ended',
    )
    return { ...end, turns, costUsd, calls }
  } finally {
    clearTimeout(timer)
  }
}

type Time = { startedMs: number; late: AbortSignal }

async function takeTurns(deps: LoopDeps, ask: LoopAsk, state: State, time: Time): Promise<LoopEnd> {
  const signal = AbortSignal.any([ask.context.signal, time.late])
  for (;;) {
    if (ask.context.signal.aborted) return { kind: 'stopped' }
    const limit = findLimit(deps.model, ask, state, time)
    if (limit !== null) return { kind: 'limit', limit, text: state.text }
    try {
      const reply = await takeTurn(deps.model, ask, state, { signal, startedMs: time.startedMs })
      if (reply.end === 'cut') return { kind: 'limit', limit: 'outputTokens', text: reply.text }
      if (reply.calls.length === 0) return { kind: 'answered', text: reply.text }
      state.turns.push({ role: 'tools', results: await runTools(ask.tools, state, reply.calls, signal) })
    } catch (thrown) {
      if (ask.context.signal.aborted) return { kind: 'stopped' }
      if (time.late.aborted) return { kind: 'limit', limit: 'seconds', text: state.text }
      throw thrown
    }
  }
}

async function takeTurn(
  model: ToolModel,
  ask: LoopAsk,
  state: State,
  { signal, startedMs }: { signal: AbortSignal; startedMs: number },
): Promise<ToolReply> {
  const beganMs = performance.now()
  const mustAnswer = isLastTurn(model, ask, state, beganMs - startedMs)
  const reply = await model.next({ ...requestOf(ask, state), mustAnswer }, { ...ask.context, signal })
  state.taken += 1
  state.outputTokens += reply.usage.outputTokens
  state.costUsd += reply.costUsd
  state.longestTurnMs = Math.max(state.longestTurnMs, performance.now() - beganMs)
  state.text = reply.text
  const { text, calls, sealed } = reply
  state.turns.push({ role: 'assistant', text, calls, ...(sealed === undefined ? {} : { sealed }) })
  return reply
}

function requestOf(ask: LoopAsk, state: State): ToolRequest {
  return {
    system: ask.system,
    turns: state.turns,
    tools: ask.tools,
    maxOutputTokens: Math.max(1, ask.limits.outputTokens - state.outputTokens),
    onText: ask.onText,
    answer: ask.answer,
  }
}

function findLimit(model: ToolModel, ask: LoopAsk, state: State, { late }: Time): keyof LoopLimits | null {
  const { limits } = ask
  if (late.aborted) return 'seconds'
  if (state.taken >= limits.turns) return 'turns'
  if (state.outputTokens >= limits.outputTokens) return 'outputTokens'
  return state.costUsd + model.estimateUsd(requestOf(ask, state)) > limits.usd ? 'usd' : null
}

/** Whether there will be no room for another turn after this one. */
function isLastTurn(model: ToolModel, ask: LoopAsk, state: State, goneMs: number): boolean {
  const { limits } = ask
  if (state.taken + 1 >= limits.turns) return true
  if (limits.seconds * 1000 - goneMs < 2 * state.longestTurnMs) return true
  return state.costUsd + 2 * model.estimateUsd(requestOf(ask, state)) > limits.usd
}

async function runTools(
  tools: readonly LoopTool[],
  state: State,
  calls: readonly ToolCall[],
  signal: AbortSignal,
): Promise<Extract<ToolTurn, { role: 'tools' }>['results']> {
  const running = calls.map(async (call, at) => {
    if (at >= MAX_CALLS_A_TURN) return { callId: call.id, ...fault(`At most ${MAX_CALLS_A_TURN} tools at once.`) }
    const key = `${call.name} ${JSON.stringify(call.input)}`
    const result = state.told.get(key) ?? runTool(tools, state, call, signal)
    state.told.set(key, result)
    return { callId: call.id, ...(await result) }
  })
  return orAborted(Promise.all(running), signal)
}

async function runTool(tools: readonly LoopTool[], state: State, call: ToolCall, signal: AbortSignal): Promise<Result> {
  const tool = tools.find(({ name }) => name === call.name)
  if (!tool) return fault(`There is no such tool. There are: ${tools.map(({ name }) => name).join(', ')}.`)
  const input = tool.input.safeParse(call.input)
  if (!input.success) {
    return fault(`The input does not fit:\n${z.prettifyError(input.error).slice(0, MAX_COMPLAINT_CHARS)}`)
  }
  const beganMs = performance.now()
  const note = (ok: boolean) =>
    void state.calls.push({ name: tool.name, ms: Math.round(performance.now() - beganMs), ok })
  try {
    const text = await tool.run(input.data, signal)
    note(true)
    return { text: capBytes(text, MAX_RESULT_BYTES), isError: false }
  } catch (thrown) {
    note(false)
    // Only our own words: what a library throws was never checked for what it gives away.
    return fault(thrown instanceof Failure ? thrown.message : 'The tool failed.')
  }
}

function fault(text: string): Result {
  return { text: capBytes(text, MAX_RESULT_BYTES), isError: true }
}

function capBytes(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= maxBytes) return text
  // A character cut in half at the end becomes U+FFFD, which is taken off.
  const kept = bytes
    .subarray(0, maxBytes)
    .toString('utf8')
    .replace(/\uFFFD+$/, '')
  return `${kept}\n(cut off here: ${bytes.length - maxBytes} bytes more)`
}

/** A tool that does not listen to its signal keeps nobody waiting. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>()
  const onAbort = () => aborted.reject(new Failure('stopped while a tool was running', { code: 'cancelled' }))
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
