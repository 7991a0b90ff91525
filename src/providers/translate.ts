import { Failure, type FailureOptions } from '../failure.ts'
import type { Redact } from '../redact.ts'
import { retryAfterMs } from './retry-after.ts'

/**
 * What is left of a foreign error: its name, text, status and code, all secrets masked. The error itself is dropped,
 * because SDK errors carry headers, bodies and nested causes that nobody checked for a key.
 */
export class ServiceError extends Error {
  /** HTTP status, when the service answered at all. */
  readonly status: number | undefined
  /** Of the operating system or the HTTP client, e.g. ECONNREFUSED. */
  readonly code: string | undefined

  constructor(message: string, options: { name: string; status?: number | undefined; code?: string | undefined }) {
    super(message)
    this.name = options.name
    this.status = options.status
    this.code = options.code
  }
}

export type Translation = {
  /** As a person calls it: "Groq", "Claude", "Gemini", "Pexels". */
  service: string
  redact: Redact
  /** From the response's headers, when there was a response. */
  retryAfterMs?: number | undefined
}

const MAX_DETAIL_CHARS = 300
const MAX_CAUSES = 5

/** Turns whatever an SDK or fetch threw into a Failure without any secret in it. A Failure passes through. */
export function translateServiceError(thrown: unknown, how: Translation): Failure {
  if (thrown instanceof Failure) return thrown
  // Read before it is shortened: what matters to us may stand at the end of a long body.
  const body = thrown instanceof Error ? thrown.message : String(thrown)
  const original = inspect(thrown, how.redact)
  const said = original.message === '' ? '' : `: ${original.message}`
  if (original.status !== undefined) return fromStatus(original, original.status, { said, body }, how)
  if (thrown instanceof SyntaxError) {
    return new Failure(`${how.service} answered with something that is not JSON`, {
      code: 'bad_model_output',
      cause: original,
    })
  }
  if (original.name === 'AbortError' || original.name === 'APIUserAbortError') {
    return new Failure(`The call to ${how.service} was stopped`, { code: 'cancelled', cause: original })
  }
  return new Failure(`${how.service} cannot be reached${original.code ? ` (${original.code})` : said}`, {
    code: 'unavailable',
    retryable: true,
    cause: original,
  })
}

const UNSENT = 'UNSENT'

/** Codes of errors at which nothing had been sent yet. */
const NEVER_SENT: ReadonlySet<string> = new Set([
  UNSENT,
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** Whether the service may have done (and billed) the work although no usable answer came back. An error status bills nothing. */
export function mayHaveBeenBilled(failure: Failure): boolean {
  const { cause } = failure
  if (cause instanceof ServiceError && cause.code !== undefined && NEVER_SENT.has(cause.code)) return false
  if (failure.code === 'timeout' || failure.code === 'cancelled' || failure.code === 'internal') return true
  if (failure.code !== 'unavailable' && failure.code !== 'bad_model_output') return false
  return !(cause instanceof ServiceError) || cause.status === undefined
}

/** The same failure, marked as one at which nothing had been sent. */
export function unsent(failure: Failure): Failure {
  const cause = new ServiceError('nothing had been sent', { name: 'Unsent', code: UNSENT })
  return new Failure(failure.message, { code: failure.code, cause })
}

function fromStatus(
  cause: ServiceError,
  status: number,
  { said, body }: { said: string; body: string },
  how: Translation,
): Failure {
  const failure = (message: string, options: Omit<FailureOptions, 'cause'>) =>
    new Failure(`${how.service} ${message}${said}`, { ...options, cause })
  // Gemini says 400 to a wrong key.
  if (status === 401 || status === 403 || /API_KEY_INVALID|API key not valid|API key expired/i.test(body)) {
    return failure(`does not accept the key (${status})`, { code: 'unauthorized' })
  }
  if (status === 402) return failure('wants to be paid first (402)', { code: 'unauthorized' })
  if (status === 404) return failure('does not know this model or address (404)', { code: 'not_found' })
  if (status === 400 && /json_validate_failed|Failed to (generate|validate) JSON/i.test(body)) {
    return failure('could not make an answer of the asked shape (400)', { code: 'bad_model_output' })
  }
  if (status === 429 || status === 498) {
    const wait = how.retryAfterMs ?? delayInBody(body)
    const later = wait === undefined ? {} : { retryAfterMs: wait }
    return failure(`has no room for this call now (${status})`, { code: 'rate_limited', retryable: true, ...later })
  }
  const passing = status >= 500 || status === 408 || status === 409 || status === 425
  if (!passing) return failure(`does not accept the request (${status})`, { code: 'unavailable' })
  const later = how.retryAfterMs === undefined ? {} : { retryAfterMs: how.retryAfterMs }
  return failure(`is in trouble (${status})`, { code: 'unavailable', retryable: true, ...later })
}

/** Google sends no Retry-After header but a google.rpc.RetryInfo in the body: "retryDelay": "17s". */
function delayInBody(body: string): number | undefined {
  const seconds = /"retryDelay":\s*"(\d+(?:\.\d+)?)s"/.exec(body)?.[1]
  return seconds === undefined ? undefined : retryAfterMs(seconds, Date.now())
}

function inspect(thrown: unknown, redact: Redact): ServiceError {
  const chain = causeChain(thrown)
  const first = chain[0]
  const name = first instanceof Error ? first.constructor.name || first.name : 'Error'
  const message = first instanceof Error ? first.message : String(first)
  return new ServiceError(shorten(redact(sentenceIn(message))), {
    name: first instanceof Error && first.name === 'AbortError' ? 'AbortError' : name,
    status: firstOf(chain, 'status', (value) => typeof value === 'number'),
    code: firstOf(chain, 'code', (value) => typeof value === 'string' && /^[A-Z_]{3,40}$/.test(value)),
  })
}

function causeChain(thrown: unknown): unknown[] {
  const chain: unknown[] = []
  for (let next: unknown = thrown; next !== undefined && chain.length < MAX_CAUSES; ) {
    chain.push(next)
    next = next instanceof Error ? next.cause : undefined
  }
  return chain
}

function firstOf<T extends number | string>(
  chain: unknown[],
  key: string,
  fits: (value: unknown) => boolean,
): T | undefined {
  for (const link of chain) {
    if (typeof link !== 'object' || link === null || !(key in link)) continue
    const value: unknown = Reflect.get(link, key)
    if (fits(value)) return value as T
  }
  return undefined
}

/** Error bodies are JSON with the sentence meant for people somewhere inside; SDKs put the whole body into the message. */
function sentenceIn(message: string): string {
  const start = message.indexOf('{')
  if (start === -1) return message
  try {
    return sentenceOf(JSON.parse(message.slice(start))) ?? message
  } catch {
    return message
  }
}

function sentenceOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const { error, message, code } = body as { error?: unknown; message?: unknown; code?: unknown }
  if (typeof error === 'string') return error
  if (typeof message === 'string') return message
  return sentenceOf(error) ?? (typeof code === 'string' ? code : undefined)
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length <= MAX_DETAIL_CHARS ? line : `${line.slice(0, MAX_DETAIL_CHARS)}…`
}
