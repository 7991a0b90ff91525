import type { Clock } from '../../src/clock.ts'
import type { Container } from '../../src/docker/container.ts'
import type { Docker } from '../../src/docker/engine.ts'
import type { DockerState, FindDocker } from '../../src/docker/open-docker.ts'
import { asFailure, Failure } from '../../src/failure.ts'
import type { Redact } from '../../src/redact.ts'
import type { Health } from '../health.ts'
import {
  type Facts,
  type PastMinute,
  type ProviderTrouble,
  readDependencies,
  type SeenLog,
  type Target,
} from './facts.ts'
import type { DiagnosisRequest } from './types.ts'

/** Collects the facts, all at once and each with its own limit: what does not answer costs only itself. */

export type EvidenceDeps = {
  findDocker: FindDocker
  health: Pick<Health, 'look'>
  redact: Redact
  clock: Clock
  /** What the database remembers; an empty list where there is none. */
  readPast: (containerName: string, after: Date) => Promise<PastMinute[]>
  readProviders: (after: Date) => Promise<ProviderTrouble[]>
}

/** The rules' answer is due within 2 s; naming the cause and looking for earlier incidents take the rest. */
const LIMIT_MS = 1_500
const ENGINE_LIMIT_MS = 700
const LOG_LIMIT_MS = 900
const PAST_MS = 2 * 3_600_000
const PROVIDERS_MS = 3_600_000
const EVENTS_MS = 15 * 60_000

const LOG_LINES = 200
const LOG_BYTES = 64_000
const LINE_CHARS = 500
/** With fewer lines since the start, those of the run before are worth having. */
const FEW_LINES = 3
const FLOW_SECONDS = 2
const FLOW_BYTES = 256_000

type Reader = <T>(what: string, limitMs: number, read: (signal: AbortSignal) => Promise<T>) => Promise<T | null>

/** @throws Failure cancelled */
export async function collectFacts(deps: EvidenceDeps, request: DiagnosisRequest, signal: AbortSignal): Promise<Facts> {
  const gaps: string[] = []
  const read = createReader(gaps, signal)
  const isBot = request.subject.kind === 'bot'
  const after = new Date(deps.clock.now().getTime() - PROVIDERS_MS)
  const [machine, docker, providers] = await Promise.all([
    read('the machine', LIMIT_MS, () => deps.health.look()),
    collectDocker(deps, request, read),
    isBot ? read('the services', ENGINE_LIMIT_MS, () => deps.readProviders(after)) : [],
  ])
  return { request, at: deps.clock.now(), machine, providers: providers ?? [], gaps, ...docker }
}

/** What fails or is late becomes a gap; only the caller's own stop is passed on. None goes on beyond the common limit. */
function createReader(gaps: string[], signal: AbortSignal): Reader {
  const endsAt = performance.now() + LIMIT_MS
  return async (what, limitMs, read) => {
    const deadline = new AbortController()
    const late = Promise.withResolvers<never>()
    const timer = setTimeout(
      () => {
        late.reject(new Failure(`${what} did not answer in time`, { code: 'timeout' }))
        deadline.abort()
      },
      Math.min(limitMs, endsAt - performance.now()),
    )
    const both = AbortSignal.any([signal, deadline.signal])
    const stopped = () => late.reject(new Failure('the diagnosis was stopped', { code: 'cancelled' }))
    signal.addEventListener('abort', stopped, { once: true })
    try {
      signal.throwIfAborted()
      return await Promise.race([read(both), late.promise])
    } catch {
      if (signal.aborted) throw new Failure('the diagnosis was stopped', { code: 'cancelled' })
      gaps.push(what)
      return null
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', stopped)
    }
  }
}

type DockerFacts = Pick<Facts, 'target' | 'siblings' | 'dockerSilent'>
const NOTHING: DockerFacts = { target: null, siblings: [], dockerSilent: null }

async function collectDocker(deps: EvidenceDeps, request: DiagnosisRequest, read: Reader): Promise<DockerFacts> {
  const { subject } = request
  const opened = await openEngine(deps.findDocker, read)
  if (opened.kind === 'silent') return { ...NOTHING, dockerSilent: opened.reason }
  if (opened.kind === 'absent')
    return subject.kind === 'container' ? { ...NOTHING, dockerSilent: opened.reason } : NOTHING
  const { docker, containers } = opened
  if (subject.kind !== 'container') return { ...NOTHING, siblings: containers.map(toSibling) }
  const container = findSubject(containers, subject)
  const siblings = containers.filter((one) => one !== container).map(toSibling)
  if (!container) return { ...NOTHING, siblings }
  return { ...NOTHING, siblings, target: await readTarget(deps, docker, container, read) }
}

const toSibling = (container: Container) => ({ container, dependsOn: readDependencies(container) })

