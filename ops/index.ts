import type { Clock } from '../src/clock.ts'
import { listContainerMinutes, listProviderTroubles } from '../src/db/diagnosis.ts'
import { listIgnoredLines } from '../src/db/mutes.ts'
import type { Database, Queryable } from '../src/db/pool.ts'
import type { Container } from '../src/docker/container.ts'
import type { ContainerId } from '../src/docker/container-id.ts'
import type { FindDocker } from '../src/docker/open-docker.ts'
import type { ContainerStats } from '../src/docker/stats.ts'
import { asFailure, Failure } from '../src/failure.ts'
import type { Log } from '../src/log.ts'
import type { ToolModel } from '../src/providers/ports.ts'
import type { QuietHours } from '../src/quiet-hours.ts'
import type { Redact } from '../src/redact.ts'
import { type Actions, createActions } from './actions/index.ts'
import { TIMING, type Timing } from './actions/watch.ts'
import { type Backup, type FoundBackup, findNewestBackup, makeBackup } from './backups/index.ts'
import { readBackupState } from './backups/state.ts'
import { type Logs, type LogsWish, readContainerLogs } from './container-logs.ts'
import { findHindrance, type Guard, type Hindrance, sortByTrouble } from './containers.ts'
import { createDaily, type Daily } from './daily.ts'
import { createDiagnoser } from './diagnose/index.ts'
import { createModelDiagnosis } from './diagnose/model/index.ts'
import { loadRunbooks, toLibrary } from './diagnose/runbooks.ts'
import type { Diagnoser } from './diagnose/types.ts'
import { readGuard } from './guard.ts'
import { createHeal, type Heal } from './heal/index.ts'
import { createHealth, type Health, type HealthDeps } from './health.ts'
import { createHistory, type History, type HistoryDeps } from './history.ts'
import { createIncidents, type Embed, type Incidents } from './incidents/index.ts'
import { createMonitor, type Monitor } from './monitor/index.ts'
import { createTracker } from './monitor/tracker.ts'
import { createReviews, type Reviews } from './review.ts'
import { createContainersReader } from './snapshot/containers.ts'
import { ok } from './snapshot/reading.ts'
import type { Rhythm } from './snapshot/snapshot.ts'

/** What handlers can ask of the operations half. */

export type ListedContainer = { container: Container; hindrance: Hindrance | null }
export type Listing = { kind: 'absent'; reason: string } | { kind: 'ready'; containers: ListedContainer[] }

export type Ops = {
  containers: {
    /** Those in trouble first. @throws Failure when Docker does not answer */
    list(signal: AbortSignal): Promise<Listing>
    /** Figures of those that answer; the others are left out. */
    figures(ids: readonly ContainerId[], signal: AbortSignal): Promise<Map<ContainerId, ContainerStats>>
    /** @throws Failure when Docker is away, or the container is gone */
    logs(container: Container, wish: LogsWish, signal: AbortSignal): Promise<Logs>
  }
  actions: Actions
  heal: Heal
  health: Health
  monitor: Monitor
  diagnosis: Diagnoser
  reviews: Reviews
  incidents: Incidents
  history: History
  daily: Daily
  backups: {
    newest(): Promise<FoundBackup | null>
    /** @throws Failure no_space | not_writable | database | cancelled */
    make(signal: AbortSignal): Promise<Backup>
  }
}

export type OpsDeps = {
  db: Database
  log: Log
  clock: Clock
  findDocker: FindDocker
  redact: Redact
  managedLabel: string
  databaseUrl: string | null
  spend: (db: Queryable) => Promise<{ todayUsd: number; monthUsd: number }>
  budget: { dailyUsd: number; monthlyUsd: number }
  /** How often the content half makes something; null while it does not. */
  readRhythm?: ((now: Date) => Promise<Rhythm | null>) | undefined
  /** Explains what the rules do not; null without a key. */
  tools?: ToolModel | null
  /** Replaces single probes of the snapshot, so that a test can let one hang. */
  probes?: HealthDeps['probes']
  timing?: Partial<Timing>
  timeZone: string
  dataDir: string
  backupDir: string
  /** What a backup tells of how the bot was set up; nothing secret. */
  configuration: Readonly<Record<string, unknown>>
  version: HistoryDeps['version']
  /** Charts are drawn there. */
  threads: HistoryDeps['threads']
  quietHours: QuietHours | null
  embed: Embed
  /** Replaces the watching, so that a test can say what is seen. */
  monitor?: Monitor
}

