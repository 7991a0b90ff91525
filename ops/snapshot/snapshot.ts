import type { Clock } from '../../src/clock.ts'
import { type BotVitals, type DatabaseVitals, readBotVitals, readDatabaseVitals } from '../../src/db/vitals.ts'
import type { Database, Queryable } from '../../src/transaction.ts'
import type { SeenContainer } from './containers.ts'
import { createDisksReader, type Disks } from './disks.ts'
import { FIGURES_WAIT_MS, type Patience } from './figures.ts'
import {
  type Cpu,
  createMeter,
  type Memory,
  type Network,
  readLoad,
  readMachineUptime,
  readMemory,
  type Uptime,
} from './machine.ts'
import { absent, createProbe, ok, type Probe, type Reading } from './reading.ts'
import { createTemperatureReader } from './temperature.ts'
import { readFailedUnits } from './units.ts'

/** How everything is at one moment. Each part is its own probe with its own limit, so one that hangs costs only itself. */

export type Spend = { todayUsd: number; monthUsd: number; dailyCapUsd: number; monthlyCapUsd: number }
/** How often a carousel is due, and since when; null while none is. */
export type Rhythm = { periodSeconds: number; since: Date }
export type Bot = BotVitals & { spend: Spend; rhythm: Rhythm | null }
/**
 * `at`: of the newest that was verified; `verified: false` when a newer one could not be. Where there is `none`, since when
 * there should be one.
 */
export type BackupSeen = { at: Date; verified: boolean; none?: boolean }

export type Snapshot = {
  takenAt: Date
  tookMs: number
  cpu: Reading<Cpu>
  memory: Reading<Memory>
  disks: Reading<Disks>
  /** °C */
  temperature: Reading<number>
  uptime: Reading<Uptime>
  network: Reading<Network>
  /** Names of the systemd units that failed. */
  units: Reading<string[]>
  containers: Reading<SeenContainer[]>
  database: Reading<DatabaseVitals>
  bot: Reading<Bot>
  backup: Reading<BackupSeen>
}

export type DatabaseAccess = {
  db: Database
  spend: (db: Queryable) => Promise<{ todayUsd: number; monthUsd: number }>
  budget: { dailyUsd: number; monthlyUsd: number }
  readRhythm?: ((now: Date) => Promise<Rhythm | null>) | undefined
}

export type SnapshotDeps = {
  clock: Clock
  /** Absent where it belongs to another process, failed where it cannot be opened: then nothing is known of the bot either. */
  database: Reading<DatabaseAccess>
  /** This process is the bot, so that its age is the bot's. */
  isBot: boolean
  listContainers?: ((patience?: Patience) => Promise<Reading<SeenContainer[]>>) | undefined
  readBackup?: (() => Promise<Reading<BackupSeen>>) | undefined
  /** Replaces single probes, so that a test can let one hang. */
  probes?: Partial<{ [Name in ProbeName]: () => Promise<Snapshot[Name]> }> | undefined
  limitMs?: number | undefined
}

type ProbeName = Exclude<keyof Snapshot, 'takenAt' | 'tookMs'>

/** The answer to /health is due within 2 s; writing and sending it take their part. */
const PROBE_LIMIT_MS = 1_300
const NOT_LINUX = 'only known on Linux'

/**
 * `thorough` also asks what costs more: for people, not for the sample of every minute. `patient` is as quick as `quick`, but
 * for the figures of containers: an engine under load gets more time for them.
 */
export type Depth = 'thorough' | 'quick' | 'patient'

export type Snapshots = {
  take(depth: Depth): Promise<Snapshot>
  /** The next snapshot's shares (processor, network) are counted from here. */
  mark(): Promise<void>
}

