import { access } from 'node:fs/promises'
import { totalmem } from 'node:os'
import type { Clock } from '../../src/clock.ts'
import type { Container } from '../../src/docker/container.ts'
import type { ContainerId } from '../../src/docker/container-id.ts'
import type { Docker } from '../../src/docker/engine.ts'
import { compareSamples, type StatsSample } from '../../src/docker/stats.ts'
import type { Redact } from '../../src/redact.ts'
import type { Guard } from '../containers.ts'
import { readWholePattern } from '../line-pattern.ts'
import { readWatchLabels } from '../watch-labels.ts'
import {
  findEndBefore,
  isDown,
  type PastMinute,
  RECENT_END_MS,
  type SeenLog,
  type Target,
  type Usage,
} from './facts.ts'
import type { Read } from './reader.ts'

/** Everything about the one container that a diagnosis is for. */

export type TargetDeps = {
  clock: Clock
  redact: Redact
  /** Its figures by the minute; an empty list where there is no database. */
  readPast: (containerName: string, after: Date) => Promise<PastMinute[]>
  guard: () => Promise<Guard>
  /** Lines of logs that somebody does not want to hear of. */
  listIgnored?: () => Promise<readonly { subject: string; pattern: string }[]>
  /** What the watching knows; not there where nobody watches. */
  wasStopped?: (container: Pick<Container, 'id' | 'finishedAt'>) => boolean
}

const ENGINE_LIMIT_MS = 700
const LOG_LIMIT_MS = 1_000
/** What has come until then is worth having: a flood never ends. */
const LOG_ENOUGH_MS = 700
/** Bounded by the limit that all have in common. */
const USAGE_LIMIT_MS = 3_000
const PAST_MS = 2 * 3_600_000

const LOG_LINES = 200
const LOG_BYTES = 64_000
const LINE_CHARS = 500
/** With fewer lines since the start, those of the run before are worth having. */
const FEW_LINES = 3
/** Of the run before the one that goes on now. */
const BEFORE_LINES = 20
const START_MARGIN_MS = 1_000
const FLOW_SECONDS = 2
const FLOW_BYTES = 256_000

/** `isLocal`: the engine runs on this machine. */
export async function readTarget(
  deps: TargetDeps,
  { docker, isLocal }: { docker: Docker; isLocal: boolean },
  container: Container,
  read: Read,
): Promise<Target> {
  const { id, name } = container
  const now = deps.clock.now()
  const isUp = container.state === 'running'
  const before = (ms: number) => new Date(now.getTime() - ms)
  const [details, usage, log, earlier, logBytesPerSecond, events, past, ignored] = await Promise.all([
    read('its settings', ENGINE_LIMIT_MS, (signal) => docker.inspectDetails(id, signal)),
    isUp ? readUsage(docker, id, read) : null,
    read('its log', LOG_LIMIT_MS, (signal) => readLog(docker, container, deps.redact, shorten(signal))),
    findEndBefore(container, now)
      ? read('its log before', LOG_LIMIT_MS, (signal) => readLogBefore(docker, container, deps.redact, shorten(signal)))
      : null,
    isUp ? read('how much it writes', LOG_LIMIT_MS, (signal) => measureFlow(docker, container, shorten(signal))) : null,
    read('what happened to it', ENGINE_LIMIT_MS, (signal) =>
      docker.listPastEvents(id, before(RECENT_END_MS), now, signal),
    ),
    read('its past', ENGINE_LIMIT_MS, () => deps.readPast(name, before(PAST_MS))),
    read('what is ignored', ENGINE_LIMIT_MS, async () => (await deps.listIgnored?.()) ?? []),
  ])
  const hasImage = await lookForImage(docker, details?.imageId ?? null, read)
  const patterns = (ignored ?? []).flatMap(({ subject, pattern }) => (subject === name ? [pattern] : []))
  const hidden = details === null ? null : redactDetails(details, deps.redact)
  const gone =
    details && isLocal && isDown(container)
      ? await read('what it mounts', ENGINE_LIMIT_MS, () => findGoneMounts(deps, details))
      : null
  // A label can stand in the place of an event's own field.
  const { dependsOn: needs, hidesEventFields } = readWatchLabels(container.labels)
  return {
    container,
    needs,
    details: hidden,
    usage,
    log: log && leaveOut(log, patterns),
    before: earlier && leaveOut(earlier, patterns),
    logBytesPerSecond,
    events: (events ?? []).map((event) => (hidesEventFields ? { ...event, exitCode: null, signal: null } : event)),
    wasStopped: isDown(container) && deps.wasStopped?.(container) === true,
    hasImage,
    goneMounts: gone ?? [],
    past: past ?? [],
  }
}

