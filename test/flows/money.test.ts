import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { editSlide, retryFailedRun } from '../../pipeline/review.ts'
import { type AllFakes, sampleFact, startAllFakes } from '../support/fakes/index.ts'
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

const asked = () => fakes.groq.requests.length + fakes.anthropic.requests.length + fakes.gemini.requests.length
const spent = async () => {
  const [row] = await rig.rows<{ usd: number }>(
    'select coalesce(sum(coalesce(cost_usd, reserved_usd)), 0) as usd from provider_call',
  )
  return row?.usd ?? 0
}

describe('the cap', () => {
  it('lets nothing be asked when it is reached: the stand-ins take over, and the card says why', async () => {
    await open({ env: { NEXUS_DAILY_BUDGET_USD: '0' } })
    const run = await rig.make('octopus hearts')
    expect(run.status).toBe('awaiting_review')
    expect(asked()).toBe(0)
    const { madeBy } = await rig.carousel(run.id)
    expect(madeBy.fact.passedOver).toEqual([{ provider: 'groq', code: 'budget_exceeded' }])
    expect(madeBy.words.provider).toBe('local')
    for (const picture of madeBy.pictures) {
      expect(picture.passedOver).toContainEqual({ provider: 'gemini', code: 'budget_exceeded' })
      // Stock photos are free.
      expect(picture.provider).toBe('pexels')
    }
  })

  it('is not passed by several runs at once', async () => {
    await open({ env: { NEXUS_DAILY_BUDGET_USD: '0.5' } })
    for (const topic of ['octopus', 'neutron stars', 'honey', 'glass']) await rig.start(topic)
    await rig.worker.idle()
    expect(await spent()).toBeLessThanOrEqual(0.5)
    const done = await rig.rows(`select id from run where status = 'awaiting_review'`)
    expect(done).toHaveLength(4)
    const makers = await rig.rows(`select provider from provider_call where kind = 'image' and provider = 'gemini'`)
    expect(makers.length).toBeGreaterThan(0)
    expect(makers.length).toBeLessThan(16)
  })
})

describe('the same fact and brand again', () => {
  it('pays for nothing but the question for a fact', async () => {
    await open()
    fakes.groq.always({ kind: 'answer', value: sampleFact(1) })
    const first = await rig.make('octopus hearts')
    const words = (await rig.carousel(first.id)).slides.map((slide) => slide.title)
    await rig.rows(`update run set status = 'cancelled' where id = '${first.id}'`)
    const before = { groq: fakes.groq.requests.length, all: asked() }
    const second = await rig.make('octopus hearts')
    expect(second.status).toBe('awaiting_review')
    expect(asked() - before.all).toBe(1)
    expect(fakes.groq.requests.length - before.groq).toBe(1)
    const again = await rig.carousel(second.id)
    expect(again.slides.map((slide) => slide.title)).toEqual(words)
    expect(again.madeBy.pictures.every((by) => by.provider === 'gemini')).toBe(true)
  })

  it('pays for nothing at all when somebody says: make it anyway', async () => {
    await open()
    fakes.groq.always({ kind: 'answer', value: sampleFact(1) })
    await rig.make('octopus hearts')
    const refused = await rig.make('octopus hearts')
    expect(refused).toMatchObject({ status: 'failed', failure: { code: 'no_novel_fact' } })
    const before = asked()
    const retry = { allowRepeat: true, userId: ANA_ID.id }
    await rig.decide((tx) => retryFailedRun(tx, refused.id, retry), refused.id)
    expect((await rig.find(refused.id)).status).toBe('awaiting_review')
    expect(asked()).toBe(before)
  })

  it('is paid for by another brand, whose words are its own', async () => {
    await open()
    fakes.groq.always({ kind: 'answer', value: sampleFact(1) })
    await rig.make('octopus hearts')
    const before = fakes.anthropic.requests.length
    const other = await rig.make('octopus hearts', { brand: 'marginalia' })
    expect(other.status).toBe('awaiting_review')
    expect(fakes.anthropic.requests.length - before).toBe(1)
  })

  it('paints again what somebody cleaned out of the cache', async () => {
    await open()
    fakes.groq.always({ kind: 'answer', value: sampleFact(1) })
    const { rm } = await import('node:fs/promises')
    for (let round = 1; round <= 3; round++) {
      const run = await rig.make('octopus hearts')
      expect(run, `round ${round}`).toMatchObject({ status: 'awaiting_review' })
      await rig.rows(`update run set status = 'cancelled' where id = '${run.id}'`)
      await rm(`${rig.dataDir}/cache`, { recursive: true })
    }
    expect(fakes.anthropic.requests).toHaveLength(1)
  })
})

describe('an edit', () => {
  it('pays for nothing, changes that slide alone, and leaves the other files as they are', async () => {
    await open()
    const run = await rig.make('octopus hearts')
    const before = await rig.carousel(run.id)
    const calls = asked()
    const ref = await rig.ref(run)
    const copy = { title: 'Three hearts beat in turn', body: 'One rests while it swims.' }
    const edit = { slide: 'reveal', copy, userId: ANA_ID.id } as const
    expect(await rig.decide((tx) => editSlide(tx, rig.deps, ref, edit), run.id)).toMatchObject({ kind: 'done' })
    expect(asked()).toBe(calls)
    const after = await rig.carousel(run.id)
    expect(after.edited).toBe(true)
    expect(after.slides[1]).toMatchObject(copy)
    const same = after.slides.map((slide, n) => slide.png.sha256 === before.slides[n]?.png.sha256)
    expect(same).toEqual([true, false, true, true, true])
    expect(after.story).toEqual(before.story)
  })
})
