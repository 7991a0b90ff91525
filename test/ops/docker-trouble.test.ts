import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ContainerId } from '../../src/docker/container-id.ts'
import { parseContainerId } from '../../src/docker/container-id.ts'
import { type Docker, ENGINE_LIMITS } from '../../src/docker/engine.ts'
import { openDocker } from '../../src/docker/open-docker.ts'
import { type DockerServer, describeContainer, startDockerServer } from '../support/docker-server.ts'
import { createTestLog } from '../support/log.ts'

const ID = 'a'.repeat(64) as ContainerId
const LIMITS = { readMs: 150, inspectMs: 150, logsMs: 150, changeMs: 150, sampleEveryMs: 1 }

let server: DockerServer
beforeEach(async () => {
  server = await startDockerServer()
})
afterEach(() => server.close())

async function connect(): Promise<Docker> {
  server.react(() => ({ status: 200, body: 'OK' }))
  const state = await openDocker({ host: server.host, log: createTestLog().log, limits: LIMITS })()
  if (state.kind === 'absent') throw new Error(state.reason)
  server.requests.length = 0
  return state.docker
}

describe('an engine in trouble', () => {
  it.each(['hang', 'stall'] as const)(
    'that answers with a %s gives a timeout in clear words, for every call',
    async (kind) => {
      const docker = await connect()
      server.react(() => kind)
      const late = {
        code: 'timeout',
        retryable: true,
        message: expect.stringContaining('Docker did not answer within'),
      }
      await expect(docker.list()).rejects.toMatchObject(late)
      await expect(docker.inspect(ID)).rejects.toMatchObject(late)
      await expect(docker.stats(ID)).rejects.toMatchObject(late)
    },
  )

  it('that takes a change and never answers gives a timeout too', async () => {
    const docker = await connect()
    server.react(() => 'hang')
    const late = { code: 'timeout' }
    await expect(docker.restart(ID, { graceSeconds: 0 })).rejects.toMatchObject(late)
    await expect(docker.stop(ID, { graceSeconds: 0 })).rejects.toMatchObject(late)
    await expect(docker.start(ID, { graceSeconds: 0 })).rejects.toMatchObject(late)
  })

  it('shows what has come of a log that never ends', async () => {
    const docker = await connect()
    server.react(() => 'stall')
    expect(await docker.logs({ id: ID, tty: true }, { lines: 5, maxBytes: 100 })).toEqual({
      text: '[{"Id":"',
      cut: true,
    })
  })

  it('a caller who gives up is told so, and not that Docker is slow', async () => {
    const docker = await connect()
    server.react(() => 'hang')
    const signal = AbortSignal.abort()
    await expect(docker.inspect(ID, signal)).rejects.toMatchObject({ code: 'cancelled' })
    await expect(docker.restart(ID, { graceSeconds: 0, signal })).rejects.toMatchObject({ code: 'cancelled' })
    expect(server.requests).toEqual([])
  })

  it.each([
    [403, 'unauthorized', 'proxy forbids this'],
    [404, 'not_found', 'gone'],
    [409, 'conflict', 'Docker cannot do that now. Docker says: port is taken'],
    [500, 'unavailable', 'Docker says: port is taken'],
    [418, 'unavailable', 'status 418'],
  ])('status %i becomes %s, in words', async (status, code, words) => {
    const docker = await connect()
    server.react(() => ({ status, body: { message: 'port is taken' } }))
    const expected = { code, message: expect.stringContaining(words) }
    await expect(docker.restart(ID, { graceSeconds: 0 })).rejects.toMatchObject(expected)
  })

  it('something that is no engine at all is a failure, not a crash', async () => {
    const docker = await connect()
    for (const body of [null, [], {}, 'nonsense', 42, { Id: '../x' }, [null], [7]]) {
      server.react(() => ({ status: 200, body }))
      const expected = { code: 'unavailable', message: expect.stringContaining('not a Docker Engine') }
      await expect(docker.inspect(ID)).rejects.toMatchObject(expected)
      await expect(docker.stats(ID)).rejects.toMatchObject(expected)
      if (!Array.isArray(body) || body.length > 0) await expect(docker.list()).rejects.toMatchObject(expected)
    }
  })

  it('ids in the list that are none are left out', async () => {
    const docker = await connect()
    server.react((_, path) => {
      if (path.startsWith('/containers/json'))
        return { status: 200, body: [{ Id: '..' }, { Id: 'b/kill?x=' }, { Id: ID }] }
      return { status: 200, body: describeContainer(ID, 'app') }
    })
    expect((await docker.list()).map(({ name }) => name)).toEqual(['app'])
    expect(server.requests).toHaveLength(2)
  })

  it('an engine that comes later is found then', async () => {
    const port = new URL(server.host.replace('tcp', 'http')).port
    const find = openDocker({ host: `tcp://127.0.0.1:${port}`, log: createTestLog().log, limits: ENGINE_LIMITS })
    server.react(() => ({ status: 403, body: {} }))
    expect(await find()).toMatchObject({ kind: 'absent', reason: expect.stringContaining('forbids') })
    server.react(() => ({ status: 200, body: 'OK' }))
    expect((await find()).kind).toBe('ready')
  })
})

describe('10,000 hostile ids', () => {
  const SEEDS = [
    'b/kill?signal=KILL&x=',
    '..',
    '',
    '.',
    '/',
    '%2e%2e',
    '\0',
    '../../info',
    'a?b',
    '#',
    ' ',
    ID.slice(1),
    `${ID}a`,
  ]
  const hostile = Array.from({ length: 10_000 }, (_, n) => {
    const seed = SEEDS[n % SEEDS.length] ?? ''
    const noise = randomBytes(n % 40).toString((['latin1', 'hex', 'base64', 'utf8'] as const)[n % 4] ?? 'hex')
    return [seed, seed + noise, noise + seed, `${ID}/${noise}`, ID.toUpperCase(), `${ID}\n`][n % 6] ?? ''
  })

  it('reach the engine with none of the calls, and leave the process alive', async () => {
    const docker = await connect()
    server.react(() => ({ status: 204, body: {} }))
    for (const text of hostile) {
      expect(parseContainerId(text)).toBeNull()
      const id = text as ContainerId
      const refused = { code: 'bad_input' }
      await expect(docker.restart(id, { graceSeconds: 0 })).rejects.toMatchObject(refused)
    }
    for (const text of hostile.slice(0, 500)) {
      const id = text as ContainerId
      for (const call of [
        docker.inspect(id),
        docker.stats(id),
        docker.stop(id, { graceSeconds: 0 }),
        docker.start(id, { graceSeconds: 0 }),
        docker.logs({ id, tty: false }, { lines: 1, maxBytes: 1 }),
      ])
        await expect(call).rejects.toMatchObject({ code: 'bad_input' })
    }
    expect(server.requests).toEqual([])
  })
})
