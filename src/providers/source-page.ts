import { lookup as lookupName } from 'node:dns/promises'
import { once } from 'node:events'
import { isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { Agent, type buildConnector, fetch } from 'undici'
import { Failure } from '../failure.ts'
import { htmlToText } from './html-text.ts'
import { isPublicAddress } from './public-address.ts'

/** What became of looking a source up. `reason` is for the card and the log. */
export type SourcePage =
  | { status: 'ok'; text: string; finalUrl: string }
  | { status: 'unreachable' | 'refused' | 'not-text'; reason: string }

/** Every address of a name. */
export type Lookup = (hostname: string) => Promise<string[]>
/** Opens an encrypted connection to one checked address. */
export type OpenSocket = (to: { address: string; port: number; hostname: string }) => Socket

export type SourceOptions = {
  signal: AbortSignal
  /** For tests. */
  lookup?: Lookup
  /** For tests; the default checks the certificate against `hostname`. */
  openSocket?: OpenSocket
  /** For tests: how long one address may take to answer. */
  connectTimeoutMs?: number
}

/** A DOI of a large publisher takes four. */
const MAX_REDIRECTS = 6
/** So that a second address (mostly the other IP version) has its turn within the whole time. */
const CONNECT_TIMEOUT_MS = 3_000
const MAX_BYTES = 1_000_000
const TIMEOUT_MS = 10_000
const READABLE = /^text\/(html|plain)\b/i
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** Not a failure of the network but an address that must not be asked. */
class ForbiddenAddress extends Error {}

/**
 * Fetches the page behind a fact's source as plain text. The address comes from a model, so nothing about it is trusted:
 * https only, every address of the name must be public, the connection goes to the very address that was checked (a name
 * that resolves differently a moment later changes nothing), each redirect is checked anew, size and time are bounded.
 * @throws Failure cancelled when the signal fired; every other ending is a value
 */
export async function fetchSourceText(url: string, options: SourceOptions): Promise<SourcePage> {
  const ended = new AbortController()
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(TIMEOUT_MS), ended.signal])
  const agent = new Agent({
    connect: pinnedConnector(options, signal),
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
  })
  try {
    return await followTo(url, agent, signal)
  } catch (thrown) {
    if (options.signal.aborted) throw new Failure('Stopped while reading the source', { code: 'cancelled' })
    const forbidden = causes(thrown).find((cause) => cause instanceof ForbiddenAddress)
    if (forbidden !== undefined) return { status: 'refused', reason: forbidden.message }
    return { status: 'unreachable', reason: signal.aborted ? 'took longer than 10 s' : reasonOf(thrown) }
  } finally {
    // Also what is still connecting, of which the agent does not know yet.
    ended.abort()
    await agent.destroy().catch(() => undefined)
  }
}

async function followTo(start: string, agent: Agent, signal: AbortSignal): Promise<SourcePage> {
  let url = URL.parse(start)
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const forbidden = whyForbidden(url)
    if (url === null || forbidden !== null) return { status: 'refused', reason: forbidden ?? 'not an address' }
    const response = await fetch(url.href, {
      dispatcher: agent,
      redirect: 'manual',
      signal,
      headers: { accept: 'text/html, text/plain', 'user-agent': 'Nexus/1 (source check)' },
    })
    if (!REDIRECTS.has(response.status)) return readPage(response, url)
    await response.body?.cancel()
    url = URL.parse(response.headers.get('location') ?? '', url.href)
  }
  return { status: 'refused', reason: `more than ${MAX_REDIRECTS} redirects` }
}

function whyForbidden(url: URL | null): string | null {
  if (url === null) return 'not an address'
  if (url.protocol !== 'https:') return 'only https addresses are read'
  if (url.username !== '' || url.password !== '') return 'an address with a password in it is not read'
  // A literal address never goes through the lookup, so it is judged here.
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return isIP(host) !== 0 && !isPublicAddress(host) ? `${host} is not a public address` : null
}

type Fetched = Awaited<ReturnType<typeof fetch>>

async function readPage(response: Fetched, url: URL): Promise<SourcePage> {
  const type = response.headers.get('content-type') ?? ''
  if (!response.ok) {
    await response.body?.cancel()
    return { status: 'unreachable', reason: `the page answered ${response.status}` }
  }
  if (!READABLE.test(type)) {
    await response.body?.cancel()
    return { status: 'not-text', reason: type === '' ? 'the page does not say what it is' : `the page is ${type}` }
  }
  const source = decode(await readUpTo(response, MAX_BYTES), type)
  const text = /^text\/html/i.test(type) ? htmlToText(source) : source.replace(/\s+/g, ' ').trim()
  return text === ''
    ? { status: 'not-text', reason: 'the page has no text' }
    : { status: 'ok', text, finalUrl: url.href }
}

