import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseContainerId } from '../../src/docker/container-id.ts'
import type { Docker } from '../../src/docker/engine.ts'
import { openDocker } from '../../src/docker/open-docker.ts'
import { type DockerServer, startDockerServer } from '../support/docker-server.ts'
import { createTestLog } from '../support/log.ts'

/** What the proxy of deploy/compose.yaml lets through: its expressions hold for the whole path, without the query. */
const compose = readFileSync(new URL('../../deploy/compose.yaml', import.meta.url), 'utf8')
const allowed = [...compose.matchAll(/^ *(# )?- -allow(GET|POST)=(\S+)$/gm)].map(([, off, method, pattern]) => ({
  ...{ method, isOff: off !== undefined },
  pattern: new RegExp(`^${pattern}$`),
}))
const passes = (line: string, { alsoOff = false } = {}) => {
  const [method, url = ''] = line.split(' ')
  const path = decodeURIComponent(url.split('?')[0] ?? '')
  return allowed.some((one) => one.method === method && (alsoOff || !one.isOff) && one.pattern.test(path))
}

const ID = 'a'.repeat(64)
const id = parseContainerId(ID)
if (id === null) throw new Error('no id')
const never = new AbortController().signal
const wish = { graceSeconds: 1 }
const CALLS: Record<keyof Docker, (docker: Docker) => Promise<unknown>> = {
  list: (docker) => docker.list(),
  inspect: (docker) => docker.inspect(id),
  inspectDetails: (docker) => docker.inspectDetails(id),
  stats: (docker) => docker.stats(id),
  sample: (docker) => docker.sample(id),
  logs: (docker) => docker.logs({ id, tty: false }, { lines: 1, maxBytes: 1 }),
  events: (docker) => docker.events({ since: new Date() }, () => undefined, never),
  listPastEvents: (docker) => docker.listPastEvents(id, new Date(0), new Date()),
  hasImage: (docker) => docker.hasImage(`sha256:${ID}`),
  findLogFile: (docker) => docker.findLogFile(id),
  findLeftovers: (docker) => docker.findLeftovers(),
  restart: (docker) => docker.restart(id, wish),
  stop: (docker) => docker.stop(id, wish),
  start: (docker) => docker.start(id, wish),
  pruneImages: (docker) => docker.pruneImages(),
  pruneBuildCache: (docker) => docker.pruneBuildCache(),
}

describe('the proxy in front of Docker', () => {
  let server: DockerServer
  let docker: Docker
  beforeEach(async () => {
    server = await startDockerServer()
    server.react((_method, path) => ({ status: path.startsWith('/_ping') ? 200 : 404, body: {} }))
    const state = await openDocker({ host: server.host, log: createTestLog().log })()
    if (state.kind === 'absent') throw new Error(state.reason)
    docker = state.docker
  })
  afterEach(() => server.close())

  it('lets through all that the product asks of an engine; making room only once its line is taken in', async () => {
    for (const call of Object.values(CALLS)) await call(docker).catch(() => undefined)
    expect(server.requests.length).toBeGreaterThan(Object.keys(CALLS).length)
    expect(server.requests.filter((line) => !passes(line, { alsoOff: true }))).toEqual([])
    const off = server.requests.filter((line) => !passes(line)).map((line) => line.split('?')[0])
    expect(off.sort()).toEqual(['POST /build/prune', 'POST /images/prune'])
  })

  it.each([
    'POST /containers/create',
    `POST /containers/${ID}/exec`,
    `POST /containers/${ID}/kill`,
    'POST /containers/shop/restart',
    'POST /build',
    'POST /images/create',
    'POST /volumes/prune',
    `GET /containers/${ID}/archive`,
    `GET /containers/${ID}/export`,
    `GET /images/sha256:${ID}/get`,
    'GET /secrets',
    `DELETE /containers/${ID}`,
  ])('keeps back %s', (line) => {
    expect(passes(line, { alsoOff: true })).toBe(false)
  })
})
