import type { HttpBindings, ServerType } from '@hono/node-server'
import { serve } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { type Context, Hono } from 'hono'
import { ApiError } from './api-error.ts'
import { createDriver } from './driver.ts'
import { createFaults, type Faults } from './faults.ts'
import { findMethod, type Method } from './methods/index.ts'
import { chatOf } from './methods/read.ts'
import { isOwnHost } from './own-host.ts'
import { describeParams, type Params } from './params.ts'
import { keepOnDisk } from './persistence.ts'
import { readRequest } from './read-request.ts'
import { createTranscript, type Transcript } from './transcript.ts'
import type { ApiCall, BotApi, BotApiOptions, Fault } from './types.ts'
import { createWorld, unauthorized, type World } from './world.ts'

export type { BotApi, ChatMessage, Person } from './types.ts'

type Env = { Bindings: HttpBindings }
type Parts = { world: World; faults: Faults; transcript: Transcript; token: string }

/**
 * Starts a Bot API server that speaks the real wire protocol, so that a real client is always in the path.
 * As strict as the service where the service is documented. Rejects when the port is taken.
 */
export async function startBotApi(options: BotApiOptions): Promise<BotApi> {
  const host = options.host ?? '127.0.0.1'
  const world = createWorld(options)
  const stopSaving = options.dataDir === undefined ? () => {} : keepOnDisk(world, options.dataDir)
  const parts: Parts = {
    world,
    faults: createFaults(),
    transcript: createTranscript(world.now, world.emit),
    token: options.token,
  }
  const { server, port } = await listen(createHttp(parts, host), host, options.port ?? 0)
  return {
    url: `http://${host}:${port}`,
    token: options.token,
    bot: world.bot,
    calls: parts.transcript.calls,
    faults: { add: parts.faults.add, clear: parts.faults.clear },
    close: async () => {
      await closeServer(server)
      stopSaving()
    },
    ...createDriver(world),
  }
}

function createHttp(parts: Parts, host: string): Hono<Env> {
  const http = new Hono<Env>()
  http.use(async (c, next) => {
    if (isFromPage(c) || !isOwnHost(c.req.header('host'), host))
      return respondError(new ApiError(403, 'Forbidden: this server answers programs on its own address only'))
    return next()
  })
  http.all('/:bot{bot[^/]+}/:method', (c) => answerCall(c, parts))
  http.get('/file/:bot{bot[^/]+}/:path{.+}', (c) => {
    if (c.req.param('bot') !== `bot${parts.token}`) return respondError(unauthorized())
    const stored = parts.world.files.byPath(c.req.param('path'))
    if (!stored) return respondError(new ApiError(404, 'Not Found'))
    return new Response(new Uint8Array(stored.bytes), { headers: { 'content-type': stored.mime } })
  })
  http.notFound(() => respondError(new ApiError(404, 'Not Found')))
  return http
}

/** Only browsers send these: no bot runs in a web page, and any page could ask this address. */
function isFromPage(c: Context<Env>): boolean {
  return c.req.header('origin') !== undefined || c.req.header('sec-fetch-site') !== undefined
}

async function answerCall(c: Context<Env>, parts: Parts): Promise<Response> {
  if (c.req.param('bot') !== `bot${parts.token}`) return respondError(unauthorized())
  const found = findMethod(c.req.param('method') ?? '')
  if (!found) return respondError(new ApiError(404, 'Not Found'))
  let params: Params
  try {
    params = await readRequest(c.req.raw)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    parts.transcript.refused(found.name, error)
    return respondError(error)
  }
  const call = parts.transcript.begin(found.name, describeParams(params))
  const fault = parts.faults.take(found.name, chatOf(params))
  if (fault && fault.kind !== 'lost-answer') return misbehave(c, parts, call, fault)
  const answer = await perform(c, parts, call, found.method, params)
  if (!fault) return answer
  return misbehave(c, parts, call, fault)
}

async function perform(
  c: Context<Env>,
  parts: Parts,
  call: ApiCall,
  method: Method,
  params: Params,
): Promise<Response> {
  const gone = new AbortController()
  const { outgoing } = c.env
  const onClose = () => {
    if (!outgoing.writableFinished) gone.abort()
  }
  outgoing.once('close', onClose)
  try {
    const result = await method(parts.world, params, gone.signal)
    parts.transcript.end(call, { kind: 'ok', result: call.method === 'getUpdates' ? undefined : result })
    return Response.json({ ok: true, result })
  } catch (error) {
    if (gone.signal.aborted) {
      parts.transcript.end(call, { kind: 'aborted' })
      return RESPONSE_ALREADY_SENT
    }
    const refusal = error instanceof ApiError ? error : new ApiError(500, `Internal Server Error: ${String(error)}`)
    parts.transcript.end(call, { kind: 'error', code: refusal.code, description: refusal.description })
    return respondError(refusal)
  } finally {
    outgoing.off('close', onClose)
  }
}

/** Plays the fault; a lost answer comes here after the work was done. */
function misbehave(c: Context<Env>, parts: Parts, call: ApiCall, fault: Fault): Response {
  const performed = fault.kind === 'lost-answer' && call.outcome.kind === 'ok'
  parts.transcript.end(call, { kind: 'fault', fault: fault.kind, performed })
  switch (fault.kind) {
    case 'lost-answer':
    case 'reset-before':
      c.env.incoming.socket.destroy()
      return RESPONSE_ALREADY_SENT
    case 'hang':
      return RESPONSE_ALREADY_SENT
    case '429': {
      const seconds = fault.retryAfter ?? 1
      return respondError(new ApiError(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds }))
    }
    case '500':
      return respondError(new ApiError(500, 'Internal Server Error'))
    case '502-html':
      return new Response('<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>', {
        status: 502,
        headers: { 'content-type': 'text/html' },
      })
    case '403-blocked':
      return respondError(new ApiError(403, 'Forbidden: bot was blocked by the user'))
  }
}

function respondError(error: ApiError): Response {
  const { code, description, parameters } = error
  const body = { ok: false, error_code: code, description, ...(parameters ? { parameters } : {}) }
  return Response.json(body, { status: code })
}

export function listen(
  http: { fetch: Hono<Env>['fetch'] },
  hostname: string,
  port: number,
): Promise<{ server: ServerType; port: number }> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: http.fetch, hostname, port }, (address) => resolve({ server, port: address.port }))
    server.once('error', reject)
  })
}

export function closeServer(server: ServerType): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    if ('closeAllConnections' in server) server.closeAllConnections()
  })
}
