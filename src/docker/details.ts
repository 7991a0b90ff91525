import type { IncomingMessage } from 'node:http'
import type Dockerode from 'dockerode'
import { z } from 'zod'
import { asFailure, Failure } from '../failure.ts'
import { type ContainerId, parseContainerId } from './container-id.ts'
import { callDocker } from './guarded-call.ts'

/** What a diagnosis wants to know of a container beyond its state. Never the values of its environment. */

export type HealthRun = { at: Date | null; exitCode: number; output: string }
export type Mount = { type: string; source: string; destination: string; readOnly: boolean }

export type ContainerDetails = {
  /** What the engine said when it could not start it; '' when it could. */
  engineError: string
  /** Program and arguments, as the engine was told. */
  command: string
  /** "on-failure", "always", …; '' and "no" leave it down. */
  restartPolicy: string
  envNames: readonly string[]
  check: {
    command: string
    intervalMs: number
    timeoutMs: number
    startPeriodMs: number
    retries: number
    failingStreak: number
    /** Oldest first; the engine keeps five. Without those that came too late, when it had ended. */
    runs: readonly HealthRun[]
  } | null
  mounts: readonly Mount[]
  hasReadOnlyRoot: boolean
  user: string
  networkMode: string
  networks: readonly string[]
  /** Ports of the machine that it asks for, also while it is down. */
  wantedPorts: readonly number[]
  /** Null when it may take all there is. */
  memoryLimitBytes: number | null
  /** "sha256:…"; null when the engine says something else. */
  imageId: string | null
  log: { driver: string; maxSize: string | null }
}

/** One thing that happened to a container, as the engine remembers it. */
export type PastEvent = { at: Date; action: string; exitCode: number | null; signal: number | null }

export type Inspector = {
  /** @throws Failure not_found when it is gone */
  inspectDetails(id: ContainerId, signal?: AbortSignal): Promise<ContainerDetails>
  /** Oldest first. The engine remembers a few hundred events of all containers together. */
  listPastEvents(id: ContainerId, since: Date, until: Date, signal?: AbortSignal): Promise<PastEvent[]>
  /** `imageId`: as the details give it. */
  hasImage(imageId: string, signal?: AbortSignal): Promise<boolean>
}

const Text = z.string().catch('')
const Count = z.number().catch(0)
const Words = z.array(z.string()).nullish().catch([])

const Check = z.object({ Test: Words, Interval: Count, Timeout: Count, StartPeriod: Count, Retries: Count })

const Details = z.object({
  Path: Text,
  Args: Words,
  Image: Text,
  Mounts: z
    .array(z.object({ Type: Text, Source: Text, Destination: Text, RW: z.boolean().catch(true) }))
    .nullish()
    .catch([]),
  State: z.object({
    Error: Text,
    Health: z
      .object({
        FailingStreak: Count,
        Log: z
          .array(z.object({ End: Text, ExitCode: Count, Output: Text }))
          .nullish()
          .catch([]),
      })
      .nullish(),
  }),
  Config: z.object({ Env: Words, User: Text, Healthcheck: Check.nullish().catch(null) }),
  HostConfig: z.object({
    NetworkMode: Text,
    ReadonlyRootfs: z.boolean().catch(false),
    Memory: Count,
    RestartPolicy: z.object({ Name: Text }).nullish(),
    LogConfig: z.object({ Type: Text, Config: z.record(z.string(), z.string()).nullish().catch({}) }).nullish(),
    PortBindings: z
      .record(z.string(), z.array(z.object({ HostPort: Text })).nullish())
      .nullish()
      .catch({}),
  }),
  NetworkSettings: z.object({ Networks: z.record(z.string(), z.unknown()).nullish().catch({}) }).nullish(),
})
type Details = z.infer<typeof Details>

const NS_PER_MS = 1_000_000
/** The engine's own defaults, which it reports as 0. */
const CHECK_DEFAULTS = { intervalMs: 30_000, timeoutMs: 30_000, retries: 3 }
/** A check may print megabytes, and the first lines say it. */
const OUTPUT_CHARS = 2_000

/** @throws ZodError when the answer is not that of an engine */
export function parseDetails(answer: unknown): ContainerDetails {
  const { State: state, Config: config, HostConfig: host, ...found } = Details.parse(answer)
  const bindings = Object.values(host.PortBindings ?? {}).flatMap((all) => all ?? [])
  return {
    engineError: state.Error,
    command: [found.Path, ...(found.Args ?? [])].filter((word) => word !== '').join(' '),
    restartPolicy: host.RestartPolicy?.Name ?? '',
    envNames: (config.Env ?? []).map((pair) => pair.split('=', 1)[0] ?? '').filter((name) => name !== ''),
    check: readCheck(config.Healthcheck ?? null, state.Health ?? null),
    mounts: (found.Mounts ?? []).map(({ Type, Source, Destination, RW }) => ({
      type: Type,
      source: Source,
      destination: Destination,
      readOnly: !RW,
    })),
    hasReadOnlyRoot: host.ReadonlyRootfs,
    user: config.User,
    networkMode: host.NetworkMode,
    networks: Object.keys(found.NetworkSettings?.Networks ?? {}),
    wantedPorts: bindings.map(({ HostPort }) => Number(HostPort)).filter((port) => port > 0),
    memoryLimitBytes: host.Memory > 0 ? host.Memory : null,
    imageId: isImageId(found.Image) ? found.Image : null,
    log: { driver: host.LogConfig?.Type ?? '', maxSize: host.LogConfig?.Config?.['max-size'] ?? null },
  }
}

