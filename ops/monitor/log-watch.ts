import { parseContainerId } from '../../src/docker/container-id.ts'
import type { Docker } from '../../src/docker/engine.ts'
import type { FindDocker } from '../../src/docker/open-docker.ts'
import { asFailure } from '../../src/failure.ts'
import type { Log } from '../../src/log.ts'
import type { Redact } from '../../src/redact.ts'
import { readWholePattern } from '../line-pattern.ts'
import type { Finding } from '../rules.ts'
import type { SeenContainer } from '../snapshot/containers.ts'
import type { LogWatch as Wish } from '../watch-labels.ts'

/** Counts lines of logs that match the label of their container. Only what is new since the look before is read. */
export type LogWatch = {
  /** Never throws. What cannot be read counts as nothing new. */
  read(containers: readonly SeenContainer[], now: Date): Promise<Finding[]>
}

export type LogWatchDeps = {
  findDocker: FindDocker
  log: Log
  redact: Redact
  /** Lines that somebody does not want to hear of: name of the container, and pattern. */
  listIgnored: () => Promise<readonly { subject: string; pattern: string }[]>
}

const MINUTE_MS = 60_000
const MAX_LINES = 2_000
const MAX_BYTES = 512 * 1024
/** All of them together: whoever has ended meanwhile must not wait for somebody's log. */
const LIMIT_MS = 2_000
const AT_ONCE = 2
/** The last words of one that has just ended count too. */
const ENDED_WITHIN_MS = 3 * MINUTE_MS
const MAX_HITS = 2_000
const MAX_QUOTE_CHARS = 300
/** "2026-11-22T12:00:00.123456789Z line" */
const STAMPED = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?)Z ?(.*)$/s

type Reader = {
  /** The label's pattern, and what people ignore: with others everything within the window counts anew. */
  patterns: string
  last: string
  hits: number[]
  since: Date | null
  /** The line that raised it, as it may be shown; '' before. */
  quote: string
}

export function createLogWatch(deps: LogWatchDeps): LogWatch {
  const readers = new Map<string, Reader>()
  return {
    read: async (containers, now) => {
      const watched = containers.filter((one) => one.watch.log !== null && mayHaveNews(one, now))
      for (const id of readers.keys()) if (!containers.some((one) => one.id === id)) readers.delete(id)
      if (watched.length > 0) await readAll(deps, readers, watched, now)
      return containers.flatMap((container) => toFinding(container, readers.get(container.id), now))
    },
  }
}

function mayHaveNews({ state, finishedAt }: SeenContainer, now: Date): boolean {
  return state === 'running' || (finishedAt !== null && now.getTime() - finishedAt.getTime() < ENDED_WITHIN_MS)
}

async function readAll(
  deps: LogWatchDeps,
  readers: Map<string, Reader>,
  watched: readonly SeenContainer[],
  now: Date,
): Promise<void> {
  try {
    const state = await deps.findDocker()
    if (state.kind === 'absent') return
    const ignored = await deps.listIgnored()
    const signal = AbortSignal.timeout(LIMIT_MS)
    const left = [...watched]
    const work = async () => {
      for (let one = left.shift(); one && !signal.aborted; one = left.shift()) {
        const own = ignored.flatMap(({ subject, pattern }) => (subject === one?.name ? [pattern] : []))
        await readNews({ ...deps, ignored: own, signal }, state.docker, readers, one, now)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
  } catch (thrown) {
    deps.log.debug({ err: asFailure(thrown) }, 'logs not watched for now')
  }
}

async function readNews(
  deps: Pick<LogWatchDeps, 'log' | 'redact'> & { ignored: readonly string[]; signal: AbortSignal },
  docker: Pick<Docker, 'logs'>,
  readers: Map<string, Reader>,
  container: SeenContainer,
  now: Date,
): Promise<void> {
  const { log } = container.watch
  const id = parseContainerId(container.id)
  if (!log || id === null) return
  const reader = prepare(readers, container.id, log, deps.ignored, now)
  const ignored = deps.ignored.map(readWholePattern)
  const isNews = (line: string) => log.pattern.matches(line) && !ignored.some((one) => one?.matches(line))
  try {
    const since = new Date(`${reader.last}Z`)
    const wish = { lines: MAX_LINES, maxBytes: MAX_BYTES, since, timestamps: true }
    const { text } = await docker.logs({ id, tty: container.tty }, wish, deps.signal)
    for (const line of text.split('\n')) {
      const [, stamp = '', words = ''] = STAMPED.exec(line) ?? []
      if (stamp === '' || !isAfter(stamp, reader.last)) continue
      reader.last = stamp
      if (!isNews(words)) continue
      reader.hits.push(Date.parse(`${stamp}Z`))
      if (reader.quote === '' && reader.hits.length >= log.lines)
        reader.quote = deps.redact(words).slice(0, MAX_QUOTE_CHARS).toWellFormed()
    }
    reader.hits = reader.hits.slice(-MAX_HITS)
  } catch (thrown) {
    deps.log.debug({ err: asFailure(thrown) }, 'log of a container not read')
  }
}

/** After a restart of the bot, or when something is ignored, the whole window is read again: what counts goes on counting. */
function prepare(
  readers: Map<string, Reader>,
  id: string,
  { pattern, minutes }: Wish,
  ignored: readonly string[],
  now: Date,
): Reader {
  const known = readers.get(id)
  const patterns = JSON.stringify([pattern.source, ignored])
  if (known && known.patterns === patterns) return known
  const last = new Date(now.getTime() - minutes * MINUTE_MS).toISOString().slice(0, -1)
  const reader: Reader = { patterns, last, hits: [], since: null, quote: '' }
  readers.set(id, reader)
  return reader
}

/** Nanoseconds that end in zeros are written shorter. */
function isAfter(stamp: string, other: string): boolean {
  return toFixed(stamp) > toFixed(other)
}

function toFixed(stamp: string): string {
  const [seconds = '', fraction = ''] = stamp.split('.')
  return `${seconds}.${fraction.padEnd(9, '0')}`
}

function toFinding({ name, id, watch: { log } }: SeenContainer, reader: Reader | undefined, now: Date): Finding[] {
  if (!log || !reader) return []
  const from = now.getTime() - log.minutes * MINUTE_MS
  reader.hits = reader.hits.filter((at) => at > from)
  const value = reader.hits.length
  if (value < log.lines) {
    reader.since = null
    reader.quote = ''
    return []
  }
  reader.since ??= now
  const words = `Container {} wrote ${value === 1 ? 'a line' : `${value} lines`} that its label asks to watch for, in ${log.minutes} min`
  const { since, quote } = reader
  const found = {
    rule: 'log-pattern',
    severity: 'warning',
    subject: name,
    containerId: id,
    words,
    value,
    since,
  } as const
  return [quote === '' ? found : { ...found, quote }]
}
