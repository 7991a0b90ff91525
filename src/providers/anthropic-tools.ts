import type Anthropic from '@anthropic-ai/sdk'
import { Failure } from '../failure.ts'
import { costOf, priceOf } from '../prices.ts'
import { answerSchema, badOutput } from './answer-schema.ts'
import { type AnthropicConfig, openClaude } from './anthropic.ts'
import { type Block, readStream, type Streamed } from './anthropic-stream.ts'
import type { Fetch } from './bounded-fetch.ts'
import { guardedCall, type MakerDeps, textGuard, tokensAtMost } from './guarded-call.ts'
import type { Answer } from './ledger.ts'
import type { CallContext, ToolModel, ToolReply, ToolRequest, ToolSpec, ToolTurn } from './ports.ts'

/**
 * Claude with tools. What the service's notes on its 5.5 models say (read in November 2026, not tried live) and what
 * follows: thinking is on unless asked otherwise and cannot simply be disabled, so nothing is said about it and `effort`
 * is set low; a request that forces a tool is refused, so `tool_choice` is never more than auto; thoughts come sealed and
 * go back as they came while the tools of the same question are answered.
 */

/** A person waits, and what is asked is to look and to tell. */
const EFFORT = 'low'
/** English, log lines and JSON take three to four bytes a token; the books reserve one byte a token. */
const LIKELY_BYTES_PER_TOKEN = 3
/** A wish for tools or a diagnosis, with a little thought. */
const LIKELY_OUTPUT_TOKENS = 600

type Sealed = { model: string; blocks: Block[] }

export function createAnthropicTools(config: AnthropicConfig, deps: MakerDeps): ToolModel {
  const guard = textGuard('anthropic', 'Claude', config)
  const price = priceOf(deps.ledger.prices, guard.maker)
  return {
    maker: guard.maker,
    estimateUsd: (request) => {
      const bytes = tokensAtMost(JSON.stringify(bodyOf(config.model, request)))
      const outputTokens = Math.min(request.maxOutputTokens, LIKELY_OUTPUT_TOKENS)
      return costOf(price, { inputTokens: Math.ceil(bytes / LIKELY_BYTES_PER_TOKEN), outputTokens, images: 0 })
    },
    next: async (request: ToolRequest, context: CallContext) => {
      const body = bodyOf(config.model, request)
      const reserve = {
        inputTokens: tokensAtMost(JSON.stringify(body)),
        outputTokens: request.maxOutputTokens,
        images: 0,
      }
      return guardedCall(deps, guard, context, reserve, async (signal, fetch): Promise<Answer<ToolReply>> => {
        const streamed = await stream({ config, fetch, signal }, body, request.onText)
        const costUsd = costOf(price, streamed.usage ?? reserve)
        const reply = () => ({ ...readReply(streamed, config.model), usage: streamed.usage ?? reserve, costUsd })
        return { usage: streamed.usage, read: reply }
      })
    },
  }
}

type Body = Anthropic.MessageCreateParamsStreaming

function bodyOf(model: string, request: ToolRequest): Body {
  const format = request.answer && { format: { type: 'json_schema' as const, schema: answerSchema(request.answer) } }
  return {
    model,
    max_tokens: request.maxOutputTokens,
    system: request.system,
    messages: request.turns.map((turn) => messageOf(turn, model)),
    output_config: { effort: EFFORT, ...format },
    // Also when no tool may be used: the service wants to know what the earlier calls in the conversation were.
    ...(request.tools.length === 0
      ? {}
      : { tools: request.tools.map(toolOf), tool_choice: { type: request.mustAnswer ? 'none' : 'auto' } }),
    stream: true,
  }
}

function toolOf({ name, description, input }: ToolSpec): Anthropic.Tool {
  return { name, description, input_schema: { ...answerSchema(input), type: 'object' } }
}

function messageOf(turn: ToolTurn, model: string): Anthropic.MessageParam {
  if (turn.role === 'user') return { role: 'user', content: turn.text }
  if (turn.role === 'assistant') return { role: 'assistant', content: blocksOf(turn, model).map(blockParam) }
  const content = turn.results.map(({ callId, text, isError }) => ({
    type: 'tool_result' as const,
    tool_use_id: callId,
    // An empty one is refused by some versions of the service.
    content: text === '' ? '(nothing)' : text,
    is_error: isError,
  }))
  return { role: 'user', content }
}

/** Thoughts are tied to the model that had them: another one gets the words and the calls alone. */
function blocksOf(turn: Extract<ToolTurn, { role: 'assistant' }>, model: string): Block[] {
  const sealed = turn.sealed as Sealed | undefined
  if (sealed?.model === model) return sealed.blocks
  const calls = turn.calls.map((call): Block => ({ type: 'tool_use', ...call }))
  return turn.text.trim() === '' ? calls : [{ type: 'text', text: turn.text }, ...calls]
}

function blockParam(block: Block): Anthropic.ContentBlockParam {
  if (block.type !== 'tool_use') return block
  const isObject = typeof block.input === 'object' && block.input !== null && !Array.isArray(block.input)
  return { ...block, input: isObject ? block.input : {} }
}

type Connection = { config: AnthropicConfig; fetch: Fetch; signal: AbortSignal }

/**
 * A stream that breaks after somebody has seen its beginning is not begun anew: they would see another answer grow in
 * its place, paid for twice. Whoever asked decides.
 */
async function stream(
  { config, fetch, signal }: Connection,
  body: Body,
  onText: ((soFar: string) => void) | undefined,
): Promise<Streamed> {
  let shown = false
  const show = (soFar: string) => {
    // What comes after the deadline is nobody's any more.
    if (signal.aborted) return
    shown = true
    onText?.(soFar)
  }
  try {
    const client = await openClaude(config, fetch)
    const events = await client.messages.create(body, { signal })
    const streamed = await readStream(events, onText && show)
    // The SDK ends an aborted stream without a word.
    if (streamed.stopReason === null) throw brokenOff(!shown)
    return streamed
  } catch (cause) {
    if (!shown || (cause instanceof Failure && cause.code !== 'unavailable')) throw cause
    throw brokenOff(false)
  }
}

function brokenOff(retryable: boolean): Failure {
  return new Failure('Claude broke off in the middle of its answer', { code: 'unavailable', retryable })
}

function readReply(streamed: Streamed, model: string): Pick<ToolReply, 'text' | 'calls' | 'end' | 'sealed'> {
  const { stopReason, blocks } = streamed
  if (stopReason === 'refusal') {
    const category = streamed.refusal
    throw new Failure(`Claude declined to answer${category ? ` (${category})` : ''}`, { code: 'refused' })
  }
  const text = blocks.map((block) => (block.type === 'text' ? block.text : '')).join('')
  if (stopReason === 'max_tokens' || stopReason === 'model_context_window_exceeded') {
    return { text, calls: [], end: 'cut' }
  }
  const calls = blocks.flatMap((block) =>
    block.type === 'tool_use' ? [{ id: block.id, name: block.name, input: block.input }] : [],
  )
  if (calls.length === 0 && text.trim() === '') throw badOutput('The answer was empty')
  const sealed: Sealed = { model, blocks }
  return { text, calls, end: calls.length > 0 ? 'tools' : 'answer', sealed }
}
