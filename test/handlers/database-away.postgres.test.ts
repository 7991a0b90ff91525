import pg from 'pg'
import { expect, it } from 'vitest'
import { createLog } from '../../src/log.ts'
import { ANA, BEN, type Nexus, startNexus } from '../support/nexus.ts'

const MESSAGES = 200
const EVERY = 20

it('every message is answered once and in order although the database drops all connections again and again', async () => {
  // Which part notices which loss is chance, so its error lines are not counted here.
  const log = createLog({ level: 'silent', redact: (text) => text })
  const nexus = await startNexus({ overrides: { log } })
  const admin = new pg.Client({ connectionString: nexus.db.url ?? '' })
  await admin.connect()
  try {
    for (let n = 1; n <= MESSAGES; n++) {
      nexus.api.sendText(n % 2 === 0 ? ANA : BEN, `/nonsense${n}`)
      if (n % EVERY !== 0) continue
      await nexus.api.waitFor(() => answered(nexus).length > n - EVERY, 'some answers', 30_000)
      await admin.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid()`,
      )
    }
    await nexus.api.waitFor(() => answered(nexus).length >= MESSAGES, 'all answers', 60_000)
    for (const [person, first] of [
      [ANA, 2],
      [BEN, 1],
    ] as const) {
      const expected = Array.from({ length: MESSAGES / 2 }, (_, index) => first + 2 * index)
      expect(answered(nexus).filter(([chatId]) => chatId === person.id)).toEqual(expected.map((n) => [person.id, n]))
    }
  } finally {
    await admin.end()
    await nexus.close()
  }
}, 120_000)

/** Chat and number of each answer, in order. */
function answered(nexus: Nexus): [chatId: number, n: number][] {
  return [ANA, BEN].flatMap(({ id }) =>
    nexus.api.messages(id).flatMap((message): [number, number][] => {
      const n = message.from === 'bot' ? /\/nonsense(\d+)/.exec(message.text)?.[1] : undefined
      return n === undefined ? [] : [[id, Number(n)]]
    }),
  )
}
