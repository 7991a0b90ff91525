import type { Container } from '../src/docker/container.ts'
import { mayBeThisMachine } from './this-machine.ts'

/** Which container is meant, and whether anything may be done to it. */

export type Found =
  | { kind: 'found'; container: Container }
  | { kind: 'ambiguous'; candidates: Container[] }
  | { kind: 'none' }

/** By a part of the name that only one container has; the whole name always means that one. */
export function findByName(containers: readonly Container[], wish: string): Found {
  const wanted = wish.trim().replace(/^\//, '').toLowerCase()
  if (wanted === '') return { kind: 'none' }
  const exact = containers.find((container) => container.name.toLowerCase() === wanted)
  if (exact) return { kind: 'found', container: exact }
  const candidates = containers.filter((container) => container.name.toLowerCase().includes(wanted))
  const [only, ...others] = candidates
  if (!only) return { kind: 'none' }
  return others.length === 0 ? { kind: 'found', container: only } : { kind: 'ambiguous', candidates }
}

/** What the rules of safety are made of. */
export type Guard = {
  /** `key=value`, or a key alone for any value. */
  managedLabel: string
  /** The bot's own container by its id, or the beginning of it; null when it runs in none. */
  ownId: string | null
  /** Where the bot's own database is; null when it is embedded. */
  database: { host: string; port: number } | null
}

export type Hindrance = 'itself' | 'its-database' | 'protected' | 'not-managed'

const PROTECTED_LABEL = 'nexus.protected'

/** Why nothing may be done to it; null when it may. */
export function findHindrance(container: Container, guard: Guard): Hindrance | null {
  if (guard.ownId !== null && container.id.startsWith(guard.ownId)) return 'itself'
  if (guard.database !== null && isDatabase(container, guard.database)) return 'its-database'
  // Whatever it says but "false": a slip of the pen must not lift a protection.
  const shield = container.labels[PROTECTED_LABEL]
  if (shield !== undefined && shield.toLowerCase() !== 'false') return 'protected'
  return isManaged(container, guard.managedLabel) ? null : 'not-managed'
}

function isManaged(container: Container, label: string): boolean {
  const [key = '', ...rest] = label.split('=')
  const value = container.labels[key]
  return rest.length === 0 ? value !== undefined : value === rest.join('=')
}

const DATABASE_IMAGE = /postgres|pgvector|timescale|postgis/i

/** Rather one protected too many than the database that the audit is written to. */
function isDatabase(container: Container, { host, port }: { host: string; port: number }): boolean {
  const names = [container.name, container.labels['com.docker.compose.service'] ?? '', ...container.hosts]
  if (names.some((name) => name !== '' && name.toLowerCase() === host.toLowerCase())) return true
  if (!mayBeThisMachine(host)) return false
  if (container.publishedPorts.includes(port)) return true
  return container.usesHostNetwork && DATABASE_IMAGE.test(container.image)
}

/** Anything but at work and well comes first. */
export function sortByTrouble(containers: readonly Container[]): Container[] {
  return [...containers].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name, 'en'))
}

function rank(container: Container): number {
  if (container.health === 'unhealthy' || container.state === 'restarting' || container.state === 'dead') return 0
  if (container.state === 'exited') return container.exitCode === 0 ? 3 : 0
  return container.state === 'running' ? 2 : 1
}

const HINDRANCES: Record<Hindrance, string> = {
  itself: 'That is me: I would cut off the branch that I sit on. Do it on the machine.',
  'its-database': 'That is my own database: without it nothing here works. Do it on the machine.',
  protected: 'It is protected by its label nexus.protected.',
  'not-managed': 'It does not have the label that lets me act on it (NEXUS_MANAGED_LABEL).',
}

export function describeHindrance(hindrance: Hindrance): string {
  return HINDRANCES[hindrance]
}
