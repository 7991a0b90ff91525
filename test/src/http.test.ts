import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { type HttpOptions, type HttpServer, startHttp } from '../../src/http.ts'
import { createTelemetry } from '../../src/telemetry.ts'
import { createTestLog } from '../support/log.ts'

const telemetry = createTelemetry()
const { log, expectErrors } = createTestLog()
const open: HttpServer[] = []

async function start(more: Partial<HttpOptions> = {}): Promise<HttpServer> {
  const ready = async () => ({ ok: true, checks: { database: 'ok' } })
  const http = await startHttp({ host: '127.0.0.1', port: 0, ready, telemetry, log, ...more })
  open.push(http)
  return http
}

afterEach(async () => {
  for (const http of open.splice(0)) await http.close()
})

describe('the endpoints', () => {
  test('/healthz answers while the process lives, ready or not', async () => {
    const { url } = await start({ ready: () => Promise.reject(new Error('no database')) })
    const answer = await fetch(`${url}/healthz`)
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'ok' }])
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  test('/readyz shows each check by name, with 503 when one fails', async () => {
    let ok = true
    const { url } = await start({
      ready: async () => ({ ok, checks: { database: ok ? 'ok' : 'down', telegram: 'ok' } }),
    })
    const good = await fetch(`${url}/readyz`)
    expect([good.status, await good.json()]).toEqual([200, { ok: true, checks: { database: 'ok', telegram: 'ok' } }])
    ok = false
    const bad = await fetch(`${url}/readyz`)
    expect([bad.status, await bad.json()]).toEqual([503, { ok: false, checks: { database: 'down', telegram: 'ok' } }])
  })

  test('/readyz says nothing of why a check threw', async () => {
    const { url } = await start({ ready: () => Promise.reject(new Error('postgres://user:hunter22@db')) })
    const answer = await fetch(`${url}/readyz`)
    expect(answer.status).toBe(503)
    expect(await answer.text()).not.toContain('hunter22')
  })

  test('/readyz answers 503 when a check hangs', async () => {
    const { url } = await start({ ready: () => new Promise(() => undefined), readyDeadlineMs: 20 })
    const answer = await fetch(`${url}/readyz`)
    expect([answer.status, await answer.json()]).toEqual([503, { ok: false, checks: { answer: 'too slow' } }])
  })

  test('/metrics speaks the Prometheus text format', async () => {
    const { url } = await start()
    const answer = await fetch(`${url}/metrics`)
    expect(answer.headers.get('content-type')).toContain('text/plain; version=0.0.4')
    expect(await answer.text()).toContain('nexus_carousel_generation_total{status="succeeded"} 0')
  })

  test('a failure inside is logged, not shown', async () => {
    expectErrors('http request failed')
    const { url } = await start({ telemetry: { render: () => Promise.reject(new Error('secret path')) } })
    const answer = await fetch(`${url}/metrics`)
    expect([answer.status, await answer.text()]).toEqual([500, 'internal error\n'])
  })

  test.each(['/', '/metrics/', '/healthz/x', '/../etc/passwd', '/%00', '/favicon.ico'])(
    '%s is not found',
    async (path) => {
      const { url } = await start()
      expect((await fetch(url + path)).status).toBe(404)
    },
  )

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD'])('%s is refused', async (method) => {
    const { url } = await start()
    const answer = await fetch(`${url}/metrics`, { method })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET'])
  })
})

describe('the server', () => {
  test('a port in use is a conflict, with what to do', async () => {
    const { url } = await start()
    const port = Number(new URL(url).port)
    await expect(start({ port })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(`Port ${port} on 127.0.0.1 is in use`),
    })
    await expect(start({ port })).rejects.toThrow('HTTP_PORT')
  })

  test('an address of another machine is a wrong configuration', async () => {
    await expect(start({ host: '192.0.2.1' })).rejects.toMatchObject({ code: 'bad_config' })
    await expect(start({ host: '192.0.2.1' })).rejects.toThrow('HTTP_HOST')
  })

  test('closing does not wait for idle, silent or half-sent connections', async () => {
    const http = await start({ closeGraceMs: 20 })
    const { port } = new URL(http.url)
    await (await fetch(`${http.url}/healthz`)).text()
    const silent = connect(Number(port), '127.0.0.1')
    const half = connect(Number(port), '127.0.0.1')
    await Promise.all([once(silent, 'connect'), once(half, 'connect')])
    half.write('GET /healthz HTTP/1.1\r\nHost: x\r\n')
    const closed = [silent, half].map((socket) => {
      socket.on('error', () => undefined)
      return new Promise((resolve) => socket.once('close', resolve))
    })
    await http.close()
    await Promise.all(closed)
    await expect(fetch(`${http.url}/healthz`)).rejects.toThrow()
  })

  test('closing lets an answer under way end', async () => {
    const { promise: asked, resolve: tellAsked } = Promise.withResolvers<void>()
    const { promise: answerNow, resolve: letAnswer } = Promise.withResolvers<void>()
    const ready = async () => {
      tellAsked()
      await answerNow
      return { ok: true, checks: {} }
    }
    // Longer than the test may take: the connection must end by itself.
    const http = await start({ ready, closeGraceMs: 600_000 })
    const answer = fetch(`${http.url}/readyz`)
    await asked
    const closed = http.close()
    letAnswer()
    expect((await answer).status).toBe(200)
    await closed
  })

  test('closing twice is allowed', async () => {
    const http = await start()
    await http.close()
    await http.close()
  })
})
