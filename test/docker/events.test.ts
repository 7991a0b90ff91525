import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ContainerEvent, MAX_EVENT_BYTES, parseEvent, toEngineTime } from '../../src/docker/events.ts'
import { createLineSplitter } from '../../src/docker/line-splitter.ts'
import { openDocker } from '../../src/docker/open-docker.ts'
import { createTestLog } from '../support/log.ts'

const ID = 'b'.repeat(64)
const AT_NS = 1_795_000_000_123 * 1_000_000

/** As an engine writes it. */
function write(action: string, more: Record<string, unknown> = {}, attributes: Record<string, string> = {}): string {
  const actor = { ID, Attributes: { image: 'app', name: 'web', ...attributes } }
  return JSON.stringify({
    status: action,
    id: ID,
    Type: 'container',
    Action: action,
    Actor: actor,
    timeNano: AT_NS,
    ...more,
  })
}

describe('an event', () => {
  it('is read with its moment, its container and what it says', () => {
    expect(parseEvent(write('die', {}, { exitCode: '137' }))).toMatchObject({
      action: 'die',
      id: ID,
      name: 'web',
      exitCode: 137,
      signal: null,
      at: new Date(1_795_000_000_123),
    })
    expect(parseEvent(write('kill', {}, { signal: '15' }))).toMatchObject({ action: 'kill', signal: 15 })
    expect(parseEvent(write('health_status: unhealthy'))).toMatchObject({ health: 'unhealthy' })
  })

  it.each([
    ['no JSON', 'exec_create'],
    ['of an action that nobody asked for', write('exec_start: /bin/sh')],
    ['of something without an id', write('die', { Actor: { ID: '', Attributes: {} } })],
    ['with another request in the place of an id', write('die', { Actor: { ID: '../b/kill?x=', Attributes: {} } })],
    ['without a moment', write('die', { timeNano: 'now' })],
    ['from beyond time', write('die', { timeNano: 9e30 })],
    ['null', 'null'],
  ])('%s is none', (_, line) => {
    expect(parseEvent(line)).toBeNull()
  })

  it('takes hostile names and labels for what they are', () => {
    const attributes = { name: '<b>x</b>\u202e'.repeat(500), exitCode: 'kill -9', signal: '999999999', __proto__: 'x' }
    const event = parseEvent(write('die', {}, attributes))
    expect(event).toMatchObject({ exitCode: null, signal: null })
    expect(event?.name.length).toBe(256)
    expect(parseEvent(write('die', { Actor: { ID, Attributes: ['die'] } }))).toMatchObject({ name: ID.slice(0, 12) })
  })

  it('is asked for from a moment in the engine’s own way of writing it', () => {
    expect(toEngineTime(new Date(1_795_000_000_007))).toBe('1795000000.007000000')
  })
})

describe('lines', () => {
  it('are put together from chunks that are cut anywhere', () => {
    const bytes = Buffer.from('één\n\nzwei\ndrei')
    for (let size = 1; size <= bytes.length; size++) {
      const lines: string[] = []
      const put = createLineSplitter(100, (line) => lines.push(line))
      for (let at = 0; at < bytes.length; at += size) put(bytes.subarray(at, at + size))
      put(Buffer.from('\n'))
      expect(lines).toEqual(['één', 'zwei', 'drei'])
    }
  })

  it('that never end are dropped without being held, and the next one counts', () => {
    const lines: string[] = []
    const put = createLineSplitter(1_000, (line) => lines.push(line))
    const chunk = Buffer.alloc(64 * 1024, 'x')
    const before = process.memoryUsage().rss
    for (let chunks = 0; chunks < 3_200; chunks++) put(chunk)
    expect(process.memoryUsage().rss - before).toBeLessThan(60_000_000)
    put(Buffer.from('\nnext\n'))
    expect(lines).toEqual(['next'])
  })
})

describe('a stream of events', () => {
  let answers: ServerResponse[]
  let paths: string[]
  let host: string
  let close: () => Promise<void>
  let arrived: () => void
  beforeEach(async () => {
    answers = []
    paths = []
    arrived = () => {}
    const server = createServer((incoming, answer) => {
      if (incoming.url === '/_ping') return void answer.end('OK')
      paths.push(incoming.url ?? '')
      answers.push(answer)
      answer.writeHead(200, { 'content-type': 'application/json' }).flushHeaders()
      arrived()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    host = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`
    close = () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    }
  })
  afterEach(() => close())

  async function follow(signal = new AbortController().signal) {
    const state = await openDocker({ host, log: createTestLog().log })()
    if (state.kind === 'absent') throw new Error(state.reason)
    const taken: ContainerEvent[] = []
    const waiting = Promise.withResolvers<void>()
    arrived = () => waiting.resolve()
    const since = new Date(1_795_000_000_000)
    const ended = state.docker.events({ since }, (event) => taken.push(event), signal)
    await waiting.promise
    return { taken, ended }
  }

  it('asks for containers and for nothing that happens inside them', async () => {
    const { ended } = await follow()
    answers[0]?.end()
    await ended
    const asked = new URL(paths[0] ?? '', host).searchParams
    expect(asked.get('since')).toBe('1795000000.000000000')
    const filters = JSON.parse(asked.get('filters') ?? '{}')
    expect(filters.type).toEqual(['container'])
    expect(filters.event).toContain('oom')
    expect(filters.event.some((one: string) => one.startsWith('exec'))).toBe(false)
  })

  it('gives 10,000 events and the one behind rubbish and an endless line', async () => {
    const { taken, ended } = await follow()
    const [answer] = answers
    for (let count = 0; count < 10_000; count++) answer?.write(`${write('die', { timeNano: AT_NS + count * 1_000 })}\n`)
    answer?.write('rubbish\n{"Action":\n')
    for (let bytes = 0; bytes <= MAX_EVENT_BYTES; bytes += 65_536) answer?.write('y'.repeat(65_536))
    answer?.end(`\n${write('oom')}\n`)
    await ended
    expect(taken).toHaveLength(10_001)
    expect(taken.at(-1)?.action).toBe('oom')
  })

  it('ends without an error when the engine goes away in the middle, and when nobody wants it any more', async () => {
    const first = await follow()
    answers[0]?.write(write('die').slice(0, 50))
    answers[0]?.destroy()
    await first.ended
    expect(first.taken).toEqual([])
    const stop = new AbortController()
    const second = await follow(stop.signal)
    stop.abort()
    await second.ended
  })
})
