import { Failure } from '../failure.ts'
import { retryAfterMs } from './retry-after.ts'

export type Fetch = typeof globalThis.fetch

/** A fetch for one call that also tells what the response's headers said. */
export type ObservedFetch = { fetch: Fetch; retryAfterMs(): number | undefined }

/**
 * Wraps fetch for an SDK: the body ends with an error after `maxBytes` (whatever Content-Length claims), redirects are not
 * followed (they would carry a key in a custom header to another host), and Retry-After is kept, which one SDK throws away.
 */
export function observeFetch(fetch: Fetch, maxBytes: number): ObservedFetch {
  let retryAfter: number | undefined
  const observed: Fetch = async (input, init) => {
    const response = await fetch(input, { ...init, redirect: 'manual' })
    retryAfter = retryAfterMs(response.headers.get('retry-after'), Date.now())
    if (response.body === null) return response
    const { status, statusText, headers } = response
    return new Response(limitBytes(response.body, maxBytes), { status, statusText, headers })
  }
  return { fetch: observed, retryAfterMs: () => retryAfter }
}

function limitBytes(body: ReadableStream<Uint8Array>, maxBytes: number): ReadableStream<Uint8Array> {
  let seen = 0
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        seen += chunk.byteLength
        if (seen > maxBytes) controller.error(tooLarge(maxBytes, 'bad_model_output'))
        else controller.enqueue(chunk)
      },
    }),
  )
}

/**
 * The body in one piece; reading stops at the limit.
 * @throws Failure bad_image (or `code`) when there is more
 */
export async function readBounded(
  response: Response,
  maxBytes: number,
  code: 'bad_image' | 'bad_model_output' = 'bad_image',
): Promise<Buffer> {
  if (response.body === null) return Buffer.alloc(0)
  const chunks: Uint8Array[] = []
  let seen = 0
  // Leaving the loop by the throw cancels the stream and with it the connection.
  for await (const chunk of response.body) {
    seen += chunk.byteLength
    if (seen > maxBytes) throw tooLarge(maxBytes, code)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function tooLarge(maxBytes: number, code: 'bad_image' | 'bad_model_output'): Failure {
  const limit = maxBytes >= 1e6 ? `${Math.floor(maxBytes / 1e6)} MB` : `${maxBytes} bytes`
  return new Failure(`What came back is larger than ${limit}`, { code })
}
