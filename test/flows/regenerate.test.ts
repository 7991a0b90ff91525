import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { regenerate } from '../../pipeline/review.ts'
import type { Run } from '../../src/db/runs.ts'
import { type AllFakes, startAllFakes } from '../support/fakes/index.ts'
import { ANA_ID, type PipelineRig, startPipeline } from '../support/pipeline.ts'

let fakes: AllFakes
let rig: PipelineRig
beforeEach(async () => {
  fakes = await startAllFakes()
  rig = await startPipeline({ env: fakes.env })
})
afterEach(async () => {
  await rig.close()
  await fakes.close()
})

const counts = () => ({
  fact: fakes.groq.requests.length,
  words: fakes.anthropic.requests.length,
  pictures: fakes.gemini.requests.filter((request) => request.path.includes('image')).length,
  embeddings: fakes.gemini.requests.filter((request) => request.path.includes('embedding')).length,
})
type Request = Parameters<typeof regenerate>[2]
/** Regenerates, and tells what was asked of the services for it. */
const redo = async (run: Pick<Run, 'id'>, request: Request) => {
  const before = counts()
  const old = await rig.carousel(run.id)
  const ref = await rig.ref(run)
  const outcome = await rig.decide((tx) => regenerate(tx, ref, request, ANA_ID.id), run.id)
  expect(outcome.kind).toBe('done')
  expect(await rig.find(run.id)).toMatchObject({ status: 'awaiting_review', revision: ref.revision + 1 })
  const after = counts()
  const asked = {
    fact: after.fact - before.fact,
    words: after.words - before.words,
    pictures: after.pictures - before.pictures,
    embeddings: after.embeddings - before.embeddings,
  }
  const fresh = await rig.carousel(run.id)
  const kept = fresh.slides.map((slide, n) => slide.png.sha256 === old.slides[n]?.png.sha256)
  return { asked, old, fresh, kept, keptStory: fresh.story.sha256 === old.story.sha256 }
}
const NOTHING = { fact: 0, words: 0, pictures: 0, embeddings: 0 }

describe('♻️', () => {
  it('words only: one text call, other words, the same fact and pictures, and the closing slide to the byte', async () => {
    const run = await rig.make('octopus hearts')
    const { asked, old, fresh, kept } = await redo(run, { redo: 'words' })
    expect(asked).toEqual({ ...NOTHING, words: 1 })
    expect(fresh.fact).toEqual(old.fact)
    expect(fresh.slides[0]?.title).not.toBe(old.slides[0]?.title)
    expect(fresh.madeBy.pictures).toEqual(old.madeBy.pictures)
    expect(kept).toEqual([false, false, false, false, true])
    const prompt = JSON.stringify(fakes.anthropic.requests.at(-1)?.body)
    expect(prompt).toContain(`other words and another angle than “${old.slides[0]?.title}”`)
  })

  it('words twice: never an earlier answer from the store', async () => {
    const run = await rig.make('octopus hearts')
    const first = await redo(run, { redo: 'words' })
    const second = await redo(run, { redo: 'words' })
    const titles = [first.old, first.fresh, second.fresh].map((carousel) => carousel.slides[0]?.title)
    expect(new Set(titles).size).toBe(3)
  })

  it.each(['reveal', 'mechanism', 'twist'] as const)(
    'the picture of the %s: one image call and one new slide',
    async (slide) => {
      const run = await rig.make('octopus hearts')
      const { asked, kept, keptStory, fresh, old } = await redo(run, { redo: 'picture', slide })
      expect(asked).toEqual({ ...NOTHING, pictures: 1 })
      expect(kept).toEqual(['hook', 'reveal', 'mechanism', 'twist', 'closing'].map((role) => role !== slide))
      expect(keptStory).toBe(true)
      const prompts = fakes.gemini.requests
        .filter(({ path }) => path.includes('image'))
        .map(({ body }) => JSON.stringify(body))
      expect(new Set(prompts).size).toBe(5)
      expect(fresh.slides.map(({ title, body }) => ({ title, body }))).toEqual(
        old.slides.map(({ title, body }) => ({ title, body })),
      )
    },
  )

  it('the hook’s picture: also behind the closing slide and the story', async () => {
    const run = await rig.make('octopus hearts')
    const { asked, kept, keptStory } = await redo(run, { redo: 'picture', slide: 'hook' })
    expect(asked).toEqual({ ...NOTHING, pictures: 1 })
    expect(kept).toEqual([false, true, true, true, false])
    expect(keptStory).toBe(false)
  })

  it('another fact: a different one, from the start, however like the model’s first idea was', async () => {
    const run = await rig.make('octopus hearts')
    const old = await rig.carousel(run.id)
    fakes.groq.script({ kind: 'answer', value: old.fact })
    const { asked, fresh } = await redo(run, { redo: 'fact' })
    expect(fresh.fact.text).not.toBe(old.fact.text)
    expect(asked).toEqual({ fact: 2, words: 1, pictures: 4, embeddings: 1 })
  })

  it('everything: the same fact, and nothing else of before', async () => {
    const run = await rig.make('octopus hearts')
    const { asked, old, fresh, kept } = await redo(run, { redo: 'everything' })
    expect(asked).toEqual({ ...NOTHING, words: 1, pictures: 4 })
    expect(fresh.fact).toEqual(old.fact)
    expect(fresh.slides[0]?.title).not.toBe(old.slides[0]?.title)
    expect(kept).toEqual([false, false, false, false, false])
  })

  it('renders again to the same bytes when the run’s folder and the cache were deleted', async () => {
    const run = await rig.make('octopus hearts')
    await rm(join(rig.dataDir, 'runs', run.id), { recursive: true })
    const { asked, kept } = await redo(run, { redo: 'picture', slide: 'twist' })
    // The other pictures come back from the cache.
    expect(asked).toEqual({ ...NOTHING, pictures: 1 })
    expect(kept).toEqual([true, true, true, false, true])
    await rm(join(rig.dataDir, 'runs', run.id), { recursive: true })
    await rm(join(rig.dataDir, 'cache'), { recursive: true })
    const lost = await redo(run, { redo: 'words' })
    expect(lost.asked).toEqual({ ...NOTHING, words: 1, pictures: 4 })
  })
})

describe('♻️ without any key', () => {
  it('paints other pictures and takes other facts of the bank', async () => {
    await rig.close()
    rig = await startPipeline()
    const run = await rig.make(null)
    const picture = await redo(run, { redo: 'picture', slide: 'twist' })
    expect(picture.kept).toEqual([true, true, true, false, true])
    const everything = await redo(run, { redo: 'everything' })
    expect(everything.fresh.fact).toEqual(everything.old.fact)
    expect(everything.kept).toEqual([false, false, false, false, false])
    const fact = await redo(run, { redo: 'fact' })
    expect(fact.fresh.bankId).not.toBe(fact.old.bankId)
  })
})
