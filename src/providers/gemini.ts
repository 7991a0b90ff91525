import type { GenerateContentConfig, GoogleGenAI } from '@google/genai'
import { z } from 'zod'
import { Failure } from '../failure.ts'
import { badOutput, parseAnswer } from './answer-schema.ts'
import type { Fetch } from './bounded-fetch.ts'
import {
  createTextMaker,
  guardedCall,
  MAX_TEXT_RESPONSE_BYTES,
  type MakerDeps,
  THINKING_TOKENS,
  TokenCount,
  textGuard,
  tokensAtMost,
} from './guarded-call.ts'
import { IMAGE_LIMITS, validateImage } from './image-guard.ts'
import type { Answer } from './ledger.ts'
import type { CallContext, Embedder, ImageModel, Painting, PaintRequest, TextModel, Usage } from './ports.ts'

export type GeminiConfig = { apiKey: string; baseUrl: string | null; model: string }

const DEFAULT_BASE_URL = 'https://generativelanguage.googleapis.com'
/** The nearest to a slide's 4:5 among the ratios that the SDK documents. */
const ASPECT_RATIO = '3:4'
const DIMENSIONS = 768
/** Base64 is a third longer than the bytes; the rest is room for the JSON around it. */
const MAX_IMAGE_RESPONSE_BYTES = Math.ceil(IMAGE_LIMITS.maxBytes * 1.4) + 1_000_000

const Part = z.object({
  text: z.string().optional(),
  thought: z.boolean().optional(),
  inlineData: z.object({ data: z.string(), mimeType: z.string().optional() }).optional(),
})
const Generated = z.object({
  candidates: z
    .array(
      z.object({
        content: z.object({ parts: z.array(Part).optional() }).optional(),
        finishReason: z.string().optional(),
      }),
    )
    .optional(),
  promptFeedback: z.object({ blockReason: z.string().optional() }).optional(),
  usageMetadata: z
    .object({
      promptTokenCount: TokenCount.optional(),
      candidatesTokenCount: TokenCount.optional(),
      thoughtsTokenCount: TokenCount.optional(),
    })
    .optional()
    .catch(undefined),
})
type Generated = z.infer<typeof Generated>
const Embedded = z.object({
  embeddings: z.array(z.object({ values: z.array(z.number()).length(DIMENSIONS) })).length(1),
})

export function createGeminiText(config: GeminiConfig, deps: MakerDeps): TextModel {
  return createTextMaker(deps, textGuard('gemini', 'Gemini', config), async (asked) => {
    const { request, schema, outputTokens, signal, fetch } = asked
    const generated = await generate(config, fetch, request.user, {
      abortSignal: signal,
      systemInstruction: request.system,
      temperature: request.temperature,
      maxOutputTokens: outputTokens,
      responseMimeType: 'application/json',
      responseJsonSchema: schema,
    })
    return { usage: usageOfText(generated), read: () => parseAnswer(request.schema, textOf(generated)) }
  })
}

export function createGeminiImages(config: GeminiConfig, deps: MakerDeps): ImageModel {
  const guard = guardFor(config, 'image', MAX_IMAGE_RESPONSE_BYTES)
  return {
    maker: guard.maker,
    paint: (request: PaintRequest, context: CallContext) => {
      const reserve = { inputTokens: tokensAtMost(request.prompt), outputTokens: THINKING_TOKENS, images: 1 }
      return guardedCall(deps, guard, context, reserve, async (signal, fetch): Promise<Answer<Painting>> => {
        const generated = await generate(config, fetch, request.prompt, {
          abortSignal: signal,
          responseModalities: ['IMAGE'],
          imageConfig: { aspectRatio: ASPECT_RATIO },
        })
        return { usage: usageOfPainting(generated, reserve), read: () => readPicture(generated) }
      })
    },
  }
}

/** Vectors are asked for with 768 dimensions; the service does not normalise shortened ones, so that is done here. */
export function createGeminiEmbedder(config: GeminiConfig, deps: MakerDeps): Embedder {
  const guard = guardFor(config, 'embedding', MAX_TEXT_RESPONSE_BYTES)
  return {
    maker: guard.maker,
    dimensions: DIMENSIONS,
    embed: (text: string, context: CallContext) => {
      // The service reports no usage for embeddings: what was reserved is what is booked.
      const usage = { inputTokens: tokensAtMost(text), outputTokens: 0, images: 0 }
      return guardedCall(deps, guard, context, usage, async (signal, fetch) => {
        const client = await openClient(config, fetch)
        const embedded: unknown = await client.models.embedContent({
          model: config.model,
          contents: text,
          config: { outputDimensionality: DIMENSIONS, taskType: 'SEMANTIC_SIMILARITY', abortSignal: signal },
        })
        return { usage, read: () => readVector(embedded) }
      })
    },
  }
}

