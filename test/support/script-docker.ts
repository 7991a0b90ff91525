import type { Container } from '../../src/docker/container.ts'
import { parseContainer } from '../../src/docker/container.ts'
import { type ContainerId, parseContainerId } from '../../src/docker/container-id.ts'
import type { Docker } from '../../src/docker/engine.ts'
import type { Leftovers } from '../../src/docker/housekeeping.ts'
import type { FindDocker } from '../../src/docker/open-docker.ts'
import { Failure } from '../../src/failure.ts'
import { describeContainer } from './docker-server.ts'

/** An engine in the test's own hands, in the same time as the test's clock. */
export type ScriptDocker = {
  findDocker: FindDocker
  /** What was done beyond looking, in order: "restart shop". */
  done: string[]
  add(name: string, more?: Partial<Container>): ContainerId
  change(name: string, more: Partial<Container>): void
  remove(name: string): void
  get(name: string): Container
  leftovers: Leftovers
  /** Replaces what a change does; 'nothing': the engine says yes and does not do it. */
  onChange: ((what: string, name: string) => 'as usual' | 'nothing' | Failure) | null
}

export function createScriptDocker(now: () => Date): ScriptDocker {
  const containers = new Map<string, Container>()
  const done: string[] = []
  let made = 0
  const find = (id: ContainerId): Container => {
    const found = containers.get(id)
    if (!found) throw new Failure('This container is gone.', { code: 'not_found' })
    return found
  }
  const act = (what: string, id: ContainerId, become: () => Partial<Container>) => {
    const container = find(id)
    done.push(`${what} ${container.name}`)
    const end = script.onChange?.(what, container.name) ?? 'as usual'
    if (end instanceof Failure) throw end
    if (end === 'as usual') containers.set(id, { ...find(id), ...become() })
  }
  const up = (): Partial<Container> => ({
    state: 'running',
    startedAt: now(),
    exitCode: 0,
    restarts: 0,
    oomKilled: false,
  })
  const docker = {
    list: async () => [...containers.values()],
    inspect: async (id: ContainerId) => find(id),
    stats: async () => ({ cpuPercent: 1, memoryBytes: 310_000_000, memoryLimitBytes: null }),
    restart: async (id: ContainerId) => act('restart', id, up),
    start: async (id: ContainerId) => act('start', id, up),
    stop: async (id: ContainerId) => act('stop', id, () => ({ state: 'exited', exitCode: 0 })),
    findLeftovers: async () => script.leftovers,
    pruneImages: async () => {
      done.push('prune images')
      if (script.onChange?.('prune', '') !== 'nothing') script.leftovers = { ...script.leftovers, images: NONE }
    },
    pruneBuildCache: async () => {
      done.push('prune build cache')
      script.leftovers = { ...script.leftovers, buildCache: NONE }
    },
  } as unknown as Docker
  const idOf = (name: string) => {
    const found = [...containers.values()].find((one) => one.name === name)
    if (!found) throw new Error(`no container ${name}`)
    return found.id
  }
  const script: ScriptDocker = {
    findDocker: async () => ({ kind: 'ready', docker }),
    done,
    leftovers: { images: NONE, buildCache: NONE },
    onChange: null,
    add: (name, more = {}) => {
      made += 1
      const id = parseContainerId(made.toString(16).padStart(64, 'a'))
      if (id === null) throw new Error('no id')
      const startedAt = new Date(now().getTime() - 86_400_000)
      containers.set(id, { ...parseContainer(describeContainer(id, name)), startedAt, ...more })
      return id
    },
    change: (name, more) => {
      const id = idOf(name)
      containers.set(id, { ...find(id), ...more })
    },
    remove: (name) => void containers.delete(idOf(name)),
    get: (name) => find(idOf(name)),
  }
  return script
}

const NONE = { count: 0, bytes: 0 }
