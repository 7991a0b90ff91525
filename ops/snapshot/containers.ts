import { totalmem } from 'node:os'
import type { Container } from '../../src/docker/container.ts'
import type { ContainerId } from '../../src/docker/container-id.ts'
import type { Docker } from '../../src/docker/engine.ts'
import type { FindDocker } from '../../src/docker/open-docker.ts'
import { compareSamples, type StatsSample } from '../../src/docker/stats.ts'
import { asFailure } from '../../src/failure.ts'
import { readWatchLabels, type WatchLabels } from '../watch-labels.ts'
import { absent, failed, ok, type Reading } from './reading.ts'

/** A container, as far as health goes. */
export type SeenContainer = {
  id: string
  name: string
  image: string
  imageId: string
  /** As Docker says it: created, running, paused, restarting, removing, exited, dead. */
  state: string
  health: 'healthy' | 'unhealthy' | 'starting' | 'none'
  restarts: number
  /** It ended without an error: its work is done, or somebody stopped it in peace. */
  finished: boolean
  exitCode: number
  oomKilled: boolean
  /** Docker could not start it, the last time that somebody asked: with the next start that works it is forgotten. */
  failedToStart: boolean
  createdAt: Date
  startedAt: Date | null
  finishedAt: Date | null
  /** Of one core. Null when it does not run, did not answer, or was not seen before: the share comes from two samples. */
  cpuPercent: number | null
  memoryBytes: number | null
  /** Null when it may take all there is, and when nobody knows. */
  memoryLimitBytes: number | null
  watch: WatchLabels
  /** Its output comes without frames. */
  tty: boolean
}

export type Figures = Pick<SeenContainer, 'cpuPercent' | 'memoryBytes' | 'memoryLimitBytes'>
/** Whether somebody stopped the one that ended. */
export type WasStopped = (container: Pick<Container, 'id' | 'finishedAt'>) => boolean

export type ContainersReader = {
  /** All of them. A machine without Docker is no fault; a Docker that stops answering is. */
  read(): Promise<Reading<SeenContainer[]>>
  /** One of them, without figures; null when it is gone. @throws Failure when Docker does not answer */
  readOne(id: ContainerId, signal: AbortSignal): Promise<SeenContainer | null>
}

const LIST_LIMIT_MS = 5_000
/** Short of a probe's limit, so that slow figures cost themselves and not the list. */
const FIGURES_LIMIT_MS = 600
const FIGURES_AT_ONCE = 4
/** An older sample says how it was on average since then, not how it is. */
const MAX_SAMPLE_AGE_MS = 150_000
/** Two that are closer say more about the moment than about the container. */
const MIN_SAMPLE_AGE_MS = 1_000
const NO_FIGURES: Figures = { cpuPercent: null, memoryBytes: null, memoryLimitBytes: null }

export type ReaderMemory = { wasStopped: WasStopped; expectsDocker(): boolean }
const NO_MEMORY: ReaderMemory = { wasStopped: () => false, expectsDocker: () => false }

/** `memory`: what is known beyond what Docker says at this moment. */
export function createContainersReader(findDocker: FindDocker, memory: ReaderMemory = NO_MEMORY): ContainersReader {
  const { wasStopped } = memory
  const samples: Samples = new Map()
  return {
    read: async () => {
      const found = await findDocker()
      if (found.kind === 'absent') return memory.expectsDocker() ? failed(found.reason) : absent(found.reason)
      const containers = await found.docker.list(AbortSignal.timeout(LIST_LIMIT_MS))
      const figures = await readFigures(found.docker, containers, samples)
      return ok(containers.map((container) => toSeen(container, figures.get(container.id), wasStopped)))
    },
    readOne: async (id, signal) => {
      const found = await findDocker()
      if (found.kind === 'absent') return null
      try {
        return toSeen(await found.docker.inspect(id, signal), undefined, wasStopped)
      } catch (thrown) {
        if (asFailure(thrown).code === 'not_found') return null
        throw thrown
      }
    },
  }
}

/** The last sample of each, and the share of the processor that it told. */
type Samples = Map<ContainerId, { sample: StatsSample; cpuPercent: number | null }>

/** Compared with the sample of the look before, so that nobody waits for a second one. Who does not answer has no figures. */
async function readFigures(
  docker: Pick<Docker, 'sample'>,
  containers: readonly Container[],
  samples: Samples,
): Promise<Map<ContainerId, Figures>> {
  const running = containers.filter(({ state }) => state === 'running').map(({ id }) => id)
  for (const id of samples.keys()) if (!running.includes(id)) samples.delete(id)
  const figures = new Map<ContainerId, Figures>()
  const signal = AbortSignal.timeout(FIGURES_LIMIT_MS)
  const left = [...running]
  const work = async () => {
    for (let id = left.shift(); id !== undefined && !signal.aborted; id = left.shift()) {
      const sample = await docker.sample(id, signal).catch(() => null)
      if (sample) figures.set(id, takeSample(samples, id, sample))
    }
  }
  await Promise.all(Array.from({ length: FIGURES_AT_ONCE }, work))
  return figures
}

function takeSample(samples: Samples, id: ContainerId, sample: StatsSample): Figures {
  const before = samples.get(id)
  const ageMs = before ? new Date(sample.read).getTime() - new Date(before.sample.read).getTime() : Number.NaN
  const { cpuPercent, ...memory } = compareSamples(before?.sample ?? sample, sample, totalmem())
  if (before && ageMs < MIN_SAMPLE_AGE_MS) return { ...memory, cpuPercent: before.cpuPercent }
  const now = { sample, cpuPercent: ageMs <= MAX_SAMPLE_AGE_MS ? cpuPercent : null }
  samples.set(id, now)
  return { ...memory, cpuPercent: now.cpuPercent }
}

export function toSeen(
  container: Container,
  figures: Figures = NO_FIGURES,
  wasStopped: WasStopped = () => false,
): SeenContainer {
  const { id, name, image, imageId, state, health, restarts } = container
  const { exitCode, oomKilled, createdAt, startedAt, finishedAt } = container
  return {
    id,
    name,
    image,
    imageId,
    state,
    health: health ?? 'none',
    restarts,
    finished: state === 'exited' && container.startError === '' && (exitCode === 0 || isStopped(container, wasStopped)),
    exitCode,
    oomKilled,
    failedToStart: container.startError !== '',
    createdAt,
    startedAt,
    finishedAt,
    ...figures,
    watch: readWatchLabels(container.labels),
    tty: container.tty,
  }
}

/** Docker brings these back whatever happens, unless somebody stopped them. */
const ALWAYS_UP = ['always', 'unless-stopped']

function isStopped(container: Container, wasStopped: WasStopped): boolean {
  if (wasStopped(container)) return true
  return ALWAYS_UP.includes(container.restartPolicy) && !container.oomKilled
}
