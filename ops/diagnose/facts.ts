import type { Container } from '../../src/docker/container.ts'
import type { ContainerDetails, PastEvent } from '../../src/docker/details.ts'
import type { HealthReport } from '../health.ts'
import { readWatchLabels } from '../watch-labels.ts'
import type { Gap } from './reader.ts'
import type { DiagnosisRequest } from './types.ts'

/** All that a diagnosis knows. Collected once and then only looked at, so that every rule is a pure function of it. */
export type Facts = {
  request: DiagnosisRequest
  at: Date
  /** In which times are said. */
  timeZone: string
  target: Target | null
  /** Every other container of the engine. */
  siblings: readonly Sibling[]
  machine: HealthReport | null
  /** What the services did lately; for a diagnosis of the bot. */
  providers: readonly ProviderTrouble[]
  /** Set when the engine did not answer. It is sure when the engine failed, and not when it was merely too slow for us. */
  dockerSilent: { reason: string; isSure: boolean } | null
  /** What else could not be read in time. */
  gaps: readonly Gap[]
}

export type Target = {
  container: Container
  /** Names of containers, or of their services, that it depends on. */
  needs: readonly string[]
  details: ContainerDetails | null
  usage: Usage | null
  log: SeenLog | null
  /** The end of its log of the run before; null when that is long ago, and when there was none. */
  before: SeenLog | null
  /** Bytes a second that it writes just now; at least so many when it was too much to count. */
  logBytesPerSecond: number | null
  events: readonly PastEvent[]
  /** Whoever watches saw that somebody stopped it, which the engine may have forgotten since. */
  wasStopped: boolean
  /** Null when nobody could say. */
  hasImage: boolean | null
  /** Indexes of the mounts in its details that are not on this machine any more. */
  goneMounts: readonly number[]
  /** By the minute, oldest first. */
  past: readonly PastMinute[]
}

/** `cpuPercent`: of one core; null when there was no time for a second sample. */
export type Usage = { cpuPercent: number | null; memoryBytes: number; memoryLimitBytes: number | null }

export type SeenLog = {
  /** Redacted, without empty ones, each cut; the newest last. */
  lines: readonly string[]
  /** There was more before. */
  cut: boolean
}

export type PastMinute = { at: Date; cpuPercent: number | null; memoryBytes: number | null; restarts: number }

/** `dependsOn`: names of containers or of their services. */
export type Sibling = { container: Container; dependsOn: readonly string[] }

export type ProviderTrouble = {
  provider: string
  calls: number
  failed: number
  lastCode: string | null
}

export const COMPOSE = { project: 'com.docker.compose.project', service: 'com.docker.compose.service' } as const

export const readDependencies = ({ labels }: Pick<Container, 'labels'>) => readWatchLabels(labels).dependsOn

/** Names by which others call it. */
export function namesOf(container: Container): string[] {
  const service = container.labels[COMPOSE.service]
  return [container.name, ...(service === undefined ? [] : [service]), ...container.hosts].map((name) =>
    name.toLowerCase(),
  )
}

/** What ends at once has ended before it began, by the engine's own times. */
const ENDED_BEFORE_MS = 1_000

/** How long its last run took; null while it runs, and when it never did. */
export function lastRunMs({ startedAt, finishedAt, state }: Container): number | null {
  if (state === 'running' || !startedAt || !finishedAt) return null
  const ranMs = finishedAt.getTime() - startedAt.getTime()
  if (ranMs < -ENDED_BEFORE_MS) return null
  return Math.max(0, ranMs)
}

/** What is longer ago is told by the incidents, not by how it is. */
export const RECENT_END_MS = 30 * 60_000

/** When the run before the present one ended, of one that runs; null when that is long ago. */
export function findEndBefore({ state, startedAt, finishedAt }: Container, now: Date): Date | null {
  if (state !== 'running' || !startedAt || !finishedAt || finishedAt > startedAt) return null
  return now.getTime() - finishedAt.getTime() <= RECENT_END_MS ? finishedAt : null
}

export const isDown = ({ state }: Container) => state === 'exited' || state === 'dead' || state === 'created'
export const hasEnded = (container: Container) => isDown(container) || container.state === 'restarting'

/** Something is wrong with it, as far as its state says. */
export function isTroubled(container: Container): boolean {
  if (container.health === 'unhealthy' || container.state === 'restarting' || container.state === 'dead') return true
  return container.state === 'exited' ? container.exitCode !== 0 : false
}
