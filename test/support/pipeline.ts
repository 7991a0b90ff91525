import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readCarousel } from '../../pipeline/review.ts'
import { startCarousel } from '../../pipeline/start.ts'
import type { PipelineDeps } from '../../pipeline/step.ts'
import type { Carousel, News, Progress } from '../../pipeline/types.ts'
import { createWorker, type Worker } from '../../pipeline/worker.ts'
import { type App, type AppOverrides, closeApp, createApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config.ts'
import { inTransaction, type Tx } from '../../src/db/pool.ts'
import { findRun, type NewRun, type Run } from '../../src/db/runs.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'
import { QUICK_POLICY } from './fakes/provider-deps.ts'
import { createTestLog, type TestLog } from './log.ts'
import { createQuickArt, createQuickRenderer } from './quick-renderer.ts'

/** The pipeline with everything below it, and no chat above: news are kept in a list. */

export type PipelineRig = {
  readonly app: App
  readonly worker: Worker
  readonly deps: PipelineDeps
  db: TestDatabase
  dataDir: string
  log: TestLog
  news: News[]
  progress: Progress[]
  renderer: ReturnType<typeof createQuickRenderer>
  /** Creates a run without waking the worker. */
  create(topic: string | null, more?: Partial<NewRun>): Promise<string>
  /** Creates a run and wakes the worker. */
  start(topic: string | null, more?: Partial<NewRun>): Promise<string>
  /** Starts a run, waits until the worker rests, and returns the run. */
  make(topic: string | null, more?: Partial<NewRun>): Promise<Run>
  /** Decides in a transaction of its own, then lets the worker finish. */
  decide<T>(work: (tx: Tx) => Promise<T>, wake?: string): Promise<T>
  find(runId: string): Promise<Run>
  carousel(runId: string): Promise<Carousel>
  ref(run: Pick<Run, 'id'>): Promise<{ runId: string; revision: number; contentHash: string }>
  rows<T extends object>(sql: string, values?: unknown[]): Promise<T[]>
  /** A new worker on the same database, as after a restart; what was left is taken up. */
  restart(): Promise<void>
  close(): Promise<void>
}

export type RigOptions = {
  env?: Record<string, string>
  overrides?: AppOverrides
  deps?: Partial<PipelineDeps>
}

export const ANA_ID = { id: 1001, name: 'Ana' }

export async function startPipeline(options: RigOptions = {}): Promise<PipelineRig> {
  const db = await createTestDatabase()
  const dataDir = await mkdtemp(join(tmpdir(), 'nexus-pipeline-'))
  const log = createTestLog()
  const renderer = createQuickRenderer()
  const news: News[] = []
  const progress: Progress[] = []
  const listener: PipelineDeps['listener'] = {
    announce: async (_, one) => () => void news.push(one),
    report: async (_, one) => void progress.push(one),
  }
  const open = async () => {
    const config = loadConfig({ NEXUS_DATA_DIR: dataDir, NEXUS_SCHEDULE: 'off', ...options.env })
    const fetchSource = async () => ({ status: 'unreachable' as const, reason: 'no network in tests' })
    const stands = { db, log: log.log, fetchSource, renderer, localArt: createQuickArt(), policy: QUICK_POLICY }
    const app = await createApp(config, { ...stands, ...options.overrides })
    const deps: PipelineDeps = { ...app.pipeline, listener, ...options.deps }
    return { app, deps, worker: createWorker(deps) }
  }
  let open_ = await open()
  let counter = 0

  const find = async (runId: string) => {
    const run = await findRun(db.pool, runId)
    if (!run) throw new Error('no such run')
    return run
  }
  const create = async (topic: string | null, more: Partial<NewRun> = {}) => {
    const cause = { idempotencyKey: `test:${counter++}`, source: 'command' as const, chatId: null, requestedBy: null }
    const request: NewRun = { brand: open_.app.config.brand, ...cause, topic, ...more }
    const started = await inTransaction(db.pool, (tx) => startCarousel(tx, request))
    if (started.kind === 'too-many') throw new Error('too many runs')
    return started.run.id
  }
  const start = async (topic: string | null, more?: Partial<NewRun>) => {
    const runId = await create(topic, more)
    open_.worker.wake(runId)
    return runId
  }
  return {
    get app() {
      return open_.app
    },
    get worker() {
      return open_.worker
    },
    get deps() {
      return open_.deps
    },
    db,
    dataDir,
    log,
    news,
    progress,
    renderer,
    create,
    start,
    make: async (topic, more) => {
      const runId = await start(topic, more)
      await open_.worker.idle()
      return find(runId)
    },
    decide: async (work, wake) => {
      const outcome = await inTransaction(db.pool, work)
      if (wake !== undefined) open_.worker.wake(wake)
      await open_.worker.idle()
      return outcome
    },
    find,
    carousel: async (runId) => readCarousel(db.pool, await find(runId)),
    ref: async (run) => {
      const { revision, contentHash } = await find(run.id)
      return { runId: run.id, revision, contentHash: contentHash ?? '' }
    },
    rows: async <T extends object>(sql: string, values: unknown[] = []) => (await db.pool.query<T>(sql, values)).rows,
    restart: async () => {
      await open_.worker.stop(0)
      await closeApp(open_.app)
      open_ = await open()
      await open_.worker.resume()
      await open_.worker.idle()
    },
    close: async () => {
      await open_.worker.stop(0)
      await closeApp(open_.app)
      await db.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
