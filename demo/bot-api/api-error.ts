/** A refusal in Telegram's words; the server turns it into the documented JSON and HTTP status. */
export class ApiError extends Error {
  readonly code: number
  readonly description: string
  readonly parameters: { retry_after?: number } | undefined

  constructor(code: number, description: string, parameters?: { retry_after?: number }) {
    super(description)
    this.name = 'ApiError'
    this.code = code
    this.description = description
    this.parameters = parameters
  }
}

export function badRequest(reason: string): ApiError {
  return new ApiError(400, `Bad Request: ${reason}`)
}

export function tooManyRequests(retryAfterSeconds: number): ApiError {
  return new ApiError(429, `Too Many Requests: retry after ${retryAfterSeconds}`, { retry_after: retryAfterSeconds })
}
