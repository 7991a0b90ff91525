import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { regenerate } from '../../pipeline/review.ts'
import type { Carousel, MadeBy } from '../../pipeline/types.ts'
import { type AllFakes, type Behaviour, sampleDraft, sampleFact, startAllFakes } from '../support/fakes/index.ts'
import { QUICK_POLICY } from '../support/fakes/provider-deps.ts'
import { ANA_ID, type PipelineRig, type RigOptions, startPipeline } from '../support/pipeline.ts'

let fakes: AllFakes
let rig: PipelineRig
const open = async (options: RigOptions = {}) => {
  rig = await startPipeline({ ...options, env: { ...fakes.env, ...options.env } })
}
beforeEach(async () => {
  fakes = await startAllFakes()
})
afterEach(async () => {
  await rig.close()
  await fakes.close()
})

const DOWN: Behaviour = { kind: 'status', status: 503 }
const WELL: Behaviour = { kind: 'slow', afterMs: 0 }
const make = async (topic = 'octopus hearts') => {
  const run = await rig.make(topic)
  expect(run).toMatchObject({ status: 'awaiting_review', failure: null })
  return { run, carousel: await rig.carousel(run.id) }
}
const passed = (by: MadeBy | undefined) => by?.passedOver.map(({ provider, code }) => `${provider} ${code}`)
const providers = (carousel: Carousel) => ({
  fact: carousel.madeBy.fact.provider,
  words: carousel.madeBy.words.provider,
  pictures: [...new Set(carousel.madeBy.pictures.map((by) => by.provider))],
})

describe('when a service is down', () => {
  it('lets Gemini write when Claude is down, and says so', async () => {
    await open()
    fakes.anthropic.always(DOWN)
    const { carousel } = await make()
    expect(providers(carousel)).toEqual({ fact: 'groq', words: 'gemini', pictures: ['gemini'] })
    expect(passed(carousel.madeBy.words)).toEqual(['anthropic unavailable'])
  })

  it('lets Groq write and Pexels illustrate when Claude and Gemini are down, with the photographers in the caption', async () => {
    await open()
    fakes.anthropic.always(DOWN)
    fakes.gemini.always(DOWN)
    const { carousel } = await make()
    expect(providers(carousel)).toEqual({ fact: 'groq', words: 'groq', pictures: ['pexels'] })
    expect(carousel.credits.length).toBeGreaterThan(0)
    for (const credit of carousel.credits) expect(carousel.caption).toContain(credit)
  })

  it('still refuses a duplicate when the embedding service is down', async () => {
    fakes.groq.always({ kind: 'answer', value: sampleFact(1) })
    await open()
    await make()
    fakes.gemini.always(DOWN)
    const again = await rig.make('something else')
    expect(again).toMatchObject({ status: 'failed', failure: { code: 'no_novel_fact' } })
  })

  it('makes the whole carousel with the stand-ins when all four are down', async () => {
    await open()
    for (const fake of [fakes.groq, fakes.anthropic, fakes.gemini, fakes.pexels]) fake.always(DOWN)
    const { carousel } = await make()
    expect(providers(carousel)).toEqual({ fact: 'local', words: 'local', pictures: ['local'] })
    expect(passed(carousel.madeBy.fact)).toEqual(['groq unavailable'])
    expect(passed(carousel.madeBy.pictures[0])).toEqual(['gemini unavailable', 'pexels unavailable'])
  })
})

