import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ImageModel, PaintRequest } from '../../src/providers/ports.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { type AllFakes, startAllFakes, startFakePexels } from '../support/fakes/index.ts'
import { createTestProviders, type TestProviders } from '../support/fakes/provider-deps.ts'

const OCTOPUS: PaintRequest = {
  prompt: 'Show an octopus with three glowing hearts in deep water. Low camera angle, cold light.',
  category: 'biology',
  seed: 'octopus-7',
  role: 'hook',
}

let db: TestDatabase
let fakes: AllFakes
let providers: TestProviders
let model: ImageModel
const paint = (request = OCTOPUS) => model.paint(request, { signal: new AbortController().signal, step: 'images' })

beforeAll(async () => {
  db = await createTestDatabase()
  fakes = await startAllFakes()
})
afterAll(async () => {
  await fakes.close()
  await db.close()
})

function firstOf(made: TestProviders): ImageModel {
  const [first] = made.images
  if (first === undefined) throw new Error('no image model is set up')
  return first
}

describe('Gemini as a painter', () => {
  beforeEach(async () => {
    fakes.gemini.reset()
    providers = await createTestProviders(db, { gemini: fakes.config.gemini })
    model = firstOf(providers)
  })
  afterEach(() => providers.close())

  it('books every picture that came, and its words as reserved when nobody counts them', async () => {
    const bytes = await sharp({ create: { width: 640, height: 800, channels: 3, background: 'teal' } })
      .png()
      .toBuffer()
    const inlineData = { mimeType: 'image/png', data: bytes.toString('base64') }
    const parts = [{ inlineData }, { inlineData }]
    const body = { candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP' }] }
    fakes.gemini.script({ kind: 'status', status: 200, body })
    await paint()
    const { rows } = await db.pool.query('select * from provider_call order by id desc limit 1')
    expect(rows).toMatchObject([{ status: 'succeeded', images: 2 }])
    expect(rows[0]?.cost_usd).toBeCloseTo(rows[0]?.reserved_usd + 0.07, 6)
  })

  it('delivers the picture wherever it stands among the parts', async () => {
    const painting = await paint()
    expect(painting).toMatchObject({ mime: 'image/png' })
    expect(painting.bytes.subarray(1, 4).toString()).toBe('PNG')
    expect(providers.calls).toMatchObject([{ kind: 'image', status: 'succeeded' }])
    expect(providers.calls[0]?.costUsd).toBeGreaterThanOrEqual(0.07)
  })

  it('is asked for an upright picture and nothing else', async () => {
    await paint()
    expect(fakes.gemini.requests[0]).toMatchObject({
      path: expect.stringContaining('gemini-3.1-flash-image:generateContent'),
      body: { generationConfig: { responseModalities: ['IMAGE'], imageConfig: { aspectRatio: '3:4' } } },
    })
  })

  it.each([
    ['a text instead of a picture', { kind: 'text-only' }, 'refused', /text instead/],
    ['a refusal', { kind: 'refusal' }, 'refused', /IMAGE_SAFETY/],
    ['a picture of 10,000x10,000', { kind: 'image-bomb' }, 'bad_image', /megapixels/],
    ['a picture that was cut off', { kind: 'truncated-image' }, 'bad_image', /cut off/],
    ['an SVG', { kind: 'svg' }, 'bad_image', /SVG/],
    ['a web page', { kind: 'html' }, 'bad_image', /web page/],
    ['a body that is no JSON', { kind: 'malformed' }, 'bad_model_output', /not JSON/],
    ['a flood', { kind: 'flood', bytes: 30_000_000 }, 'bad_model_output', /larger than 29 MB/],
  ] as const)('that sends %s is asked no second time', async (_, behaviour, code, message) => {
    fakes.gemini.script(behaviour)
    await expect(paint()).rejects.toMatchObject({ code, retryable: false, message: expect.stringMatching(message) })
    expect(fakes.gemini.requests).toHaveLength(1)
  })
})

describe('Gemini as an embedder', () => {
  const context = { signal: new AbortController().signal, step: 'novelty' }
  const dot = (a: number[], b: number[]) => a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0)

  it('gives vectors of 768 numbers and unit length, near for like texts', async () => {
    const { embedder } = await createTestProviders(db, { gemini: fakes.config.gemini })
    if (embedder === null) throw new Error('no embedder')
    const hearts = await embedder.embed('An octopus has three hearts.', context)
    const again = await embedder.embed('The octopus has three hearts, all blue.', context)
    const stars = await embedder.embed('Neutron stars spin hundreds of times a second.', context)
    expect(hearts).toHaveLength(768)
    expect(Math.hypot(...hearts)).toBeCloseTo(1, 9)
    expect(dot(hearts, again)).toBeGreaterThan(dot(hearts, stars))
  })
})

