import { z } from 'zod'
import type { CallKind } from '../db/provider-calls.ts'
import { createRedact } from '../redact.ts'
import { answerSchema, type JsonSchema } from './answer-schema.ts'
import { type Fetch, observeFetch } from './bounded-fetch.ts'
import { type Answer, type LedgerDeps, meteredCall } from './ledger.ts'
import type { CallPolicy } from './policy.ts'
import type { CallContext, Maker, TextModel, TextRequest, Usage } from './ports.ts'
import { translateServiceError } from './translate.ts'

/** What every real maker is built from. */
export type MakerDeps = {
  ledger: LedgerDeps
  policy: CallPolicy
  fetch: Fetch
  /** Told of every call that began; lets the owner wait for those under way. */
  track?: ((call: Promise<unknown>) => void) | undefined
}

export type Guard = {
  maker: Maker
  kind: CallKind
  /** As a person calls it. */
  service: string
  /** Masked in whatever the service or its SDK says. */
  apiKey: string
  /** The most that a response may weigh. */
  maxResponseBytes: number
}

/**
 * One call as it should be: retries and deadlines around, a ledger row for each attempt, foreign errors translated.
 * `ask` gets the attempt's signal and a fetch made for it.
 */
export function guardedCall<T>(
  deps: MakerDeps,
  guard: Guard,
  context: CallContext,
  reserve: Usage,
  ask: (signal: AbortSignal, fetch: Fetch) => Promise<Answer<T>>,
): Promise<T> {
  const { maker, kind, service } = guard
  const { step, runId } = context
  const redact = createRedact([guard.apiKey])
  const call = deps.policy.run(context.signal, (attempt, within) =>
    track(
      deps,
      meteredCall(deps.ledger, { maker, kind, step, runId, attempt, reserve }, () =>
        within(async (signal) => {
          const observed = observeFetch(deps.fetch, guard.maxResponseBytes)
          try {
            return await ask(signal, observed.fetch)
          } catch (thrown) {
            throw translateServiceError(thrown, { service, redact, retryAfterMs: observed.retryAfterMs() })
          }
        }),
      ),
    ),
  )
  return call
}

function track<T>(deps: MakerDeps, call: Promise<T>): Promise<T> {
  deps.track?.(call)
  return call
}

/**
 * Tokens that a reasoning model may think away before it writes; all three services count them as output and against the
 * limit, while `maxOutputTokens` of a request means the answer alone.
 */
export const THINKING_TOKENS = 4096

/** As a service reports it; anything else is no report. */
export const TokenCount = z.int().nonnegative()

/** A guard of calls that are asked for words. */
export function textGuard<P extends Maker['provider']>(
  provider: P,
  service: string,
  config: { apiKey: string; model: string },
) {
  const maker = { provider, model: config.model } as const
  return { maker, kind: 'text', service, apiKey: config.apiKey, maxResponseBytes: MAX_TEXT_RESPONSE_BYTES } as const
}

/** One text to ask for, as a service needs it. */
export type TextAsk<T> = {
  request: TextRequest<T>
  /** The answer's schema in the dialect that all services take. */
  schema: JsonSchema
  /** The limit to send: the answer's size and what may be thought before it. */
  outputTokens: number
  signal: AbortSignal
  fetch: Fetch
}

/** A writer: what every service's has in common is the guard and the reservation; `ask` is the service's own part. */
export function createTextMaker(
  deps: MakerDeps,
  guard: Guard,
  ask: <T>(asked: TextAsk<T>) => Promise<Answer<T>>,
): TextModel {
  return {
    maker: guard.maker,
    complete: <T>(request: TextRequest<T>, context: CallContext) => {
      const schema = answerSchema(request.schema)
      const outputTokens = request.maxOutputTokens + THINKING_TOKENS
      const inputTokens = tokensAtMost(request.system, request.user, JSON.stringify(schema))
      return guardedCall(deps, guard, context, { inputTokens, outputTokens, images: 0 }, (signal, fetch) =>
        ask({ request, schema, outputTokens, signal, fetch }),
      )
    },
  }
}

/** Room for a service's own words around ours. */
const FRAME_TOKENS = 500

/** The most tokens that texts can come to: no token is shorter than a byte. */
export function tokensAtMost(...texts: string[]): number {
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), FRAME_TOKENS)
}

/** No structured answer of this product comes near. */
export const MAX_TEXT_RESPONSE_BYTES = 2_000_000
