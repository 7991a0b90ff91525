import type { IncomingMessage } from 'node:http'
import { totalmem } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import type Dockerode from 'dockerode'
import { Failure } from '../failure.ts'
import { type Container, parseContainer } from './container.ts'
import { type ContainerId, parseContainerId } from './container-id.ts'
import { createInspector, type Inspector } from './details.ts'
import { type ContainerEvent, EVENT_ACTIONS, MAX_EVENT_BYTES, parseEvent, toEngineTime } from './events.ts'
import { type CallOptions, callDocker } from './guarded-call.ts'
import { createHousekeeping, type Housekeeping } from './housekeeping.ts'
import { createLineSplitter } from './line-splitter.ts'
import { listContainers, type NoteUnread } from './list-containers.ts'
import { createDemultiplexer, createRing, type LogTail } from './log-tail.ts'
import { type ContainerStats, compareSamples, StatsSample } from './stats.ts'

/** What the product does with a Docker Engine. Every call has its own time limit and throws a Failure. */
export type Docker = Inspector &
  Housekeeping & {
    /** All containers, running or not, by name. One that vanishes meanwhile, or cannot be read, is left out. */
    list(signal?: AbortSignal): Promise<Container[]>
    /** @throws Failure not_found when it is gone */
    inspect(id: ContainerId, signal?: AbortSignal): Promise<Container>
    stats(id: ContainerId, signal?: AbortSignal): Promise<ContainerStats>
    /** One sample, at once; two of them tell the share of the processor (`compareSamples`). */
    sample(id: ContainerId, signal?: AbortSignal): Promise<StatsSample>
    /**
     * Tells what happens to containers, from `since` on, until the engine ends it or `signal` does; both are no error.
     * @throws Failure when it cannot be begun
     */
    events(wish: EventsWish, take: (event: ContainerEvent) => void, signal: AbortSignal): Promise<void>
    logs(container: Pick<Container, 'id' | 'tty'>, wish: LogWish, signal?: AbortSignal): Promise<LogTail>
    restart(id: ContainerId, options: ChangeOptions): Promise<void>
    stop(id: ContainerId, options: ChangeOptions): Promise<void>
    start(id: ContainerId, options: ChangeOptions): Promise<void>
  }

/** `timestamps`: each line begins with its moment, in RFC 3339 with nanoseconds. */
export type LogWish = { lines: number; since?: Date; until?: Date; maxBytes: number; timestamps?: boolean }
export type EventsWish = { since: Date; onOpen?: () => void }
/** `graceSeconds`: between the polite and the final signal. */
export type ChangeOptions = { graceSeconds: number; signal?: AbortSignal }

export type EngineLimits = {
  readMs: number
  inspectMs: number
  logsMs: number
  changeMs: number
  sampleEveryMs: number
}

export const ENGINE_LIMITS: EngineLimits = {
  readMs: 8_000,
  /** Of one container while all are listed: one that hangs must not hold up the others for long. */
  inspectMs: 3_000,
  /** Of reading; what has come until then is shown. */
  logsMs: 5_000,
  /** Beside the grace. */
  changeMs: 15_000,
  sampleEveryMs: 500,
}

const NOT_MODIFIED = 304

export function createEngine(
  client: Dockerode,
  limits: EngineLimits = ENGINE_LIMITS,
  noteUnread: NoteUnread = () => undefined,
): Docker {
  const at = (id: ContainerId) => client.getContainer(requireId(id))
  const read = (what: string, signal: AbortSignal | undefined): CallOptions => ({
    what,
    limitMs: limits.readMs,
    signal,
  })
  const inspect = (id: ContainerId, options: CallOptions) =>
    callDocker(options, async (abortSignal) => parseContainer(await at(id).inspect({ abortSignal })))
  const change = async (what: string, options: ChangeOptions, call: (abortSignal: AbortSignal) => Promise<unknown>) => {
    const limitMs = options.graceSeconds * 1000 + limits.changeMs
    await callDocker({ what, limitMs, signal: options.signal }, (abortSignal) =>
      call(abortSignal).catch((thrown) => {
        // It was so already.
        if (thrown?.statusCode !== NOT_MODIFIED) throw thrown
      }),
    )
  }
  return {
    ...createInspector(client, limits),
    ...createHousekeeping(client),
    inspect: async (id, signal) => inspect(id, read('reading a container', signal)),
    list: (signal) => {
      const one = { ...read('reading a container', signal), limitMs: limits.inspectMs }
      return listContainers(client, read('listing containers', signal), (id) => inspect(id, one), noteUnread)
    },
    stats: async (id, signal) => readStats(at(id), limits, read('reading figures', signal)),
    sample: (id, signal) =>
      callDocker(read('reading figures', signal), (abortSignal) => readSample(at(id), abortSignal)),
    events: (wish, take, signal) => readEvents(client, wish, take, limits, signal),
    logs: (container, wish, signal) => readLogs(client, container, wish, limits, signal),
    restart: (id, options) =>
      change('restarting a container', options, (abortSignal) =>
        at(id).restart({ t: options.graceSeconds, abortSignal }),
      ),
    stop: (id, options) =>
      change('stopping a container', options, (abortSignal) => at(id).stop({ t: options.graceSeconds, abortSignal })),
    start: (id, options) => change('starting a container', options, (abortSignal) => at(id).start({ abortSignal })),
  }
}

