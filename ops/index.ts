import type { Clock } from '../src/clock.ts'
import { findProposal, listRunningProposals, type Proposal } from '../src/db/actions.ts'
import { listContainerMinutes, listProviderTroubles } from '../src/db/diagnosis.ts'
import type { Database, Queryable, Tx } from '../src/db/pool.ts'
import type { Container } from '../src/docker/container.ts'
import type { ContainerId } from '../src/docker/container-id.ts'
import type { FindDocker } from '../src/docker/open-docker.ts'
import type { ContainerStats } from '../src/docker/stats.ts'
import { asFailure, Failure } from '../src/failure.ts'
import type { Log } from '../src/log.ts'
import type { Redact } from '../src/redact.ts'
import type { ActionKind } from './actions/definitions.ts'
import { executeProposal, lookUpProposal, type Report } from './actions/execute.ts'
import { type Actor, type Claim, claimAction, dropAction, type Proposed, proposeAction } from './actions/propose.ts'
import { TIMING, type Timing } from './actions/watch.ts'
import { type Logs, type LogsWish, readContainerLogs } from './container-logs.ts'
import { findHindrance, type Guard, type Hindrance, sortByTrouble } from './containers.ts'
import { createDiagnoser } from './diagnose/index.ts'
import type { Diagnoser } from './diagnose/types.ts'
import { createHealth, type Health, type HealthDeps } from './health.ts'
import { createMonitor, type Monitor } from './monitor/index.ts'
import { findOwnContainerId } from './own-container.ts'
import { readContainers } from './snapshot/containers.ts'
import { ok } from './snapshot/reading.ts'

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
  actions: {
    propose(tx: Tx, kind: ActionKind, container: Container, actor: Actor): Promise<Proposed>
    claim(tx: Tx, id: string, actor: Actor): Promise<Claim>
    drop(tx: Tx, id: string, actor: Actor): Promise<Proposal | null>
    find(db: Queryable, id: string): Promise<Proposal | null>
    /** Does it, watches, settles it and reports. @throws Failure cancelled when the process ends meanwhile */
    execute(proposal: Proposal, report: Report, signal: AbortSignal): Promise<void>
    /** Looks at what became of it; never does it again. */
    lookUp(proposal: Proposal, asked: { report: Report; actor: number | null }, signal: AbortSignal): Promise<void>
    /** Left by a process that died in the middle. */
    listUnfinished(): Promise<Proposal[]>
  }
  health: Health
  monitor: Monitor
  diagnosis: Diagnoser
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
  /** Replaces single probes of the snapshot, so that a test can let one hang. */
  probes?: HealthDeps['probes']
  timing?: Partial<Timing>
}

export function createOps(deps: OpsDeps): Ops {
  const timing = { ...TIMING, ...deps.timing }
  let known: Promise<Guard> | null = null
  const guard = () => {
    known ??= readGuard(deps)
    return known
  }
  const parts = { ...deps, guard, timing }
  const health = createHealth({
    clock: deps.clock,
    log: deps.log,
    isBot: true,
    database: ok({ db: deps.db, spend: deps.spend, budget: deps.budget }),
    listContainers: () => readContainers(deps.findDocker),
    probes: deps.probes,
  })
  return {
    containers: {
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
    },
    actions: {
      propose: async (tx, kind, container, actor) =>
        proposeAction(tx, { clock: deps.clock, guard: await guard() }, kind, container, actor),
      claim: (tx, id, actor) => claimAction(tx, deps.clock, id, actor),
      drop: (tx, id, actor) => dropAction(tx, deps.clock, id, actor),
      find: findProposal,
      execute: (proposal, report, signal) => executeProposal(parts, proposal, report, signal),
      lookUp: (proposal, asked, signal) => lookUpProposal(parts, proposal, asked, signal),
      listUnfinished: () => listRunningProposals(deps.db.pool),
    },
    health,
    monitor: createMonitor({ log: deps.log, health }),
    diagnosis: createDiagnoser({
      ...parts,
      health,
      readPast: (name, after) => listContainerMinutes(deps.db.pool, name, after),
      readProviders: (after) => listProviderTroubles(deps.db.pool, after),
    }),
  }
}

async function readGuard({ managedLabel, databaseUrl }: OpsDeps): Promise<Guard> {
  return { managedLabel, ownId: await findOwnContainerId(), database: readDatabaseAddress(databaseUrl) }
}

const POSTGRES_PORT = 5432

function readDatabaseAddress(url: string | null): Guard['database'] {
  const parsed = url === null ? null : URL.parse(url)
  if (!parsed) return null
  return { host: parsed.hostname || 'localhost', port: parsed.port === '' ? POSTGRES_PORT : Number(parsed.port) }
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
