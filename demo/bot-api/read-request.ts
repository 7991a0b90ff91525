import { ApiError, badRequest } from './api-error.ts'
import type { Params, Upload } from './params.ts'

/** A document may have 50 MB; one more for the envelope of a multipart request. */
export const MAX_FILE_BYTES = 50 * 1024 * 1024
const MAX_BODY_BYTES = MAX_FILE_BYTES + 1024 * 1024

/** Query string and body together; the body wins. Reads JSON, urlencoded and multipart bodies. */
export async function readRequest(request: Request): Promise<Params> {
  const params: Params = { values: {}, uploads: new Map() }
  for (const [name, value] of new URL(request.url).searchParams) params.values[name] = value
  if (request.method !== 'POST') return params
  const type = request.headers.get('content-type') ?? ''
  const body = await readBody(request)
  if (body.length === 0) return params
  if (/^application\/json\b/i.test(type)) Object.assign(params.values, parseJsonBody(body))
  else if (/^application\/x-www-form-urlencoded\b/i.test(type)) readForm(body, params)
  else if (/^multipart\/form-data\b/i.test(type)) await readMultipart(body, type, params)
  return params
}

/** Reads to the end even when it is too much: a client that is still sending would never see the 413. */
async function readBody(request: Request): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body ?? []) {
    size += chunk.length
    if (size <= MAX_BODY_BYTES) chunks.push(chunk)
    else chunks.length = 0
  }
  if (size > MAX_BODY_BYTES) throw new ApiError(413, 'Request Entity Too Large')
  return Buffer.concat(chunks)
}

function parseJsonBody(body: Buffer): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'))
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return { ...parsed }
  } catch {
    // Falls through to the refusal.
  }
  throw badRequest("can't parse request: unexpected JSON body")
}

function readForm(body: Buffer, params: Params): void {
  for (const [name, value] of new URLSearchParams(body.toString('utf8'))) params.values[name] = value
}

async function readMultipart(body: Buffer<ArrayBuffer>, type: string, params: Params): Promise<void> {
  const boundary = /boundary="?([^";]+)"?/i.exec(type)?.[1]
  if (boundary === undefined) throw badRequest("can't parse multipart request: boundary not found")
  const quoted = quoteFileNames(body, boundary)
  const form = await new Response(quoted, { headers: { 'content-type': type } }).formData().catch(() => {
    throw badRequest("can't parse multipart request")
  })
  for (const [name, value] of form) {
    if (typeof value === 'string') params.values[name] = value
    else params.uploads.set(name, await toUpload(value))
  }
}

async function toUpload(file: File): Promise<Upload> {
  if (file.size > MAX_FILE_BYTES) throw new ApiError(413, 'Request Entity Too Large')
  return { name: file.name, mime: file.type, bytes: Buffer.from(await file.arrayBuffer()) }
}

const UNQUOTED_NAME = /filename=([^"\r\n][^\r\n;]*)/i
const PLAIN_NAME = /^[\w.-]+$/

/**
 * grammY writes `filename=my file.png` without quotes. Telegram takes the whole of it, the platform's parser
 * stops at the first space and rejects accents. So the names are put into quotes before it sees them.
 */
function quoteFileNames(body: Buffer<ArrayBuffer>, boundary: string): Buffer<ArrayBuffer> {
  const delimiter = Buffer.from(`--${boundary}\r\n`)
  const pieces: Uint8Array[] = []
  let written = 0
  for (let at = body.indexOf(delimiter); at !== -1; at = body.indexOf(delimiter, at + delimiter.length)) {
    const start = at + delimiter.length
    const end = body.indexOf('\r\n\r\n', start)
    if (end === -1) break
    const head = body.subarray(start, end).toString('utf8')
    const quoted = head.replace(UNQUOTED_NAME, (whole, name: string) => {
      return PLAIN_NAME.test(name) ? whole : `filename="${name.replaceAll('"', '%22')}"`
    })
    if (quoted === head) continue
    pieces.push(body.subarray(written, start), Buffer.from(quoted))
    written = end
  }
  if (pieces.length === 0) return body
  pieces.push(body.subarray(written))
  return Buffer.concat(pieces)
}
