import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { HttpBindings } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import { z } from 'zod'
import { isOwnHost } from './bot-api/own-host.ts'
import { closeServer, listen } from './bot-api/server.ts'
import type { BotApi, ChatFile, ChatMessage, Person } from './bot-api/types.ts'
import { followChat, type WebPerson } from './web-feed.ts'

export type WebChatOptions = {
  api: BotApi
  port: number
  /** Loopback unless said otherwise. */
  host?: string
  /** Who writes when the page opens. */
  person: WebPerson
  /** Others to switch to, to see what a second owner or a stranger may do. */
  others?: WebPerson[]
}

export type WebChat = { url: string; close(): Promise<void> }

type Env = { Bindings: HttpBindings; Variables: { person: Person } }

const HEARTBEAT_MS = 20_000

const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

/** Serves the chat page for the people of `options`. Rejects when the port is taken. */
export async function startWebChat(options: WebChatOptions): Promise<WebChat> {
  const host = options.host ?? '127.0.0.1'
  const people = [options.person, ...(options.others ?? [])]
  for (const person of people) options.api.open(toPerson(person))
  const http = new Hono<Env>()
  http.use(async (c, next) => {
    if (!isOwnHost(c.req.header('host'), host)) return c.text('This chat answers on its own address only.', 421)
    if (c.req.method !== 'GET' && !isSameOrigin(c)) return c.text('Requests from other pages are refused.', 403)
    await next()
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) c.res.headers.set(name, value)
  })
  addChatRoutes(http, options.api, people)
  addStaticRoutes(http)
  const { server, port } = await listen({ fetch: http.fetch as never }, host, options.port)
  return { url: `http://${host}:${port}`, close: () => closeServer(server) }
}

function addChatRoutes(http: Hono<Env>, api: BotApi, people: WebPerson[]): void {
  http.use('/api/*', async (c, next) => {
    const found = people.find((person) => String(person.id) === (c.req.query('person') || String(people[0]?.id)))
    if (!found) return c.json({ error: 'no such person' }, 404)
    c.set('person', toPerson(found))
    return next()
  })
  http.get('/api/events', (c) => streamChat(c, api, people))
  http.post('/api/send', async (c) => {
    const body = SendBody.safeParse(await readJson(c))
    if (!body.success) return c.json({ error: 'a message has 1 to 4096 characters' }, 400)
    const { text, replyTo } = body.data
    return c.json({ id: api.sendText(c.var.person, text, replyTo === undefined ? {} : { replyTo }) })
  })
  http.post('/api/tap', async (c) => {
    const body = TapBody.safeParse(await readJson(c))
    if (!body.success) return c.json({ error: 'no such button' }, 400)
    const { messageId, data } = body.data
    return api.tap(c.var.person, c.var.person.id, messageId, { data }).then(
      (answer) => c.json(answer),
      () => c.json({ error: 'The bot did not answer. Is it running?' }, 504),
    )
  })
  http.get('/api/files/:messageId/:fileId', (c) => {
    const message = api.messages(c.var.person.id).find((m) => String(m.id) === c.req.param('messageId'))
    const file = message && filesOf(message).find((candidate) => candidate.fileId === c.req.param('fileId'))
    return file ? respondFile(file, c.req.query('download') !== undefined) : c.text('no such file', 404)
  })
}

const SendBody = z.object({ text: z.string().trim().min(1).max(4096), replyTo: z.int().optional() })
const TapBody = z.object({ messageId: z.int(), data: z.string().min(1).max(64) })

function readJson(c: Context<Env>): Promise<unknown> {
  return c.req.json().catch(() => undefined)
}

/** Everything first, then what changes; after a lost connection the page simply asks again. */
function streamChat(c: Context<Env>, api: BotApi, people: WebPerson[]) {
  const { person } = c.var
  return streamSSE(c, async (stream) => {
    const write = (event: string, data: unknown) => void stream.writeSSE({ event, data: JSON.stringify(data) })
    const stopFollowing = followChat(api, person, people, write)
    const heartbeat = setInterval(() => write('beat', 0), HEARTBEAT_MS)
    await new Promise<void>((resolve) => stream.onAbort(resolve))
    clearInterval(heartbeat)
    stopFollowing()
  })
}

function filesOf(message: ChatMessage): ChatFile[] {
  return [...message.photos, ...message.documents]
}

const SHOWN_IN_PLACE = new Set(['image/jpeg', 'image/png', 'image/webp', 'image/gif'])

/** Anything but a picture is only ever downloaded: a page from a bot must not run here. */
function respondFile(file: ChatFile, wantsDownload: boolean): Response {
  const isShown = SHOWN_IN_PLACE.has(file.mime) && !wantsDownload
  const name = encodeURIComponent(file.name).replaceAll("'", '%27')
  return new Response(new Uint8Array(file.bytes), {
    headers: {
      'content-type': isShown ? file.mime : 'application/octet-stream',
      'content-disposition': `${isShown ? 'inline' : 'attachment'}; filename*=UTF-8''${name}`,
      'cache-control': 'private, max-age=31536000, immutable',
    },
  })
}

const TYPES: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  ttf: 'font/ttf',
}

const FONTS: Record<string, string> = {
  'text-400.ttf': '400Regular/Montserrat_400Regular.ttf',
  'text-500.ttf': '500Medium/Montserrat_500Medium.ttf',
  'text-600.ttf': '600SemiBold/Montserrat_600SemiBold.ttf',
  'text-700.ttf': '700Bold/Montserrat_700Bold.ttf',
}

function addStaticRoutes(http: Hono<Env>): void {
  http.get('/', () => respondAsset(new URL('./web/index.html', import.meta.url), 'no-cache'))
  http.get('/fonts/:name', async (c) => {
    const path = FONTS[c.req.param('name')]
    if (path === undefined) return c.text('not found', 404)
    return respondAsset(new URL(import.meta.resolve(`@expo-google-fonts/montserrat/${path}`)), 'max-age=86400')
  })
  http.get('/:name{[a-z-]+\\.(?:js|css|svg)}', (c) =>
    respondAsset(new URL(`./web/${c.req.param('name')}`, import.meta.url), 'no-cache'),
  )
}

async function respondAsset(url: URL, cacheControl: string): Promise<Response> {
  const content = await readFile(fileURLToPath(url)).catch(() => undefined)
  if (!content) return new Response('not found', { status: 404 })
  const type = TYPES[url.pathname.split('.').at(-1) ?? ''] ?? 'application/octet-stream'
  return new Response(new Uint8Array(content), { headers: { 'content-type': type, 'cache-control': cacheControl } })
}

function isSameOrigin(c: Context<Env>): boolean {
  const origin = c.req.header('origin')
  return origin !== undefined && URL.parse(origin)?.host === c.req.header('host')
}

function toPerson({ id, first_name, username }: WebPerson): Person {
  return username === undefined ? { id, first_name } : { id, first_name, username }
}
