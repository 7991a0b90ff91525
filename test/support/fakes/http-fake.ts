import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a fake saw. The body is parsed when it is JSON. */
export type FakeRequest = {
  method: string
  path: string
  query: URLSearchParams
  headers: Readonly<Record<string, string>>
  body: unknown
}

/** What the next answer shall be like. Without one, a fake answers well after its usual delay. */
export type Behaviour =
  | { kind: 'answer'; value: unknown; afterMs?: number }
  | { kind: 'text'; text: string; afterMs?: number }
  /** Asks for tools. `input` may be a string: it goes out as it is, also when it is no JSON. */
  | { kind: 'calls'; calls: { name: string; input: unknown }[]; text?: string; afterMs?: number }
  /** Does what it is told by whatever it reads: see obeying-model.ts. */
  | { kind: 'obey'; afterMs?: number }
  /** The connection ends after so many events of a streamed answer. */
  | { kind: 'break-off'; afterEvents: number; text?: string }
  /** The service gives up in the middle of a streamed answer, and says so. */
  | { kind: 'error-event'; type: string; text?: string }
  | { kind: 'slow'; afterMs: number }
  | { kind: 'status'; status: number; retryAfter?: string | number; message?: string; body?: unknown }
  | { kind: 'hang' }
  /** Headers at once, then a byte every `everyMs`, for ever. */
  | { kind: 'drip'; everyMs: number }
  | { kind: 'malformed' }
  | { kind: 'drop' }
  | { kind: 'flood'; bytes: number }
  | { kind: 'refusal' }
  | { kind: 'truncated' }
  | { kind: 'text-only' }
  | { kind: 'bytes'; bytes: Buffer; mime: string }
  | { kind: 'image-bomb' }
  | { kind: 'svg' }
  | { kind: 'html' }
  | { kind: 'truncated-image' }

export type Reply = {
  status: number
  body: unknown
  mime?: string
  headers?: Record<string, string>
  /** Instead of the fake's usual delay. */
  delayMs?: number
  /** The connection is cut after the body. */
  cut?: boolean
}

export type HttpFake = {
  readonly url: string
  readonly requests: FakeRequest[]
  /** The next answers, one each; afterwards the fake is well again. */
  script(...behaviours: Behaviour[]): void
  /** How every unscripted answer is from now on; null for well. */
  always(behaviour: Behaviour | null): void
  /** Forgets what it saw and what was scripted: a call that was given up early may not have used its script. */
  reset(): void
  close(): Promise<void>
}

export type FakeOptions = { delayMs?: number }

export type Service = {
  /** Checks the request as strictly as the service does and answers it. */
  serve(request: FakeRequest, behaviour: Behaviour | null, url: string): Reply | Promise<Reply>
  /** The service's own way of saying that something went wrong. */
  errorBody(status: number, message: string): unknown
}

/** Starts a service on a free port of the loopback address. */
export async function startHttpFake(service: Service, options: FakeOptions): Promise<HttpFake> {
  const requests: FakeRequest[] = []
  const scripted: Behaviour[] = []
  let usual: Behaviour | null = null
  let url = ''
  const timers = new Set<NodeJS.Timeout>()

  const later = (ms: number, work: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      work()
    }, ms)
    timers.add(timer)
  }

  const server = createServer(async (incoming, response) => {
    const request = await readRequest(incoming)
    requests.push(request)
    const behaviour = scripted.shift() ?? usual
    const reply = await service.serve(request, behaviour, url)
    // A request that is refused is refused at once, whatever was scripted.
    if (reply.status >= 400) send(response, reply)
    else perform(response, reply, behaviour, service, options.delayMs ?? 0, later)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  return {
    url,
    requests,
    script: (...behaviours) => void scripted.push(...behaviours),
    always: (behaviour) => {
      usual = behaviour
    },
    reset: () => {
      requests.length = 0
      scripted.length = 0
      usual = null
    },
    close: async () => {
      for (const timer of timers) clearTimeout(timer)
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

type Later = (ms: number, work: () => void) => void

function perform(
  response: ServerResponse,
  reply: Reply,
  behaviour: Behaviour | null,
  service: Service,
  delayMs: number,
  later: Later,
): void {
  switch (behaviour?.kind) {
    case 'hang':
      return
    case 'drop':
      response.destroy()
      return
    case 'drip':
      drip(response, behaviour.everyMs, later)
      return
    case 'malformed':
      send(response, { status: 200, body: '{"choices": [{"mess', mime: 'application/json' })
      return
    case 'flood':
      send(response, { status: 200, body: Buffer.alloc(behaviour.bytes, ' '), mime: 'application/json' })
      return
    case 'status':
      send(response, errorReply(service, behaviour))
      return
    case 'slow':
      later(behaviour.afterMs, () => send(response, reply))
      return
    default: {
      const usualMs = reply.delayMs ?? delayMs
      const afterMs = behaviour !== null && 'afterMs' in behaviour ? (behaviour.afterMs ?? usualMs) : usualMs
      if (afterMs > 0) later(afterMs, () => send(response, reply))
      else send(response, reply)
    }
  }
}

function errorReply(service: Service, asked: Extract<Behaviour, { kind: 'status' }>): Reply {
  const body = asked.body ?? service.errorBody(asked.status, asked.message ?? 'scripted trouble')
  const headers = asked.retryAfter === undefined ? {} : { 'retry-after': String(asked.retryAfter) }
  return { status: asked.status, body, headers }
}

function send(response: ServerResponse, reply: Reply): void {
  if (response.destroyed) return
  const raw = typeof reply.body === 'string' || Buffer.isBuffer(reply.body)
  response.writeHead(reply.status, {
    'content-type': reply.mime ?? (raw ? 'application/octet-stream' : 'application/json'),
    ...reply.headers,
  })
  const body = raw ? reply.body : JSON.stringify(reply.body)
  if (reply.cut) response.write(body, () => response.destroy())
  else response.end(body)
}

function drip(response: ServerResponse, everyMs: number, later: Later): void {
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'application/json' })
  if (response.destroyed) return
  response.write(' ')
  later(everyMs, () => drip(response, everyMs, later))
}

async function readRequest(incoming: IncomingMessage): Promise<FakeRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString('utf8')
  const url = new URL(incoming.url ?? '/', 'http://fake')
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(incoming.headers)) headers[name] = String(value)
  return { method: incoming.method ?? '', path: url.pathname, query: url.searchParams, headers, body: parseBody(text) }
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

export type Json = { [key: string]: unknown }

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
