import { createHash } from 'node:crypto'
import { conversationProblem, type SealedThoughts } from './conversation.ts'
import type { FakeTextOptions } from './groq.ts'
import {
  type Behaviour,
  type FakeRequest,
  type HttpFake,
  isJson,
  type Json,
  type Reply,
  startHttpFake,
} from './http-fake.ts'
import { answersTold, obey } from './obeying-model.ts'
import { answerForSchema } from './sample-content.ts'
import { type AnswerBlock, eventsOf, streamReply } from './sse.ts'

export const FAKE_ANTHROPIC_KEY = 'sk-ant-fakeClaudeKey0123456789'

/** The long-lived one, and the one that this SDK asks for. */
const VERSIONS = new Set(['2023-06-01', '2026-10-21'])

const KNOWN_KEYS = new Set([
  'model',
  'max_tokens',
  'system',
  'messages',
  'output_config',
  'tools',
  'tool_choice',
  'thinking',
  'metadata',
  'stream',
])

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
  500: 'api_error',
  529: 'overloaded_error',
}

export type FakeAnthropicOptions = FakeTextOptions & {
  /** What to do where nothing is scripted and a conversation with tools is going on; the default says a sentence. */
  converse?: (body: Json, turn: number) => Turn
}

/** What the model does in one turn. */
export type Turn = { calls: { name: string; input: unknown }[]; text?: string } | { text: string } | { answer: object }

/** A strict stand-in for Claude's messages, with tools and streaming. */
export function startFakeAnthropic(options: FakeAnthropicOptions = {}): Promise<HttpFake> {
  const key = options.key ?? FAKE_ANTHROPIC_KEY
  const models = options.models ?? ['claude-sonnet-5-5', 'claude-haiku-5-5', 'claude-opus-5-5']
  let counter = 0
  const thoughts = rememberThoughts()
  const serve = (request: FakeRequest, behaviour: Behaviour | null): Reply => {
    const refusal = refuse(request, key, models, thoughts)
    if (refusal !== null) return refusal
    const { body } = request
    if (isJson(body) && body.stream === true) {
      const turn = () => unscripted(request, body, options, counter++)
      return streamTurn(body, behaviour, thoughts, turn)
    }
    return complete(request, behaviour, () => (options.answer ?? defaultAnswer)(request, counter++))
  }
  return startHttpFake({ serve, errorBody }, options)
}

function refuse(request: FakeRequest, key: string, models: readonly string[], thoughts: SealedThoughts): Reply | null {
  const { body, headers } = request
  if (request.method !== 'POST' || request.path !== '/v1/messages') return error(404, 'Not found')
  // The service takes a key in either header; this version of the SDK sends the second.
  const given = headers['x-api-key'] ?? headers.authorization?.replace(/^Bearer /, '')
  if (given !== key) return error(401, `invalid x-api-key: ${given}`)
  const version = headers['anthropic-version']
  if (!VERSIONS.has(version ?? '')) return error(400, `anthropic-version: ${version} is not a valid version`)
  if (!isJson(body)) return error(400, 'The body is not JSON')
  const unknown = Object.keys(body).find((name) => !KNOWN_KEYS.has(name))
  if (unknown !== undefined) return error(400, `${unknown}: Extra inputs are not permitted`)
  if (!Number.isInteger(body.max_tokens) || Number(body.max_tokens) < 1) return error(400, 'max_tokens: Field required')
  if (typeof body.model !== 'string' || !models.includes(body.model)) return error(404, `model: ${body.model}`)
  if (!Array.isArray(body.messages) || body.messages.length === 0)
    return error(400, 'messages: at least one message is required')
  const problem = conversationProblem(body, thoughts)
  if (problem !== null) return error(400, problem)
  const asksNothing =
    body.tools === undefined && (!isJson(body.output_config) || body.output_config.format === undefined)
  return asksNothing && body.stream !== true ? error(400, 'output_config.format: a JSON schema is required') : null
}

type Thoughts = SealedThoughts & { think(turn: number, callIds: readonly string[]): string }

/** Signatures are unguessable without the fake's memory, as the real ones are without the service's key. */
function rememberThoughts(): Thoughts {
  const signatures = new Set<unknown>()
  const byCall = new Map<string, string>()
  return {
    byCall,
    isSealed: (signature) => signatures.has(signature),
    think: (turn, callIds) => {
      const signature = createHash('sha256').update(`thought ${turn} ${callIds.join()}`).digest('base64')
      signatures.add(signature)
      for (const id of callIds) byCall.set(id, signature)
      return signature
    },
  }
}

let callCounter = 0

function unscripted(request: FakeRequest, body: Json, options: FakeAnthropicOptions, counter: number): Turn {
  if (options.converse) return options.converse(body, counter)
  const format = formatOf(body)
  if (format) return { answer: (options.answer ?? defaultAnswer)(request, counter) }
  return { text: 'Everything looks as it should.' }
}

function formatOf(body: Json): unknown {
  const config = isJson(body.output_config) ? body.output_config : {}
  return isJson(config.format) ? config.format.schema : undefined
}

