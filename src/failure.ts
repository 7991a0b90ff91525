/** What went wrong, in words the rest of the program can branch on. One list, so that a switch over it can be complete. */
export const FAILURE_CODES = [
  'bad_input', // what a person or a caller gave us cannot be used
  'bad_config', // the environment or a data file is wrong; the message lists every problem
  'bad_model_output', // a model answered, but not with what its schema asks for
  'refused', // a model declined to answer
  'rate_limited', // the service said "later"; see retryAfterMs
  'timeout', // our own deadline passed
  'unavailable', // refused connection, 5xx, circuit open
  'unauthorized', // the key or token is not accepted
  'not_found', // model, file or row is not there
  'budget_exceeded', // the day's or month's cap would be passed
  'bad_image', // the bytes are not a picture that we accept
  'bad_copy', // the words do not fit the slide or use a glyph that no font has
  'no_novel_fact', // everything found was told before
  'no_space', // the disk is full
  'not_writable', // no permission to write
  'conflict', // someone else holds what we need (lock, leader)
  'cancelled', // a person or the shutdown stopped it
  'database',
  'internal',
] as const
export type FailureCode = (typeof FAILURE_CODES)[number]

export type FailureOptions = { code: FailureCode; retryable?: boolean; retryAfterMs?: number; cause?: unknown }

/** The one error class. Foreign errors are translated into it in src/providers and src/db, nowhere else. */
export class Failure extends Error {
  readonly code: FailureCode
  /** Whether the same call may succeed if it is simply made again later. */
  readonly retryable: boolean
  /** What the service asked us to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined

  constructor(message: string, options: FailureOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'Failure'
    this.code = options.code
    this.retryable = options.retryable ?? false
    this.retryAfterMs = options.retryAfterMs
  }
}

/** Wraps anything thrown into a Failure; a Failure passes through unchanged. */
export function asFailure(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown
  const code = codeOf(thrown)
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new Failure(message, { code, retryable: code === 'database' || code === 'no_space', cause: thrown })
}

/** The database is away, and may be back later: nothing follows about what was being done. */
export function isOutageOfDatabase(failure: Failure): boolean {
  return failure.code === 'database' && failure.retryable
}

/**
 * SQLSTATE classes of a server that is gone, busy or shutting down (a wrong statement is none of them, but a bug), and
 * what the system says of a lost connection. Errors of the services' connections are translated before they come here.
 */
const SERVER_TROUBLE = /^(?:(?:08|53|58)[0-9A-Z]{3}|57P[0-9A-Z]{2}|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EPIPE)$/
/** What the PostgreSQL client and its pool say in errors that have no code. */
const CONNECTION_TROUBLE =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Query read timeout)/

function codeOf(thrown: unknown): FailureCode {
  if (thrown instanceof Error && thrown.name === 'AbortError') return 'cancelled'
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'no_space'
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return 'not_writable'
  if (typeof code === 'string' && SERVER_TROUBLE.test(code)) return 'database'
  if (thrown instanceof Error && CONNECTION_TROUBLE.test(thrown.message)) return 'database'
  return 'internal'
}
