import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Docker, ENGINE_LIMITS } from '../../src/docker/engine.ts'
import { openDocker } from '../../src/docker/open-docker.ts'
import { type DockerServer, describeContainer, type Reaction, startDockerServer } from '../support/docker-server.ts'
import { createTestLog } from '../support/log.ts'

const GOOD = 'a'.repeat(64)
const BAD = 'b'.repeat(64)
const LIMITS = { ...ENGINE_LIMITS, inspectMs: 150 }

let server: DockerServer
beforeEach(async () => {
  server = await startDockerServer()
})
afterEach(() => server.close())

async function connect() {
  const { log, lines } = createTestLog()
  const warned = () => lines.filter(({ level }) => level === 'warn')
  server.react(() => ({ status: 200, body: 'OK', raw: true }))
  const state = await openDocker({ host: server.host, log, limits: LIMITS })()
  if (state.kind === 'absent') throw new Error(state.reason)
  return { docker: state.docker, warned }
}

/** An engine with these containers, of which each is answered in its way. */
function have(containers: Record<string, Reaction>): void {
  server.react((_method, path) => {
    const id = Object.keys(containers).find((one) => path.includes(one))
    if (id) return containers[id] ?? 'hang'
    return { status: 200, body: Object.keys(containers).map((Id) => ({ Id })) }
  })
}

const well: Reaction = { status: 200, body: describeContainer(GOOD, 'shop') }
const broken: Reaction = { status: 500, body: { message: 'a layer is unexpectedly nil' } }
const names = async (docker: Docker) => (await docker.list()).map(({ name }) => name)

describe('a list of containers', () => {
  it.each<[string, Reaction]>([
    ['fails', broken],
    ['has another shape', { status: 200, body: { ...describeContainer(BAD, 'bad'), State: null } }],
    ['is no JSON', { status: 200, body: '{"Id":', raw: true }],
    ['never comes', 'hang'],
    ['stops in the middle', 'stall'],
    ['says that it is gone', { status: 404, body: { message: 'No such container' } }],
  ])('lacks only the one whose answer %s', async (_, how) => {
    const { docker } = await connect()
    have({ [BAD]: how, [GOOD]: well })
    expect(await names(docker)).toEqual(['shop'])
  })

  it('notes once which one cannot be read, and again after it could be', async () => {
    const { docker, warned } = await connect()
    have({ [BAD]: broken, [GOOD]: well })
    for (let look = 0; look < 3; look++) await docker.list()
    expect(warned()).toHaveLength(1)
    expect(warned()[0]).toMatchObject({ level: 'warn', containerId: BAD })
    have({ [BAD]: { status: 200, body: describeContainer(BAD, 'bad') }, [GOOD]: well })
    expect(await names(docker)).toEqual(['bad', 'shop'])
    have({ [BAD]: broken, [GOOD]: well })
    await docker.list()
    expect(warned()).toHaveLength(2)
  })

  it('is a failure when none can be read, and not an empty machine', async () => {
    const { docker } = await connect()
    have({ [BAD]: broken })
    await expect(docker.list()).rejects.toMatchObject({ code: 'unavailable' })
    have({})
    expect(await docker.list()).toEqual([])
  })

  it('is a failure when many are not answered: that is the engine, and the rest are not asked for', async () => {
    const { docker } = await connect()
    const stuck = Array.from({ length: 40 }, (_, n) => [n.toString(16).padStart(64, 'c'), 'hang'] as const)
    have({ [GOOD]: well, ...Object.fromEntries(stuck) })
    await expect(docker.list()).rejects.toMatchObject({ code: 'timeout' })
    expect(server.requests.length).toBeLessThan(25)
  })

  it('is a failure when a proxy forbids to read any of them', async () => {
    const { docker } = await connect()
    have({ [BAD]: { status: 403, body: {} }, [GOOD]: well })
    await expect(docker.list()).rejects.toMatchObject({ code: 'unauthorized' })
  })
})
