import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ServiceStatus } from '../handlers/scope.ts'
import { createOps, type Ops, type OpsDeps } from '../ops/index.ts'
import { type Brand, listBrands, loadBrand } from '../pipeline/brand.ts'
import { readChatSettings } from '../pipeline/chat-settings.ts'
import { createRenderer } from '../pipeline/render/renderer.ts'
import { type Rhythm, readRhythm } from '../pipeline/rhythm.ts'
import { parseCronTimes } from '../pipeline/schedule.ts'
import type { Models, PipelineDeps } from '../pipeline/step.ts'
import { type Clock, systemClock } from './clock.ts'
import { type Config, describeConfiguration } from './config.ts'
import type { Converse } from './converse.ts'
import { migrate } from './db/migrate.ts'
import { type Database, openDatabase, type Queryable } from './db/pool.ts'
import { settleInterruptedCalls, spend, spendBySteps } from './db/provider-calls.ts'
import { countRuns } from './db/run-counts.ts'
import { openDocker } from './docker/open-docker.ts'
import { FAILURE_CODES } from './failure.ts'
import { createLog, type Log } from './log.ts'
import { countOutbox } from './messaging/outbox.ts'
import { loadPrices } from './prices.ts'
import { createProviders, type Providers } from './providers/create-providers.ts'
import type { FinishedCall } from './providers/ledger.ts'
import { createLocalArt } from './providers/local/art.ts'
import { createLocalEmbedder } from './providers/local/embedder.ts'
import { createFactBank } from './providers/local/fact-bank.ts'
import { openEmbed } from './providers/open-embed.ts'
import { fetchSourceText } from './providers/source-page.ts'
import { runToolLoop } from './providers/tool-loop.ts'
import { createRedact, type Redact } from './redact.ts'
import { createRedactAll } from './redact-secrets.ts'
import type { StepSpend } from './step-spend.ts'
import { createTelemetry, type Telemetry } from './telemetry.ts'
import { readVersion } from './version.ts'
import { createWorkerPool, type WorkerPool } from './worker-pool.ts'

/** The composition root: everything that both the bot and the command line work with. */

export type App = {
  config: Config
  log: Log
  clock: Clock
  db: Database
  telemetry: Telemetry
  pipeline: Omit<PipelineDeps, 'listener'>
  providers: Providers
  services: ServiceStatus[]
  ops: Ops
  spend: (db: Queryable) => Promise<{ todayUsd: number; monthUsd: number }>
  spendBySteps: (db: Queryable) => Promise<StepSpend[]>
  /** Answers plain sentences; null without a key. */
  converse: Converse | null
  /** For what goes to a model or is shown: by value, then by what looks like a secret. */
  redact: Redact
}

export type AppOverrides = {
  clock?: Clock
  log?: Log
  /** A database that is open and migrated already; it is not closed by closeApp. */
  db?: Database
  fetchSource?: PipelineDeps['fetchSource']
  outputsDir?: string
  policy?: Parameters<typeof createProviders>[1]['policy']
  renderer?: PipelineDeps['renderer']
  ops?: Partial<Pick<OpsDeps, 'findDocker' | 'timing' | 'probes' | 'monitor'>>
  /** The painter that closes the chain. */
  localArt?: Models['images'][number]
}

export const BRANDS_DIR = fileURLToPath(new URL('../templates/', import.meta.url))
const MAX_RENDER_THREADS = 2
const owned = new WeakMap<App, { pool: WorkerPool; ownsDatabase: boolean }>()

/** @throws Failure bad_config | database | conflict, with words for the person who starts it */
export async function createApp(config: Config, overrides: AppOverrides = {}): Promise<App> {
  const redact = createRedactAll(createRedact(config.secrets))
  const log = overrides.log ?? createLog({ level: config.logLevel, redact })
  const clock = overrides.clock ?? systemClock
  parseCronTimes(config.schedule)
  const [prices, brands] = await Promise.all([loadPrices(config.pricesFile), loadBrands(config.brand)])
  const db = overrides.db ?? (await openDatabase({ url: config.databaseUrl, dataDir: config.dataDir, log }))
  if (!overrides.db) await migrate(db, log)
  const telemetry = openTelemetry(db)
  const policy = overrides.policy === undefined ? {} : { policy: overrides.policy }
  const recordCall = (call: FinishedCall) => telemetry.recordProviderCall(toFigure(call))
  const providers = await createProviders(config, { db, clock, log, prices, recordCall, ...policy })
  const pool = createWorkerPool({ threads: Math.min(MAX_RENDER_THREADS, availableParallelism()) })
  const spendNow: App['spend'] = (queryable) => spend(queryable, clock, config.timeZone)
  const app: App = {
    config,
    log,
    clock,
    db,
    telemetry,
    providers,
    pipeline: openPipeline({ config, db, log, clock, brands, providers, pool }, overrides),
    services: describeServices(config),
    ops: openOps(config, {
      db,
      log,
      clock,
      redact,
      spend: spendNow,
      tools: providers.tools,
      embed: openEmbed(providers),
      threads: pool,
      version: await readVersion(),
      ...overrides.ops,
    }),
    spend: spendNow,
    spendBySteps: (queryable) => spendBySteps(queryable, clock, config.timeZone),
    converse: openConversation(providers, log),
    redact,
  }
  owned.set(app, { pool, ownsDatabase: !overrides.db })
  return app
}

