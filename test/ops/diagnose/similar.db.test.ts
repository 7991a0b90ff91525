import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { describeForSearch, findSeenBefore, MAX_DISTANCE } from '../../../ops/diagnose/similar.ts'
import type { Diagnosis } from '../../../ops/diagnose/types.ts'
import { saveIncident, storeDiagnosis } from '../../../src/db/incidents.ts'
import { inTransaction } from '../../../src/db/pool.ts'
import { createLocalEmbedder } from '../../../src/providers/local/embedder.ts'
import { openEmbed } from '../../../src/providers/open-embed.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { createWatch, down } from '../incidents/samples.ts'

type Told = Pick<Diagnosis, 'cause' | 'summary'>
const embed = openEmbed({ embedder: null })
const { signal } = new AbortController()

const KILLED: Told = { cause: 'oom-kill', summary: '`db` needed more memory than it may take, and was killed.' }

describe('seen before', () => {
  let db: TestDatabase
  beforeEach(async () => {
    db = await createTestDatabase()
  })
  afterEach(() => db.close())

  const store = async (told: Told, more: { helped?: string; isOpen?: boolean; model?: string } = {}) => {
    const { vector, model } = await embed(describeForSearch(told), signal)
    const diagnosis: Diagnosis = {
      ...told,
      severity: 'critical',
      rootCause: '',
      confidence: 'high',
      evidence: [],
      actions: [],
      prevention: null,
      runbook: null,
      seenBefore: [],
      madeBy: { kind: 'rules' },
    }
    const [opened] = createWatch().look({ at: 0, findings: [down('db')] })
    if (opened?.kind !== 'opened') throw new Error('no incident')
    const id = randomUUID()
    const over = { status: 'resolved', ending: 'recovered', resolvedAt: new Date() } as const
    const incident = { ...opened.incident, id, rootKey: id, helped: more.helped ?? null, ...(more.isOpen ? {} : over) }
    await inTransaction(db.pool, async (tx) => {
      await saveIncident(tx, incident)
      await storeDiagnosis(tx, id, { diagnosis, embedding: { vector, model: more.model ?? model } })
    })
  }
  const seen = (told: Told) => findSeenBefore({ db: db.pool, embed }, told, signal)

  it('the same cause, in this container or another, with what helped, the nearest first', async () => {
    await store({ cause: 'oom-kill', summary: '`nexus-n8n` needed more memory than it may take, and was killed.' })
    await store(KILLED, { helped: 'start of db by Ana' })
    expect((await seen(KILLED)).map(({ summary, helped }) => [summary, helped])).toEqual([
      [KILLED.summary, 'start of db by Ana'],
      ['`nexus-n8n` needed more memory than it may take, and was killed.', null],
    ])
  })

  it('not another cause of the same container', async () => {
    await store({ cause: 'crash-loop', summary: '`db` keeps crashing: Docker has restarted it 7 times, with code 1.' })
    expect(await seen(KILLED)).toEqual([])
  })

  it('not one that is still open: an incident is no precedent of itself', async () => {
    await store(KILLED, { isOpen: true })
    expect(await seen(KILLED)).toEqual([])
  })

  it('not by a vector of another model', async () => {
    await store(KILLED, { model: 'gemini-embedding-001' })
    expect(await seen(KILLED)).toEqual([])
  })
})

describe('how alike is alike enough', () => {
  const { maker, ...local } = createLocalEmbedder()
  const distance = async (a: Told, b: Told) => {
    const [x, y] = await Promise.all([a, b].map((one) => local.embed(describeForSearch(one), { signal, step: 'test' })))
    return 1 - (x ?? []).reduce((sum, value, index) => sum + value * (y?.[index] ?? 0), 0)
  }
  const loop = (name: string, times: number): Told => ({
    cause: 'crash-loop',
    summary: `\`${name}\` keeps crashing: Docker has restarted it ${times} times, with code 1.`,
  })
  const waits = (name: string, on: string): Told => ({
    cause: 'dependency-down',
    summary: `\`${name}\` fails because \`${on}\` is not running.`,
  })
  const full: Told = { cause: 'disk-full', summary: 'Disk `/` is nearly full. 4 GB are left.' }
  const fullToo: Told = { cause: 'disk-full', summary: '`db` cannot write: there is no space left.' }

  it.each([
    [KILLED, { ...KILLED, summary: KILLED.summary.replace('db', 'nexus-n8n') }],
    [loop('db', 7), loop('db', 12)],
    [waits('api', 'db'), waits('api', 'redis')],
    [full, fullToo],
  ])('%o and %o are', async (a, b) => expect(await distance(a, b)).toBeLessThan(MAX_DISTANCE.local))

  it.each([
    [KILLED, loop('db', 7)],
    [loop('db', 7), waits('api', 'db')],
    [full, KILLED],
    [waits('api', 'db'), KILLED],
  ])('%o and %o are not', async (a, b) => expect(await distance(a, b)).toBeGreaterThan(MAX_DISTANCE.local + 0.1))

  it('is known for the model that the product comes with', () => expect(maker.model).toMatch(/^local-/))
})
