import type Anthropic from '@anthropic-ai/sdk'
import { z } from 'zod'
import { Failure } from '../failure.ts'
import { badOutput, parseAnswer } from './answer-schema.ts'
import type { Fetch } from './bounded-fetch.ts'
import { createTextMaker, type MakerDeps, type TextAsk, TokenCount, textGuard } from './guarded-call.ts'
import type { Answer } from './ledger.ts'
import type { TextModel, TextRequest, Usage } from './ports.ts'

export type AnthropicConfig = { apiKey: string; baseUrl: string | null; model: string }

const DEFAULT_BASE_URL = 'https://api.anthropic.com'
/** Above every deadline of ours, which are the ones that count. */
const SDK_TIMEOUT_MS = 600_000

/** The 5.5 models think hard unless told otherwise, and what they think counts against the limit of the answer. */
const EFFORT = 'medium' as const

const Message = z.object({
  content: z.array(z.object({ type: z.string(), text: z.string().optional() })),
  stop_reason: z.string().nullable(),
  stop_details: z.object({ category: z.string().nullish() }).nullish(),
})
type Message = z.infer<typeof Message>
/** Read apart from the rest: what was used is booked even when the answer itself cannot be used. */
const Metered = z.object({
  usage: z.object({
    input_tokens: TokenCount,
    output_tokens: TokenCount,
    cache_creation_input_tokens: TokenCount.nullish(),
    cache_read_input_tokens: TokenCount.nullish(),
  }),
})

/**
 * Claude. The request's temperature is not sent: this version of the API has no such setting any more
 * (the SDK's types do not know it), and a model that does not know a setting refuses the whole request.
 */
export function createAnthropicText(config: AnthropicConfig, deps: MakerDeps): TextModel {
  return createTextMaker(deps, textGuard('anthropic', 'Claude', config), async ({ signal, fetch, ...asked }) => {
    const client = await openClaude(config, fetch)
    const message: unknown = await client.messages.create(body(config.model, asked), { signal })
    return readMessage(asked.request, message)
  })
}

export async function openClaude(config: AnthropicConfig, fetch: Fetch): Promise<Anthropic> {
  // Imported here: a process without this key never loads it.
  const { default: Client } = await import('@anthropic-ai/sdk')
  return new Client({
    apiKey: config.apiKey,
    // Else the SDK looks for another credential in the environment.
    authToken: null,
    baseURL: config.baseUrl ?? DEFAULT_BASE_URL,
    fetch,
    maxRetries: 0,
    timeout: SDK_TIMEOUT_MS,
    logLevel: 'off',
  })
}

function body<T>(
  model: string,
  { request, schema, outputTokens }: Pick<TextAsk<T>, 'request' | 'schema' | 'outputTokens'>,
) {
  return {
    model,
    max_tokens: outputTokens,
    system: request.system,
    messages: [{ role: 'user' as const, content: request.user }],
    output_config: { effort: EFFORT, format: { type: 'json_schema' as const, schema } },
  }
}

function readMessage<T>(request: TextRequest<T>, raw: unknown): Answer<T> {
  const { data: message } = Message.safeParse(raw)
  return { usage: usageOf(raw), read: () => parseAnswer(request.schema, finishedText(message)) }
}

function usageOf(raw: unknown): Usage | null {
  const counted = Metered.safeParse(raw).data?.usage
  if (!counted) return null
  const cached = (counted.cache_creation_input_tokens ?? 0) + (counted.cache_read_input_tokens ?? 0)
  return { inputTokens: counted.input_tokens + cached, outputTokens: counted.output_tokens, images: 0 }
}

function finishedText(message: Message | undefined): string {
  if (message === undefined) throw badOutput('Claude answered in a shape that it does not document')
  if (message.stop_reason === 'refusal') {
    const category = message.stop_details?.category
    throw new Failure(`Claude declined to answer${category ? ` (${category})` : ''}`, { code: 'refused' })
  }
  if (message.stop_reason === 'max_tokens' || message.stop_reason === 'model_context_window_exceeded') {
    throw badOutput('The answer was cut off: it was too long')
  }
  return message.content.map((block) => (block.type === 'text' ? (block.text ?? '') : '')).join('')
}
