import type { Container } from '../../src/docker/container.ts'
import { parseContainer } from '../../src/docker/container.ts'
import { type ContainerId, parseContainerId } from '../../src/docker/container-id.ts'
import type { Docker } from '../../src/docker/engine.ts'
import type { Leftovers } from '../../src/docker/housekeeping.ts'
import type { FindDocker } from '../../src/docker/open-docker.ts'
import type { StatsSample } from '../../src/docker/stats.ts'
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
  /** What it takes from now on; `cpuPercent` of one core. Null: the engine gives no figures. */
  takes(name: string, figures: { cpuPercent: number; memoryBytes?: number; memoryLimitBytes?: number } | null): void
  /** How often figures were read. */
  samples: number
  /** Replaces what a change does; 'nothing': the engine says yes and does not do it. */
  onChange: ((what: string, name: string) => 'as usual' | 'nothing' | Failure) | null
}

export function createScriptDocker(now: () => Date): ScriptDocker {
  const containers = new Map<string, Container>()
  const done: string[] = []
  const meters = new Map<string, Meter>()
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
    sample: async (id: ContainerId) => {
      script.samples += 1
      return readMeter(meters.get(find(id).name), now())
    },
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
    samples: 0,
    takes: (name, figures) => {
      const usedNs = advance(meters.get(name), now())
      meters.set(name, { figures, usedNs, at: now() })
    },
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

/** As the engine counts: what the processor has done so far. */
type Meter = { figures: Parameters<ScriptDocker['takes']>[1]; usedNs: number; at: Date }

function advance(meter: Meter | undefined, now: Date): number {
  if (!meter) return 0
  const { figures, usedNs, at } = meter
  return usedNs + ((figures?.cpuPercent ?? 0) / 100) * (now.getTime() - at.getTime()) * 1_000_000
}

function readMeter(meter: Meter | undefined, now: Date): StatsSample {
  if (!meter?.figures) throw new Failure('No figures.', { code: 'unavailable' })
  const { memoryBytes = 20_000_000, memoryLimitBytes } = meter.figures
  return {
    read: now.toISOString(),
    cpu_stats: { cpu_usage: { total_usage: advance(meter, now) } },
    memory_stats: { usage: memoryBytes, ...(memoryLimitBytes === undefined ? {} : { limit: memoryLimitBytes }) },
  }
}

const NONE = { count: 0, bytes: 0 }
