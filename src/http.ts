import type { Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { Failure } from './failure.ts'
import type { Log } from './log.ts'
import type { Telemetry } from './telemetry.ts'

/** `checks`: a word for each part, by name; shown to whoever asks, so never an address or a message of an error. */
export type Readiness = { ok: boolean; checks: Record<string, string> }

export type HttpOptions = {
  host: string
  port: number
  ready: () => Promise<Readiness>
  telemetry: Pick<Telemetry, 'render'>
  log: Log
  /** How long `ready` may take; 2 s unless said otherwise. */
  readyDeadlineMs?: number | undefined
  /** How long answers under way may take once `close` is called; 1 s unless said otherwise. */
  closeGraceMs?: number | undefined
}

export type HttpServer = { url: string; close(): Promise<void> }

const READY_DEADLINE_MS = 2_000
const REQUEST_TIMEOUT_MS = 5_000
const KEEP_ALIVE_MS = 5_000
/** Answers under way may end; then their connections are cut, since the process has 10 s to leave. */
const CLOSE_GRACE_MS = 1_000
const MAX_CONNECTIONS = 64

/**
 * Serves /healthz (the process answers), /readyz (200 or 503 with the checks) and /metrics; nothing else, only GET.
 * Port 0 takes any free port; see `url`.
 * @throws Failure conflict (port in use), bad_config (port or address not allowed)
 */
export async function startHttp(options: HttpOptions): Promise<HttpServer> {
  const app = createRoutes(options, () => !server.listening)
  const server = createAdaptorServer({
    fetch: app.fetch,
    serverOptions: {
      requestTimeout: REQUEST_TIMEOUT_MS,
      headersTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: 1_000,
    },
  }) as Server // without TLS options the library makes a plain server
  server.maxConnections = MAX_CONNECTIONS
  await listen(server, options)
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : options.port
  const host = options.host.includes(':') ? `[${options.host}]` : options.host
  return { url: `http://${host}:${port}`, close: () => closeServer(server, options.closeGraceMs ?? CLOSE_GRACE_MS) }
}

function createRoutes(options: HttpOptions, isClosing: () => boolean): Hono {
  const app = new Hono()
  app.use(async (context, next) => {
    if (context.req.method !== 'GET') return context.text('only GET\n', 405, { allow: 'GET' })
    await next()
    context.header('cache-control', 'no-store')
    context.header('x-content-type-options', 'nosniff')
    // A kept connection would outlive the last answer and hold up the end of the process.
    if (isClosing()) context.header('connection', 'close')
  })
  app.get('/healthz', (context) => context.json({ status: 'ok' }))
  app.get('/readyz', async (context) => {
    const readiness = await askReadiness(options)
    return context.json(readiness, readiness.ok ? 200 : 503)
  })
  app.get('/metrics', async (context) => {
    const { contentType, body } = await options.telemetry.render()
    return context.body(body, 200, { 'content-type': contentType })
  })
  app.notFound((context) => context.text('not found\n', 404))
  app.onError((err, context) => {
    options.log.error({ err }, 'http request failed')
    return context.text('internal error\n', 500)
  })
  return app
}

async function askReadiness({ ready, log, readyDeadlineMs = READY_DEADLINE_MS }: HttpOptions): Promise<Readiness> {
  const { promise: late, resolve } = Promise.withResolvers<Readiness>()
  const timer = setTimeout(() => resolve({ ok: false, checks: { answer: 'too slow' } }), readyDeadlineMs)
  try {
    return await Promise.race([ready(), late])
  } catch (err) {
    log.warn({ err }, 'readiness check failed')
    return { ok: false, checks: { answer: 'failed' } }
  } finally {
    clearTimeout(timer)
  }
}

function listen(server: Server, { host, port, log }: HttpOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => reject(explainListenError(cause, host, port)))
    server.listen(port, host, () => {
      server.removeAllListeners('error')
      server.on('error', (err) => log.warn({ err }, 'http server error'))
      resolve()
    })
  })
}

function explainListenError(cause: Error, host: string, port: number): Failure {
  const code = 'code' in cause ? cause.code : undefined
  if (code === 'EADDRINUSE') {
    const message = `Port ${port} on ${host} is in use: stop the other program, or set HTTP_PORT to a free port (0 takes any)`
    return new Failure(message, { code: 'conflict', cause })
  }
  if (code === 'EACCES') {
    const message = `Port ${port} needs more rights than this user has: set HTTP_PORT to a port above 1023`
    return new Failure(message, { code: 'bad_config', cause })
  }
  const message = `Cannot listen on ${host}: set HTTP_HOST to an address of this machine, for example 127.0.0.1`
  return new Failure(message, { code: 'bad_config', cause })
}

function closeServer(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), graceMs)
    server.close(() => {
      clearTimeout(timer)
      resolve()
    })
    server.closeIdleConnections()
  })
}
