import { z } from 'zod'
import { toStorableText } from '../messaging/storable.ts'
import { type ContainerId, parseContainerId } from './container-id.ts'

/** One container as the engine shows it, without the values of its environment. */

export const CONTAINER_STATES = ['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead'] as const
export type ContainerState = (typeof CONTAINER_STATES)[number]

export type Container = {
  id: ContainerId
  name: string
  image: string
  /** What the image's name stood for when it was made: a new one under the old name is another. */
  imageId: string
  state: ContainerState
  /** Null when it has no health check, and when it does not run: the engine keeps the last word of a check after the end. */
  health: 'starting' | 'healthy' | 'unhealthy' | null
  /** Restarts by the engine since somebody last started it. */
  restarts: number
  exitCode: number
  oomKilled: boolean
  /** Why the engine could not start it; '' when it could. */
  startError: string
  /** What the engine does when it ends: 'no', 'always', 'unless-stopped', 'on-failure'. */
  restartPolicy: string
  /** Which signal asks it to stop, as somebody wrote it ("SIGQUIT", "3"); '' for the usual one. */
  stopSignal: string
  createdAt: Date
  /** Null when it was never started. */
  startedAt: Date | null
  finishedAt: Date | null
  labels: Readonly<Record<string, string>>
  /** Its output comes without frames. */
  tty: boolean
  /** Names and addresses by which others reach it. */
  hosts: readonly string[]
  /** Ports of the machine that lead to it. */
  publishedPorts: readonly number[]
  usesHostNetwork: boolean
}

/** As it comes back from the database, or a name would be another one the next time. */
const Text = z.string().transform(toStorableText).catch('')
const Count = z.number().catch(0)
const Flag = z.boolean().catch(false)

const Network = z.object({
  IPAddress: Text,
  Aliases: z.array(z.string()).nullish().catch([]),
})

const Inspection = z.object({
  Id: z.string().refine((id) => parseContainerId(id) !== null),
  Name: Text,
  Image: Text,
  Created: Text,
  RestartCount: Count,
  State: z.object({
    Status: z.enum(CONTAINER_STATES).catch('dead'),
    OOMKilled: Flag,
    ExitCode: Count,
    Error: Text,
    StartedAt: Text,
    FinishedAt: Text,
    Health: z.object({ Status: Text }).nullish(),
  }),
  Config: z.object({
    Image: Text,
    Tty: Flag,
    StopSignal: Text,
    Labels: z.record(z.string(), z.string()).nullish().catch({}),
  }),
  HostConfig: z.object({ NetworkMode: Text, RestartPolicy: z.object({ Name: Text }).nullish().catch(null) }),
  NetworkSettings: z.object({
    Networks: z.record(z.string(), Network).nullish().catch({}),
    Ports: z
      .record(z.string(), z.array(z.object({ HostPort: Text })).nullish())
      .nullish()
      .catch({}),
  }),
})

/** @throws ZodError when the answer is not that of an engine */
export function parseContainer(answer: unknown): Container {
  const found = Inspection.parse(answer)
  const id = found.Id as ContainerId
  const { State: state, Config: config } = found
  const networks = Object.values(found.NetworkSettings.Networks ?? {})
  const ports = Object.values(found.NetworkSettings.Ports ?? {})
  return {
    id,
    name: found.Name.replace(/^\//, '') || id.slice(0, 12),
    image: config.Image,
    imageId: found.Image,
    state: state.Status,
    health: readHealth(state.Status, state.Health?.Status),
    restarts: found.RestartCount,
    exitCode: state.ExitCode,
    oomKilled: state.OOMKilled,
    startError: state.Error,
    restartPolicy: found.HostConfig.RestartPolicy?.Name || 'no',
    stopSignal: config.StopSignal,
    createdAt: readDate(found.Created) ?? new Date(0),
    startedAt: readDate(state.StartedAt),
    finishedAt: readDate(state.FinishedAt),
    labels: config.Labels ?? {},
    tty: config.Tty,
    hosts: networks.flatMap((network) => [network.IPAddress, ...(network.Aliases ?? [])]).filter((host) => host !== ''),
    publishedPorts: ports.flatMap((bindings) => (bindings ?? []).map((binding) => Number(binding.HostPort))),
    usesHostNetwork: found.HostConfig.NetworkMode === 'host',
  }
}

function readHealth(state: ContainerState, status: string | undefined): Container['health'] {
  if (state !== 'running' && state !== 'paused') return null
  return status === 'starting' || status === 'healthy' || status === 'unhealthy' ? status : null
}

/** "0001-01-01T00:00:00Z" stands for never. */
function readDate(text: string): Date | null {
  const date = new Date(text)
  return Number.isNaN(date.getTime()) || date.getUTCFullYear() < 1970 ? null : date
}
