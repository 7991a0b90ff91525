import type { IncomingMessage } from 'node:http'
import { totalmem } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import type Dockerode from 'dockerode'
import PQueue from 'p-queue'
import { z } from 'zod'
import { asFailure, Failure } from '../failure.ts'
import { type Container, parseContainer } from './container.ts'
import { type ContainerId, parseContainerId } from './container-id.ts'
import { createInspector, type Inspector } from './details.ts'
import { type CallOptions, callDocker } from './guarded-call.ts'
import { createDemultiplexer, createRing, type LogTail } from './log-tail.ts'
import { type ContainerStats, compareSamples, StatsSample } from './stats.ts'

/** What the product does with a Docker Engine. Every call has its own time limit and throws a Failure. */
export type Docker = Inspector & {
  /** All containers, running or not, by name. One that vanishes meanwhile is left out. */
  list(signal?: AbortSignal): Promise<Container[]>
  /** @throws Failure not_found when it is gone */
  inspect(id: ContainerId, signal?: AbortSignal): Promise<Container>
  stats(id: ContainerId, signal?: AbortSignal): Promise<ContainerStats>
  logs(container: Pick<Container, 'id' | 'tty'>, wish: LogWish, signal?: AbortSignal): Promise<LogTail>
  restart(id: ContainerId, options: ChangeOptions): Promise<void>
  stop(id: ContainerId, options: ChangeOptions): Promise<void>
  start(id: ContainerId, options: ChangeOptions): Promise<void>
}

export type LogWish = { lines: number; since?: Date; maxBytes: number }
/** `graceSeconds`: between the polite and the final signal. */
export type ChangeOptions = { graceSeconds: number; signal?: AbortSignal }

export type EngineLimits = { readMs: number; logsMs: number; changeMs: number; sampleEveryMs: number }

export const ENGINE_LIMITS: EngineLimits = {
  readMs: 8_000,
  /** Of reading; what has come until then is shown. */
  logsMs: 5_000,
  /** Beside the grace. */
  changeMs: 15_000,
  sampleEveryMs: 500,
}

const AT_ONCE = 8
/** What is no list is no engine's answer: a client that gets bytes gives bytes. */
const Listed = z.array(z.object({ Id: z.unknown() }))
const NOT_MODIFIED = 304

export function createEngine(client: Dockerode, limits: EngineLimits = ENGINE_LIMITS): Docker {
  const at = (id: ContainerId) => client.getContainer(requireId(id))
  const read = (what: string, signal: AbortSignal | undefined): CallOptions => ({
    what,
    limitMs: limits.readMs,
    signal,
  })
  const inspect: Docker['inspect'] = (id, signal) =>
    callDocker(read('reading a container', signal), async (abortSignal) =>
      parseContainer(await at(id).inspect({ abortSignal })),
    )
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
    inspect,
    list: (signal) => listAll(client, read('listing containers', signal), (id) => inspect(id, signal)),
    stats: async (id, signal) => readStats(at(id), limits, read('reading figures', signal)),
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

async function listAll(
  client: Dockerode,
  options: CallOptions,
  inspect: (id: ContainerId) => Promise<Container>,
): Promise<Container[]> {
  const rows = await callDocker(options, async (abortSignal) =>
    Listed.parse(await client.listContainers({ all: true, abortSignal })),
  )
  const ids = rows.map((row) => parseContainerId(row.Id)).filter((id) => id !== null)
  const queue = new PQueue({ concurrency: AT_ONCE })
  const found = await queue.addAll(ids.map((id) => () => inspect(id).catch(nullWhenGone)))
  return found.filter((container) => container !== null).sort((a, b) => a.name.localeCompare(b.name, 'en'))
}

function nullWhenGone(thrown: unknown): null {
  const failure = asFailure(thrown)
  if (failure.code === 'not_found') return null
  throw failure
}

async function readStats(
  container: Dockerode.Container,
  limits: EngineLimits,
  options: CallOptions,
): Promise<ContainerStats> {
  return callDocker(options, async (abortSignal) => {
    // The client's types do not know the option; its answer is checked here anyway.
    const wish = { stream: false, 'one-shot': true, abortSignal } as { stream: false }
    const sample = async () => StatsSample.parse(await container.stats(wish))
    const before = await sample()
    await pause(limits.sampleEveryMs, undefined, { signal: abortSignal })
    return compareSamples(before, await sample(), totalmem())
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
  const since = wish.since ? { since: Math.floor(wish.since.getTime() / 1000) } : {}
  const request = {
    path: `/containers/${requireId(id)}/logs?`,
    method: 'GET',
    isStream: true,
    abortSignal,
    statusCodes: { 200: true, 404: 'no such container', 500: 'server error' },
    options: { stdout: true, stderr: true, tail: wish.lines, ...since },
  }
  return new Promise((resolve, reject) => {
    client.modem.dial(request, (err: unknown, stream: unknown) =>
      err ? reject(err) : resolve(stream as IncomingMessage),
    )
  })
}
