import type { Container } from '../../src/docker/container.ts'
import type { ContainerId } from '../../src/docker/container-id.ts'
import type { FindDocker } from '../../src/docker/open-docker.ts'
import { asFailure } from '../../src/failure.ts'
import { readWatchLabels, type WatchLabels } from '../watch-labels.ts'
import { createFiguresReader, type Figures, type Patience } from './figures.ts'
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
  /** Of one core. Null when it does not run, did not answer lately, or was not seen before: the share comes from two samples. */
  cpuPercent: number | null
  memoryBytes: number | null
  /** Null when it may take all there is, and when nobody knows. */
  memoryLimitBytes: number | null
  watch: WatchLabels
  /** Its output comes without frames. */
  tty: boolean
}

/** Whether somebody stopped the one that ended. */
export type WasStopped = (container: Pick<Container, 'id' | 'finishedAt'>) => boolean

export type ContainersReader = {
  /** All of them. A machine without Docker is no fault; a Docker that stops answering is. */
  read(patience?: Patience): Promise<Reading<SeenContainer[]>>
  /** Something happened: a patient read that is under way waits no longer for figures. */
  hurry(): void
  /** One of them, without figures; null when it is gone. @throws Failure when Docker does not answer */
  readOne(id: ContainerId, signal: AbortSignal): Promise<SeenContainer | null>
}

const LIST_LIMIT_MS = 5_000
const NO_FIGURES: Figures = { cpuPercent: null, memoryBytes: null, memoryLimitBytes: null }

export type ReaderMemory = { wasStopped: WasStopped; expectsDocker(): boolean }
const NO_MEMORY: ReaderMemory = { wasStopped: () => false, expectsDocker: () => false }

/** `memory`: what is known beyond what Docker says at this moment. */
export function createContainersReader(findDocker: FindDocker, memory: ReaderMemory = NO_MEMORY): ContainersReader {
  const { wasStopped } = memory
  const figuresReader = createFiguresReader()
  let hurrying = new AbortController()
  return {
    hurry: () => {
      hurrying.abort()
      hurrying = new AbortController()
    },
    read: async (patience = 'short') => {
      const hurried = patience === 'long' ? hurrying.signal : null
      const found = await findDocker()
      if (found.kind === 'absent') return memory.expectsDocker() ? failed(found.reason) : absent(found.reason)
      const containers = await found.docker.list(AbortSignal.timeout(LIST_LIMIT_MS))
      const figures = await figuresReader.read(found.docker, containers, { patience, hurried })
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
