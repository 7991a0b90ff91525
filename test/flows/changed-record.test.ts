import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { approve } from '../../pipeline/review.ts'
import { inTransaction } from '../../src/db/pool.ts'
import { ANA_ID, type PipelineRig, startPipeline } from '../support/pipeline.ts'

let rig: PipelineRig
beforeEach(async () => {
  rig = await startPipeline()
})
afterEach(() => rig.close())

/** What a restored backup or a hand in the database does: the run still has the hash that people saw. */
const changeRecord = () =>
  rig.db.pool.query(
    `update step set result = jsonb_set(result, '{caption}', '"Another caption"') where name = 'carousel'`,
  )

describe('a draft whose record in the database was changed after it was shown', () => {
  it('is not approved', async () => {
    const run = await rig.make('octopus hearts')
    const ref = await rig.ref(run)
    await changeRecord()
    const outcome = await rig.decide((tx) => approve(tx, rig.deps, ref, ANA_ID))
    expect(outcome).toMatchObject({ kind: 'changed-on-disk', files: ['the draft’s record'] })
    expect((await rig.find(run.id)).status).toBe('awaiting_review')
  })

  it('is not handed over when that happened after the approval', async () => {
    const run = await rig.make('octopus hearts')
    const ref = await rig.ref(run)
    await inTransaction(rig.db.pool, (tx) => approve(tx, rig.deps, ref, ANA_ID))
    await changeRecord()
    rig.worker.wake(run.id)
    await rig.worker.idle()
    expect((await rig.find(run.id)).status).toBe('approved')
    expect(rig.news.at(-1)).toMatchObject({ kind: 'delivery-failed', failure: { code: 'conflict' } })
  })
})