describe('when nobody can write for the fact that was found', () => {
  const downAfterTheFact = () => {
    fakes.groq.script(WELL)
    fakes.groq.always(DOWN)
    fakes.anthropic.always(DOWN)
    fakes.gemini.always(DOWN)
  }

  it('takes a fact of the bank instead, remembers that one only, and looks up that one’s source', async () => {
    const asked: string[] = []
    const fetchSource = async (url: string) => {
      asked.push(url)
      return { status: 'unreachable' as const, reason: 'no network' }
    }
    await open({ overrides: { fetchSource } })
    downAfterTheFact()
    const { carousel } = await make()
    expect(carousel.bankId).not.toBeNull()
    expect(carousel.madeBy.fact.provider).toBe('local')
    expect(passed(carousel.madeBy.words)).toEqual(['anthropic unavailable', 'gemini unavailable', 'groq unavailable'])
    const told = await rig.rows<{ fact: string; id: string | null }>('select fact, bank_id as id from told_fact')
    expect(told).toEqual([{ fact: carousel.fact.text, id: carousel.bankId }])
    expect(asked.at(-1)).toBe(carousel.fact.sourceUrl)
    expect(carousel.proof).toEqual({ status: 'not-checked', reason: 'no network' })
  })

  it('keeps that fact in later versions, also when the writers are back', async () => {
    await open()
    downAfterTheFact()
    const { run, carousel } = await make()
    for (const fake of [fakes.groq, fakes.anthropic, fakes.gemini]) fake.always(null)
    const ref = await rig.ref(run)
    await rig.decide((tx) => regenerate(tx, ref, { redo: 'words' }, ANA_ID.id), run.id)
    expect(await rig.find(run.id)).toMatchObject({ status: 'awaiting_review', revision: 2 })
    const second = await rig.carousel(run.id)
    expect(second.fact).toEqual(carousel.fact)
    expect(fakes.groq.requests.filter((r) => JSON.stringify(r.body).includes('"name":"fact"'))).toHaveLength(1)
  })

  it('never gives the same fact of the bank to two runs', async () => {
    await open()
    fakes.groq.script(WELL, WELL)
    fakes.groq.always(DOWN)
    fakes.anthropic.always(DOWN)
    fakes.gemini.always(DOWN)
    const ids = [await rig.start('octopus hearts'), await rig.start('octopus hearts')]
    await rig.worker.idle()
    const facts = await Promise.all(ids.map(async (id) => (await rig.carousel(id)).fact.text))
    expect(new Set(facts).size).toBe(2)
  })

  it('keeps the words of before when new ones were asked for, and says who was asked in vain', async () => {
    await open()
    const { run, carousel } = await make()
    fakes.groq.always(DOWN)
    fakes.anthropic.always(DOWN)
    fakes.gemini.always(DOWN)
    const ref = await rig.ref(run)
    await rig.decide((tx) => regenerate(tx, ref, { redo: 'words' }, ANA_ID.id), run.id)
    const second = await rig.carousel(run.id)
    expect(second.fact).toEqual(carousel.fact)
    expect(second.slides.map((slide) => slide.title)).toEqual(carousel.slides.map((slide) => slide.title))
    expect(second.madeBy.words.provider).toBe('anthropic')
    expect(passed(second.madeBy.words)).toContain('anthropic unavailable')
  })
})

describe('when a service does not want to, or not now', () => {
  it('passes over a refused key at once, without retrying', async () => {
    await open({ env: { ANTHROPIC_API_KEY: 'sk-ant-some-wrong-key-0123' } })
    const { carousel } = await make()
    expect(fakes.anthropic.requests).toHaveLength(1)
    expect(passed(carousel.madeBy.words)).toEqual(['anthropic unauthorized'])
  })

  it('waits when asked to wait a little, and stays with the service', async () => {
    await open()
    fakes.anthropic.script({ kind: 'status', status: 429, retryAfter: 0 })
    const { carousel } = await make()
    expect(fakes.anthropic.requests).toHaveLength(2)
    expect(carousel.madeBy.words).toMatchObject({ provider: 'anthropic', passedOver: [] })
  })

  it('goes on to the next when asked to wait an hour', async () => {
    await open()
    fakes.anthropic.always({ kind: 'status', status: 429, retryAfter: 3600 })
    const { carousel } = await make()
    expect(passed(carousel.madeBy.words)).toEqual(['anthropic rate_limited'])
  })

  it.each([{ kind: 'hang' }, { kind: 'drip', everyMs: 20 }] as const)(
    'goes on to the next when Claude does $kind',
    async (behaviour) => {
      await open({ overrides: { policy: { ...QUICK_POLICY, timeoutMs: 250, attempts: 1 } } })
      fakes.anthropic.always(behaviour)
      const { carousel } = await make()
      expect(passed(carousel.madeBy.words)).toEqual(['anthropic timeout'])
      const [call] = await rig.rows<{ status: string }>(
        `select status, cost_usd = reserved_usd as counted from provider_call where provider = 'anthropic'`,
      )
      expect(call).toEqual({ status: 'unknown', counted: true })
    },
  )

  it('gives a maker that hangs through all its retries only its share of the time', async () => {
    await open({ deps: { patience: { makerMs: 300, runMs: 60_000 } } })
    fakes.anthropic.always({ kind: 'hang' })
    const { carousel } = await make()
    expect(providers(carousel).words).toBe('gemini')
  })

  it('finishes with the stand-ins when everything hangs for as long as a run may take', async () => {
    await open({ deps: { patience: { makerMs: 60_000, runMs: 400 } } })
    for (const fake of [fakes.groq, fakes.anthropic, fakes.gemini, fakes.pexels]) fake.always({ kind: 'hang' })
    const { carousel } = await make()
    expect(providers(carousel)).toEqual({ fact: 'local', words: 'local', pictures: ['local'] })
    expect(passed(carousel.madeBy.pictures[0])).toEqual(['gemini timeout', 'pexels timeout'])
  })
})

