import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createWorker } from '../../pipeline/worker.ts'
import type { Database } from '../../src/db/pool.ts'
import { createLog } from '../../src/log.ts'
import { type AllFakes, sampleDraft, sampleFact, startAllFakes } from '../support/fakes/index.ts'
import { type PipelineRig, startPipeline } from '../support/pipeline.ts'

/** The fact, its embedding, the words and four pictures. */
const CALLS_OF_A_RUN = 7

let fakes: AllFakes
let rig: PipelineRig
beforeEach(async () => {
  fakes = await startAllFakes()
  // Many runs a test: the cap is not what is looked at here.
  const budget = { NEXUS_DAILY_BUDGET_USD: '1000', NEXUS_MONTHLY_BUDGET_USD: '1000' }
  rig = await startPipeline({ env: { ...fakes.env, ...budget } })
})
afterEach(async () => {
  await rig.close()
  await fakes.close()
})

const asked = () => fakes.groq.requests.length + fakes.anthropic.requests.length + fakes.gemini.requests.length
const countSteps = async (runId: string) => (await rig.rows('select name from step where run_id = $1', [runId])).length

/** Other content each time, so that nothing is answered from what earlier rounds paid for. */
const prepare = async (round: number) => {
  await rig.db.pool.query('delete from told_fact')
  fakes.groq.always({ kind: 'answer', value: sampleFact(round * 7) })
  fakes.anthropic.always({ kind: 'answer', value: sampleDraft(round * 7) })
}

/** A log that calls back after the n-th finished step. */
const logThatCounts = (n: number, then: () => void) => {
  let finished = 0
  const write = (line: string) => {
    if (JSON.parse(line).msg === 'step finished' && ++finished === n) then()
  }
  return createLog({ level: 'info', redact: (text) => text, destination: { write } })
}

/** A database that is gone from one moment on, as for a process that is killed; it counts what was stored of paid calls. */
const mortal = (db: Database) => {
  const state = { dead: false, stored: 0 }
  const dead = () => Promise.reject(new Error('killed'))
  const note = (text: string, values?: unknown[]) => {
    const isFact = text.startsWith('insert into step') && /^fact\.\d\.groq/.test(String(values?.[2]))
    if (isFact || text.startsWith('insert into paid_result')) state.stored += 1
  }
  const query = async (text: string, values?: unknown[]) => {
    if (state.dead) return dead()
    const result = await db.pool.query(text, values)
    note(text, values)
    return result
  }
  const connect = () => (state.dead ? dead() : db.pool.connect())
  const pool = Object.assign(Object.create(db.pool), { query, connect })
  return { db: { ...db, pool } as Database, state }
}

/** Works a new run and does something after its n-th step; returns whether the run got that far. */
const workUntil = async (n: number, deps: Partial<PipelineRig['deps']>, then: (stop: () => Promise<void>) => void) => {
  let reached = false
  let stopped = Promise.resolve()
  const worker = createWorker({
    ...rig.deps,
    ...deps,
    log: logThatCounts(n, () => {
      reached = true
      then(() => {
        stopped = worker.stop(60_000)
        return stopped
      })
    }),
  })
  // The rig's own worker must not take this run: it is created under another process's hands.
  const runId = await rig.create('octopus hearts')
  worker.wake(runId)
  await worker.idle()
  await stopped
  return { reached, runId }
}

describe('a restart', () => {
  it('after any step pays for nothing twice when the process stopped in an orderly way', async () => {
    for (let n = 1; ; n++) {
      await prepare(n)
      const before = asked()
      const { reached, runId } = await workUntil(n, {}, (stop) => void stop())
      if (!reached) {
        expect(n).toBeGreaterThan(15)
        break
      }
      const last = (await rig.find(runId)).status
      if (last !== 'awaiting_review') {
        expect(last, `stopped after step ${n}`).toBe('running')
        await rig.restart()
      }
      expect(await rig.find(runId), `after step ${n}`).toMatchObject({ status: 'awaiting_review' })
      expect(asked() - before, `calls after step ${n}`).toBe(CALLS_OF_A_RUN)
    }
  }, 120_000)

  it('after any step repeats at most the calls that were under way when the process was killed', async () => {
    for (let n = 1; ; n++) {
      await prepare(100 + n)
      const before = asked()
      let underWay = 0
      const { db, state } = mortal(rig.deps.db)
      const { reached, runId } = await workUntil(n, { db }, () => {
        state.dead = true
        underWay = asked() - before - state.stored
      })
      if (!reached) {
        expect(n).toBeGreaterThan(15)
        break
      }
      await rig.restart()
      expect(await rig.find(runId), `killed after step ${n}`).toMatchObject({ status: 'awaiting_review' })
      expect(asked() - before, `calls after step ${n}`).toBeLessThanOrEqual(CALLS_OF_A_RUN + underWay)
      const names = await rig.rows<{ name: string }>('select name from step where run_id = $1', [runId])
      expect(new Set(names.map(({ name }) => name)).size).toBe(await countSteps(runId))
    }
  }, 120_000)
})

describe('the worker', () => {
  it('leaves a stopped run as running, says nothing about it, and takes it up at the next start', async () => {
    const { runId } = await workUntil(2, {}, (stop) => void stop())
    expect(await rig.find(runId)).toMatchObject({ status: 'running', failure: null })
    expect(rig.news).toEqual([])
    await rig.restart()
    expect(rig.news.map((one) => one.kind)).toEqual(['ready'])
  })

  it('ends what is under way when the grace is over', async () => {
    fakes.anthropic.always({ kind: 'hang' })
    const runId = await rig.start('octopus hearts')
    await expect.poll(() => fakes.anthropic.requests.length).toBe(1)
    await rig.worker.stop(0)
    expect(await rig.find(runId)).toMatchObject({ status: 'running', failure: null })
    fakes.anthropic.always(null)
    await rig.restart()
    expect(await rig.find(runId)).toMatchObject({ status: 'awaiting_review' })
  })

  it('does not lose a wake that comes while the run is in hand', async () => {
    const runId = await rig.start('octopus hearts')
    rig.worker.wake(runId)
    rig.worker.wake(runId)
    await rig.worker.idle()
    expect(rig.news.map((one) => one.kind)).toEqual(['ready'])
    expect(asked()).toBe(CALLS_OF_A_RUN)
  })

  it('takes a run up again by itself when the database was away for a moment', async () => {
    const { db, state } = mortal(rig.deps.db)
    const log = logThatCounts(1, () => {
      state.dead = true
    })
    const errors: unknown[] = []
    const noted = Object.assign(Object.create(log), { error: (fields: unknown) => void errors.push(fields) })
    const worker = createWorker({ ...rig.deps, db, log: noted }, { retryMs: 1 })
    const runId = await rig.create('octopus hearts')
    worker.wake(runId)
    await expect.poll(() => errors.length, { timeout: 10_000 }).toBeGreaterThan(0)
    state.dead = false
    await expect.poll(() => rig.news.length, { timeout: 10_000 }).toBe(1)
    await worker.stop(1_000)
    expect(await rig.find(runId)).toMatchObject({ status: 'awaiting_review' })
  })
})
