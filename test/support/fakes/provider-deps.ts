import type { Database } from '../../../src/db/pool.ts'
import { DEFAULT_PRICES } from '../../../src/prices.ts'
import { createProviders, type Providers, type ProvidersConfig } from '../../../src/providers/create-providers.ts'
import type { FinishedCall } from '../../../src/providers/ledger.ts'
import type { PolicyOptions } from '../../../src/providers/policy.ts'
import { createTestLog } from '../log.ts'

/** No waiting between attempts, so that tests of retries need no clock. */
export const QUICK_POLICY = { initialDelayMs: 0, maxDelayMs: 0 } satisfies Partial<PolicyOptions>

export type TestProviders = Providers & { calls: FinishedCall[] }

/** Providers over the fakes in `config`, with everything else as in production unless overridden. */
export async function createTestProviders(
  db: Pick<Database, 'pool'>,
  config: Partial<ProvidersConfig>,
  policy: Partial<PolicyOptions> = QUICK_POLICY,
): Promise<TestProviders> {
  const calls: FinishedCall[] = []
  const none = { apiKey: null, baseUrl: null, model: 'none' }
  const providers = await createProviders(
    {
      groq: none,
      anthropic: none,
      gemini: { ...none, imageModel: 'none', embeddingModel: 'none' },
      pexels: { apiKey: null, baseUrl: 'https://api.pexels.com' },
      budget: { dailyUsd: 5, monthlyUsd: 60 },
      timeZone: 'Europe/Madrid',
      ...config,
    },
    {
      db,
      clock: { now: () => new Date() },
      log: createTestLog().log,
      prices: DEFAULT_PRICES,
      recordCall: (call) => calls.push(call),
      policy,
    },
  )
  // A short deadline of a test is meant for the service, not for loading its SDK.
  await providers.warmUp()
  return { ...providers, calls }
}
