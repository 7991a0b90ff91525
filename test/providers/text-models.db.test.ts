import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { Draft, Fact } from '../../src/content.ts'
import type { ProvidersConfig } from '../../src/providers/create-providers.ts'
import type { TextModel, TextRequest } from '../../src/providers/ports.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { isJson } from '../support/fakes/http-fake.ts'
import { type AllFakes, sampleFact, startAllFakes, startFakeGroq } from '../support/fakes/index.ts'
import { createTestProviders, QUICK_POLICY, type TestProviders } from '../support/fakes/provider-deps.ts'

const FACT: TextRequest<Fact> = {
  system: 'You find facts.',
  user: 'One about the sea.',
  schema: Fact,
  schemaName: 'fact',
  temperature: 0.4,
  maxOutputTokens: 800,
}

/** Long enough for a busy machine to get the request out, short enough to wait for. */
const DEADLINE_MS = 400

let db: TestDatabase
let fakes: AllFakes
beforeAll(async () => {
  db = await createTestDatabase()
  fakes = await startAllFakes()
})
afterAll(async () => {
  await fakes.close()
  await db.close()
})

const SERVICES = ['groq', 'anthropic', 'gemini'] as const
type Service = (typeof SERVICES)[number]

async function modelOf(service: Service, config: Partial<ProvidersConfig> = {}, policy: object = QUICK_POLICY) {
  const providers = await createTestProviders(db, { [service]: fakes.config[service], ...config }, policy)
  const model = providers.writers[0]
  if (model === undefined) throw new Error(`${service} is not set up`)
  return { providers, model }
}

/** A port that was free a moment ago: fetch itself refuses the well-known unused ones. */
async function addressOfNobody(): Promise<string> {
  const gone = await startFakeGroq()
  await gone.close()
  return gone.url
}

