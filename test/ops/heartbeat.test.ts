import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Heartbeat, startHeartbeat } from '../../ops/heartbeat.ts'
import { createTestLog } from '../support/log.ts'

describe('the heartbeat', () => {
  let folder: string
  let server: Server
  let heart: Heartbeat | null = null
  let hits: string[] = []
  let answer: { status: number; location?: string } | 'hang' = { status: 200 }
  const now = new Date('2026-11-22T12:00:00Z')
  const signs = { polledAt: now as Date | null, answers: true }
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nexus-heart-'))
    hits = []
    answer = { status: 200 }
    signs.polledAt = now
    signs.answers = true
    server = createServer((request, response) => {
      hits.push(request.url ?? '')
      if (answer === 'hang') return
      response
        .writeHead(answer.status, answer.location === undefined ? {} : { location: answer.location })
        .end('thanks')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterEach(async () => {
    await heart?.stop()
    server.closeAllConnections()
    server.close()
    await rm(folder, { recursive: true })
  })

  const address = () => {
    const found = server.address()
    return `http://127.0.0.1:${typeof found === 'object' ? found?.port : 0}`
  }
  const start = (pingUrl: string | null) => {
    const { log, lines } = createTestLog()
    const query = () =>
      signs.answers ? Promise.resolve({ rows: [] }) : Promise.reject(new Error('connection refused'))
    heart = startHeartbeat({
      db: { pool: { query } as never },
      log,
      clock: { now: () => now },
      file: join(folder, 'heartbeat'),
      pingUrl,
      signs: () => [{ name: 'Telegram', at: signs.polledAt, withinMs: 60_000 }],
    })
    return { heart, warnings: () => lines.filter(({ level }) => level === 'warn') }
  }

  it('writes the time into the file and calls the address', async () => {
    await start(`${address()}/beat/secret-part`).heart.beat()
    expect(await readFile(join(folder, 'heartbeat'), 'utf8')).toBe('2026-11-22T12:00:00.000Z\n')
    expect(hits).toEqual(['/beat/secret-part'])
  })

  it('is silent, and says why once, when Telegram was not heard of for long or the database does not answer', async () => {
    const { heart: own, warnings } = start(`${address()}/beat`)
    signs.polledAt = new Date(now.getTime() - 61_000)
    await own.beat()
    await own.beat()
    signs.answers = false
    await own.beat()
    signs.polledAt = null
    await own.beat()
    expect(await readdir(folder)).toEqual([])
    expect(hits).toEqual([])
    expect(warnings().map(({ missing }) => missing)).toEqual(['Telegram', 'Telegram, database'])
    Object.assign(signs, { polledAt: now, answers: true })
    await own.beat()
    expect(hits).toEqual(['/beat'])
  })

  it('follows no redirect, and says once that the address does not take it, without the address', async () => {
    const { heart: own, warnings } = start(`${address()}/secret-part`)
    answer = { status: 302, location: `${address()}/elsewhere` }
    await own.beat()
    answer = { status: 500 }
    await own.beat()
    expect(hits).toEqual(['/secret-part', '/secret-part'])
    expect(warnings()).toHaveLength(1)
    expect(JSON.stringify(warnings())).not.toContain('secret-part')
  })

  it('goes on when nobody listens there, and ends at once when it is stopped meanwhile', async () => {
    const { heart: own, warnings } = start('http://127.0.0.1:9/secret-part')
    await own.beat()
    expect(warnings()).toMatchObject([{ problem: expect.any(String) }])
    expect(await readdir(folder)).toEqual(['heartbeat'])
    const hanging = start(`${address()}/hang`)
    answer = 'hang'
    const beat = hanging.heart.beat()
    await new Promise<void>((resolve) => server.once('request', () => resolve()))
    await hanging.heart.stop()
    await beat
    expect(hanging.warnings()).toEqual([])
  })
})
