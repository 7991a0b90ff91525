import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { retryFailedRun } from '../../pipeline/review.ts'
import { addTopics, dropTopics } from '../../pipeline/topics.ts'
import { type PipelineRig, startPipeline } from '../support/pipeline.ts'

let rig: PipelineRig
beforeEach(async () => {
  rig = await startPipeline()
})
afterEach(() => rig.close())

const topics = () => rig.rows<{ text: string; status: string }>('select text, status from topic order by id')
const retry = (runId: string) =>
  rig.decide((tx) => retryFailedRun(tx, runId, { allowRepeat: false, userId: 1001 }), runId)

/** A run with the backlog's topic that fails while it renders. */
async function failWithTopic() {
  const { brand } = rig.app.config
  await addTopics(rig.db.pool, { brand, text: 'octopus hearts', addedBy: 1001 })
  const render = vi.spyOn(rig.renderer, 'renderSlide').mockRejectedValue(new Error('boom'))
  const run = await rig.make(null)
  render.mockRestore()
  expect(run).toMatchObject({ status: 'failed', topic: 'octopus hearts' })
  return run
}

describe('the topic of a run that failed', () => {
  it('is open again', async () => {
    await failWithTopic()
    expect(await topics()).toEqual([{ text: 'octopus hearts', status: 'open' }])
  })

  it('is used when the run is tried again', async () => {
    const run = await failWithTopic()
    await retry(run.id)
    expect(await rig.find(run.id)).toMatchObject({ status: 'awaiting_review', topic: 'octopus hearts' })
    expect(await topics()).toEqual([{ text: 'octopus hearts', status: 'used' }])
  })

  it('stays with the run that took it meanwhile; both tell something', async () => {
    const run = await failWithTopic()
    const second = await rig.make(null)
    expect(second).toMatchObject({ status: 'awaiting_review', topic: 'octopus hearts' })
    await retry(run.id)
    expect(await rig.rows('select run_id from topic')).toEqual([{ run_id: second.id }])
    expect((await rig.find(run.id)).topic).toBe('octopus hearts')
  })

  it('stays dropped when a person dropped it', async () => {
    const run = await failWithTopic()
    const [topic] = await rig.rows<{ id: number }>('select id from topic')
    await dropTopics(rig.db.pool, rig.app.config.brand, [topic?.id ?? 0])
    await retry(run.id)
    expect((await rig.find(run.id)).status).toBe('awaiting_review')
    expect(await topics()).toEqual([{ text: 'octopus hearts', status: 'dropped' }])
  })

  it('is not brought again when all that is known about it was told', async () => {
    await rig.make('octopus hearts')
    await rig.make('octopus hearts')
    const { brand } = rig.app.config
    await addTopics(rig.db.pool, { brand, text: 'octopus hearts', addedBy: 1001 })
    const run = await rig.make(null)
    expect(run).toMatchObject({ status: 'failed', failure: { code: 'no_novel_fact' } })
    expect(await topics()).toEqual([{ text: 'octopus hearts', status: 'used' }])
  })
})
