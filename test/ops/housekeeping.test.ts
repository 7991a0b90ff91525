import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ContainerId } from '../../src/docker/container-id.ts'
import type { Docker } from '../../src/docker/engine.ts'
import { emptyLogFile, measureLogFile } from '../../src/docker/housekeeping.ts'
import { openDocker } from '../../src/docker/open-docker.ts'
import { type DockerServer, describeContainer, type Reaction, startDockerServer } from '../support/docker-server.ts'
import { createTestLog } from '../support/log.ts'

const ID = 'a'.repeat(64) as ContainerId
let server: DockerServer
let docker: Docker
let answer: (method: string, path: string) => Reaction
beforeEach(async () => {
  server = await startDockerServer()
  answer = () => ({ status: 200, body: {} })
  server.react((method, path) => (path.includes('_ping') ? { status: 200, body: 'OK' } : answer(method, path)))
  const state = await openDocker({ host: server.host, log: createTestLog().log })()
  if (state.kind === 'absent') throw new Error(state.reason)
  docker = state.docker
})
afterEach(() => server.close())
const asked = () => server.requests.filter((line) => !line.includes('_ping'))

describe('leftovers of an engine', () => {
  const body = {
    Images: [
      { RepoTags: ['app:1'], Containers: 0, Size: 100, SharedSize: 0 },
      { RepoTags: ['<none>:<none>'], Containers: 0, Size: 100, SharedSize: 40 },
      { RepoTags: null, Containers: 0, Size: 7, SharedSize: 9 },
      { RepoTags: null, Containers: 1, Size: 1000, SharedSize: 0 },
      { RepoTags: [], Containers: 0, Size: 'much', SharedSize: 0 },
    ],
    BuildCache: [
      { InUse: false, Shared: false, Size: 500 },
      { InUse: true, Shared: false, Size: 900 },
      { InUse: false, Shared: true, Size: 900 },
      { Size: 900 },
    ],
  }

  it('are images without a name that no container uses, and build cache that nothing refers to', async () => {
    answer = () => ({ status: 200, body })
    expect(await docker.findLeftovers()).toEqual({
      images: { count: 3, bytes: 60 },
      buildCache: { count: 1, bytes: 500 },
    })
    answer = () => ({ status: 200, body: { Images: null } })
    expect(await docker.findLeftovers()).toEqual({
      images: { count: 0, bytes: 0 },
      buildCache: { count: 0, bytes: 0 },
    })
  })

  it('are sized once for all who ask at the same time', async () => {
    answer = () => ({ status: 200, body })
    await Promise.all([docker.findLeftovers(), docker.findLeftovers(), docker.findLeftovers()])
    expect(asked()).toEqual(['GET /system/df?type=image&type=build-cache'])
  })

  it('go by requests that name nothing but them', async () => {
    await docker.pruneImages()
    await docker.pruneBuildCache()
    expect(asked().map(decodeURIComponent)).toEqual([
      'POST /images/prune?filters={"dangling":["true"]}',
      'POST /build/prune',
    ])
  })

  it('that a proxy guards are told so', async () => {
    answer = () => ({ status: 403, body: {} })
    await expect(docker.pruneImages()).rejects.toMatchObject({ code: 'unauthorized' })
    await expect(docker.findLeftovers()).rejects.toThrow('proxy forbids')
  })
})

describe('the log file of a container', () => {
  it('is what the engine says, with its driver and limit', async () => {
    const config = { Type: 'json-file', Config: { 'max-size': '10m' } }
    const more = { LogPath: `/x/${ID}/${ID}-json.log`, HostConfig: { NetworkMode: 'none', LogConfig: config } }
    answer = () => ({ status: 200, body: { ...describeContainer(ID, 'app'), ...more } })
    expect(await docker.findLogFile(ID)).toEqual({ driver: 'json-file', maxSize: '10m', path: more.LogPath })
    answer = () => ({ status: 200, body: { ...describeContainer(ID, 'app'), LogPath: '' } })
    expect(await docker.findLogFile(ID)).toMatchObject({ maxSize: null, path: null })
  })

  it('is measured only where it is a file of its own under its own name', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'nexus-log-'))
    const own = join(folder, ID)
    await mkdir(own)
    const path = join(own, `${ID}-json.log`)
    const passwords = join(folder, 'passwd')
    await writeFile(passwords, 'secret')
    expect(await measureLogFile(ID, path)).toBeNull()
    await symlink(passwords, path)
    expect(await measureLogFile(ID, path)).toBeNull()
    await expect(emptyLogFile(ID, path)).rejects.toMatchObject({ code: 'not_writable' })
    await expect(emptyLogFile(ID, passwords)).rejects.toMatchObject({ code: 'not_writable' })
    expect(await readFile(passwords, 'utf8')).toBe('secret')
    await rm(path)
    await writeFile(path, '12345')
    expect(await measureLogFile(ID, path)).toBe(5)
    expect(await measureLogFile(ID, passwords)).toBeNull()
    expect(await measureLogFile('b'.repeat(64) as ContainerId, path)).toBeNull()
    await emptyLogFile(ID, path)
    expect(await measureLogFile(ID, path)).toBe(0)
    await rm(folder, { recursive: true })
  })
})
