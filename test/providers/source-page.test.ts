import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, createServer as createSilentServer, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { fetchSourceText, type SourceOptions } from '../../src/providers/source-page.ts'

const PUBLIC = '93.184.215.14'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

let server: Server
let handler: Handler
let asked: string[]
let connected: { address: string; hostname: string }[]

beforeEach(async () => {
  asked = []
  connected = []
  handler = (_, response) => response.end('nothing here')
  server = createServer((request, response) => {
    asked.push(`${request.headers.host}${request.url}`)
    handler(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

/** Every name is public unless said otherwise; whatever address was checked, the connection ends at the local server. */
function options(names: Record<string, string[]> = {}, signal = new AbortController().signal): SourceOptions {
  const { port } = server.address() as AddressInfo
  return {
    signal,
    lookup: async (hostname) => names[hostname] ?? [PUBLIC],
    openSocket: ({ address, hostname }) => {
      connected.push({ address, hostname })
      return connect(port, '127.0.0.1')
    },
  }
}

const html =
  (body: string): Handler =>
  (_, response) =>
    void response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(body)

describe('a source page', () => {
  it('is read as plain text', async () => {
    handler = html(
      '<html><head><title>x</title></head><body><p>Octopuses have <b>three</b> hearts &amp; blue&nbsp;blood.</p></body></html>',
    )
    expect(await fetchSourceText('https://museum.example/octopus', options())).toEqual({
      status: 'ok',
      text: 'Octopuses have three hearts & blue blood.',
      finalUrl: 'https://museum.example/octopus',
    })
    expect(connected).toEqual([{ address: PUBLIC, hostname: 'museum.example' }])
  })

  it('is read in the character set that it names', async () => {
    handler = (_, response) =>
      void response
        .writeHead(200, { 'content-type': 'text/plain; charset=iso-8859-1' })
        .end(Buffer.from([0x63, 0x61, 0x66, 0xe9]))
    expect(await fetchSourceText('https://cafe.example/', options())).toMatchObject({ text: 'café' })
  })

  it('is followed over redirects, each checked anew', async () => {
    handler = (request, response) => {
      if (request.url === '/old') response.writeHead(301, { location: 'https://new.example/page' }).end()
      else html('<p>moved here')(request, response)
    }
    expect(await fetchSourceText('https://old.example/old', options())).toMatchObject({
      status: 'ok',
      finalUrl: 'https://new.example/page',
    })
    expect(connected.map(({ hostname }) => hostname)).toEqual(['old.example', 'new.example'])
  })

  it('is not followed into the private network', async () => {
    handler = (_, response) => void response.writeHead(302, { location: 'https://inside.example/' }).end()
    expect(await fetchSourceText('https://outside.example/', options({ 'inside.example': ['10.0.0.7'] }))).toEqual({
      status: 'refused',
      reason: 'inside.example leads to 10.0.0.7, which is not a public address',
    })
    expect(asked).toEqual(['outside.example/'])
  })

  it.each([
    ['http://plain.example/', 'https'],
    ['https://plain.example/start', 'https'],
  ])('is not followed to plain http (%s)', async (url, reason) => {
    handler = (_, response) => void response.writeHead(302, { location: 'http://plain.example/' }).end()
    expect(await fetchSourceText(url, options())).toEqual({
      status: 'refused',
      reason: expect.stringContaining(reason),
    })
  })

  it('is given up after six redirects', async () => {
    handler = (_, response) => void response.writeHead(302, { location: '/again' }).end()
    expect(await fetchSourceText('https://loop.example/', options())).toMatchObject({
      status: 'refused',
      reason: 'more than 6 redirects',
    })
    expect(asked).toHaveLength(7)
  })

  it.each([
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://169.254.169.254/latest/meta-data/',
    'https://user:password@site.example/',
    'ftp://site.example/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'not an address',
    '',
  ])('at %j is refused without a connection', async (url) => {
    expect(await fetchSourceText(url, options())).toMatchObject({ status: 'refused' })
    expect(connected).toEqual([])
  })

  describe('behind an address that takes connections and says nothing', () => {
    let silent: ReturnType<typeof createSilentServer>
    let held: Set<Socket>
    let seen: number
    beforeEach(async () => {
      held = new Set()
      seen = 0
      silent = createSilentServer((socket) => {
        seen++
        held.add(socket)
        socket
          .on('error', () => undefined)
          .on('close', () => held.delete(socket))
          .resume()
      })
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    })
    afterEach(() => {
      for (const socket of held) socket.destroy()
      return new Promise((resolve) => silent.close(resolve))
    })
    const shakeHands = () =>
      connectTls({ host: '127.0.0.1', port: (silent.address() as AddressInfo).port, servername: 'silent.example' })
    /** Ends only when every connection has been closed from the other side. */
    const allClosed = () => vi.waitFor(() => expect(held.size).toBe(0))

    it('is unreachable, and the connection is closed', async () => {
      const slow = { ...options(), openSocket: shakeHands, connectTimeoutMs: 50 }
      expect(await fetchSourceText('https://silent.example/', slow)).toEqual({
        status: 'unreachable',
        reason: 'its server does not answer',
      })
      expect(seen).toBe(1)
      await allClosed()
    })

    it('leaves no connection when the caller stops', async () => {
      const stop = new AbortController()
      silent.once('connection', () => stop.abort())
      const page = fetchSourceText('https://silent.example/', {
        ...options({}, stop.signal),
        openSocket: shakeHands,
        connectTimeoutMs: 60_000,
      })
      await expect(page).rejects.toMatchObject({ code: 'cancelled' })
      await allClosed()
    })

    it('is read from the other IP version first, then from the rest', async () => {
      handler = html('<p>three hearts')
      const names = { 'both.example': ['2606:4700::1', '2606:4700::2', PUBLIC] }
      const { openSocket, ...rest } = options(names)
      const tried: string[] = []
      const page = await fetchSourceText('https://both.example/', {
        ...rest,
        connectTimeoutMs: 50,
        openSocket: (to) => {
          tried.push(to.address)
          return to.address === PUBLIC && openSocket ? openSocket(to) : shakeHands()
        },
      })
      expect(page).toMatchObject({ status: 'ok', text: 'three hearts' })
      expect(tried).toEqual(['2606:4700::1', PUBLIC])
      await allClosed()
    })
  })

  it('of a name with one private address among public ones is refused', async () => {
    const names = { 'two-faced.example': [PUBLIC, '192.168.1.1'] }
    expect(await fetchSourceText('https://two-faced.example/', options(names))).toMatchObject({ status: 'refused' })
    expect(connected).toEqual([])
  })

  it('is fetched from the very address that was checked, though the name changes its mind', async () => {
    handler = html('<p>first answer')
    let lookups = 0
    const rebinding = { ...options(), lookup: async () => (lookups++ === 0 ? [PUBLIC] : ['127.0.0.1']) }
    expect(await fetchSourceText('https://rebinding.example/', rebinding)).toMatchObject({ status: 'ok' })
    expect(lookups).toBe(1)
    expect(connected).toEqual([{ address: PUBLIC, hostname: 'rebinding.example' }])
  })

  it('is read no further than a megabyte', async () => {
    handler = (_, response) => void response.writeHead(200, { 'content-type': 'text/plain' }).end('y'.repeat(3_000_000))
    const page = await fetchSourceText('https://long.example/', options())
    expect(page.status === 'ok' && page.text.length).toBe(1_000_000)
  })

  it.each([
    ['application/pdf', /pdf/],
    ['image/svg+xml', /svg/],
    [undefined, /does not say/],
  ])('of the kind %s is not text', async (type, reason) => {
    handler = (_, response) =>
      void response.writeHead(200, type === undefined ? {} : { 'content-type': type }).end('%PDF')
    expect(await fetchSourceText('https://paper.example/', options())).toEqual({
      status: 'not-text',
      reason: expect.stringMatching(reason),
    })
  })

  it('without any text is not text', async () => {
    handler = html('<script>document.write("only here")</script>')
    expect(await fetchSourceText('https://app.example/', options())).toMatchObject({ status: 'not-text' })
  })

  it('that is gone is unreachable, with what the server said', async () => {
    handler = (_, response) => void response.writeHead(404).end()
    expect(await fetchSourceText('https://gone.example/', options())).toEqual({
      status: 'unreachable',
      reason: 'the page answered 404',
    })
  })

  it('of a name that does not exist is unreachable', async () => {
    const unknown = async () => Promise.reject(Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' }))
    expect(await fetchSourceText('https://nowhere.example/', { ...options(), lookup: unknown })).toEqual({
      status: 'unreachable',
      reason: 'its address was not found',
    })
  })

  it('is dropped at once when the caller stops, however slowly it drips', async () => {
    const stop = new AbortController()
    handler = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' }).write('a')
      stop.abort()
    }
    await expect(fetchSourceText('https://slow.example/', options({}, stop.signal))).rejects.toMatchObject({
      code: 'cancelled',
    })
  })
})
