import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { approve, cancelRun, editSlide, regenerate } from '../../pipeline/review.ts'
import { inTransaction, type Tx } from '../../src/db/pool.ts'
import type { ImageModel } from '../../src/providers/ports.ts'
import { ANA_ID, type PipelineRig, startPipeline } from '../support/pipeline.ts'
import { createQuickArt } from '../support/quick-renderer.ts'

const quick = createQuickArt()
let gate: Promise<void>
let open: () => void
/** For the one that came first, before the gate opens for all. */
let firstGate: Promise<void>
let openForFirst: () => void
/** The runs that wait at the gate, or have passed it, in the order in which they came. */
let painted: string[]
const art: ImageModel = {
  maker: quick.maker,
  paint: async (request, context) => {
    const { runId = '' } = context
    if (!painted.includes(runId)) painted.push(runId)
    await (painted[0] === runId ? Promise.race([gate, firstGate]) : gate)
    return quick.paint(request, context)
  },
}
let rig: PipelineRig
beforeEach(async () => {
  gate = Promise.resolve()
  firstGate = gate
  painted = []
  rig = await startPipeline({ overrides: { localArt: art } })
})
afterEach(async () => {
  open?.()
  await rig.close()
})

const act = <T>(work: (tx: Tx) => Promise<T>) => inTransaction(rig.db.pool, work)
const statusOf = async (runId: string) => (await rig.find(runId)).status

/** Three runs that stand still in the middle, as when a service is slow: more than that are not worked at once. */
async function holdAllTurns(): Promise<void> {
  ;({ promise: gate, resolve: open } = Promise.withResolvers<void>())
  ;({ promise: firstGate, resolve: openForFirst } = Promise.withResolvers<void>())
  painted = []
  for (let n = 0; n < 3; n++) await rig.start(null)
  await expect.poll(() => painted.length, { timeout: 20_000 }).toBe(3)
}

describe('while as many runs as allowed wait for a service', () => {
  it('what was approved is handed over', async () => {
    const run = await rig.make('octopus hearts')
    const ref = await rig.ref(run)
    await holdAllTurns()
    expect(await act((tx) => approve(tx, rig.deps, ref, ANA_ID))).toMatchObject({ kind: 'approved' })
    rig.worker.wake(run.id)
    await expect.poll(() => statusOf(run.id), { timeout: 20_000 }).toBe('delivered')
    expect(rig.worker.inHand()).toBe(3)
  })

  it('a slide gets the words that a person wrote', async () => {
    const run = await rig.make('octopus hearts')
    const ref = await rig.ref(run)
    await holdAllTurns()
    const copy = { title: 'Three hearts, one body', body: 'Two of them serve the gills alone.' }
    const edit = { slide: 'reveal' as const, copy, userId: ANA_ID.id }
    expect(await act((tx) => editSlide(tx, rig.deps, ref, edit))).toMatchObject({ kind: 'done' })
    rig.worker.wake(run.id)
    await expect.poll(() => statusOf(run.id), { timeout: 20_000 }).toBe('awaiting_review')
    expect(rig.worker.inHand()).toBe(3)
  })

  it('another picture comes before runs that waited longer', async () => {
    const run = await rig.make('octopus hearts')
    const ref = await rig.ref(run)
    await holdAllTurns()
    const fresh = await rig.start(null)
    await act((tx) => regenerate(tx, ref, { redo: 'picture', slide: 'twist' }, ANA_ID.id))
    rig.worker.wake(run.id)
    openForFirst()
    await expect.poll(() => painted.length, { timeout: 20_000 }).toBe(4)
    open()
    await rig.worker.idle()
    expect(painted.slice(3)).toEqual([run.id, fresh])
  })

  it('a version that was stopped before its turn leaves the next one alone', async () => {
    const run = await rig.make('octopus hearts')
    const ref = await rig.ref(run)
    await holdAllTurns()
    await act((tx) => regenerate(tx, ref, { redo: 'words' }, ANA_ID.id))
    rig.worker.wake(run.id)
    expect(await act((tx) => cancelRun(tx, run.id, ANA_ID))).toMatchObject({ kind: 'put-back' })
    rig.worker.cancel(run.id)
    const again = await rig.ref(run)
    expect(await act((tx) => regenerate(tx, again, { redo: 'words' }, ANA_ID.id))).toMatchObject({ kind: 'done' })
    rig.worker.wake(run.id)
    open()
    await rig.worker.idle()
    expect(await rig.find(run.id)).toMatchObject({ status: 'awaiting_review', revision: again.revision + 1 })
    const news = rig.news.filter((one) => one.run.id === run.id).map((one) => one.kind)
    expect(news).toEqual(['ready', 'ready'])
  })

  it('a version that was stopped before its turn does not keep its draft from being handed over', async () => {
    const run = await rig.make('octopus hearts')
    const ref = await rig.ref(run)
    await holdAllTurns()
    await act((tx) => regenerate(tx, ref, { redo: 'everything' }, ANA_ID.id))
    rig.worker.wake(run.id)
    await act((tx) => cancelRun(tx, run.id, ANA_ID))
    rig.worker.cancel(run.id)
    const again = await rig.ref(run)
    expect(await act((tx) => approve(tx, rig.deps, again, ANA_ID))).toMatchObject({ kind: 'approved' })
    rig.worker.wake(run.id)
    await expect.poll(() => statusOf(run.id), { timeout: 20_000 }).toBe('delivered')
  })
})