/** The engine and its runtime, of a check that found nothing to run in. */
const CAME_TOO_LATE = /cannot exec (?:in )?a (?:stopped|deleted|container that has)|container (?:\S+ )?is not running/i

function readCheck(
  check: z.infer<typeof Check> | null,
  health: Details['State']['Health'] | null,
): ContainerDetails['check'] {
  if (!health) return null
  const [kind = '', ...words] = check?.Test ?? []
  return {
    command: kind.startsWith('CMD') ? words.join(' ') : '',
    intervalMs: (check?.Interval ?? 0) / NS_PER_MS || CHECK_DEFAULTS.intervalMs,
    timeoutMs: (check?.Timeout ?? 0) / NS_PER_MS || CHECK_DEFAULTS.timeoutMs,
    startPeriodMs: (check?.StartPeriod ?? 0) / NS_PER_MS,
    retries: check?.Retries || CHECK_DEFAULTS.retries,
    failingStreak: health.FailingStreak,
    runs: (health.Log ?? [])
      .filter(({ ExitCode, Output }) => ExitCode >= 0 || !CAME_TOO_LATE.test(Output))
      .map(({ End, ExitCode, Output }) => ({
        at: readDate(End),
        exitCode: ExitCode,
        output: Output.slice(0, OUTPUT_CHARS),
      })),
  }
}

function readDate(text: string): Date | null {
  const date = new Date(text)
  return Number.isNaN(date.getTime()) || date.getUTCFullYear() < 1970 ? null : date
}

/** It becomes a part of a request's path. */
function isImageId(id: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(id)
}

const PastLine = z.object({
  Action: z.string(),
  timeNano: z.number(),
  Actor: z.object({ Attributes: z.record(z.string(), z.string()).catch({}) }),
})

/** What health checks run is left out: it would push everything else out of the engine's short memory of one answer. */
const TOLD = ['create', 'start', 'restart', 'stop', 'kill', 'die', 'oom', 'pause', 'unpause', 'health_status', 'rename']
const MAX_EVENT_BYTES = 500_000

/** The engine writes one JSON object after another. What cannot be read, as the half line at a cut, is left out. */
export function parsePastEvents(text: string): PastEvent[] {
  return text.split('\n').flatMap((line) => {
    const read = PastLine.safeParse(parseJson(line))
    if (!read.success) return []
    const { Action: action, timeNano, Actor } = read.data
    const number = (value: string | undefined) => (/^\d{1,3}$/.test(value ?? '') ? Number(value) : null)
    const { exitCode, signal } = Actor.Attributes
    return [{ at: new Date(timeNano / NS_PER_MS), action, exitCode: number(exitCode), signal: number(signal) }]
  })
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}

export function createInspector(client: Dockerode, limits: { readMs: number }): Inspector {
  const options = (what: string, signal: AbortSignal | undefined) => ({ what, limitMs: limits.readMs, signal })
  return {
    inspectDetails: (id, signal) =>
      callDocker(options('reading a container', signal), async (abortSignal) =>
        parseDetails(await client.getContainer(requireId(id)).inspect({ abortSignal })),
      ),
    listPastEvents: (id, since, until, signal) =>
      callDocker(options('reading what happened', signal), async (abortSignal) => {
        const filters = { type: ['container'], container: [requireId(id)], event: TOLD }
        const seconds = (at: Date) => (at.getTime() / 1000).toFixed(3)
        const window = { since: seconds(since), until: seconds(until), filters: JSON.stringify(filters) }
        const stream = await client.getEvents({ ...window, abortSignal } as never)
        return parsePastEvents(await readAll(stream as unknown as IncomingMessage))
      }),
    hasImage: async (imageId, signal) => {
      if (!isImageId(imageId)) throw new Failure('This is not the id of an image.', { code: 'bad_input' })
      try {
        await callDocker(options('looking for an image', signal), (abortSignal) =>
          client.getImage(imageId).inspect({ abortSignal } as object),
        )
        return true
      } catch (thrown) {
        if (asFailure(thrown).code === 'not_found') return false
        throw thrown
      }
    },
  }
}

async function readAll(stream: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of stream) {
      chunks.push(chunk)
      size += chunk.length
      if (size > MAX_EVENT_BYTES) break
    }
  } finally {
    stream.destroy()
  }
  return Buffer.concat(chunks).toString('utf8')
}

function requireId(id: ContainerId): ContainerId {
  if (parseContainerId(id) === null) throw new Failure('This is not the id of a container.', { code: 'bad_input' })
  return id
}
