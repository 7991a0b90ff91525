import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { regenerate, reject, retryFailedRun } from '../../pipeline/review.ts'
import { type AllFakes, sampleFact, startAllFakes } from '../support/fakes/index.ts'
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

const answerFact = (n: number) => ({ kind: 'answer', value: sampleFact(n) }) as const
const told = () => rig.rows<{ fact: string }>('select distinct fact from told_fact')
const repeat = (runId: string) =>
  rig.decide((tx) => retryFailedRun(tx, runId, { allowRepeat: true, userId: ANA_ID.id }), runId)

describe('a fact that was told before', () => {
  it('is refused and asked for again; the question names it', async () => {
    fakes.groq.script(answerFact(1), answerFact(1), answerFact(2))
    await rig.make('octopus hearts')
    const second = await rig.make('octopus hearts')
    expect(second.status).toBe('awaiting_review')
    expect((await rig.carousel(second.id)).fact.text).toBe(sampleFact(2).text)
    expect(fakes.groq.requests).toHaveLength(3)
    expect(JSON.stringify(fakes.groq.requests[2]?.body)).toContain(`- ${sampleFact(1).text}`)
  })

  it('is recognised in other words, too', async () => {
    fakes.groq.script(answerFact(1), {
      kind: 'answer',
      value: { ...sampleFact(1), text: `In truth, ${sampleFact(1).text.toLowerCase()}` },
    })
    await rig.make('octopus hearts')
    const second = await rig.make('octopus hearts')
    expect(second.status).toBe('awaiting_review')
    expect(
      await rig.rows(`select name from step where run_id = $1 and name like 'novelty.%'`, [second.id]),
    ).toHaveLength(2)
  })

  it('ends the run after three finds, with words that name it; “Make it anyway” then makes the first', async () => {
    fakes.groq.always(answerFact(1))
    await rig.make('octopus hearts')
    const failed = await rig.make('octopus hearts')
    expect(failed).toMatchObject({ status: 'failed', failure: { code: 'no_novel_fact' } })
    expect(failed.failure?.message).toContain(sampleFact(1).text)
    expect(fakes.groq.requests).toHaveLength(4)
    await repeat(failed.id)
    expect(await rig.find(failed.id)).toMatchObject({ status: 'awaiting_review', allowRepeat: true })
    expect((await rig.carousel(failed.id)).fact.text).toBe(sampleFact(1).text)
    expect(await rig.rows('select run_id from told_fact where run_id = $1', [failed.id])).not.toHaveLength(0)
  })

  it('may be repeated by permission, but “another fact” is another one all the same', async () => {
    fakes.groq.always(answerFact(1))
    await rig.make('octopus hearts')
    const failed = await rig.make('octopus hearts')
    await repeat(failed.id)
    const ref = await rig.ref(failed)
    fakes.groq.script(answerFact(1), answerFact(1), answerFact(2))
    await rig.decide((tx) => regenerate(tx, ref, { redo: 'fact' }, ANA_ID.id), failed.id)
    expect((await rig.carousel(failed.id)).fact.text).toBe(sampleFact(2).text)
  })

  it('is not brought again after a rejection', async () => {
    fakes.groq.always(answerFact(1))
    const run = await rig.make('octopus hearts')
    const ref = await rig.ref(run)
    await rig.decide((tx) => reject(tx, ref, 'Boring', ANA_ID))
    expect((await rig.make('octopus hearts')).failure?.code).toBe('no_novel_fact')
  })

  it('may come again when it was turned down for its words or pictures, but not one that was turned down before it', async () => {
    fakes.groq.script(answerFact(1), answerFact(2))
    const run = await rig.make('octopus hearts')
    const first = await rig.ref(run)
    await rig.decide((tx) => regenerate(tx, first, { redo: 'fact' }, ANA_ID.id), run.id)
    const second = await rig.ref(run)
    await rig.decide((tx) => reject(tx, second, 'Weak words', ANA_ID, { freesFact: true }))
    fakes.groq.script(answerFact(1), answerFact(2))
    const next = await rig.make('octopus hearts')
    expect((await rig.carousel(next.id)).fact.text).toBe(sampleFact(2).text)
  })

  it('may come again when nobody decided on it in time', async () => {
    fakes.groq.always(answerFact(1))
    const run = await rig.make('octopus hearts')
    await rig.rows(`update run set status = 'expired' where id = '${run.id}'`)
    expect((await rig.make('octopus hearts')).status).toBe('awaiting_review')
  })

  it('may come again after a cancelled run, which told nobody anything', async () => {
    fakes.groq.always(answerFact(1))
    const run = await rig.make('octopus hearts')
    await rig.rows(`update run set status = 'cancelled' where id = '${run.id}'`)
    expect((await rig.make('octopus hearts')).status).toBe('awaiting_review')
    expect(JSON.stringify(fakes.groq.requests[1]?.body)).toContain('(nothing yet)')
  })

  it('may be told by another brand', async () => {
    fakes.groq.always(answerFact(1))
    await rig.make('octopus hearts')
    expect((await rig.make('octopus hearts', { brand: 'marginalia' })).status).toBe('awaiting_review')
    expect(await told()).toHaveLength(1)
  })
})

