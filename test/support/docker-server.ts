import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a proxy in front of an engine, or a broken engine, may do with one request. */
export type Reaction =
  /** `raw`: the body is text and goes out as it is, as a log does. */
  | { status: number; body: unknown; raw?: boolean }
  /** Takes the request and never answers. */
  | 'hang'
  /** Begins to answer and stops in the middle. */
  | 'stall'

export type DockerServer = {
  /** As DOCKER_HOST takes it. */
  host: string
  /** "GET /containers/json?all=true", in order of arrival. */
  requests: string[]
  /** What is asked of an engine beyond looking: everything but GET. */
  changes(): string[]
  /** Resolves when so many changes have been asked for. */
  untilChanges(count: number): Promise<void>
  react(how: (method: string, path: string) => Reaction): void
  close(): Promise<void>
}

/** An HTTP server in the place of an engine. It answers 404 until told how to react. */
export async function startDockerServer(): Promise<DockerServer> {
  const requests: string[] = []
  const waiting = new Set<() => void>()
  const changes = () => requests.filter((line) => !line.startsWith('GET '))
  let react: (method: string, path: string) => Reaction = () => ({ status: 404, body: {} })
  const server = createServer((incoming, answer) => {
    const { method = '', url = '' } = incoming
    requests.push(`${method} ${url}`)
    for (const look of waiting) look()
    const reaction = react(method, url)
    if (reaction === 'hang') return
    if (reaction === 'stall') {
      answer.writeHead(200, { 'content-type': 'application/json' }).write('[{"Id":"')
      return
    }
    const text = reaction.raw ? String(reaction.body) : JSON.stringify(reaction.body)
    answer.writeHead(reaction.status, { 'content-type': 'application/json' }).end(text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    host: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    changes,
    untilChanges: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (changes().length >= count) resolve()
        }
        waiting.add(look)
        look()
      }),
    react: (how) => {
      react = how
    },
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

/** What an engine says of a container when it is inspected. */
export function describeContainer(id: string, name: string, more: Record<string, unknown> = {}) {
  return {
    Id: id,
    Name: `/${name}`,
    Created: '2026-01-01T00:00:00Z',
    RestartCount: 0,
    State: {
      Status: 'running',
      OOMKilled: false,
      ExitCode: 0,
      StartedAt: '2026-01-02T00:00:00Z',
      FinishedAt: '0001-01-01T00:00:00Z',
    },
    Config: { Image: 'app', Tty: false, Labels: { 'nexus.managed': 'true' } },
    HostConfig: { NetworkMode: 'bridge' },
    NetworkSettings: { Networks: {}, Ports: {} },
    ...more,
  }
}
