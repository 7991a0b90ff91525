import type { FakeTextOptions } from './groq.ts'
import { type Behaviour, type FakeRequest, type HttpFake, isJson, type Reply, startHttpFake } from './http-fake.ts'
import { answerForSchema } from './sample-content.ts'
import { schemaProblem } from './strict-schema.ts'

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

/** A strict stand-in for Claude's messages. */
export function startFakeAnthropic(options: FakeTextOptions = {}): Promise<HttpFake> {
  const key = options.key ?? FAKE_ANTHROPIC_KEY
  const models = options.models ?? ['claude-sonnet-5-5', 'claude-haiku-5-5', 'claude-opus-5-5']
  let counter = 0
  const serve = (request: FakeRequest, behaviour: Behaviour | null): Reply => {
    const refusal = refuse(request, key, models)
    if (refusal !== null) return refusal
    return complete(request, behaviour, () => (options.answer ?? defaultAnswer)(request, counter++))
  }
  return startHttpFake({ serve, errorBody }, options)
}

function refuse(request: FakeRequest, key: string, models: readonly string[]): Reply | null {
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
  return refuseFormat(body.output_config)
}

function refuseFormat(config: unknown): Reply | null {
  const format = isJson(config) ? config.format : undefined
  if (!isJson(format) || format.type !== 'json_schema')
    return error(400, 'output_config.format: a JSON schema is required')
  const problem = schemaProblem(format.schema, { allRequired: false })
  return problem === null ? null : error(400, `output_config.format.schema: ${problem}`)
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
