import { afterEach, describe, expect, it } from 'vitest'
import { regenerate } from '../../pipeline/review.ts'
import type { SourcePage } from '../../src/providers/source-page.ts'
import { ANA_ID, type PipelineRig, type RigOptions, startPipeline } from '../support/pipeline.ts'
import { SOURCE_CASES } from '../support/source-pages.ts'

let rig: PipelineRig
const open = async (fetchSource: NonNullable<RigOptions['overrides']>['fetchSource'] & {}) => {
  rig = await startPipeline({ overrides: { fetchSource } })
}
afterEach(() => rig.close())

const { says = '', silent = '' } = SOURCE_CASES.find(({ id }) => id === 'octopus-three-hearts') ?? {}
const page = (text: string): SourcePage => ({ status: 'ok', text, finalUrl: 'https://en.wikipedia.org/wiki/Octopus' })
const proofOf = async () => {
  const run = await rig.make('octopus hearts')
  expect(run.status).toBe('awaiting_review')
  const carousel = await rig.carousel(run.id)
  expect(carousel.bankId).toBe('octopus-three-hearts')
  return { run, proof: carousel.proof }
}

describe('the source of a fact', () => {
  it('is read, and what it says stands on the carousel', async () => {
    await open(async () => page(says))
    expect((await proofOf()).proof.status).toBe('source-agrees')
  })

  it('counts as silent when it says something else', async () => {
    await open(async () => page(silent))
    expect((await proofOf()).proof.status).toBe('source-silent')
  })

  it('fails no run when it cannot be reached, or when the reader itself falls over', async () => {
    await open(async () => ({ status: 'unreachable', reason: 'ENOTFOUND' }))
    expect((await proofOf()).proof).toEqual({ status: 'not-checked', reason: 'ENOTFOUND' })
    await rig.close()
    await open(() => Promise.reject(new Error('a bug in the reader')))
    expect((await proofOf()).proof).toEqual({ status: 'not-checked', reason: 'the source could not be read' })
  })

  it('holds up neither words nor pictures: all slides are there while it still loads', async () => {
    const answer = Promise.withResolvers<SourcePage>()
    await open(() => answer.promise)
    const runId = await rig.start('octopus hearts')
    await expect.poll(() => rig.progress.at(-1)?.stage, { timeout: 10_000 }).toBe('finishing')
    expect(await rig.rows(`select name from step where name like 'render.%'`)).toHaveLength(6)
    answer.resolve(page(says))
    await rig.worker.idle()
    expect((await rig.carousel(runId)).proof.status).toBe('source-agrees')
  })

  it('is read again for the next version when it could not be read', async () => {
    let reads = 0
    await open(async () => (++reads === 1 ? { status: 'unreachable', reason: 'ENOTFOUND' } : page(says)))
    const { run } = await proofOf()
    const ref = await rig.ref(run)
    await rig.decide((tx) => regenerate(tx, ref, { redo: 'everything' }, ANA_ID.id), run.id)
    expect((await rig.carousel(run.id)).proof.status).toBe('source-agrees')
    const second = await rig.ref(run)
    await rig.decide((tx) => regenerate(tx, second, { redo: 'everything' }, ANA_ID.id), run.id)
    expect(reads).toBe(2)
  })
})
