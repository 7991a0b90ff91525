import {
  type Behaviour,
  type FakeOptions,
  type FakeRequest,
  type HttpFake,
  isJson,
  type Reply,
  startHttpFake,
} from './http-fake.ts'
import { answerForSchema } from './sample-content.ts'
import { schemaProblem } from './strict-schema.ts'

export const FAKE_GROQ_KEY = 'gsk_fakeGroqKey0123456789'

export type FakeTextOptions = FakeOptions & {
  key?: string
  models?: readonly string[]
  /** What to answer; the default fits the schema that was sent. */
  answer?: (request: FakeRequest, counter: number) => object
}

const KNOWN_KEYS = new Set([
  'model',
  'messages',
  'temperature',
  'max_completion_tokens',
  'response_format',
  'reasoning_effort',
  'top_p',
  'seed',
  'stop',
  'stream',
  'user',
])

/** A strict stand-in for Groq's chat completions. */
export function startFakeGroq(options: FakeTextOptions = {}): Promise<HttpFake> {
  const key = options.key ?? FAKE_GROQ_KEY
  const models = options.models ?? ['openai/gpt-oss-120b', 'openai/gpt-oss-20b', 'llama-test']
  let counter = 0
  const serve = (request: FakeRequest, behaviour: Behaviour | null): Reply => {
    const refusal = refuse(request, key, models)
    if (refusal !== null) return refusal
    return complete(request, behaviour, () => (options.answer ?? defaultAnswer)(request, counter++))
  }
  return startHttpFake({ serve, errorBody: (status, message) => errorBody(message, `error_${status}`) }, options)
}

function refuse(request: FakeRequest, key: string, models: readonly string[]): Reply | null {
  const { body } = request
  if (request.method !== 'POST' || request.path !== '/openai/v1/chat/completions')
    return error(404, 'Unknown request URL', 'unknown_url')
  if (request.headers.authorization !== `Bearer ${key}`)
    return error(401, `Invalid API Key: ${request.headers.authorization}`, 'invalid_api_key')
  if (!isJson(body)) return error(400, 'The body is not JSON', 'invalid_request_error')
  const unknown = Object.keys(body).find((name) => !KNOWN_KEYS.has(name))
  if (unknown !== undefined) return error(400, `property '${unknown}' is unsupported`, 'invalid_request_error')
  if (typeof body.model !== 'string' || !models.includes(body.model)) {
    return error(404, `The model \`${body.model}\` does not exist or you do not have access to it.`, 'model_not_found')
  }
  if (!Array.isArray(body.messages) || body.messages.length === 0)
    return error(400, "'messages' : minimum number of items is 1", 'invalid_request_error')
  return refuseFormat(body.response_format, body.model)
}

function refuseFormat(format: unknown, model: string): Reply | null {
  if (!isJson(format) || format.type !== 'json_schema' || !isJson(format.json_schema)) {
    return error(400, "'response_format' : json_schema is missing", 'invalid_request_error')
  }
  const { name, schema, strict } = format.json_schema
  if (typeof name !== 'string' || !/^\w{1,64}$/.test(name))
    return error(400, 'response_format name is invalid', 'invalid_request_error')
  if (!isJson(schema)) return error(400, 'response_format has no schema', 'invalid_request_error')
  if (strict !== true) return null
  if (!model.startsWith('openai/gpt-oss'))
    return error(400, 'This model does not support strict json_schema', 'invalid_request_error')
  const problem = schemaProblem(schema, { allRequired: true })
  return problem === null
    ? null
    : error(400, `invalid JSON schema for response_format: ${problem}`, 'invalid_request_error')
}

function complete(request: FakeRequest, behaviour: Behaviour | null, answer: () => unknown): Reply {
  const choice = (content: string | null, finish: string, extra = {}) => ({
    status: 200,
    body: {
      id: 'chatcmpl-fake',
      object: 'chat.completion',
      created: 0,
      model: isJson(request.body) ? request.body.model : '',
      choices: [{ index: 0, finish_reason: finish, logprobs: null, message: { role: 'assistant', content, ...extra } }],
      usage: { prompt_tokens: 800, completion_tokens: 300, total_tokens: 1100 },
    },
  })
  if (behaviour?.kind === 'refusal') return choice(null, 'stop', { refusal: 'I cannot help with that.' })
  if (behaviour?.kind === 'truncated') return choice('{"text": "Cut off in the mid', 'length')
  if (behaviour?.kind === 'text') return choice(behaviour.text, 'stop')
  return choice(JSON.stringify(behaviour?.kind === 'answer' ? behaviour.value : answer()), 'stop')
}

function defaultAnswer(request: FakeRequest, counter: number): object {
  const format = isJson(request.body) && isJson(request.body.response_format) ? request.body.response_format : {}
  const schema = isJson(format.json_schema) ? format.json_schema.schema : {}
  return Object(answerForSchema(schema, counter))
}

function errorBody(message: string, code: string) {
  return { error: { message, type: 'invalid_request_error', code } }
}

function error(status: number, message: string, code: string): Reply {
  return { status, body: errorBody(message, code) }
}