const good = () => JSON.stringify(sampleDraft(3))
const UNUSABLE: [string, Behaviour][] = [
  ['nonsense', { kind: 'text', text: 'Sure! I would love to help.' }],
  ['prose around the JSON', { kind: 'text', text: `Here you are: ${good()} Enjoy!` }],
  ['a cut off answer', { kind: 'truncated' }],
  ['another shape', { kind: 'answer', value: { slides: [] } }],
  [
    'words over the limits',
    { kind: 'answer', value: { ...sampleDraft(3), hook: { ...sampleDraft(3).hook, title: 'x '.repeat(5000) } } },
  ],
]

describe('when a model answers badly', () => {
  it('tries once more with the complaint, for each kind of bad answer', async () => {
    await open()
    for (const [name, behaviour] of UNUSABLE) {
      const before = fakes.anthropic.requests.length
      fakes.anthropic.script(behaviour)
      const { carousel } = await make(`a topic for ${name}`)
      expect(carousel.madeBy.words, name).toMatchObject({ provider: 'anthropic', passedOver: [] })
      const asked = fakes.anthropic.requests.slice(before).map((request) => JSON.stringify(request.body))
      expect(asked, name).toHaveLength(2)
      expect(asked[0]).toContain('nothing, this is the first attempt')
      expect(asked[1]).not.toContain('nothing, this is the first attempt')
    }
  })

  it('goes on to the next writer after the second bad answer, and at once after a refusal', async () => {
    await open()
    fakes.anthropic.script({ kind: 'text', text: 'no' }, { kind: 'text', text: 'no' })
    const twice = await make('two bad answers')
    expect(passed(twice.carousel.madeBy.words)).toEqual(['anthropic bad_model_output'])
    const before = fakes.anthropic.requests.length
    fakes.anthropic.script({ kind: 'refusal' })
    const refused = await make('a refusal')
    expect(passed(refused.carousel.madeBy.words)).toEqual(['anthropic refused'])
    expect(fakes.anthropic.requests.length - before).toBe(1)
  })

  it('asks for the fact once more too, and takes the bank’s after the second bad answer', async () => {
    await open()
    fakes.groq.script({ kind: 'answer', value: { ...sampleFact(7), text: 'word '.repeat(20) } })
    const second = await make('a fact that is too long')
    expect(second.carousel.madeBy.fact).toMatchObject({ provider: 'groq', passedOver: [] })
    expect(JSON.stringify(fakes.groq.requests.at(1)?.body)).toContain('text has 20 words; at most 15')
    fakes.groq.script({ kind: 'text', text: '{}' }, { kind: 'text', text: '{}' })
    const bank = await make('octopus')
    expect(passed(bank.carousel.madeBy.fact)).toEqual(['groq bad_model_output'])
    expect(bank.carousel.bankId).not.toBeNull()
  })
})

const NO_PICTURES: Behaviour[] = [
  { kind: 'image-bomb' },
  { kind: 'truncated-image' },
  { kind: 'svg' },
  { kind: 'html' },
  { kind: 'text-only' },
  { kind: 'refusal' },
]

describe('when a painter sends no picture', () => {
  it('takes a stock photo for that slide alone, with its credit', async () => {
    await open()
    for (const behaviour of NO_PICTURES) {
      // The embedding comes first, then four pictures: the first of them fails.
      fakes.gemini.script(WELL, behaviour)
      const { carousel } = await make(`a topic for ${behaviour.kind}`)
      const makers = carousel.madeBy.pictures.map((by) => by.provider).sort()
      expect(makers, behaviour.kind).toEqual(['gemini', 'gemini', 'gemini', 'pexels'])
      expect(carousel.credits, behaviour.kind).toHaveLength(1)
      expect(carousel.caption).toContain(carousel.credits[0])
    }
  })

  it('paints here when the stock photo is none either', async () => {
    await open()
    fakes.gemini.script(WELL, { kind: 'svg' }, { kind: 'html' }, { kind: 'image-bomb' }, { kind: 'truncated-image' })
    fakes.pexels.always({ kind: 'html' })
    const { carousel } = await make()
    expect(providers(carousel).pictures).toEqual(['local'])
    expect(carousel.credits).toEqual([])
    for (const by of carousel.madeBy.pictures) expect(passed(by)).toEqual(['gemini bad_image', 'pexels bad_image'])
  })
})