describe('Pexels', () => {
  beforeEach(async () => {
    fakes.pexels.reset()
    providers = await createTestProviders(db, { pexels: fakes.config.pexels })
    model = firstOf(providers)
  })
  afterEach(() => providers.close())

  it('finds a cold, upright photo by the words of the prompt and names its maker', async () => {
    expect(await paint()).toMatchObject({
      mime: 'image/jpeg',
      credit: expect.stringMatching(/^Photo: Sample Photographer \d+ \/ Pexels$/),
    })
    const { query } = fakes.pexels.requests[0] ?? {}
    expect(Object.fromEntries(query ?? [])).toMatchObject({
      query: 'octopus hearts deep',
      orientation: 'portrait',
      color: 'blue',
    })
    expect(providers.calls).toMatchObject([{ status: 'succeeded', costUsd: 0 }])
  })

  it('takes the same photo for the same seed and another for another slide', async () => {
    const chosen = async (request: PaintRequest) => {
      fakes.pexels.requests.length = 0
      await paint(request)
      return fakes.pexels.requests[1]?.path
    }
    const hook = await chosen(OCTOPUS)
    expect(await chosen(OCTOPUS)).toBe(hook)
    const others = [await chosen({ ...OCTOPUS, role: 'reveal' }), await chosen({ ...OCTOPUS, role: 'twist' })]
    expect(others.some((path) => path !== hook)).toBe(true)
  })

  it('widens the search until something is found', async () => {
    const sparse = await startFakePexels({ found: (query) => (query === 'biology' ? 1 : 0) })
    const made = await createTestProviders(db, { pexels: { ...fakes.config.pexels, baseUrl: sparse.url } })
    await firstOf(made).paint(OCTOPUS, { signal: new AbortController().signal, step: 'images' })
    const queries = sparse.requests.map(({ query }) => query.get('query'))
    expect(queries).toEqual(['octopus hearts deep', 'octopus', 'biology', null])
    await sparse.close()
  })

  it('has no photo when nothing is found at all', async () => {
    const empty = await startFakePexels({ found: () => 0 })
    const made = await createTestProviders(db, { pexels: { ...fakes.config.pexels, baseUrl: empty.url } })
    await expect(
      firstOf(made).paint(OCTOPUS, { signal: new AbortController().signal, step: 'images' }),
    ).rejects.toMatchObject({ code: 'not_found' })
    await empty.close()
  })

  it('is not followed to a host that is not its own', async () => {
    const elsewhere = await startFakePexels({ pictureOrigin: 'https://pictures.example' })
    const made = await createTestProviders(db, { pexels: { ...fakes.config.pexels, baseUrl: elsewhere.url } })
    await expect(
      firstOf(made).paint(OCTOPUS, { signal: new AbortController().signal, step: 'images' }),
    ).rejects.toMatchObject({ code: 'bad_image', message: expect.stringContaining('host') })
    expect(elsewhere.requests).toHaveLength(1)
    await elsewhere.close()
  })

  it.each([
    ['a bomb', { kind: 'image-bomb' }, /megapixels/],
    ['an SVG', { kind: 'svg' }, /SVG/],
    ['more than 20 MB', { kind: 'flood', bytes: 21_000_000 }, /larger than 20 MB/],
  ] as const)('that delivers %s is refused', async (_, behaviour, message) => {
    fakes.pexels.script({ kind: 'slow', afterMs: 0 }, behaviour)
    await expect(paint()).rejects.toMatchObject({ message: expect.stringMatching(message) })
    expect(fakes.pexels.requests).toHaveLength(2)
  })

  it.each([
    [401, 'unauthorized'],
    [429, 'rate_limited'],
    [500, 'unavailable'],
  ])('that answers %d is %s', async (status, code) => {
    const made = await createTestProviders(db, { pexels: fakes.config.pexels }, { attempts: 1 })
    fakes.pexels.script({ kind: 'status', status })
    await expect(
      firstOf(made).paint(OCTOPUS, { signal: new AbortController().signal, step: 'images' }),
    ).rejects.toMatchObject({ code })
  })
})

describe('the lists of makers', () => {
  it('hold those whose key is there, in order of preference', async () => {
    const all = await createTestProviders(db, fakes.config)
    const names = (makers: { maker: { provider: string } }[]) => makers.map(({ maker }) => maker.provider)
    expect(names(all.fact)).toEqual(['groq'])
    expect(names(all.writers)).toEqual(['anthropic', 'gemini', 'groq'])
    expect(names(all.images)).toEqual(['gemini', 'pexels'])
    expect(all.embedder?.maker).toEqual({ provider: 'gemini', model: 'gemini-embedding-001' })
    const none = await createTestProviders(db, {})
    expect([none.fact, none.writers, none.images, none.embedder]).toEqual([[], [], [], null])
  })
})
