import { afterAll, beforeAll, expect, it } from 'vitest'
import { createDaily } from '../../ops/daily.ts'
import { insertStart } from '../../src/db/history.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await createTestDatabase()
})
afterAll(() => db.close())

it('a backup whose end could not be written holds up none of the following nights', async () => {
  await insertStart(db.pool, new Date('2026-03-01T00:00:00Z'), { version: '1', commit: null })
  let isRefusing = false
  const pool = new Proxy(db.pool, {
    get: (real, name) => {
      if (name !== 'query') return Reflect.get(real, name)
      return isRefusing ? () => Promise.reject(new Error('refused')) : real.query.bind(real)
    },
  })
  const daily = createDaily({ db: { pool }, timeZone: 'UTC' })
  const take = (time: string) => daily.takeBackup(new Date(time))

  const slot = await take('2026-03-02T02:00:05Z')
  if (!slot) throw new Error('nothing was due')
  isRefusing = true
  const end = { ok: true, note: '', now: new Date('2026-03-02T02:05:00Z') }
  await expect(daily.settleBackup(slot, end)).rejects.toThrow('refused')
  isRefusing = false
  expect(await take('2026-03-03T02:00:05Z')).toMatchObject({ localDate: '2026-03-03' })
})