function streamTurn(body: Json, behaviour: Behaviour | null, thoughts: Thoughts, turn: () => Turn): Reply {
  const blocks = blocksOf(body, scriptedTurn(body, behaviour) ?? turn(), thoughts)
  const calls = blocks.some(({ type }) => type === 'tool_use')
  const events = eventsOf({
    model: String(body.model),
    blocks: behaviour?.kind === 'refusal' ? [] : blocks,
    stopReason: stopReasonOf(behaviour, calls),
    stopDetails: behaviour?.kind === 'refusal' ? { type: 'refusal', category: 'cyber', explanation: null } : null,
    // About what English and JSON come to.
    usage: { input: tokensOf(body), output: tokensOf(blocks) },
  })
  if (behaviour?.kind === 'break-off') return streamReply(events.slice(0, behaviour.afterEvents), true)
  if (behaviour?.kind === 'error-event') {
    const trouble = { type: 'error', error: { type: behaviour.type, message: 'Overloaded' } }
    return streamReply([...events.slice(0, -3), trouble])
  }
  return streamReply(events)
}

const tokensOf = (value: unknown) => Math.ceil(JSON.stringify(value).length / 3.5)

function stopReasonOf(behaviour: Behaviour | null, calls: boolean): string {
  if (behaviour?.kind === 'refusal') return 'refusal'
  if (behaviour?.kind === 'truncated') return 'max_tokens'
  return calls ? 'tool_use' : 'end_turn'
}

function scriptedTurn(body: Json, behaviour: Behaviour | null): Turn | null {
  switch (behaviour?.kind) {
    case 'text':
      return { text: behaviour.text }
    case 'answer':
      return { answer: Object(behaviour.value) }
    case 'calls':
      return behaviour
    case 'truncated':
      return { text: '{"summary": "Cut off in the mid' }
    case 'break-off':
    case 'error-event':
      return { text: behaviour.text ?? 'The beginning of an answer that nobody will see the end of.' }
    case 'obey': {
      const did = obey(body)
      if ('calls' in did || formatOf(body) === undefined) return did
      const sample = Object(answerForSchema(formatOf(body), 0))
      return { answer: { ...sample, ...answersTold(body), ...saysWhatItSaw(sample, did.text) } }
    }
    default:
      return null
  }
}

/** Where an answer has room for words, the obedient one puts there what it was told to say. */
function saysWhatItSaw(sample: Json, words: string): Json {
  const room = ['rootCause', 'summary'].find((key) => key in sample)
  return room === undefined ? {} : { [room]: words }
}

function blocksOf(body: Json, turn: Turn, thoughts: Thoughts): AnswerBlock[] {
  if ('answer' in turn) return [{ type: 'text', text: JSON.stringify(turn.answer) }]
  if (!('calls' in turn)) return [{ type: 'text', text: turn.text }]
  const calls = turn.calls.map((call): AnswerBlock & { id: string } => {
    callCounter += 1
    return { type: 'tool_use', id: `toolu_fake${callCounter}`, ...call }
  })
  const signature = thoughts.think(
    Array.isArray(body.messages) ? body.messages.length : 0,
    calls.map(({ id }) => id),
  )
  const words: AnswerBlock[] = turn.text ? [{ type: 'text', text: turn.text }] : []
  return [{ type: 'thinking', signature }, ...words, ...calls]
}

function complete(request: FakeRequest, behaviour: Behaviour | null, answer: () => unknown): Reply {
  const message = (text: string | null, stop: string, extra = {}) => ({
    status: 200,
    headers: { 'request-id': 'req_fake' },
    body: {
      id: 'msg_fake',
      type: 'message',
      role: 'assistant',
      model: isJson(request.body) ? request.body.model : '',
      content: text === null ? [] : [{ type: 'text', text, citations: null }],
      stop_reason: stop,
      stop_sequence: null,
      usage: { input_tokens: 1200, output_tokens: 700, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 },
      ...extra,
    },
  })
  if (behaviour?.kind === 'refusal') {
    return message(null, 'refusal', { stop_details: { type: 'refusal', category: 'bio', explanation: null } })
  }
  if (behaviour?.kind === 'truncated') return message('{"hook": {"title": "Cut off in the mid', 'max_tokens')
  if (behaviour?.kind === 'text') return message(behaviour.text, 'end_turn')
  return message(JSON.stringify(behaviour?.kind === 'answer' ? behaviour.value : answer()), 'end_turn')
}

function defaultAnswer(request: FakeRequest, counter: number): object {
  const config = isJson(request.body) && isJson(request.body.output_config) ? request.body.output_config : {}
  return Object(answerForSchema(isJson(config.format) ? config.format.schema : {}, counter))
}

function errorBody(status: number, message: string) {
  return { type: 'error', error: { type: ERROR_TYPES[status] ?? 'api_error', message }, request_id: 'req_fake' }
}

function error(status: number, message: string): Reply {
  return { status, body: errorBody(status, message) }
}