describe.each(SERVICES)('%s', (service) => {
  const fake = () => fakes[service]
  let providers: TestProviders
  let model: TextModel
  const context = () => ({ signal: new AbortController().signal, step: 'fact', runId: 'run-1' })
  const ask = () => model.complete(FACT, context())
  const bodies = () => fake().requests.map((request) => (isJson(request.body) ? request.body : {}))

  beforeEach(async () => {
    fake().reset()
    ;({ providers, model } = await modelOf(service))
  })
  afterEach(async () => {
    await providers.close()
    vi.unstubAllEnvs()
  })

  it('answers with what its schema asks for, and the schema is in the request', async () => {
    expect(Fact.safeParse(await ask()).success).toBe(true)
    const sent = JSON.stringify(bodies()[0])
    expect(sent).toContain('"sourceUrl"')
    expect(sent).toContain('"additionalProperties":false')
    expect(providers.calls).toMatchObject([{ kind: 'text', step: 'fact', status: 'succeeded' }])
    expect(providers.calls[0]?.costUsd).toBeGreaterThan(0)
  })

  it('writes a whole draft', async () => {
    const draft = await model.complete({ ...FACT, schema: Draft, schemaName: 'draft' }, context())
    expect(Draft.safeParse(draft).success).toBe(true)
  })

  it('reports an answer that does not fit, once, with the fault in words', async () => {
    fake().script({ kind: 'answer', value: { text: 'Too few keys here' } })
    await expect(ask()).rejects.toMatchObject({
      code: 'bad_model_output',
      message: expect.stringContaining('sourceUrl'),
    })
    expect(fake().requests).toHaveLength(1)
    expect(providers.calls).toMatchObject([{ status: 'failed', errorCode: 'bad_model_output' }])
    expect(providers.calls[0]?.costUsd).toBeGreaterThan(0)
  })

  it.each([
    ['words instead of JSON', { kind: 'text', text: 'Of course! Octopuses…' }, 'bad_model_output', /not valid JSON/],
    ['an answer that was cut off', { kind: 'truncated' }, 'bad_model_output', /cut off/],
    ['a body that is no JSON', { kind: 'malformed' }, 'bad_model_output', /not JSON/],
    ['a flood', { kind: 'flood', bytes: 3_000_000 }, 'bad_model_output', /larger than 2 MB/],
    ['a refusal', { kind: 'refusal' }, 'refused', /declined/],
  ] as const)('takes %s as what it is', async (_, behaviour, code, message) => {
    fake().script(behaviour)
    await expect(ask()).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
    expect(fake().requests).toHaveLength(1)
  })

  it('is asked again after a passing failure, each attempt in the books', async () => {
    fake().script({ kind: 'status', status: 500 }, { kind: 'status', status: service === 'anthropic' ? 529 : 503 })
    await ask()
    expect(fake().requests).toHaveLength(3)
    expect(providers.calls.map(({ status, errorCode }) => [status, errorCode])).toEqual([
      ['failed', 'unavailable'],
      ['failed', 'unavailable'],
      ['succeeded', null],
    ])
  })

  it('is never asked again by its own SDK', async () => {
    const single = await modelOf(service, {}, { attempts: 1 })
    fake().always({ kind: 'status', status: 429, retryAfter: 0 })
    await expect(single.model.complete(FACT, context())).rejects.toMatchObject({ code: 'rate_limited' })
    expect(fake().requests).toHaveLength(1)
  })

  it.each([
    ['a number of seconds', '3', 3_000],
    ['a date', 'Sun, 22 Nov 2065 13:00:00 GMT', expect.any(Number)],
  ])('says for how long it wants to be left alone, as %s', async (_, retryAfter, expected) => {
    const single = await modelOf(service, {}, { attempts: 1 })
    fake().script({ kind: 'status', status: 429, retryAfter })
    await expect(single.model.complete(FACT, context())).rejects.toMatchObject({
      code: 'rate_limited',
      retryable: true,
      retryAfterMs: expected,
    })
  })

  it('that hangs is given up at the deadline of the attempt', async () => {
    const impatient = await modelOf(service, {}, { attempts: 1, timeoutMs: DEADLINE_MS })
    fake().script({ kind: 'hang' })
    await expect(impatient.model.complete(FACT, context())).rejects.toMatchObject({ code: 'timeout', retryable: true })
    expect(impatient.providers.calls).toMatchObject([{ status: 'unknown', errorCode: 'timeout' }])
    expect(impatient.providers.calls[0]?.costUsd).toBeGreaterThan(0)
  })

  it('that drips is given up at the deadline as well', async () => {
    const impatient = await modelOf(service, {}, { attempts: 1, timeoutMs: DEADLINE_MS })
    fake().script({ kind: 'drip', everyMs: 5 })
    await expect(impatient.model.complete(FACT, context())).rejects.toMatchObject({ code: 'timeout' })
  })

  it('stops at the signal of the caller', async () => {
    const stop = new AbortController()
    fake().script({ kind: 'hang' })
    const call = model.complete(FACT, { ...context(), signal: stop.signal })
    await vi.waitFor(() => expect(fake().requests).toHaveLength(1))
    stop.abort()
    await expect(call).rejects.toMatchObject({ code: 'cancelled' })
    await providers.close()
    expect(providers.calls).toMatchObject([{ status: 'unknown', errorCode: 'cancelled' }])
  })

  it('that drops the connection may have been paid', async () => {
    const single = await modelOf(service, {}, { attempts: 1 })
    fake().script({ kind: 'drop' })
    await expect(single.model.complete(FACT, context())).rejects.toMatchObject({ code: 'unavailable', retryable: true })
    expect(single.providers.calls).toMatchObject([{ status: 'unknown' }])
  })

  it('that is not there costs nothing', async () => {
    const away = await modelOf(
      service,
      { [service]: { ...fakes.config[service], baseUrl: await addressOfNobody() } },
      { attempts: 1 },
    )
    await expect(away.model.complete(FACT, context())).rejects.toMatchObject({ code: 'unavailable', retryable: true })
    expect(away.providers.calls).toMatchObject([{ status: 'failed', costUsd: 0 }])
  })

  it.each([
    ['a wrong key', { apiKey: 'wrong-key-0123456789' }, 'unauthorized'],
    ['a model that does not exist', { model: 'model-of-yesterday' }, 'not_found'],
  ])('says so at once when it is asked with %s', async (_, change, code) => {
    const wrong = await modelOf(service, { [service]: { ...fakes.config[service], ...change } })
    await expect(wrong.model.complete(FACT, context())).rejects.toMatchObject({ code, retryable: false })
    expect(fake().requests).toHaveLength(1)
  })

  it('is left alone after five outages in a row', async () => {
    const single = await modelOf(service, {}, { attempts: 1 })
    fake().always({ kind: 'status', status: 500 })
    for (let at = 0; at < 6; at++)
      await expect(single.model.complete(FACT, context())).rejects.toMatchObject({ code: 'unavailable' })
    expect(fake().requests).toHaveLength(5)
    expect(Object.values(single.providers.circuits())).toContain('open')
  })

  it('is not asked when the budget does not allow it', async () => {
    const poor = await modelOf(service, { budget: { dailyUsd: 0.000001, monthlyUsd: 60 } })
    await expect(poor.model.complete(FACT, context())).rejects.toMatchObject({ code: 'budget_exceeded' })
    expect(fake().requests).toHaveLength(0)
  })

  it.each([
    ['nothing', {}],
    ['nonsense', NONSENSE],
  ])('that says %s about what was used is booked as it was reserved, so that the cap closes', async (_, counts) => {
    const answered = { ...unmetered(service, JSON.stringify(sampleFact(1))), ...counts }
    fake().always({ kind: 'status', status: 200, body: answered })
    const first = await modelOf(service, { budget: { dailyUsd: 100, monthlyUsd: 100 } })
    await db.pool.query('truncate provider_call')
    expect(await first.model.complete(FACT, context())).toMatchObject({ text: sampleFact(1).text })
    const { rows } = await db.pool.query<{ cost_usd: number; reserved_usd: number }>('select * from provider_call')
    expect(rows).toMatchObject([{ status: 'succeeded' }])
    expect(rows[0]?.cost_usd).toBe(rows[0]?.reserved_usd)
    expect(rows[0]?.cost_usd).toBeGreaterThan(0)
    const cap = (rows[0]?.cost_usd ?? 0) * 1.5
    const second = await modelOf(service, { budget: { dailyUsd: cap, monthlyUsd: cap } })
    await expect(second.model.complete(FACT, context())).rejects.toMatchObject({ code: 'budget_exceeded' })
    await Promise.all([first.providers.close(), second.providers.close()])
  })

  it('does not let the environment send the key elsewhere', async () => {
    vi.stubEnv('GROQ_BASE_URL', 'http://127.0.0.1:9')
    vi.stubEnv('ANTHROPIC_BASE_URL', 'http://127.0.0.1:9')
    vi.stubEnv('ANTHROPIC_AUTH_TOKEN', 'another-token')
    vi.stubEnv('GOOGLE_GEMINI_BASE_URL', 'http://127.0.0.1:9')
    vi.stubEnv('GOOGLE_GENAI_USE_VERTEXAI', 'true')
    vi.stubEnv('GOOGLE_API_KEY', 'another-key')
    await expect(ask()).resolves.toBeDefined()
  })
})

