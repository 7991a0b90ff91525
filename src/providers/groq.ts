import type Groq from 'groq-sdk'
import { z } from 'zod'
import { Failure } from '../failure.ts'
import { badOutput, parseAnswer, requiresAllKeys } from './answer-schema.ts'
import type { Fetch } from './bounded-fetch.ts'
import { createTextMaker, type MakerDeps, type TextAsk, TokenCount, textGuard } from './guarded-call.ts'
import type { Answer } from './ledger.ts'
import type { TextModel, TextRequest } from './ports.ts'

export type GroqConfig = { apiKey: string; baseUrl: string | null; model: string }

const DEFAULT_BASE_URL = 'https://api.groq.com'

/** Only the open GPT models have constrained decoding and a dial for thinking (console.groq.com/docs/structured-outputs). */
const isGptOss = (model: string) => model.startsWith('openai/gpt-oss')

const Completion = z.object({
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
      }),
    )
    .min(1),
})
/** Read apart from the rest: what was used is booked even when the answer itself cannot be used. */
const Metered = z.object({ usage: z.object({ prompt_tokens: TokenCount, completion_tokens: TokenCount }) })

export function createGroqText(config: GroqConfig, deps: MakerDeps): TextModel {
  return createTextMaker(deps, textGuard('groq', 'Groq', config), async ({ signal, fetch, ...asked }) => {
    const client = await openClient(config, fetch)
    const completion: unknown = await client.chat.completions.create(body(config.model, asked), { signal })
    return readCompletion(asked.request, completion)
  })
}

/** A client a call: it is a small object, and so the fetch that watches one call stays with it. */
async function openClient(config: GroqConfig, fetch: Fetch): Promise<Groq> {
  // Imported here: a process without this key never loads it.
  const { default: Client } = await import('groq-sdk')
  const baseURL = config.baseUrl ?? DEFAULT_BASE_URL
  return new Client({ apiKey: config.apiKey, baseURL, fetch, maxRetries: 0, timeout: SDK_TIMEOUT_MS, logLevel: 'off' })
}

/** Above every deadline of ours, which are the ones that count. */
const SDK_TIMEOUT_MS = 600_000

function body<T>(
  model: string,
  { request, schema, outputTokens }: Pick<TextAsk<T>, 'request' | 'schema' | 'outputTokens'>,
) {
  return {
    model,
    messages: [
      { role: 'system' as const, content: request.system },
      { role: 'user' as const, content: request.user },
    ],
    temperature: request.temperature,
    max_completion_tokens: outputTokens,
    response_format: {
      type: 'json_schema' as const,
      json_schema: { name: request.schemaName, strict: isGptOss(model) && requiresAllKeys(schema), schema },
    },
    ...(isGptOss(model) ? { reasoning_effort: 'low' as const } : {}),
  }
}

function readCompletion<T>(request: TextRequest<T>, raw: unknown): Answer<T> {
  const parsed = Completion.safeParse(raw)
  const completion = parsed.data
  const counted = Metered.safeParse(raw).data?.usage
  const usage = counted
    ? { inputTokens: counted.prompt_tokens, outputTokens: counted.completion_tokens, images: 0 }
    : null
  const read = () => {
    const choice = completion?.choices[0]
    if (choice === undefined) throw badOutput('Groq answered in a shape that it does not document')
    if (choice.message.refusal) throw new Failure('Groq declined to answer', { code: 'refused' })
    if (choice.finish_reason === 'content_filter') throw new Failure('Groq filtered the answer', { code: 'refused' })
    if (choice.finish_reason === 'length') throw badOutput('The answer was cut off: it was too long')
    return parseAnswer(request.schema, choice.message.content ?? '')
  }
  return { usage, read }
}