function guardFor<K extends 'image' | 'embedding'>(config: GeminiConfig, kind: K, maxResponseBytes: number) {
  const maker = { provider: 'gemini', model: config.model } as const
  return { maker, kind, service: 'Gemini', apiKey: config.apiKey, maxResponseBytes }
}

async function openClient(config: GeminiConfig, fetch: Fetch): Promise<GoogleGenAI> {
  // Imported here: a process without this key never loads it.
  const { GoogleGenAI } = await import('@google/genai')
  return new GoogleGenAI({
    apiKey: config.apiKey,
    // Else the environment decides, and may send the key to another service.
    vertexai: false,
    // No retryOptions: their mere presence turns the SDK's own retries on.
    httpOptions: { baseUrl: config.baseUrl ?? DEFAULT_BASE_URL, fetch },
  })
}

async function generate(
  config: GeminiConfig,
  fetch: Fetch,
  contents: string,
  settings: GenerateContentConfig,
): Promise<Generated> {
  const client = await openClient(config, fetch)
  const raw: unknown = await client.models.generateContent({
    model: config.model,
    contents,
    // The SDK would silently make further, paid requests for an answer that was cut off.
    config: { ...settings, automaticContinuation: false },
  })
  const parsed = Generated.safeParse(raw)
  if (!parsed.success) throw badOutput('Gemini answered in a shape that it does not document')
  return parsed.data
}

/** Null when something was written and nobody says how much. */
function usageOfText(generated: Generated): Usage | null {
  const { promptTokenCount, candidatesTokenCount, thoughtsTokenCount } = generated.usageMetadata ?? {}
  const wrote = partsOf(generated).length > 0
  if (promptTokenCount === undefined || (wrote && candidatesTokenCount === undefined)) return null
  const outputTokens = (candidatesTokenCount ?? 0) + (thoughtsTokenCount ?? 0)
  return { inputTokens: promptTokenCount, outputTokens, images: 0 }
}

/** The pictures are counted here; a count that the service leaves out is booked as it was reserved. */
function usageOfPainting(generated: Generated, reserve: Usage): Usage {
  const images = picturesOf(generated).length
  const { usageMetadata: counted } = generated
  const inputTokens = counted?.promptTokenCount ?? reserve.inputTokens
  if (!counted) return { ...reserve, images: Math.max(images, reserve.images) }
  // A picture's own tokens are in its price by the piece.
  const written = images > 0 ? 0 : (counted.candidatesTokenCount ?? 0)
  return { inputTokens, outputTokens: written + (counted.thoughtsTokenCount ?? 0), images }
}

const REFUSALS: ReadonlySet<string> = new Set([
  'SAFETY',
  'RECITATION',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'IMAGE_SAFETY',
  'IMAGE_PROHIBITED_CONTENT',
  'IMAGE_RECITATION',
])

function partsOf(generated: Generated) {
  const candidate = generated.candidates?.[0]
  return (candidate?.content?.parts ?? []).filter((part) => part.thought !== true)
}

function refuseUnfinished(generated: Generated): void {
  const blocked = generated.promptFeedback?.blockReason
  if (blocked) throw new Failure(`Gemini declined the request (${blocked})`, { code: 'refused' })
  const reason = generated.candidates?.[0]?.finishReason
  if (reason === undefined || reason === 'STOP') return
  if (REFUSALS.has(reason)) throw new Failure(`Gemini declined to answer (${reason})`, { code: 'refused' })
  if (reason === 'MAX_TOKENS' || reason === 'CONTINUATION') throw badOutput('The answer was cut off: it was too long')
}

function textOf(generated: Generated): string {
  refuseUnfinished(generated)
  return partsOf(generated)
    .map((part) => part.text ?? '')
    .join('')
}

function picturesOf(generated: Generated): string[] {
  return partsOf(generated).flatMap((part) => (part.inlineData ? [part.inlineData.data] : []))
}

/** The picture may stand anywhere among the parts; of several, the last is the finished one. */
async function readPicture(generated: Generated): Promise<Painting> {
  refuseUnfinished(generated)
  const data = picturesOf(generated).at(-1)
  if (data === undefined) {
    const wrote = textOf(generated).trim() !== ''
    throw wrote
      ? new Failure('Gemini wrote a text instead of painting', { code: 'refused' })
      : badOutput(`Gemini painted nothing (${generated.candidates?.[0]?.finishReason ?? 'no answer'})`)
  }
  const bytes = Buffer.from(data, 'base64')
  const { mime } = await validateImage(bytes)
  return { bytes, mime }
}

function readVector(raw: unknown): number[] {
  const parsed = Embedded.safeParse(raw)
  const values = parsed.data?.embeddings[0]?.values
  if (values === undefined) throw badOutput(`Gemini did not answer with one vector of ${DIMENSIONS} numbers`)
  const length = Math.hypot(...values)
  if (!Number.isFinite(length) || length === 0) throw badOutput('Gemini answered with a vector that has no direction')
  return values.map((value) => value / length)
}
