import { ZodError } from 'zod'
import { asFailure, Failure } from '../failure.ts'
import { toVisible } from '../messaging/visible-text.ts'
import { redactSecrets } from '../redact-secrets.ts'

/** One call to the engine: with a time limit that holds whatever the other side does, and with errors in our words. */

export type CallOptions = { what: string; limitMs: number; signal: AbortSignal | undefined }

/** @throws Failure timeout | cancelled | unavailable | unauthorized | not_found | conflict | bad_input | internal */
export async function callDocker<T>(options: CallOptions, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { signal, limitMs } = options
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(), limitMs)
  const both = signal ? AbortSignal.any([signal, deadline.signal]) : deadline.signal
  const ended = Promise.withResolvers<never>()
  const end = () => ended.reject(new Error('ended'))
  both.addEventListener('abort', end, { once: true })
  try {
    if (both.aborted) throw new Error('ended')
    // A race: the client answers an abort in the middle of a response not always, and then never.
    return await Promise.race([call(both), ended.promise])
  } catch (thrown) {
    if (signal?.aborted) throw new Failure(`${options.what} was stopped`, { code: 'cancelled', cause: thrown })
    if (deadline.signal.aborted) throw lateFailure(options, thrown)
    throw translate(thrown, options.what)
  } finally {
    clearTimeout(timer)
    both.removeEventListener('abort', end)
  }
}

function lateFailure({ what, limitMs }: CallOptions, cause: unknown): Failure {
  const seconds = Math.round(limitMs / 1000)
  return new Failure(
    `Docker did not answer within ${seconds} s (${what}). Is the machine overloaded, or the Docker service stuck?`,
    { code: 'timeout', retryable: true, cause },
  )
}

const UNREACHABLE = ['ECONNREFUSED', 'ENOENT', 'ECONNRESET', 'EPIPE', 'ENOTFOUND', 'EHOSTUNREACH', 'ETIMEDOUT']
const EXPLANATION_MAX_CHARS = 300
/** Looked through for secrets; more than is shown, so that none is halved before. */
const EXPLANATION_READ_CHARS = 8_000

/** Nothing answers at all, so that it says nothing about what was asked for. */
export function isUnreachable({ cause }: Failure): boolean {
  const { code } = read(cause)
  return typeof code === 'string' && UNREACHABLE.includes(code)
}

function translate(thrown: unknown, what: string): Failure {
  if (thrown instanceof Failure) return thrown
  if (thrown instanceof ZodError)
    return new Failure('What answers at Docker’s address is not a Docker Engine. Look at DOCKER_HOST.', {
      code: 'unavailable',
      cause: thrown,
    })
  const { code, statusCode, json } = read(thrown)
  if (code === 'EACCES' || code === 'EPERM')
    return new Failure(
      'The Docker socket may not be used by this user. Add the user to the group “docker” and start the bot again.',
      { code: 'unauthorized', cause: thrown },
    )
  if (typeof code === 'string' && UNREACHABLE.includes(code))
    return new Failure('Docker cannot be reached: is the Docker service running?', {
      code: 'unavailable',
      retryable: true,
      cause: thrown,
    })
  if (statusCode !== undefined) return translateStatus(statusCode, explain(json), what, thrown)
  return asFailure(thrown)
}

function translateStatus(status: number, said: string, what: string, cause: unknown): Failure {
  const words = said === '' ? '' : ` Docker says: ${said}`
  if (status === 401 || status === 403)
    return new Failure(`Docker’s proxy forbids this (${what}). Allow it there, or do it on the machine.${words}`, {
      code: 'unauthorized',
      cause,
    })
  // A network or a volume that it needs may be what is missing.
  if (status === 404 && said !== '' && !/no such container/i.test(said))
    return new Failure(`This container, or something that it needs, is gone.${words}`, { code: 'not_found', cause })
  if (status === 404) return new Failure('This container is gone.', { code: 'not_found', cause })
  if (status === 409) return new Failure(`Docker cannot do that now.${words}`, { code: 'conflict', cause })
  if (status === 400 || status === 501)
    return new Failure(`Docker cannot do that.${words}`, { code: 'bad_input', cause })
  return new Failure(`Docker failed (${what}, status ${status}).${words}`, {
    code: 'unavailable',
    retryable: true,
    cause,
  })
}

function read(thrown: unknown): { code?: unknown; statusCode?: number; json?: unknown } {
  if (typeof thrown !== 'object' || thrown === null) return {}
  const statusCode = 'statusCode' in thrown && typeof thrown.statusCode === 'number' ? thrown.statusCode : undefined
  return {
    ...('code' in thrown ? { code: thrown.code } : {}),
    ...(statusCode === undefined ? {} : { statusCode }),
    ...('json' in thrown ? { json: thrown.json } : {}),
  }
}

/**
 * The engine answers {"message": …}; a proxy may answer a page. Secrets in it, as those of a command line, are hidden here:
 * these words are kept in a record that nobody can change.
 */
function explain(json: unknown): string {
  const message = typeof json === 'object' && json !== null && 'message' in json ? json.message : ''
  if (typeof message !== 'string') return ''
  const words = toVisible(redactSecrets(message.slice(0, EXPLANATION_READ_CHARS)))
    .replace(/\s+/g, ' ')
    .trim()
  return toVisible(words.slice(0, EXPLANATION_MAX_CHARS))
}
