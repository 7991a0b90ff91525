import { parseContainerId } from '../../src/docker/container-id.ts'
import type { Docker } from '../../src/docker/engine.ts'
import { emptyLogFile, type LogFile, measureLogFile } from '../../src/docker/housekeeping.ts'
import { Failure } from '../../src/failure.ts'
import { describeBytes } from '../words.ts'
import { type Act, type Hands, type Look, Measure } from './act.ts'
import { findAllowed } from './container-acts.ts'
import type { ContainerRequest } from './definitions.ts'

/**
 * Cuts the log of a container that was made without a limit. A restart alone shrinks no log: the engine goes on writing to
 * the same file. So the file itself is emptied, where this process may do that, and only a smaller file counts as done. The
 * limit for the future is a setting that a container is made with, which is for a person to add.
 */

const MINUTE_MS = 60_000
/** A smaller log is not worth losing its lines. */
const WORTH_BYTES = 10_000_000

const ADVICE =
  'For good: give it “logging: options: max-size: 10m, max-file: "3"” in its compose file and make it anew. A restart alone shrinks nothing.'

export const shrinkLog: Act<ContainerRequest> = {
  undo: null,
  coolDownMs: MINUTE_MS,
  limitMs: MINUTE_MS,
  target: ({ containerId }) => containerId,
  look: async (hands, request, signal): Promise<Look> => {
    const found = await findAllowed(hands, request, signal)
    if (found.kind === 'refused') return found
    const log = await found.docker.findLogFile(found.container.id, signal)
    const bytes = await measureLogFile(found.container.id, log.path)
    const reason = findObjection(log, bytes)
    if (reason !== null || bytes === null) return { kind: 'refused', reason: reason ?? ADVICE }
    const effect = `Empties its log of ${describeBytes(bytes)}: those lines are gone for good. It is not restarted. ${ADVICE}`
    return { kind: 'ready', effect, risk: 'two-taps', before: measure(bytes) }
  },
  run: async (hands, request) => {
    const { id, log } = await findLog(hands, request)
    await emptyLogFile(id, log.path)
  },
  verify: async (hands, request, { before: stored, doubt }) => {
    const { id, log } = await findLog(hands, request)
    const bytes = await measureLogFile(id, log.path)
    const before = Measure.safeParse(stored).data?.amount ?? null
    if (bytes === null || before === null) return { kind: 'unknown', reason: doubt ?? 'Its log cannot be measured.' }
    const after = measure(bytes)
    if (bytes < before) return { kind: 'fixed', reason: `${describeBytes(before - bytes)} less. ${ADVICE}`, after }
    return { kind: 'not-fixed', reason: doubt ?? `Its log is no smaller. ${ADVICE}`, after }
  },
  lookAgain: async (hands, request) => {
    const { id, log } = await findLog(hands, request)
    const bytes = await measureLogFile(id, log.path)
    return bytes === null ? null : { seen: measure(bytes), overturned: null }
  },
}

function measure(bytes: number): Measure {
  return { text: `a log of ${describeBytes(bytes)}`, amount: bytes }
}

function findObjection({ driver, maxSize }: LogFile, bytes: number | null): string | null {
  if (driver !== 'json-file') return `Its log is kept by “${driver}”: that keeps its own limit.`
  if (maxSize !== null) return `Its log is limited already (max-size ${maxSize}).`
  if (bytes === null) return `Its log is out of my reach from here. ${ADVICE}`
  return bytes < WORTH_BYTES ? `Its log is small (${describeBytes(bytes)}).` : null
}

async function findLog({ findDocker }: Hands, { containerId }: ContainerRequest) {
  const id = parseContainerId(containerId)
  const state = await findDocker()
  if (id === null || state.kind === 'absent') throw new Failure('Docker is away.', { code: 'conflict' })
  const docker: Docker = state.docker
  return { id, log: await docker.findLogFile(id) }
}
