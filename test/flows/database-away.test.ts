import { afterEach, describe, expect, it } from 'vitest'
import type { TestDatabase } from '../support/database.ts'
import { startAllFakes } from '../support/fakes/index.ts'
import { type PipelineRig, startPipeline } from '../support/pipeline.ts'

let rig: PipelineRig | undefined
const endings: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await rig?.close()
  rig = undefined
  for (const end of endings.splice(0)) await end()
})

const refused = () => Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' })
const terminated = () => new Error('Connection terminated unexpectedly')

/** Lets the next `times` statements that match fail as a lost connection does. */
function failStatements(db: TestDatabase, pattern: RegExp, times: number, error: () => Error) {
  const { pool } = db
  const query = pool.query.bind(pool) as (text: string, values?: unknown[]) => Promise<unknown>
  const failed: string[] = []
  const failing = (text: string, values?: unknown[]) => {
    if (failed.length >= times || !pattern.test(text)) return query(text, values)
    failed.push(text)
    return Promise.reject(error())
  }
  pool.query = failing as typeof pool.query
  return failed
}

async function startWithFakes() {
  const fakes = await startAllFakes()
  endings.push(() => fakes.close())
  rig = await startPipeline({ env: fakes.env })
  return { fakes, rig }
}

describe('a database that is away for a moment', () => {
  it.each([
    ['the paid answer', /insert into paid_result/, refused],
    ['the result of a step', /insert into step/, terminated],
  ])('costs no answer while %s is stored: nothing is asked twice and the run goes on', async (_, statement, error) => {
    const { fakes, rig } = await startWithFakes()
    const failed = failStatements(rig.db, statement, 2, error)
    const run = await rig.make('octopus hearts')
    expect(failed).toHaveLength(2)
    expect(run).toMatchObject({ status: 'awaiting_review', failure: null })
    expect(fakes.groq.requests).toHaveLength(1)
    expect(fakes.anthropic.requests).toHaveLength(1)
    expect(rig.news.map((news) => news.kind)).toEqual(['ready'])
  })

  it('leaves the end of a paid call open only until it is back', async () => {
    const { rig } = await startWithFakes()
    const failed = failStatements(rig.db, /update provider_call/, 1, terminated)
    expect((await rig.make('octopus hearts')).status).toBe('awaiting_review')
    expect(failed).toHaveLength(1)
    await expect
      .poll(() => rig.rows(`select status from provider_call where status = 'started'`), { timeout: 10_000 })
      .toEqual([])
  })

  it('fails no run: its row stays, nobody is told, and it is taken up again', async () => {
    const { rig } = await startWithFakes()
    rig.log.expectErrors('run could not be worked')
    failStatements(rig.db, /select result from step/, 1, refused)
    const run = await rig.make('octopus hearts')
    expect(run).toMatchObject({ status: 'running', failure: null })
    expect(rig.news).toEqual([])
    await rig.worker.resume()
    await rig.worker.idle()
    expect((await rig.find(run.id)).status).toBe('awaiting_review')
  })
})