/** The type says it already; this holds also against a cast, since another id would be another request. */
function requireId(id: ContainerId): ContainerId {
  if (parseContainerId(id) === null) throw new Failure('This is not the id of a container.', { code: 'bad_input' })
  return id
}

async function readStats(
  container: Dockerode.Container,
  limits: EngineLimits,
  options: CallOptions,
): Promise<ContainerStats> {
  return callDocker(options, async (abortSignal) => {
    const before = await readSample(container, abortSignal)
    await pause(limits.sampleEveryMs, undefined, { signal: abortSignal })
    return compareSamples(before, await readSample(container, abortSignal), totalmem())
  })
}

async function readSample(container: Dockerode.Container, abortSignal: AbortSignal): Promise<StatsSample> {
  // The client's types do not know the option; its answer is checked here anyway.
  const wish = { stream: false, 'one-shot': true, abortSignal } as { stream: false }
  return StatsSample.parse(await container.stats(wish))
}

async function readEvents(
  client: Dockerode,
  wish: EventsWish,
  take: (event: ContainerEvent) => void,
  limits: EngineLimits,
  signal: AbortSignal,
): Promise<void> {
  const options = { what: 'following events', limitMs: limits.readMs, signal }
  // By hand, as with logs: the client would hand out bytes that nobody bounds.
  const stream = await callDocker(options, (abortSignal) => openEvents(client, wish.since, abortSignal)).catch(
    (err) => {
      if (signal.aborted) return null
      throw err
    },
  )
  if (stream === null) return
  wish.onOpen?.()
  const put = createLineSplitter(MAX_EVENT_BYTES, (line) => {
    const event = parseEvent(line)
    if (event) take(event)
  })
  const ended = Promise.withResolvers<void>()
  for (const end of ['end', 'error', 'close']) stream.on(end, () => ended.resolve())
  signal.addEventListener('abort', () => ended.resolve(), { once: true })
  stream.on('data', put)
  await ended.promise
  stream.off('data', put)
  stream.destroy()
}

function openEvents(client: Dockerode, since: Date, abortSignal: AbortSignal): Promise<IncomingMessage> {
  return dialStream(client, {
    path: '/events?',
    method: 'GET',
    isStream: true,
    abortSignal,
    statusCodes: { 200: true, 400: 'bad parameter', 500: 'server error' },
    options: { since: toEngineTime(since), filters: { type: ['container'], event: [...EVENT_ACTIONS] } },
  })
}

function dialStream(client: Dockerode, request: object): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    client.modem.dial(request as Parameters<typeof client.modem.dial>[0], (err: unknown, stream: unknown) =>
      err ? reject(err) : resolve(stream as IncomingMessage),
    )
  })
}

/** Read as a stream: the client's own call holds all of it in memory, and a line may be 200 MB long. */
async function readLogs(
  client: Dockerode,
  container: Pick<Container, 'id' | 'tty'>,
  wish: LogWish,
  limits: EngineLimits,
  signal: AbortSignal | undefined,
): Promise<LogTail> {
  const options = { what: 'reading the log', limitMs: limits.readMs, signal }
  const stream = await callDocker(options, (abortSignal) => openLogs(client, container.id, wish, abortSignal))
  const ring = createRing(wish.maxBytes)
  const take = container.tty ? ring.put : createDemultiplexer(ring.put)
  const ended = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => ended.resolve(false), limits.logsMs)
  stream.on('data', take)
  for (const event of ['end', 'error', 'close']) stream.on(event, () => ended.resolve(event === 'end'))
  signal?.addEventListener('abort', () => ended.resolve(false), { once: true })
  const whole = await ended.promise
  clearTimeout(timer)
  stream.off('data', take)
  stream.destroy()
  const tail = ring.read()
  return whole ? tail : { ...tail, cut: true }
}

function openLogs(
  client: Dockerode,
  id: ContainerId,
  wish: LogWish,
  abortSignal: AbortSignal,
): Promise<IncomingMessage> {
  const since = wish.since ? { since: toEngineTime(wish.since) } : {}
  const until = wish.until ? { until: toEngineTime(wish.until) } : {}
  const timestamps = wish.timestamps ? { timestamps: true } : {}
  const request = {
    path: `/containers/${requireId(id)}/logs?`,
    method: 'GET',
    isStream: true,
    abortSignal,
    statusCodes: { 200: true, 404: 'no such container', 500: 'server error' },
    options: { stdout: true, stderr: true, tail: wish.lines, ...since, ...until, ...timestamps },
  }
  return dialStream(client, request)
}