/** The first megabyte is enough to find a fact in; the rest is left. */
async function readUpTo(response: Fetched, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let seen = 0
  if (response.body === null) return Buffer.alloc(0)
  for await (const chunk of response.body) {
    chunks.push(chunk)
    seen += chunk.byteLength
    if (seen >= maxBytes) break
  }
  return Buffer.concat(chunks).subarray(0, maxBytes)
}

function decode(bytes: Buffer, type: string): string {
  const charset = /charset=["']?([\w-]+)/i.exec(type)?.[1] ?? 'utf-8'
  try {
    return new TextDecoder(charset).decode(bytes)
  } catch {
    return new TextDecoder('utf-8').decode(bytes)
  }
}

/** Resolves, checks and connects in one go: between check and connection nothing is resolved again. */
function pinnedConnector(options: SourceOptions, signal: AbortSignal): buildConnector.connector {
  const lookup = options.lookup ?? lookupAll
  const connecting = { open: options.openSocket ?? openTls, signal, timeoutMs: options.connectTimeoutMs }
  return (target, callback) => {
    const hostname = target.hostname.replace(/^\[|\]$/g, '')
    const port = Number(target.port) || 443
    checkedAddresses(hostname, lookup)
      .then((addresses) => connectToAny(addresses, { hostname, port }, connecting))
      .then(
        (socket) => callback(null, socket),
        (error: Error) => callback(error, null),
      )
  }
}

type Connecting = { open: OpenSocket; signal: AbortSignal; timeoutMs: number | undefined }

/** One after the other: the first may be of an IP version that leads nowhere from here. */
async function connectToAny(
  addresses: readonly string[],
  to: { hostname: string; port: number },
  connecting: Connecting,
): Promise<Socket> {
  let last: unknown = new Error(`${to.hostname} has no address`)
  for (const address of addresses) {
    connecting.signal.throwIfAborted()
    try {
      return await connectTo({ address, ...to }, connecting)
    } catch (error) {
      last = error
    }
  }
  throw last
}

/** A socket that does not answer is destroyed: its own timeout only tells, and a hung one would stay for good. */
async function connectTo(to: Parameters<OpenSocket>[0], { open, signal, timeoutMs }: Connecting): Promise<Socket> {
  const socket = open(to)
  const timeout = AbortSignal.timeout(timeoutMs ?? CONNECT_TIMEOUT_MS)
  try {
    await once(socket, 'encrypted' in socket ? 'secureConnect' : 'connect', {
      signal: AbortSignal.any([signal, timeout]),
    })
    return socket
  } catch (cause) {
    // What a destroyed socket still says is of no interest, but must have a listener.
    socket.on('error', () => undefined).destroy()
    throw timeout.aborted ? Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' }) : cause
  }
}

/** The first of either IP version first. */
async function checkedAddresses(hostname: string, lookup: Lookup): Promise<string[]> {
  const addresses = isIP(hostname) === 0 ? await lookup(hostname) : [hostname]
  const inside = addresses.find((address) => !isPublicAddress(address))
  // One private address among public ones is how rebinding looks: refused as a whole.
  if (inside !== undefined) throw new ForbiddenAddress(`${hostname} leads to ${inside}, which is not a public address`)
  const [first, ...others] = addresses
  if (first === undefined) return []
  const version = isIP(first)
  return [first, ...others.sort((a, b) => Number(isIP(a) === version) - Number(isIP(b) === version))]
}

async function lookupAll(hostname: string): Promise<string[]> {
  const found = await lookupName(hostname, { all: true })
  return found.map(({ address }) => address)
}

function openTls(to: { address: string; port: number; hostname: string }): Socket {
  const { address: host, port, hostname } = to
  const servername = isIP(hostname) === 0 ? hostname : ''
  return connectTls({ host, port, servername, ALPNProtocols: ['http/1.1'] })
}

function causes(thrown: unknown): unknown[] {
  const chain: unknown[] = []
  for (let next: unknown = thrown; next instanceof Error && chain.length < 5; next = next.cause) chain.push(next)
  return chain
}

/** What the system's codes mean to a person; anything else is shown as it is. */
const PLAIN_WORDS: Record<string, string> = {
  ENOTFOUND: 'its address was not found',
  EAI_AGAIN: 'no network',
  ENETUNREACH: 'no network',
  ECONNREFUSED: 'its server does not answer',
  ECONNRESET: 'its server hung up',
  ETIMEDOUT: 'its server does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'its server does not answer',
  CERT_HAS_EXPIRED: 'its certificate has expired',
}

function reasonOf(thrown: unknown): string {
  const deepest = causes(thrown).at(-1)
  if (!(deepest instanceof Error)) return 'it cannot be reached'
  const code = 'code' in deepest && typeof deepest.code === 'string' ? deepest.code : undefined
  return code === undefined ? deepest.message : (PLAIN_WORDS[code] ?? code)
}
