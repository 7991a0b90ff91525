import { afterAll, beforeAll, expect, test } from 'vitest'
import { addTopics, dropTopic, listTopics, returnTopic, takeNextTopic } from '../../pipeline/topics.ts'
import { inTransaction } from '../../src/db/pool.ts'
import { createRun } from '../../src/db/runs.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await createTestDatabase()
})
afterAll(() => db.close())

let count = 0
const newBrand = () => `topics-${++count}`
const add = (brand: string, text: string) => addTopics(db.pool, { brand, text, addedBy: 7 })
const textsOf = async (brand: string) => (await listTopics(db.pool, brand)).map((topic) => topic.text)

/** Starts a run that takes the next topic, as /generate without a topic does. */
function startRun(brand: string) {
  return inTransaction(db.pool, async (tx) => {
    const key = `topic-test:${++count}`
    const run = { brand, source: 'command' as const, idempotencyKey: key, chatId: 1, requestedBy: 7, topic: null }
    const { id } = await createRun(tx, run)
    return { id, topic: await takeNextTopic(tx, brand, id) }
  })
}
const giveBack = (runId: string) => inTransaction(db.pool, (tx) => returnTopic(tx, runId))

test('topics are added one a line or between semicolons, and listed in order with who added them', async () => {
  const brand = newBrand()
  const { added, duplicates, rejected } = await add(brand, '- octopus hearts\n2. why ice floats;  moon dust \r\n\n;')
  expect(added.map((topic) => topic.text)).toEqual(['octopus hearts', 'why ice floats', 'moon dust'])
  expect({ duplicates, rejected }).toEqual({ duplicates: [], rejected: [] })
  expect(await listTopics(db.pool, brand)).toEqual(added)
  expect(added[0]).toMatchObject({ addedBy: 7, createdAt: expect.any(Date), id: expect.any(Number) })
})

test('the same words in another case are reported, and what is no topic is refused beside the good ones', async () => {
  const brand = newBrand()
  await add(brand, 'Straße im Ozean')
  const outcome = await add(brand, `STRASSE IM OZEAN; moon dust; Moon Dust; x; ${'y'.repeat(300)}`)
  expect(outcome.added.map((topic) => topic.text)).toEqual(['moon dust'])
  expect(outcome.duplicates).toEqual(['STRASSE IM OZEAN', 'Moon Dust'])
  expect(outcome.rejected).toEqual([
    { text: 'x', reason: expect.stringContaining('not a topic') },
    { text: `${'y'.repeat(60)}…`, reason: expect.stringContaining('this one has 300') },
  ])
})

test('nothing to add is said', async () => {
  expect(await add(newBrand(), ' \n ; ')).toMatchObject({
    added: [],
    rejected: [{ reason: expect.stringContaining('empty') }],
  })
})

test('hostile text is stored as it is', async () => {
  const brand = newBrand()
  const hostile = [`octopus'), (1); --`, '<script>alert(1)</script>', '$1 %s \\ {{x}}', '../../etc/passwd']
  await add(brand, hostile.join('\n').replace('; ', ' '))
  expect(await textsOf(brand)).toEqual([`octopus'), (1) --`, ...hostile.slice(1)])
})

test('a topic is dropped by its number, once, and only for its own brand', async () => {
  const [brand, other] = [newBrand(), newBrand()]
  const { added } = await add(brand, 'octopus hearts; moon dust')
  const id = added[0]?.id ?? 0
  expect(await dropTopic(db.pool, other, id)).toBeNull()
  expect(await dropTopic(db.pool, brand, id)).toMatchObject({ text: 'octopus hearts' })
  expect(await dropTopic(db.pool, brand, id)).toBeNull()
  for (const wrong of [0, -1, 1.5, Number.NaN, 2 ** 60]) expect(await dropTopic(db.pool, brand, wrong)).toBeNull()
  expect(await textsOf(brand)).toEqual(['moon dust'])
  expect((await add(brand, 'octopus hearts')).added).toHaveLength(1)
})

test('runs take the oldest first, each topic once, also at the same moment', async () => {
  const brand = newBrand()
  await add(brand, 'one fact; two facts; three facts')
  expect((await startRun(brand)).topic?.text).toBe('one fact')
  const taken = await Promise.all([startRun(brand), startRun(brand), startRun(brand), startRun(brand)])
  expect(taken.map((run) => run.topic?.text).sort()).toEqual(['three facts', 'two facts', undefined, undefined])
})

test('a run that is rolled back leaves its topic open', async () => {
  const brand = newBrand()
  await add(brand, 'octopus hearts')
  const crash = inTransaction(db.pool, async (tx) => {
    const run = { brand, source: 'command' as const, idempotencyKey: brand, chatId: 1, requestedBy: 7, topic: null }
    await takeNextTopic(tx, brand, (await createRun(tx, run)).id)
    throw new Error('killed')
  })
  await expect(crash).rejects.toThrow('killed')
  expect(await textsOf(brand)).toEqual(['octopus hearts'])
})

test('a failed run gives its topic back to its old place, once', async () => {
  const brand = newBrand()
  await add(brand, 'one fact; two facts')
  const run = await startRun(brand)
  expect(await giveBack(run.id)).toMatchObject({ text: 'one fact' })
  expect(await giveBack(run.id)).toBeNull()
  expect(await textsOf(brand)).toEqual(['one fact', 'two facts'])
})

test('a topic that was added anew meanwhile is not there twice after its return', async () => {
  const brand = newBrand()
  await add(brand, 'one fact')
  const run = await startRun(brand)
  expect((await add(brand, 'ONE FACT')).added).toHaveLength(1)
  expect(await giveBack(run.id)).toBeNull()
  expect(await textsOf(brand)).toEqual(['ONE FACT'])
})
