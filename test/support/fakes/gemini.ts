import { createHash } from 'node:crypto'
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
import { pictureFor, scriptedPicture } from './pictures.ts'
import { answerForSchema } from './sample-content.ts'
import { schemaProblem } from './strict-schema.ts'

export const FAKE_GEMINI_KEY = 'AIzaFakeGeminiKey0123456789'

const STATUS_NAMES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
}

export type FakeGeminiOptions = FakeTextOptions & {
  /** Delay of pictures and of embeddings, where it differs from `delayMs`. */
  imageDelayMs?: number
  embeddingDelayMs?: number
}

/** A strict stand-in for Gemini: text, pictures and embeddings. */
export function startFakeGemini(options: FakeGeminiOptions = {}): Promise<HttpFake> {
  const key = options.key ?? FAKE_GEMINI_KEY
  const models = options.models ?? ['gemini-3.8-flash', 'gemini-3.1-flash-image', 'gemini-embedding-001']
  let counter = 0
  const serve = async (request: FakeRequest, behaviour: Behaviour | null): Promise<Reply> => {
    const [, model = '', method = ''] = /^\/v1(?:beta)?\/models\/([^:]+):(\w+)$/.exec(request.path) ?? []
    const refusal = refuse(request, key, models, model)
    if (refusal !== null) return refusal
    const body = isJson(request.body) ? request.body : {}
    if (method === 'batchEmbedContents') return delayed(embed(body), options.embeddingDelayMs)
    if (method !== 'generateContent') return error(404, 'Method not found')
    if (model.includes('image')) return delayed(await paint(body, behaviour), options.imageDelayMs)
    return write(body, behaviour, () => (options.answer ?? defaultAnswer)(request, counter++))
  }
  return startHttpFake({ serve, errorBody }, options)
}

function refuse(request: FakeRequest, key: string, models: readonly string[], model: string): Reply | null {
  const given = request.headers['x-goog-api-key']
  if (request.method !== 'POST' || model === '') return error(404, 'Not found')
  if (given === undefined) return error(403, 'Method doesn’t allow unregistered callers.')
  // The service says 400 and not 401 to a wrong key.
  if (given !== key) return error(400, `API key not valid. Please pass a valid API key: ${given}`)
  if (!models.includes(model)) return error(404, `models/${model} is not found for this API version`)
  return isJson(request.body) ? null : error(400, 'Invalid JSON payload received.')
}

function write(body: Json, behaviour: Behaviour | null, answer: () => unknown): Reply {
  const config = isJson(body.generationConfig) ? body.generationConfig : {}
  if (config.responseMimeType !== 'application/json' || config.responseJsonSchema === undefined) {
    return error(400, 'generation_config.response_json_schema: missing')
  }
  const problem = schemaProblem(config.responseJsonSchema, { allRequired: false })
  if (problem !== null) return error(400, `generation_config.response_json_schema: ${problem}`)
  if (behaviour?.kind === 'refusal') return blocked()
  if (behaviour?.kind === 'truncated') return generated([{ text: '{"hook": {"title": "Cut off' }], 'MAX_TOKENS')
  if (behaviour?.kind === 'text') return generated([{ text: behaviour.text }], 'STOP')
  const text = JSON.stringify(behaviour?.kind === 'answer' ? behaviour.value : answer())
  return generated([{ text: 'First I think about it.', thought: true }, { text }], 'STOP')
}

async function paint(body: Json, behaviour: Behaviour | null): Promise<Reply> {
  const config = isJson(body.generationConfig) ? body.generationConfig : {}
  if (!Array.isArray(config.responseModalities) || !config.responseModalities.includes('IMAGE')) {
    return error(400, 'This model answers with images: response_modalities must contain IMAGE')
  }
  if (behaviour?.kind === 'refusal') return generated([], 'IMAGE_SAFETY')
  if (behaviour?.kind === 'text-only') return generated([{ text: 'I would paint a dark sea for you.' }], 'STOP')
  const prompt = JSON.stringify(body.contents)
  const scripted = await scriptedPicture(behaviour, prompt)
  const bytes = scripted?.bytes ?? (await pictureFor(prompt))
  const inlineData = { mimeType: scripted?.mime ?? 'image/png', data: bytes.toString('base64') }
  return generated([{ text: 'Here is your picture.' }, { inlineData }, { text: 'I hope you like it.' }], 'STOP')
}

function embed(body: Json): Reply {
  const requests = Array.isArray(body.requests) ? body.requests.filter(isJson) : []
  if (requests.length === 0) return error(400, 'requests: at least one is needed')
  if (requests.some((request) => request.outputDimensionality !== 768)) {
    return error(400, 'this fake embeds into 768 dimensions only')
  }
  const embeddings = requests.map((request) => ({ values: vectorOf(JSON.stringify(request.content)) }))
  return { status: 200, body: { embeddings } }
}

/** Like words give like vectors. Not of unit length, as the service's shortened vectors are not. */
function vectorOf(text: string): number[] {
  const values = new Array<number>(768).fill(0)
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? []) {
    const hash = createHash('sha256').update(word).digest()
    for (let at = 0; at < 24; at += 3) {
      const slot = hash.readUInt16BE(at) % 768
      values[slot] = (values[slot] ?? 0) + ((hash[at + 2] ?? 0) % 2 === 0 ? 3 : -3)
    }
  }
  return values
}

function generated(parts: object[], finishReason: string): Reply {
  const content = parts.length === 0 ? undefined : { role: 'model', parts }
  const usageMetadata = {
    promptTokenCount: 900,
    candidatesTokenCount: 600,
    thoughtsTokenCount: 100,
    totalTokenCount: 1600,
  }
  return { status: 200, body: { candidates: [{ content, finishReason, index: 0 }], usageMetadata } }
}

function blocked(): Reply {
  return {
    status: 200,
    body: { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' }, usageMetadata: { promptTokenCount: 900 } },
  }
}

function defaultAnswer(request: FakeRequest, counter: number): object {
  const config = isJson(request.body) && isJson(request.body.generationConfig) ? request.body.generationConfig : {}
  return Object(answerForSchema(config.responseJsonSchema, counter))
}

function delayed(reply: Reply, delayMs: number | undefined): Reply {
  return delayMs === undefined ? reply : { ...reply, delayMs }
}

function errorBody(status: number, message: string) {
  return { error: { code: status, message, status: STATUS_NAMES[status] ?? 'UNKNOWN' } }
}

function error(status: number, message: string): Reply {
  return { status, body: errorBody(status, message) }
}
