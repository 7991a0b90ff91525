import type { Json, Reply } from './http-fake.ts'

/** Claude's streamed answer, event by event. */

export type AnswerBlock =
  | { type: 'text'; text: string }
  | { type: 'tool_use'; id: string; name: string; input: unknown }
  | { type: 'thinking'; signature: string }

export type StreamedAnswer = {
  model: string
  blocks: AnswerBlock[]
  stopReason: string
  stopDetails?: Json | null
  usage: { input: number; output: number }
}

/** Small, so that words, escapes and numbers are cut in the middle. */
const PIECE_CHARS = 7

export function eventsOf(answer: StreamedAnswer): Json[] {
  return [
    {
      type: 'message_start',
      message: {
        id: 'msg_fake',
        type: 'message',
        role: 'assistant',
        model: answer.model,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: {
          input_tokens: answer.usage.input,
          output_tokens: 1,
          cache_creation_input_tokens: 0,
          cache_read_input_tokens: 0,
        },
      },
    },
    { type: 'ping' },
    ...answer.blocks.flatMap(blockEvents),
    {
      type: 'message_delta',
      delta: { stop_reason: answer.stopReason, stop_sequence: null, stop_details: answer.stopDetails ?? null },
      usage: { output_tokens: answer.usage.output },
    },
    { type: 'message_stop' },
  ]
}

function blockEvents(block: AnswerBlock, index: number): Json[] {
  const delta = (change: Json) => ({ type: 'content_block_delta', index, delta: change })
  const stop = { type: 'content_block_stop', index }
  const start = (content: Json) => ({ type: 'content_block_start', index, content_block: content })
  if (block.type === 'text') {
    const parts = pieces(block.text).map((text) => delta({ type: 'text_delta', text }))
    return [start({ type: 'text', text: '', citations: null }), ...parts, stop]
  }
  if (block.type === 'thinking') {
    const seal = delta({ type: 'signature_delta', signature: block.signature })
    return [start({ type: 'thinking', thinking: '', signature: '' }), seal, stop]
  }
  const { id, name, input } = block
  const json = typeof input === 'string' ? input : JSON.stringify(input)
  const parts = ['', ...pieces(json)].map((partial) => delta({ type: 'input_json_delta', partial_json: partial }))
  return [start({ type: 'tool_use', id, name, input: {} }), ...parts, stop]
}

/** By code point, so that no emoji is torn: the service does not tear them either. */
function pieces(text: string): string[] {
  const points = [...text]
  return Array.from({ length: Math.ceil(points.length / PIECE_CHARS) }, (_, at) =>
    points.slice(at * PIECE_CHARS, (at + 1) * PIECE_CHARS).join(''),
  )
}

export function streamReply(events: readonly Json[], cut = false): Reply {
  const body = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('')
  return { status: 200, mime: 'text/event-stream', headers: { 'request-id': 'req_fake' }, body, cut }
}