describe('two runs at once', () => {
  it('never both take the same fact of a model', async () => {
    fakes.groq.script(answerFact(1), answerFact(1), answerFact(1), answerFact(1))
    const ids = [
      await rig.start('octopus hearts'),
      await rig.start('octopus hearts'),
      await rig.start('octopus hearts'),
    ]
    await rig.worker.idle()
    const done = (await Promise.all(ids.map(rig.find))).filter((run) => run.status === 'awaiting_review')
    const facts = await Promise.all(done.map(async (run) => (await rig.carousel(run.id)).fact.text))
    expect(facts.length).toBeGreaterThan(0)
    expect(new Set(facts).size).toBe(facts.length)
  })

  it('never both take the same fact of the bank', async () => {
    await rig.restart()
    for (const fake of [fakes.groq, fakes.anthropic, fakes.gemini]) fake.always({ kind: 'status', status: 401 })
    const ids = [await rig.start('octopus'), await rig.start('octopus'), await rig.start('octopus')]
    await rig.worker.idle()
    const runs = await Promise.all(ids.map(rig.find))
    const made = runs.filter((run) => run.status === 'awaiting_review')
    const entries = await Promise.all(made.map(async (run) => (await rig.carousel(run.id)).bankId))
    expect(new Set(entries).size).toBe(entries.length)
    for (const run of runs.filter((one) => one.status === 'failed')) expect(run.failure?.code).toBe('no_novel_fact')
  })
})

describe('a failed run that is taken up again', () => {
  it('does not tell what another run has told meanwhile', async () => {
    fakes.groq.script(answerFact(1), answerFact(1), answerFact(2))
    rig.renderer.renderStory = () => Promise.reject(new Error('the renderer fell over'))
    const failed = await rig.make('octopus hearts')
    expect(failed.status).toBe('failed')
    const healthy = await import('../support/quick-renderer.ts')
    rig.renderer.renderStory = healthy.createQuickRenderer().renderStory
    const other = await rig.make('octopus hearts')
    expect((await rig.carousel(other.id)).fact.text).toBe(sampleFact(1).text)
    await rig.decide((tx) => retryFailedRun(tx, failed.id, { allowRepeat: false, userId: ANA_ID.id }), failed.id)
    expect((await rig.find(failed.id)).status).toBe('awaiting_review')
    const carousel = await rig.carousel(failed.id)
    expect(carousel.fact.text).toBe(sampleFact(2).text)
    expect(carousel.caption).toContain(sampleFact(2).sourceUrl)
  })
})

describe('vectors', () => {
  it('of different models are never compared, and every fact has one of each model that answers', async () => {
    await rig.make('octopus hearts')
    const models = await rig.rows<{ model: string }>('select embedding_model as model from told_fact order by 1')
    expect(models.map(({ model }) => model)).toEqual(['gemini-embedding-001', 'local-hash-768-1'])
    // The same numbers under another model's name are no match.
    await rig.db.pool.query(`delete from told_fact where embedding_model like 'local%'`)
    await rig.db.pool.query(`update told_fact set embedding_model = 'another-model'`)
    fakes.groq.script(answerFact(0))
    expect((await rig.make('octopus hearts')).status).toBe('awaiting_review')
  })
})