function openTelemetry({ pool }: Database): Telemetry {
  return createTelemetry({ queueDepth: () => countRuns(pool), outboxPending: () => countOutbox(pool, 'pending') })
}

type PipelineParts = Pick<App, 'config' | 'db' | 'log' | 'clock' | 'providers'> &
  Pick<PipelineDeps, 'brands'> & { pool: WorkerPool }

function openPipeline(parts: PipelineParts, overrides: AppOverrides): App['pipeline'] {
  const { config, db, log, clock, brands, providers, pool } = parts
  return {
    db,
    log,
    clock,
    dataDir: config.dataDir,
    outputsDir: overrides.outputsDir ?? join(config.dataDir, 'outputs'),
    timeZone: config.timeZone,
    brands,
    models: withStandIns(providers, overrides.localArt ?? createLocalArt({ pool })),
    renderer: overrides.renderer ?? createRenderer({ pool, log }),
    fetchSource: overrides.fetchSource ?? fetchSourceText,
  }
}

/** Ends what createApp began. Call it after everything that uses the app has stopped. */
export async function closeApp(app: App): Promise<void> {
  const parts = owned.get(app)
  if (!parts) return
  owned.delete(app)
  await app.providers.close()
  await parts.pool.close()
  if (parts.ownsDatabase) await app.db.close()
}

/** Calls that a dead process began: their outcome is unknown, and their price stays reserved. Only the leader may say so. */
export async function settleDeadCalls(app: App): Promise<void> {
  const interrupted = await settleInterruptedCalls(app.db)
  if (interrupted > 0) app.log.warn({ interrupted }, 'calls of an earlier process have an unknown outcome')
}

function toFigure(call: FinishedCall): Parameters<Telemetry['recordProviderCall']>[0] {
  const code = FAILURE_CODES.find((one) => one === call.errorCode) ?? 'internal'
  const status = call.status === 'succeeded' ? 'ok' : code
  return { maker: call.maker, status, seconds: call.durationMs / 1000, costUsd: call.costUsd }
}

function openConversation({ tools: model }: Providers, log: Log): Converse | null {
  return model && ((ask) => runToolLoop({ model, log }, ask))
}

/** The configured kit must be right; a broken other one must not keep the bot from starting. */
async function loadBrands(needed: string): Promise<Map<string, Brand>> {
  const brands = new Map([[needed, await loadBrand(BRANDS_DIR, needed)]])
  for (const name of await listBrands(BRANDS_DIR)) {
    if (name === needed) continue
    const brand = await loadBrand(BRANDS_DIR, name).catch(() => null)
    if (brand) brands.set(name, brand)
  }
  return brands
}

/** The local stand-ins close every chain. */
function withStandIns(providers: Providers, localArt: Models['images'][number]): Models {
  const embedders = providers.embedder ? [providers.embedder] : []
  return {
    fact: providers.fact,
    writers: providers.writers,
    images: [...providers.images, localArt],
    embedders: [...embedders, createLocalEmbedder()],
    bank: createFactBank(),
  }
}

type OpsParts = Pick<OpsDeps, 'db' | 'log' | 'clock' | 'redact' | 'spend' | 'tools' | 'embed' | 'threads' | 'version'>

/** Docker is looked for when somebody first asks for a container. */
function openOps(config: Config, parts: OpsParts & NonNullable<AppOverrides['ops']>): Ops {
  return createOps({
    findDocker: openDocker({ host: config.docker.host, log: parts.log }),
    managedLabel: config.docker.managedLabel,
    databaseUrl: config.databaseUrl,
    budget: config.budget,
    timeZone: config.timeZone,
    dataDir: config.dataDir,
    backupDir: config.backupDir,
    configuration: describeConfiguration(config),
    quietHours: config.quietHours,
    readRhythm: (now) => findRhythm(config, parts.db, now),
    ...parts,
  })
}

async function findRhythm(config: Config, { pool }: Pick<Database, 'pool'>, now: Date): Promise<Rhythm | null> {
  const { brand } = await readChatSettings(pool)
  const schedule = { brand: brand ?? config.brand, fallbackCron: config.schedule, zone: config.timeZone }
  return readRhythm(pool, schedule, now)
}

function describeServices(config: Config): ServiceStatus[] {
  const has = (service: { apiKey: string | null }) => service.apiKey !== null
  return [
    { name: 'Groq', purpose: 'Facts', ready: has(config.groq), standIn: 'the built-in bank', variable: 'GROQ_API_KEY' },
    {
      name: 'Claude',
      purpose: 'Words, diagnosis, talk',
      ready: has(config.anthropic),
      standIn: 'own text and rules',
      variable: 'ANTHROPIC_API_KEY',
    },
    {
      name: 'Gemini',
      purpose: 'Pictures',
      ready: has(config.gemini),
      standIn: 'painted here',
      variable: 'GEMINI_API_KEY',
    },
    {
      name: 'Pexels',
      purpose: 'Stock photos',
      ready: has(config.pexels),
      standIn: 'not needed',
      variable: 'PEXELS_API_KEY',
    },
  ]
}
