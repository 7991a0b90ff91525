import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Fact } from '../../src/content.ts'
import type { ProvidersConfig } from '../../src/providers/create-providers.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { type AllFakes, type Behaviour, startAllFakes } from '../support/fakes/index.ts'
import { createTestProviders } from '../support/fakes/provider-deps.ts'

/** Known to nobody else, so that finding it anywhere is a leak. The fakes repeat a wrong key in their error, as services do. */
const KEY = 'sk-secret-9f8e7d6c5b4a/+=key'

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

const context = () => ({ signal: new AbortController().signal, step: 'fact' })

async function failWith(service: keyof AllFakes['config'], change: object, timeoutMs = 10_000): Promise<unknown> {
  const config: Partial<ProvidersConfig> = { [service]: { ...fakes.config[service], ...change } }
  const made = await createTestProviders(db, config, { attempts: 1, timeoutMs })
  const [writer] = made.writers
  const [painter] = made.images
  const call =
    writer !== undefined
      ? writer.complete(
          { system: 's', user: 'u', schema: Fact, schemaName: 'fact', temperature: 0, maxOutputTokens: 100 },
          context(),
        )
      : painter?.paint({ prompt: 'Show a star.', category: 'space', seed: 's', role: 'hook' }, context())
  return Promise.resolve(call).then(
    () => {
      throw new Error('it should have failed')
    },
    (thrown: unknown) => thrown,
  )
}

/** Everything that could be printed of an error: all own fields, also hidden ones, stacks and causes to any depth. */
const everythingOf = (thrown: unknown) => inspect(thrown, { depth: Number.POSITIVE_INFINITY, showHidden: true })

describe.each(['groq', 'anthropic', 'gemini', 'pexels'] as const)('a key of %s', (service) => {
  it('that is refused appears nowhere in the failure', async () => {
    const failure = await failWith(service, { apiKey: KEY })
    expect(failure).toMatchObject({ code: 'unauthorized' })
    expect(everythingOf(failure)).not.toContain(KEY)
    expect(everythingOf(failure)).not.toContain('sk-secret')
  })

  it.each<[string, Behaviour]>([
    ['an error that repeats it', { kind: 'status', status: 500, message: `Bearer ${KEY} ran into trouble` }],
    ['an error page that repeats it', { kind: 'status', status: 502, body: `<p>x-api-key: ${KEY}</p>` }],
    ['a rate limit', { kind: 'status', status: 429, message: `quota of ${KEY} exceeded` }],
    ['a dropped connection', { kind: 'drop' }],
    ['a hang', { kind: 'hang' }],
    ['no JSON', { kind: 'malformed' }],
  ])('appears nowhere after %s', async (_, behaviour) => {
    // The fake knows its own key only, so this one goes to a fake that takes it.
    const own = await startAllFakes({ [service]: { key: KEY } })
    own[service].script(behaviour)
    const timeoutMs = behaviour.kind === 'hang' ? 50 : undefined
    const failure = await failWith(service, { apiKey: KEY, baseUrl: own[service].url }, timeoutMs)
    expect(everythingOf(failure)).not.toContain('sk-secret')
    await own.close()
  })

  it('appears nowhere when the service is not there', async () => {
    const gone = await startAllFakes()
    await gone.close()
    const failure = await failWith(service, { apiKey: KEY, baseUrl: gone[service].url })
    expect(failure).toMatchObject({ code: 'unavailable', message: expect.stringContaining('ECONNREFUSED') })
    expect(everythingOf(failure)).not.toContain('sk-secret')
  })
})
