import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Database } from '../db/pool.ts'
import type { Log } from '../log.ts'
import type { PriceTable } from '../prices.ts'
import { createAnthropicText } from './anthropic.ts'
import { createAnthropicTools } from './anthropic-tools.ts'
import type { Fetch } from './bounded-fetch.ts'
import { createGeminiEmbedder, createGeminiImages, createGeminiText } from './gemini.ts'
import { createGroqText } from './groq.ts'
import type { MakerDeps } from './guarded-call.ts'
import type { FinishedCall, LedgerDeps } from './ledger.ts'
import { createPexelsImages } from './pexels.ts'
import { type CallPolicy, createPolicy, POLICY_DEFAULTS, type PolicyOptions } from './policy.ts'
import type { Embedder, ImageModel, TextModel, ToolModel } from './ports.ts'

/** The real makers whose key is there, each list in the order of preference. The local stand-ins come after them. */
export type Providers = {
  fact: TextModel[]
  writers: TextModel[]
  images: ImageModel[]
  embedder: Embedder | null
  /** Looks things up and answers: diagnosis and chat. */
  tools: ToolModel | null
  /** For recording local stand-ins in the same books. */
  ledger: LedgerDeps
  /** State of each breaker by service, for the doctor and /metrics. */
  circuits(): Record<string, CallPolicy['circuit']>
  /** Loads the SDKs of the keys that are there, so that no call waits for it; the first call begins it, too. */
  warmUp(): Promise<void>
  /** Waits until the calls under way are booked. They end by their signals; nothing is cut off here. */
  close(): Promise<void>
}

export type ProvidersConfig = Pick<Config, 'groq' | 'anthropic' | 'gemini' | 'pexels' | 'budget' | 'timeZone'>

export type ProvidersDeps = {
  db: Pick<Database, 'pool'>
  clock: Clock
  log: Pick<Log, 'warn' | 'info'>
  prices: PriceTable
  fetch?: Fetch
  recordCall?: (call: FinishedCall) => void
  /** Overrides of the policy, for tests and benches. */
  policy?: Partial<Omit<PolicyOptions, 'service'>>
}

/** A picture takes longer than a text; an embedding is a matter of milliseconds. */
const TIMEOUT_MS = { image: 60_000, embedding: 15_000, stock: 20_000 } as const

/** The first request goes out before the SDKs of the next steps load. */
const WARM_UP_AFTER_MS = 150

export async function createProviders(config: ProvidersConfig, deps: ProvidersDeps): Promise<Providers> {
  const ledger = createLedger(config, deps)
  const underWay = new Set<Promise<unknown>>()
  const policies = new Map<string, CallPolicy>()
  let warming: Promise<void> | undefined
  const warmUp = () => {
    warming ??= loadSdks(config)
    return warming
  }
  const track = (call: Promise<unknown>) => {
    keep(underWay, call)
    // While the first answer is awaited, the SDKs of the next steps load; what cannot be loaded fails in its own call.
    setTimeout(() => warmUp().catch(() => undefined), WARM_UP_AFTER_MS).unref()
  }

  /** One breaker a service and kind: an image model that is overloaded says nothing about embeddings. */
  const makerDeps = (service: string, kind: string, timeoutMs: number = POLICY_DEFAULTS.timeoutMs): MakerDeps => {
    const policy = createPolicy({ ...POLICY_DEFAULTS, timeoutMs, ...deps.policy, service })
    policies.set(`${service} ${kind}`, policy)
    return { ledger, policy, fetch: deps.fetch ?? globalThis.fetch, track }
  }

  const { groq, anthropic, gemini, pexels } = withKeys(config)
  const groqText = groq && createGroqText(groq, makerDeps('Groq', 'text'))
  // One breaker for both: the same model at the same address.
  const claudeDeps = anthropic && makerDeps('Claude', 'text')
  const claude = claudeDeps && createAnthropicText(anthropic, claudeDeps)
  const tools = claudeDeps && createAnthropicTools(anthropic, claudeDeps)
  const geminiText = gemini && createGeminiText(gemini, makerDeps('Gemini', 'text'))
  const geminiImages =
    gemini &&
    createGeminiImages({ ...gemini, model: gemini.imageModel }, makerDeps('Gemini', 'image', TIMEOUT_MS.image))
  const stockPhotos = pexels && createPexelsImages(pexels, makerDeps('Pexels', 'image', TIMEOUT_MS.stock))
  const embedder =
    gemini &&
    createGeminiEmbedder(
      { ...gemini, model: gemini.embeddingModel },
      makerDeps('Gemini', 'embedding', TIMEOUT_MS.embedding),
    )

  return {
    fact: present(groqText),
    writers: present(claude, geminiText, groqText),
    images: present(geminiImages, stockPhotos),
    embedder,
    tools,
    ledger,
    circuits: () => Object.fromEntries([...policies].map(([name, policy]) => [name, policy.circuit])),
    warmUp,
    close: async () => {
      while (underWay.size > 0) await Promise.allSettled(underWay)
    },
  }
}

function createLedger(config: ProvidersConfig, deps: ProvidersDeps): LedgerDeps {
  const budget = { ...config.budget, timeZone: config.timeZone }
  return { db: deps.db, prices: deps.prices, budget, clock: deps.clock, log: deps.log, metrics: deps.recordCall }
}

function keep(calls: Set<Promise<unknown>>, call: Promise<unknown>): void {
  calls.add(call)
  const drop = () => calls.delete(call)
  call.then(drop, drop)
}

function withKeys(config: ProvidersConfig) {
  return {
    groq: withKey(config.groq),
    anthropic: withKey(config.anthropic),
    gemini: withKey(config.gemini),
    pexels: withKey(config.pexels),
  }
}

function withKey<C extends { apiKey: string | null }>(config: C): (C & { apiKey: string }) | null {
  return config.apiKey === null ? null : { ...config, apiKey: config.apiKey }
}

function present<M>(...makers: (M | null)[]): M[] {
  return makers.filter((maker): maker is M & {} => maker !== null)
}

async function loadSdks(config: ProvidersConfig): Promise<void> {
  // One after the other: they share the main thread with people's taps.
  if (config.groq.apiKey !== null) await import('groq-sdk')
  if (config.gemini.apiKey !== null) await import('@google/genai')
  if (config.anthropic.apiKey !== null) await import('@anthropic-ai/sdk')
}
