import type { Clock } from '../../src/clock.ts'
import type { Container } from '../../src/docker/container.ts'
import type { Docker } from '../../src/docker/engine.ts'
import type { FindDocker } from '../../src/docker/open-docker.ts'
import { asFailure } from '../../src/failure.ts'
import type { Health, HealthReport } from '../health.ts'
import { type Facts, type ProviderTrouble, readDependencies, type Target, type Usage } from './facts.ts'
import type { Read } from './reader.ts'
import { readTarget, type TargetDeps } from './target.ts'
import type { DiagnosisRequest } from './types.ts'

/** Collects the facts, all at once and each with its own limit: what does not answer costs only itself. */

export type EvidenceDeps = TargetDeps & {
  findDocker: FindDocker
  health: Pick<Health, 'look'>
  clock: Clock
  timeZone: string
  /** Services that failed lately; an empty list where there is no database. */
  readProviders: (after: Date) => Promise<ProviderTrouble[]>
}

/** The rules' answer is due within 2 s; naming the cause and looking for earlier incidents take the rest. */
export const COLLECT_LIMIT_MS = 1_500
const LOOK_LIMIT_MS = 1_000
/** A machine in trouble is a slow machine: calling Docker silent too soon would be wrong just when it matters. */
const ENGINE_LIMIT_MS = 1_200
const BOOKS_LIMIT_MS = 700
const PROVIDERS_MS = 3_600_000

/** The machine and the list of containers, before it is known what it is about. */
export type Look = { machine: HealthReport | null; engine: Engine }

type Engine =
  | { kind: 'open'; docker: Docker; isLocal: boolean; containers: Container[] }
  | { kind: 'absent'; reason: string }
  | { kind: 'silent'; reason: string; isSure: boolean }

export async function takeLook(deps: EvidenceDeps, read: Read): Promise<Look> {
  const [machine, engine] = await Promise.all([
    read('the machine', LOOK_LIMIT_MS, () => deps.health.look()),
    openEngine(deps.findDocker, read),
  ])
  return { machine, engine }
}

/** @throws Failure cancelled */
export async function collectFacts(
  deps: EvidenceDeps,
  request: DiagnosisRequest,
  read: Read,
  look?: Look,
): Promise<Omit<Facts, 'gaps'>> {
  const after = new Date(deps.clock.now().getTime() - PROVIDERS_MS)
  const [machine, docker, providers] = await Promise.all([
    look ? look.machine : read('the machine', COLLECT_LIMIT_MS, () => deps.health.look()),
    collectDocker(deps, request, read, look?.engine),
    request.subject.kind === 'bot' ? read('the services', BOOKS_LIMIT_MS, () => deps.readProviders(after)) : [],
  ])
  const target = docker.target && { ...docker.target, usage: completeUsage(docker.target, machine) }
  return {
    request,
    at: deps.clock.now(),
    timeZone: deps.timeZone,
    machine,
    providers: providers ?? [],
    ...docker,
    target,
  }
}

/** The look knows the sample of the minute before, so that it often has what there was no time for here. */
function completeUsage({ container, usage }: Target, machine: HealthReport | null): Usage | null {
  if (usage !== null && usage.cpuPercent !== null) return usage
  const all = machine?.snapshot.containers
  const seen = all?.kind === 'ok' ? all.value.find(({ id }) => id === container.id) : undefined
  if (!seen || seen.memoryBytes === null) return usage
  const { cpuPercent, memoryBytes, memoryLimitBytes } = seen
  return usage === null ? { cpuPercent, memoryBytes, memoryLimitBytes } : { ...usage, cpuPercent }
}

type DockerFacts = Pick<Facts, 'target' | 'siblings' | 'dockerSilent'>
const NOTHING: DockerFacts = { target: null, siblings: [], dockerSilent: null }

async function collectDocker(
  deps: EvidenceDeps,
  request: DiagnosisRequest,
  read: Read,
  known: Engine | undefined,
): Promise<DockerFacts> {
  const { subject } = request
  const engine = known ?? (await openEngine(deps.findDocker, read))
  if (engine.kind === 'silent') return { ...NOTHING, dockerSilent: engine }
  if (engine.kind === 'absent')
    return subject.kind === 'container' ? { ...NOTHING, dockerSilent: { ...engine, isSure: true } } : NOTHING
  const { containers } = engine
  if (subject.kind !== 'container') return { ...NOTHING, siblings: containers.map(toSibling) }
  const container = findSubject(containers, subject)
  const siblings = containers.filter((one) => one !== container).map(toSibling)
  if (!container) return { ...NOTHING, siblings }
  return { ...NOTHING, siblings, target: await readTarget(deps, engine, container, read) }
}

const toSibling = (container: Container) => ({ container, dependsOn: readDependencies(container) })

/** One that was made anew has another id and the same name: what is there now is what somebody asks about. */
function findSubject(
  containers: readonly Container[],
  { containerId, name }: { containerId: string; name: string },
): Container | undefined {
  return containers.find(({ id }) => id === containerId) ?? containers.find((one) => one.name === name)
}

async function openEngine(findDocker: FindDocker, read: Read): Promise<Engine> {
  let silent: Engine = { kind: 'silent', reason: 'Docker does not answer within a second.', isSure: false }
  const opened = await read('Docker', ENGINE_LIMIT_MS, async (signal): Promise<Engine> => {
    const state = await findDocker()
    if (state.kind === 'absent') return state
    try {
      const { docker, isLocal = false } = state
      return { kind: 'open', docker, isLocal, containers: await docker.list(signal) }
    } catch (thrown) {
      const failure = asFailure(thrown)
      if (failure.code !== 'cancelled') silent = { kind: 'silent', reason: failure.message, isSure: true }
      throw failure
    }
  })
  return opened ?? silent
}
