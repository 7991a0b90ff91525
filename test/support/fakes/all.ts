import type { ProvidersConfig } from '../../../src/providers/create-providers.ts'
import { FAKE_ANTHROPIC_KEY, type FakeAnthropicOptions, startFakeAnthropic } from './anthropic.ts'
import { FAKE_GEMINI_KEY, type FakeGeminiOptions, startFakeGemini } from './gemini.ts'
import { FAKE_GROQ_KEY, type FakeTextOptions, startFakeGroq } from './groq.ts'
import type { HttpFake } from './http-fake.ts'
import { FAKE_PEXELS_KEY, type FakePexelsOptions, startFakePexels } from './pexels.ts'

export type AllFakes = {
  groq: HttpFake
  anthropic: HttpFake
  gemini: HttpFake
  pexels: HttpFake
  /** The part of the configuration that points at the fakes. */
  config: Pick<ProvidersConfig, 'groq' | 'anthropic' | 'gemini' | 'pexels'>
  /** The same as environment variables, for a child process. */
  env: Record<string, string>
  close(): Promise<void>
}

/** All four services at once. */
export async function startAllFakes(
  options: {
    groq?: FakeTextOptions
    anthropic?: FakeAnthropicOptions
    gemini?: FakeGeminiOptions
    pexels?: FakePexelsOptions
  } = {},
): Promise<AllFakes> {
  const [groq, anthropic, gemini, pexels] = await Promise.all([
    startFakeGroq(options.groq),
    startFakeAnthropic(options.anthropic),
    startFakeGemini(options.gemini),
    startFakePexels(options.pexels),
  ])
  return {
    groq,
    anthropic,
    gemini,
    pexels,
    config: {
      groq: { apiKey: FAKE_GROQ_KEY, baseUrl: groq.url, model: 'openai/gpt-oss-120b' },
      anthropic: { apiKey: FAKE_ANTHROPIC_KEY, baseUrl: anthropic.url, model: 'claude-sonnet-5-5' },
      gemini: {
        apiKey: FAKE_GEMINI_KEY,
        baseUrl: gemini.url,
        model: 'gemini-3.8-flash',
        imageModel: 'gemini-3.1-flash-image',
        embeddingModel: 'gemini-embedding-001',
      },
      pexels: { apiKey: FAKE_PEXELS_KEY, baseUrl: pexels.url },
    },
    env: {
      GROQ_API_KEY: FAKE_GROQ_KEY,
      GROQ_BASE_URL: groq.url,
      ANTHROPIC_API_KEY: FAKE_ANTHROPIC_KEY,
      ANTHROPIC_BASE_URL: anthropic.url,
      GEMINI_API_KEY: FAKE_GEMINI_KEY,
      GEMINI_BASE_URL: gemini.url,
      PEXELS_API_KEY: FAKE_PEXELS_KEY,
      PEXELS_BASE_URL: pexels.url,
    },
    close: async () => {
      await Promise.all([groq, anthropic, gemini, pexels].map((fake) => fake.close()))
    },
  }
}
