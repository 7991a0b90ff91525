import { stat } from 'node:fs/promises'
import { asFailure } from '../failure.ts'
import type { Log } from '../log.ts'
import { createEngine, type Docker, type EngineLimits } from './engine.ts'
import { callDocker } from './guarded-call.ts'
import { createNoteUnread } from './list-containers.ts'
import { loadDockerode } from './load-dockerode.ts'

/** Whether there is a Docker Engine, and the engine. `reason` is a sentence for the owner: what to set up. */
/** `isLocal`: reached by a socket, so that paths of the engine are paths of this machine. */
export type DockerState = { kind: 'ready'; docker: Docker; isLocal?: boolean } | { kind: 'absent'; reason: string }

/** Looks for the engine when it is first needed, and again each time while there was none. */
export type FindDocker = () => Promise<DockerState>

const DEFAULT_SOCKET = '/var/run/docker.sock'
const DEFAULT_PORT = 2375
const PING_MS = 2_000

/** `host`: unix:///path or tcp://host:port; null for the local socket. */
export function openDocker(options: { host: string | null; log: Log; limits?: EngineLimits }): FindDocker {
  let ready: DockerState | null = null
  return async () => {
    if (ready) return ready
    const found = await look(options)
    if (found.kind === 'ready') ready = found
    else options.log.debug({ reason: found.reason }, 'no Docker')
    return found
  }
}

/** The client's types do not know that the option is there. */
type Pinging = { ping(options: { abortSignal: AbortSignal }): Promise<unknown> }

type Address = { socketPath: string } | { host: string; port: number }

async function look({
  host,
  log,
  limits,
}: {
  host: string | null
  log: Log
  limits?: EngineLimits
}): Promise<DockerState> {
  const address = readAddress(host)
  if ('socketPath' in address && !(await isSocket(address.socketPath))) {
    const reason = `There is no Docker socket at ${address.socketPath}. Install Docker, or mount the socket into the bot’s container, or set DOCKER_HOST.`
    return { kind: 'absent', reason }
  }
  try {
    // Imported here: megabytes that a machine without Docker never needs.
    const Dockerode = await loadDockerode()
    // Named one by one, or the client takes what is left open from the environment.
    const none = {
      host: undefined,
      port: undefined,
      socketPath: undefined,
      ca: undefined,
      cert: undefined,
      key: undefined,
    }
    const client = new Dockerode({ ...none, protocol: 'http', ...address } as ConstructorParameters<
      typeof Dockerode
    >[0])
    const limit = { what: 'saying hello', limitMs: PING_MS, signal: undefined }
    await callDocker(limit, (abortSignal) => (client as unknown as Pinging).ping({ abortSignal }))
    return {
      kind: 'ready',
      docker: createEngine(client, limits, createNoteUnread(log)),
      isLocal: 'socketPath' in address,
    }
  } catch (thrown) {
    return { kind: 'absent', reason: asFailure(thrown).message }
  }
}

function readAddress(host: string | null): Address {
  if (host === null) return { socketPath: DEFAULT_SOCKET }
  if (host.startsWith('unix://')) return { socketPath: host.slice('unix://'.length) || DEFAULT_SOCKET }
  const url = new URL(host.replace(/^tcp:/, 'http:'))
  return { host: url.hostname, port: url.port === '' ? DEFAULT_PORT : Number(url.port) }
}

async function isSocket(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isSocket(),
    () => false,
  )
}