const NONSENSE = { usage: { prompt_tokens: -5, input_tokens: 'many' }, usageMetadata: { promptTokenCount: null } }

/** A good answer in the service's own shape, without a word on what was used. */
function unmetered(service: Service, text: string): object {
  switch (service) {
    case 'groq':
      return { choices: [{ finish_reason: 'stop', message: { content: text } }] }
    case 'anthropic':
      return { type: 'message', content: [{ type: 'text', text }], stop_reason: 'end_turn' }
    case 'gemini':
      return { candidates: [{ content: { role: 'model', parts: [{ text }] }, finishReason: 'STOP' }] }
  }
}

describe('what is peculiar to one service', () => {
  const context = { signal: new AbortController().signal, step: 'fact' }

  it('Groq decodes strictly only where its model can', async () => {
    fakes.groq.reset()
    const { model } = await modelOf('groq', { groq: { ...fakes.config.groq, model: 'llama-test' } })
    await model.complete(FACT, context)
    expect(fakes.groq.requests[0]?.body).toMatchObject({ response_format: { json_schema: { strict: false } } })
  })

  it('Groq that cannot make the asked shape earns another try with a complaint, not a retry', async () => {
    fakes.groq.reset()
    const { model } = await modelOf('groq')
    const body = { error: { message: 'Failed to generate JSON', code: 'json_validate_failed', failed_generation: '{' } }
    fakes.groq.script({ kind: 'status', status: 400, body })
    await expect(model.complete(FACT, context)).rejects.toMatchObject({ code: 'bad_model_output' })
    expect(fakes.groq.requests).toHaveLength(1)
  })

  it('Claude is asked without a temperature, which it no longer takes', async () => {
    fakes.anthropic.reset()
    const { model } = await modelOf('anthropic')
    await model.complete(FACT, context)
    expect(fakes.anthropic.requests[0]?.body).not.toHaveProperty('temperature')
  })

  it('Gemini hides its waiting time in the body', async () => {
    const { model } = await modelOf('gemini', {}, { attempts: 1 })
    const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '17s' }]
    const body = { error: { code: 429, message: 'Quota exceeded', status: 'RESOURCE_EXHAUSTED', details } }
    fakes.gemini.script({ kind: 'status', status: 429, body })
    await expect(model.complete(FACT, context)).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 17_000 })
  })

  it('no service follows a redirect, which would carry the key along', async () => {
    const { model } = await modelOf('anthropic', {}, { attempts: 1 })
    fakes.anthropic.script({ kind: 'status', status: 307 })
    await expect(model.complete(FACT, context)).rejects.toMatchObject({ code: 'unavailable', retryable: false })
  })
})
