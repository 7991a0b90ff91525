import type { Config } from '../config.ts'
import type { Failure } from '../failure.ts'
import { createRedact } from '../redact.ts'
import { type Fetch, observeFetch, readBounded } from './bounded-fetch.ts'
import { ServiceError, translateServiceError } from './translate.ts'

/** Asks the services whether they take the keys and know the models. Nothing is made, so nothing is paid. */

export type ModelCheck = { service: 'Groq' | 'Claude' | 'Gemini' | 'Pexels'; model: string | null } & (
  | { ok: true }
  | { ok: false; failure: Failure }
)

const MAX_BYTES = 2_000_000

type Keys = Pick<Config, 'groq' | 'anthropic' | 'gemini' | 'pexels'>
type Question = {
  service: ModelCheck['service']
  model: string | null
  apiKey: string
  ask: (fetch: Fetch) => Promise<unknown>
}

/** One answer for each model of each service that has a key. */
export function checkModels(config: Keys, signal: AbortSignal): Promise<ModelCheck[]> {
  const questions = [
    ...askGroq(config.groq, signal),
    ...askClaude(config.anthropic, signal),
    ...askGemini(config.gemini, signal),
    ...askPexels(config.pexels, signal),
  ]
  return Promise.all(questions.map(answer))
}

async function answer({ service, model, apiKey, ask }: Question): Promise<ModelCheck> {
  try {
    await ask(observeFetch(globalThis.fetch, MAX_BYTES).fetch)
    return { service, model, ok: true }
  } catch (thrown) {
    return {
      service,
      model,
      ok: false,
      failure: translateServiceError(thrown, { service, redact: createRedact([apiKey]) }),
    }
  }
}

function askGroq({ apiKey, baseUrl, model }: Keys['groq'], signal: AbortSignal): Question[] {
  if (apiKey === null) return []
  const ask = async (fetch: Fetch) => {
    const { default: Client } = await import('groq-sdk')
    const baseURL = baseUrl ?? 'https://api.groq.com'
    const client = new Client({ apiKey, baseURL, fetch, maxRetries: 0, logLevel: 'off' })
    // The list and not the one model, whose name holds a slash.
    const { data } = await client.models.list({ signal })
    if (!data.some(({ id }) => id === model)) throw unknownModel(model)
  }
  return [{ service: 'Groq', model, apiKey, ask }]
}

function askClaude({ apiKey, baseUrl, model }: Keys['anthropic'], signal: AbortSignal): Question[] {
  if (apiKey === null) return []
  const ask = async (fetch: Fetch) => {
    const { default: Client } = await import('@anthropic-ai/sdk')
    const baseURL = baseUrl ?? 'https://api.anthropic.com'
    const client = new Client({ apiKey, authToken: null, baseURL, fetch, maxRetries: 0, logLevel: 'off' })
    await client.models.retrieve(model, null, { signal })
  }
  return [{ service: 'Claude', model, apiKey, ask }]
}

function askGemini(config: Keys['gemini'], signal: AbortSignal): Question[] {
  const { apiKey } = config
  if (apiKey === null) return []
  return [config.model, config.imageModel, config.embeddingModel].map((model) => ({
    service: 'Gemini',
    model,
    apiKey,
    ask: async (fetch) => {
      const { GoogleGenAI } = await import('@google/genai')
      const baseUrl = config.baseUrl ?? 'https://generativelanguage.googleapis.com'
      const client = new GoogleGenAI({ apiKey, vertexai: false, httpOptions: { baseUrl, fetch } })
      await client.models.get({ model, config: { abortSignal: signal } })
    },
  }))
}

function askPexels({ apiKey, baseUrl }: Keys['pexels'], signal: AbortSignal): Question[] {
  if (apiKey === null) return []
  const ask = async (fetch: Fetch) => {
    const response = await fetch(new URL('/v1/search?query=sea&per_page=1', baseUrl), {
      headers: { authorization: apiKey },
      signal,
    })
    await readBounded(response, MAX_BYTES)
    if (!response.ok) throw new ServiceError('', { name: 'HttpError', status: response.status })
  }
  return [{ service: 'Pexels', model: null, apiKey, ask }]
}

function unknownModel(model: string): ServiceError {
  return new ServiceError(`${model} is not in its list of models`, { name: 'NotFound', status: 404 })
}
