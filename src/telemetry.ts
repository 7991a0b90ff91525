import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { FailureCode } from './failure.ts'
import type { Maker } from './providers/ports.ts'

/** How a generation ended; a run that waits for a person has succeeded. */
const GENERATION_STATUSES = ['succeeded', 'failed', 'cancelled'] as const
export type GenerationStatus = (typeof GENERATION_STATUSES)[number]

const UPDATE_OUTCOMES = ['stored', 'done', 'refused', 'failed'] as const
export type UpdateOutcome = (typeof UPDATE_OUTCOMES)[number]

/** What /metrics asks the database at each scrape. Keys of `queueDepth` are the run states: a closed set. */
export type TelemetrySources = {
  queueDepth?: (() => Promise<Record<string, number>>) | undefined
  outboxPending?: (() => Promise<number>) | undefined
  /** How long each may take; 1 s unless said otherwise. */
  deadlineMs?: number | undefined
}

export type ProviderCall = {
  maker: Maker
  status: 'ok' | FailureCode
  seconds: number
  costUsd: number
}

export type Telemetry = {
  recordGeneration(status: GenerationStatus, seconds: number): void
  recordProviderCall(call: ProviderCall): void
  recordUpdate(outcome: UpdateOutcome, count?: number): void
  /** From the arrival of a tap to the answer that stops the button's spinner. */
  recordTapAnswer(seconds: number): void
  /** The Prometheus text format. */
  render(): Promise<{ contentType: string; body: string }>
}

/** Steps around the service levels: 90 s for 95 %, 120 s warning, 180 s critical. */
const GENERATION_BUCKETS = [1, 2, 5, 10, 20, 30, 45, 60, 90, 120, 180, 240, 300]
const CALL_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120]
/** The aim is 0.3 s idle and 1 s under load. */
const TAP_BUCKETS = [0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10]
/** A database that hangs must not take the other figures with it. */
const SOURCE_DEADLINE_MS = 1_000

/**
 * All figures of one process, in a registry of their own. Labels come from closed sets or from the configuration only:
 * a label with text from outside would grow the memory without end.
 */
export function createTelemetry(sources: TelemetrySources = {}): Telemetry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  addSources(registry, sources)
  return {
    ...createGenerationRecorder(registry),
    ...createProviderRecorder(registry),
    ...createMessagingRecorder(registry),
    render: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  }
}

function createGenerationRecorder(registry: Registry): Pick<Telemetry, 'recordGeneration'> {
  const registers = [registry]
  const seconds = new Histogram({
    name: 'nexus_carousel_generation_seconds',
    help: 'Time from the start of a carousel to its review card',
    buckets: GENERATION_BUCKETS,
    registers,
  })
  const total = new Counter({
    name: 'nexus_carousel_generation_total',
    help: 'Carousels by how their generation ended',
    labelNames: ['status'],
    registers,
  })
  // A rate over a series that begins with its first event misses that event.
  for (const status of GENERATION_STATUSES) total.inc({ status }, 0)
  return {
    recordGeneration(status, took) {
      total.inc({ status })
      // A failure after a second would make the service look fast.
      if (status === 'succeeded') seconds.observe(took)
    },
  }
}

function createProviderRecorder(registry: Registry): Pick<Telemetry, 'recordProviderCall'> {
  const registers = [registry]
  const calls = new Counter({
    name: 'nexus_provider_calls_total',
    help: 'Calls to a provider by model and outcome (ok, or the failure code)',
    labelNames: ['provider', 'model', 'status'],
    registers,
  })
  const seconds = new Histogram({
    name: 'nexus_provider_call_seconds',
    help: 'Duration of one call to a provider, failed ones included',
    labelNames: ['provider'],
    buckets: CALL_BUCKETS,
    registers,
  })
  const cost = new Counter({
    name: 'nexus_provider_cost_usd_total',
    help: 'Cost in US dollars by the price table of the configuration',
    labelNames: ['provider'],
    registers,
  })
  return {
    recordProviderCall({ maker: { provider, model }, status, seconds: took, costUsd }) {
      calls.inc({ provider, model, status })
      seconds.observe({ provider }, took)
      cost.inc({ provider }, Math.max(0, costUsd))
    },
  }
}

function createMessagingRecorder(registry: Registry): Pick<Telemetry, 'recordUpdate' | 'recordTapAnswer'> {
  const registers = [registry]
  const updates = new Counter({
    name: 'nexus_updates_total',
    help: 'Updates from Telegram by what became of them',
    labelNames: ['outcome'],
    registers,
  })
  for (const outcome of UPDATE_OUTCOMES) updates.inc({ outcome }, 0)
  const tap = new Histogram({
    name: 'nexus_tap_answer_seconds',
    help: 'Time from the arrival of a tap to its answer',
    buckets: TAP_BUCKETS,
    registers,
  })
  return {
    recordUpdate: (outcome, count = 1) => updates.inc({ outcome }, count),
    recordTapAnswer: (took) => tap.observe(took),
  }
}

/** A figure that cannot be had is left out: an old value would look like a healthy one. */
function addSources(registry: Registry, sources: TelemetrySources): void {
  const { queueDepth, outboxPending, deadlineMs = SOURCE_DEADLINE_MS } = sources
  new Gauge({
    name: 'nexus_queue_depth',
    help: 'Runs by state',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      this.reset()
      const depth = await askInTime(queueDepth, deadlineMs)
      for (const [state, count] of Object.entries(depth ?? {})) this.set({ state }, count)
    },
  })
  new Gauge({
    name: 'nexus_outbox_pending',
    help: 'Messages stored and not yet sent',
    registers: [registry],
    async collect() {
      const pending = await askInTime(outboxPending, deadlineMs)
      if (pending === null) this.remove()
      else this.set(pending)
    },
  })
}

async function askInTime<T>(source: (() => Promise<T>) | undefined, deadlineMs: number): Promise<T | null> {
  if (!source) return null
  const { promise, resolve } = Promise.withResolvers<null>()
  const timer = setTimeout(() => resolve(null), deadlineMs)
  try {
    return await Promise.race([source(), promise])
  } catch {
    // /readyz tells that the database is down; the scrape keeps everything else.
    return null
  } finally {
    clearTimeout(timer)
  }
}