/** What somebody has called noise explains nothing. */
function leaveOut(log: SeenLog, ignored: readonly string[]): SeenLog {
  const patterns = ignored.map(readWholePattern)
  return { ...log, lines: log.lines.filter((line) => !patterns.some((one) => one?.matches(line))) }
}

/** The engine takes up to a second for a sample, and the share of the processor needs two: where time runs out, one is enough for the memory. */
async function readUsage(docker: Docker, id: ContainerId, read: Read): Promise<Usage | null> {
  const seen: StatsSample[] = []
  await read('how busy it is', USAGE_LIMIT_MS, async (signal) => {
    for (const _ of [1, 2]) seen.push(await docker.sample(id, signal))
  })
  const [first, second] = seen
  if (!first) return null
  if (second) return compareSamples(first, second, totalmem())
  return { ...compareSamples(first, first, totalmem()), cpuPercent: null }
}

function lookForImage(docker: Docker, imageId: string | null, read: Read): Promise<boolean | null> {
  if (imageId === null) return Promise.resolve(null)
  return read('its image', ENGINE_LIMIT_MS, (signal) => docker.hasImage(imageId, signal))
}

/** Indexes of the folders and files of this machine that are not there any more; none where the paths cannot be looked at. */
async function findGoneMounts({ guard }: TargetDeps, { mounts }: NonNullable<Target['details']>): Promise<number[]> {
  // Inside a container a path means something else.
  if ((await guard()).ownId !== null) return []
  const isGone = await Promise.all(
    mounts.map(({ type, source }) => type === 'bind' && access(source).then(() => false, isMissing)),
  )
  return isGone.flatMap((gone, index) => (gone ? [index] : []))
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT'
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

const shorten = (signal: AbortSignal) => AbortSignal.any([signal, AbortSignal.timeout(LOG_ENOUGH_MS)])

async function readLog(docker: Docker, container: Container, redact: Redact, signal: AbortSignal): Promise<SeenLog> {
  const wish = { lines: LOG_LINES, maxBytes: LOG_BYTES }
  const since = findBegin(container)
  const own = toLines(await docker.logs(container, { ...wish, ...(since && { since }) }, signal), redact)
  // Of one that somebody started, what it said before is another story.
  const isAfresh = container.state === 'running' && container.restarts === 0
  if (own.lines.length >= FEW_LINES || since === null || isAfresh) return own
  return toLines(await docker.logs(container, wish, signal), redact)
}

async function readLogBefore(docker: Docker, container: Container, redact: Redact, signal: AbortSignal) {
  const until = findBegin(container)
  const tail = await docker.logs(
    container,
    { lines: BEFORE_LINES, ...(until && { until }), maxBytes: LOG_BYTES },
    signal,
  )
  return toLines(tail, redact)
}

/** Its first words may come a little before it counts as started; those of the run before may come a little late. */
function findBegin({ startedAt, finishedAt }: Container): Date | null {
  if (startedAt === null) return null
  const early = startedAt.getTime() - START_MARGIN_MS
  const between = finishedAt && finishedAt < startedAt ? (finishedAt.getTime() + startedAt.getTime()) / 2 : early
  return new Date(Math.max(early, between))
}

/** Hidden before anything is cut: half a secret is not recognised. The first line of a cut log may be half a line. */
function toLines({ text, cut }: { text: string; cut: boolean }, redact: Redact): SeenLog {
  const all = redact(text)
    .split('\n')
    .map((line) => line.trim().slice(0, LINE_CHARS).toWellFormed())
  const told = all.filter((line) => line !== '')
  const isHalf = cut && told.length > 1 && told[0] === all[0]
  return { lines: (isHalf ? told.slice(1) : told).slice(-LOG_LINES), cut }
}

async function measureFlow(docker: Docker, container: Container, signal: AbortSignal): Promise<number> {
  const since = new Date(Date.now() - FLOW_SECONDS * 1000)
  const { text } = await docker.logs(container, { lines: 100_000, since, maxBytes: FLOW_BYTES }, signal)
  return Buffer.byteLength(text) / FLOW_SECONDS
}
