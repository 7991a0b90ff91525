import { createHash } from 'node:crypto'
import { openDocker } from '../../src/docker/open-docker.ts'
import { type DockerServer, describeContainer, type Reaction, startDockerServer } from './docker-server.ts'
import { createTestLog } from './log.ts'

/** An engine whose containers are written by somebody who wants to take over the model that reads of them. */

export type HostileContainer = {
  name: string
  labels?: Record<string, string>
  image?: string
  env?: string[]
  command?: string[]
  log?: string[]
  check?: { output: string }
  state?: Record<string, unknown>
}

export const idOf = (name: string) => createHash('sha256').update(name).digest('hex')

export type HostileEngine = { server: DockerServer; findDocker: ReturnType<typeof openDocker>; close(): Promise<void> }

export async function startHostileEngine(containers: readonly HostileContainer[]): Promise<HostileEngine> {
  const server = await startDockerServer()
  server.react((method, path) => react(containers, method, path))
  const findDocker = openDocker({ host: server.host, log: createTestLog().log })
  return { server, findDocker, close: () => server.close() }
}

function react(containers: readonly HostileContainer[], method: string, path: string): Reaction {
  const { pathname } = new URL(path, 'http://engine')
  // Whoever is let through here has done it: the test counts it.
  if (method !== 'GET') return { status: 204, body: null }
  if (pathname.endsWith('/_ping')) return { status: 200, body: 'OK' }
  if (pathname.endsWith('/containers/json'))
    return { status: 200, body: containers.map(({ name }) => ({ Id: idOf(name) })) }
  // Who follows the events waits; who asks for the past gets none.
  if (pathname.endsWith('/events')) return path.includes('until=') ? { status: 200, body: '', raw: true } : 'hang'
  const found = containers.find(({ name }) => pathname.includes(`/containers/${idOf(name)}/`))
  if (!found) return { status: 404, body: { message: 'no such container' } }
  if (pathname.endsWith('/logs'))
    return { status: 200, body: (found.log ?? []).map((line) => `${line}\n`).join(''), raw: true }
  if (pathname.endsWith('/stats')) return { status: 200, body: stats() }
  return { status: 200, body: inspection(found) }
}

function inspection({ name, labels, image, env, command, check, state }: HostileContainer) {
  const [program = 'app', ...args] = command ?? []
  const run = { Start: '2026-11-22T11:59:00Z', End: '2026-11-22T11:59:01Z', ExitCode: 1, Output: check?.output ?? '' }
  const health = check ? { Health: { Status: 'unhealthy', FailingStreak: 4, Log: [run] } } : {}
  const usual = describeContainer(idOf(name), name)
  return {
    ...usual,
    Path: program,
    Args: args,
    State: { ...usual.State, ...health, ...state },
    Config: {
      Image: image ?? 'app:1',
      Tty: true,
      Labels: labels ?? { 'nexus.managed': 'true' },
      Env: env ?? [],
      Healthcheck: check ? { Test: ['CMD-SHELL', 'check'] } : null,
    },
  }
}

function stats() {
  return {
    read: new Date().toISOString(),
    cpu_stats: { cpu_usage: { total_usage: 1_000_000 } },
    memory_stats: { usage: 50_000_000, limit: 100_000_000 },
  }
}
