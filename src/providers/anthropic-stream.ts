import { z } from 'zod'
import { Failure } from '../failure.ts'
import { TokenCount } from './guarded-call.ts'
import type { Usage } from './ports.ts'

/** Claude's answer as it comes in: events are put together to blocks. */

/** A block as it has to be given back: text, a wish for a tool, or the model's own sealed thoughts. */
export type Block =
  | { type: 'text'; text: string }
  | { type: 'tool_use'; id: string; name: string; input: unknown }
  | { type: 'thinking'; thinking: string; signature: string }
  | { type: 'redacted_thinking'; data: string }

export type Streamed = {
  blocks: Block[]
  /** Null when the stream ended before the answer did. */
  stopReason: string | null
  refusal: string | null
  /** Null until the service has said what the whole answer used. */
  usage: Usage | null
}

const Cached = {
  cache_creation_input_tokens: TokenCount.nullish(),
  cache_read_input_tokens: TokenCount.nullish(),
}
const Start = z.object({ message: z.object({ usage: z.object({ input_tokens: TokenCount, ...Cached }) }) })
const BlockStart = z.object({
  index: z.int().nonnegative(),
  content_block: z.discriminatedUnion('type', [
    z.object({ type: z.literal('text'), text: z.string().catch('') }),
    z.object({ type: z.literal('tool_use'), id: z.string(), name: z.string() }),
    z.object({ type: z.literal('thinking'), thinking: z.string().catch(''), signature: z.string().catch('') }),
    z.object({ type: z.literal('redacted_thinking'), data: z.string() }),
  ]),
})
const Delta = z.object({
  index: z.int().nonnegative(),
  delta: z.discriminatedUnion('type', [
    z.object({ type: z.literal('text_delta'), text: z.string() }),
    z.object({ type: z.literal('input_json_delta'), partial_json: z.string() }),
    z.object({ type: z.literal('thinking_delta'), thinking: z.string() }),
    z.object({ type: z.literal('signature_delta'), signature: z.string() }),
  ]),
})
const End = z.object({
  delta: z.object({
    stop_reason: z.string().nullable(),
    stop_details: z.object({ category: z.string().nullish() }).nullish(),
  }),
  usage: z.object({ input_tokens: TokenCount.nullish(), output_tokens: TokenCount, ...Cached }),
})

type Open = Block & { json?: string }

/**
 * Reads the events to their end. `onText` gets all text so far. What is not known (new kinds of events and blocks) is
 * passed over: the service may add some at any time.
 * @throws whatever the stream throws; Failure bad_model_output when the events make no sense
 */
export async function readStream(
  events: AsyncIterable<unknown>,
  onText: ((soFar: string) => void) | undefined,
): Promise<Streamed> {
  const open = new Map<number, Open>()
  const end: Streamed = { blocks: [], stopReason: null, refusal: null, usage: null }
  let inputTokens: number | null = null
  for await (const event of events) {
    switch (typeOf(event)) {
      case 'message_start':
        inputTokens = inputOf(Start.safeParse(event).data?.message.usage)
        break
      case 'content_block_start':
        startBlock(open, event)
        break
      case 'content_block_delta':
        if (growBlock(open, event)) onText?.(textOf(open))
        break
      case 'message_delta':
        readEnd(end, event, inputTokens)
        break
    }
  }
  end.blocks = [...open].sort(([a], [b]) => a - b).map(([, block]) => closeBlock(block))
  return end
}

function typeOf(event: unknown): unknown {
  return typeof event === 'object' && event !== null && 'type' in event ? event.type : undefined
}

type Counted = { input_tokens?: number | null | undefined } & {
  [K in keyof typeof Cached]?: number | null | undefined
}

function inputOf(usage: Counted | undefined): number | null {
  if (usage === undefined || typeof usage.input_tokens !== 'number') return null
  return usage.input_tokens + (usage.cache_creation_input_tokens ?? 0) + (usage.cache_read_input_tokens ?? 0)
}

function startBlock(open: Map<number, Open>, event: unknown): void {
  const { data } = BlockStart.safeParse(event)
  if (!data) return
  const block = data.content_block
  open.set(data.index, block.type === 'tool_use' ? { ...block, input: {}, json: '' } : block)
}

/** Whether there is more text than before. */
function growBlock(open: Map<number, Open>, event: unknown): boolean {
  const { data } = Delta.safeParse(event)
  const block = data && open.get(data.index)
  if (!data || !block) return false
  const { delta } = data
  if (block.type === 'text' && delta.type === 'text_delta') {
    block.text += delta.text
    return delta.text !== ''
  }
  if (block.type === 'tool_use' && delta.type === 'input_json_delta')
    block.json = (block.json ?? '') + delta.partial_json
  if (block.type === 'thinking' && delta.type === 'thinking_delta') block.thinking += delta.thinking
  if (block.type === 'thinking' && delta.type === 'signature_delta') block.signature += delta.signature
  return false
}

function textOf(open: Map<number, Open>): string {
  return [...open.values()].map((block) => (block.type === 'text' ? block.text : '')).join('')
}

function readEnd(end: Streamed, event: unknown, inputTokens: number | null): void {
  const { data } = End.safeParse(event)
  if (!data)
    throw new Failure('Claude ended its answer in a shape that it does not document', { code: 'bad_model_output' })
  end.stopReason = data.delta.stop_reason ?? end.stopReason
  end.refusal = data.delta.stop_details?.category ?? null
  const total = inputOf(data.usage) ?? inputTokens
  if (total !== null) end.usage = { inputTokens: total, outputTokens: data.usage.output_tokens, images: 0 }
}

/** An input that is no JSON is handed on as the text that it is: the tool's own schema refuses it in words. */
function closeBlock({ json, ...block }: Open): Block {
  if (block.type !== 'tool_use' || json === undefined || json.trim() === '') return block
  try {
    return { ...block, input: JSON.parse(json) }
  } catch {
    return { ...block, input: json }
  }
}