export function createOps(deps: OpsDeps): Ops {
  const timing = { ...TIMING, ...deps.timing }
  let known: Promise<Guard> | null = null
  const guard = () => {
    known ??= readGuard(deps)
    return known
  }
  const parts = { ...deps, guard, timing }
  const backups: Ops['backups'] = { newest: () => findNewestBackup(deps), make: (signal) => makeBackup(deps, signal) }
  const tracker = createTracker()
  const containers = createContainersReader(deps.findDocker, {
    wasStopped: tracker.wasStopped,
    expectsDocker: () => tracker.expectsDocker(deps.clock.now()),
  })
  const health = createHealth({
    clock: deps.clock,
    log: deps.log,
    isBot: true,
    database: ok({ db: deps.db, spend: deps.spend, budget: deps.budget, readRhythm: deps.readRhythm }),
    listContainers: containers.read,
    readBackup: () => readBackupState({ backupDir: deps.backupDir, db: deps.db.pool }),
    probes: deps.probes,
  })
  const evidence = {
    ...parts,
    health,
    wasStopped: tracker.wasStopped,
    readPast: (name: string, after: Date) => listContainerMinutes(deps.db.pool, name, after),
    listIgnored: () => listIgnoredLines(deps.db.pool),
    readProviders: (after: Date) => listProviderTroubles(deps.db.pool, after),
  }
  const runbooks = loadRunbooks()
  const db = deps.db.pool
  const model =
    deps.tools && createModelDiagnosis({ ...evidence, model: deps.tools, db, runbooks: toLibrary(runbooks) })
  const similar = { db, embed: deps.embed }
  const diagnosis = createDiagnoser({ ...evidence, runbooks, similar, model: model ?? undefined })
  const actions = createActions({ ...parts, backup: backups, wasStopped: tracker.wasStopped })
  const incidents = createIncidents({ ...deps, diagnosis })
  return {
    containers: openContainers(deps, guard),
    actions,
    heal: createHeal({ ...parts, actions }),
    health,
    monitor:
      deps.monitor ??
      createMonitor({ ...deps, health, containers, tracker, listIgnored: () => listIgnoredLines(deps.db.pool) }),
    diagnosis,
    incidents,
    history: createHistory({ ...deps, health, incidents, findBackup: backups.newest }),
    daily: createDaily(deps),
    backups,
    reviews: createReviews({ ...deps, diagnosis }),
  }
}

function openContainers(deps: OpsDeps, guard: () => Promise<Guard>): Ops['containers'] {
  return {
    list: async (signal) => {
      const state = await deps.findDocker()
      if (state.kind === 'absent') return state
      const rules = await guard()
      const containers = sortByTrouble(await state.docker.list(signal))
      return {
        kind: 'ready',
        containers: containers.map((container) => ({ container, hindrance: findHindrance(container, rules) })),
      }
    },
    figures: (ids, signal) => readFigures(deps, ids, signal),
    logs: async (container, wish, signal) => {
      const state = await deps.findDocker()
      if (state.kind === 'absent') throw new Failure(state.reason, { code: 'unavailable' })
      return readContainerLogs({ docker: state.docker, redact: deps.redact }, container, wish, signal)
    },
  }
}

async function readFigures(
  { findDocker, log }: OpsDeps,
  ids: readonly ContainerId[],
  signal: AbortSignal,
): Promise<Map<ContainerId, ContainerStats>> {
  const state = await findDocker()
  const figures = new Map<ContainerId, ContainerStats>()
  if (state.kind === 'absent') return figures
  await Promise.all(
    ids.map(async (id) => {
      try {
        figures.set(id, await state.docker.stats(id, signal))
      } catch (err) {
        log.debug({ err: asFailure(err) }, 'no figures of a container')
      }
    }),
  )
  return figures
}
