import { afterEach, beforeEach, expect, it } from 'vitest'
import { createActions } from '../../ops/actions/index.ts'
import { parseContainerId } from '../../src/docker/container-id.ts'
import { openDocker } from '../../src/docker/open-docker.ts'
import { type ActWorld, createActWorld } from '../support/act-world.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { type DockerServer, describeContainer, startDockerServer } from '../support/docker-server.ts'

/** An engine stops a container before it says that it cannot start it. */

const ID = 'b'.repeat(64)
const ENDED = {
  Status: 'exited',
  OOMKilled: false,
  ExitCode: 143,
  StartedAt: '2026-01-02T00:00:00Z',
  FinishedAt: '2026-03-02T10:00:00Z',
}

let db: TestDatabase
let server: DockerServer
let world: ActWorld
beforeEach(async () => {
  db = await createTestDatabase()
  server = await startDockerServer()
  world = createActWorld(db)
})
afterEach(async () => {
  await server.close()
  await db.close()
})

/** `stops`: whether it does the first half. */
async function restart(status: number, message: string, stops: boolean) {
  let isDown = false
  server.react((method, path) => {
    if (path.includes('_ping')) return { status: 200, body: 'OK', raw: true }
    if (path.includes('/containers/json')) return { status: 200, body: [{ Id: ID }] }
    if (method === 'GET') return { status: 200, body: describeContainer(ID, 'shop', isDown ? { State: ENDED } : {}) }
    isDown = stops
    return { status, body: { message } }
  })
  world.actions = createActions({ ...world.hands, findDocker: openDocker({ host: server.host, log: world.log }) })
  const containerId = parseContainerId(ID)
  if (containerId === null) throw new Error('no id')
  return (await world.act({ kind: 'restart', containerId, containerName: 'shop' })).outcome
}

it.each([
  [400, 'exec: /app/run: no such file or directory', 'Docker says: exec: /app/run'],
  [404, 'network 0f3a not found', 'something that it needs, is gone. Docker says: network 0f3a'],
  [409, 'the port is taken', 'Docker says: the port is taken'],
])('a restart that ends with %i and the container down is not called “not done”', async (status, message, words) => {
  expect(await restart(status, message, true)).toMatchObject({
    kind: 'not-fixed',
    reason: expect.stringContaining(words),
  })
})

it('one that a proxy forbids was not begun', async () => {
  expect(await restart(403, '', false)).toMatchObject({ kind: 'refused' })
})

it('one after which the old start is still there is in doubt', async () => {
  expect(await restart(409, 'it is being removed', false)).toMatchObject({
    kind: 'unknown',
    reason: expect.stringContaining('it is being removed'),
  })
})