/** One that was made anew has another id and the same name: what is there now is what somebody asks about. */
function findSubject(
  containers: readonly Container[],
  { containerId, name }: { containerId: string; name: string },
): Container | undefined {
  return containers.find(({ id }) => id === containerId) ?? containers.find((one) => one.name === name)
}

type Opened =
  | { kind: 'open'; docker: Docker; containers: Container[] }
  | { kind: 'absent'; reason: string }
  | { kind: 'silent'; reason: string }

async function openEngine(findDocker: FindDocker, read: Reader): Promise<Opened> {
  let reason = 'Docker does not answer.'
  const opened = await read('Docker', ENGINE_LIMIT_MS, async (signal): Promise<Opened> => {
    const state: DockerState = await findDocker()
    if (state.kind === 'absent') return state
    try {
      return { kind: 'open', docker: state.docker, containers: await state.docker.list(signal) }
    } catch (thrown) {
      const failure = asFailure(thrown)
      if (failure.code !== 'cancelled') reason = failure.message
      throw failure
    }
  })
  return opened ?? { kind: 'silent', reason }
}

async function readTarget(deps: EvidenceDeps, docker: Docker, container: Container, read: Reader): Promise<Target> {
  const { id, name } = container
  const now = deps.clock.now()
  const isUp = container.state === 'running'
  const before = (ms: number) => new Date(now.getTime() - ms)
  const [details, stats, log, logBytesPerSecond, events, past] = await Promise.all([
    read('its settings', ENGINE_LIMIT_MS, (signal) => docker.inspectDetails(id, signal)),
    isUp ? read('its figures', LOG_LIMIT_MS, (signal) => docker.stats(id, signal)) : null,
    read('its log', LOG_LIMIT_MS, (signal) => readLog(docker, container, deps.redact, signal)),
    isUp ? read('its log', LOG_LIMIT_MS, (signal) => measureFlow(docker, container, signal)) : null,
    read('what happened to it', ENGINE_LIMIT_MS, (signal) => docker.listPastEvents(id, before(EVENTS_MS), now, signal)),
    read('its past', ENGINE_LIMIT_MS, () => deps.readPast(name, before(PAST_MS))),
  ])
  const hasImage = await lookForImage(docker, details?.imageId ?? null, read)
  const hidden = details === null ? null : redactDetails(details, deps.redact)
  const needs = readDependencies(container)
  return {
    container,
    needs,
    details: hidden,
    stats,
    log,
    logBytesPerSecond,
    events: events ?? [],
    hasImage,
    past: past ?? [],
  }
}

function lookForImage(docker: Docker, imageId: string | null, read: Reader): Promise<boolean | null> {
  if (imageId === null) return Promise.resolve(null)
  return read('its image', ENGINE_LIMIT_MS, (signal) => docker.hasImage(imageId, signal))
}

/** Arguments, mounts and what a check prints may hold what nobody shall see. */
function redactDetails(details: NonNullable<Target['details']>, redact: Redact): NonNullable<Target['details']> {
  const { check, mounts } = details
  return {
    ...details,
    engineError: redact(details.engineError),
    command: redact(details.command),
    check: check && {
      ...check,
      command: redact(check.command),
      runs: check.runs.map((run) => ({ ...run, output: redact(run.output) })),
    },
    mounts: mounts.map((mount) => ({ ...mount, source: redact(mount.source) })),
  }
}

async function readLog(docker: Docker, container: Container, redact: Redact, signal: AbortSignal): Promise<SeenLog> {
  const wish = { lines: LOG_LINES, maxBytes: LOG_BYTES }
  const since = container.startedAt === null ? {} : { since: new Date(container.startedAt.getTime() - 1_000) }
  const own = toLines(await docker.logs(container, { ...wish, ...since }, signal), redact)
  if (own.lines.length >= FEW_LINES || container.startedAt === null) return own
  return toLines(await docker.logs(container, wish, signal), redact)
}

/** Hidden before anything is cut: half a secret is not recognised. The first line of a cut log may be half a line. */
function toLines({ text, cut }: { text: string; cut: boolean }, redact: Redact): SeenLog {
  const all = redact(text).split('\n')
  const whole = cut && all.length > 1 ? all.slice(1) : all
  const lines = whole.map((line) => line.trim().slice(0, LINE_CHARS).toWellFormed()).filter((line) => line !== '')
  return { lines: lines.slice(-LOG_LINES), cut }
}

async function measureFlow(docker: Docker, container: Container, signal: AbortSignal): Promise<number> {
  const since = new Date(Date.now() - FLOW_SECONDS * 1000)
  const { text } = await docker.logs(container, { lines: 100_000, since, maxBytes: FLOW_BYTES }, signal)
  return Buffer.byteLength(text) / FLOW_SECONDS
}
