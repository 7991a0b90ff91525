import type pg from 'pg'
import { afterEach, describe, expect, it } from 'vitest'
import { ANA } from '../support/nexus.ts'
import { startTalkRig, type TalkRig } from '../support/talk.ts'

let rig: TalkRig
afterEach(() => rig.close())

type Query = (text: string, values?: unknown[]) => Promise<unknown>
/** `lost`: the statement is carried out, and its answer gets lost. */
type Loss = { pattern: RegExp; times: number; lost: boolean }

function failing(query: Query, loss: Loss): Query {
  return async (text, values) => {
    if (loss.times === 0 || !loss.pattern.test(text)) return query(text, values)
    loss.times -= 1
    if (loss.lost) await query(text, values)
    throw new Error('Connection terminated unexpectedly')
  }
}

/** The next statements that match end as with a database that goes away, also those of transactions. */
function loseStatements(loss: Loss): Loss {
  const { pool } = rig.nexus.db
  const connect = pool.connect.bind(pool) as (callback?: unknown) => Promise<pg.PoolClient>
  pool.query = failing(pool.query.bind(pool) as Query, loss) as typeof pool.query
  const open = async () => {
    const client = await connect()
    const query = failing(client.query.bind(client) as Query, loss)
    const release = client.release.bind(client)
    return { query, release } as pg.PoolClient
  }
  // With a callback it is the pool itself that asks.
  pool.connect = ((callback?: unknown) => (callback ? connect(callback) : open())) as typeof pool.connect
  return loss
}

describe('a sentence, while the database is away for a moment', () => {
  it.each([
    ['its turn comes', /set status = 'running'/, false],
    ['its turn comes, and only the answer is lost', /set status = 'running'/, true],
    ['its answer is written', /update talk_turn set status = \$3/, false],
  ])('when %s, is answered and paid for once', async (_, pattern, lost) => {
    rig = await startTalkRig()
    const loss = loseStatements({ pattern, times: lost ? 1 : 2, lost })
    await rig.ask('how is everything?', 'Everything looks as it should.')
    await rig.nexus.service.idle()
    expect(loss.times).toBe(0)
    expect(rig.claude.requests).toHaveLength(1)
    expect(rig.chat.said('Everything looks as it should.')).toHaveLength(1)
    expect(await rig.turns()).toMatchObject([{ status: 'answered', answer: 'Everything looks as it should.' }])
    expect((await rig.turns())[0]?.cost).toBeGreaterThan(0)
  })

  it('that nobody works on any more is ended by its button', async () => {
    rig = await startTalkRig()
    rig.claude.always({ kind: 'hang' })
    rig.nexus.api.sendText(ANA, 'how is everything?')
    const message = await rig.streaming()
    await expect.poll(() => rig.claude.requests.length, { timeout: 10_000 }).toBe(1)
    const button = rig.chat.data(message.id, '⏹')
    expect((await rig.nexus.api.tap(ANA, ANA.id, message.id, '⏹')).text).toBe('Stopping…')
    await rig.nexus.waitForText('⏹ Stopped, as you asked')
    await rig.nexus.service.idle()
    // As where its end could not be written.
    await rig.nexus.db.pool.query(`update talk_turn set status = 'running', ended_at = null`)
    await rig.nexus.db.pool.query('update button set voided_at = null, used_at = null')
    expect((await rig.nexus.api.tap(ANA, ANA.id, message.id, button)).text).toBe('Stopped.')
    expect(await rig.turns()).toMatchObject([{ status: 'stopped' }])
  })
})