export function createSnapshots(deps: SnapshotDeps): Snapshots {
  const { clock, database: access, limitMs = PROBE_LIMIT_MS } = deps
  const meter = createMeter()
  const measure = createProbe(limitMs, async () => ok(await meter.measure()))
  const readTemperature = createTemperatureReader()
  const listContainers = async (patience: Patience) =>
    deps.listContainers ? deps.listContainers(patience) : absent('Docker is not set up')
  const own: { [Name in ProbeName]: (thorough: boolean) => Promise<Snapshot[Name]> } = {
    cpu: async () => onLinux(measure, ({ cpuPercent }) => ({ percent: cpuPercent, ...readLoad() })),
    network: async () => onLinux(measure, ({ network }) => network),
    memory: async () => (isLinux() ? ok(await readMemory()) : absent(NOT_LINUX)),
    disks: createDisksReader(),
    temperature: readTemperature,
    uptime: async () => ok({ machineSeconds: readMachineUptime(), botSeconds: deps.isBot ? process.uptime() : null }),
    units: () => readFailedUnits(),
    containers: async () => listContainers('short'),
    database: async () => (access.kind === 'ok' ? ok(await readDatabaseVitals(access.value.db)) : access),
    bot: async () => (access.kind === 'ok' ? ok(await readBot(access.value, clock.now())) : absent(access.why)),
    backup: async () => (deps.readBackup ? deps.readBackup() : absent('none was made yet')),
  }
  const thoroughProbes = limitAll({ ...own, ...deps.probes }, limitMs, true)
  const quickProbes = limitAll({ ...own, ...deps.probes }, limitMs, false)
  const patientProbes = {
    ...quickProbes,
    containers: createProbe(limitMs + FIGURES_WAIT_MS.long, deps.probes?.containers ?? (() => listContainers('long'))),
  }
  const probes: Record<Depth, Probes> = { thorough: thoroughProbes, quick: quickProbes, patient: patientProbes }
  return {
    take: (depth) => takeAll(probes[depth], clock),
    mark: () => (isLinux() ? meter.mark() : Promise.resolve()),
  }
}

type Probes = { [Name in ProbeName]: () => Promise<Snapshot[Name]> }

function limitAll(
  reads: { [Name in ProbeName]: (thorough: boolean) => Promise<Snapshot[Name]> },
  limitMs: number,
  thorough: boolean,
): Probes {
  return {
    cpu: createProbe(limitMs, () => reads.cpu(thorough)),
    memory: createProbe(limitMs, () => reads.memory(thorough)),
    disks: createProbe(limitMs, () => reads.disks(thorough)),
    temperature: createProbe(limitMs, () => reads.temperature(thorough)),
    uptime: createProbe(limitMs, () => reads.uptime(thorough)),
    network: createProbe(limitMs, () => reads.network(thorough)),
    units: createProbe(limitMs, () => reads.units(thorough)),
    containers: createProbe(limitMs, () => reads.containers(thorough)),
    database: createProbe(limitMs, () => reads.database(thorough)),
    bot: createProbe(limitMs, () => reads.bot(thorough)),
    backup: createProbe(limitMs, () => reads.backup(thorough)),
  }
}

async function takeAll(probes: Probes, clock: Clock): Promise<Snapshot> {
  const takenAt = clock.now()
  const startedAt = performance.now()
  const [cpu, memory, disks, temperature, uptime, network, units, containers, database, bot, backup] =
    await Promise.all([
      probes.cpu(),
      probes.memory(),
      probes.disks(),
      probes.temperature(),
      probes.uptime(),
      probes.network(),
      probes.units(),
      probes.containers(),
      probes.database(),
      probes.bot(),
      probes.backup(),
    ])
  const tookMs = performance.now() - startedAt
  return { takenAt, tookMs, cpu, memory, disks, temperature, uptime, network, units, containers, database, bot, backup }
}

async function onLinux<T, U>(probe: Probe<T>, pick: (value: T) => U): Promise<Reading<U>> {
  if (!isLinux()) return absent(NOT_LINUX)
  const reading = await probe()
  return reading.kind === 'ok' ? ok(pick(reading.value)) : reading
}

function isLinux(): boolean {
  return process.platform === 'linux'
}

async function readBot({ db, spend, budget, readRhythm }: DatabaseAccess, now: Date): Promise<Bot> {
  const vitals = await readBotVitals(db.pool)
  const { todayUsd, monthUsd } = await spend(db.pool)
  return {
    ...vitals,
    spend: { todayUsd, monthUsd, dailyCapUsd: budget.dailyUsd, monthlyCapUsd: budget.monthlyUsd },
    rhythm: (await readRhythm?.(now)) ?? null,
  }
}
