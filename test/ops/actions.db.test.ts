import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createActions } from '../../ops/actions/index.ts'
import { inTransaction } from '../../src/db/pool.ts'
import { Failure } from '../../src/failure.ts'
import { type ActWorld, ANA, createActWorld } from '../support/act-world.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

let db: TestDatabase
let world: ActWorld
beforeEach(async () => {
  db = await createTestDatabase()
  world = createActWorld(db)
})
afterEach(() => db.close())

const proposed = async (...args: Parameters<ActWorld['propose']>) => {
  const outcome = await world.propose(...args)
  if (outcome.kind !== 'proposed') throw new Error(outcome.reason)
  return outcome.proposal
}
describe('what takes two taps', () => {
  const DEPENDS = { 'nexus.managed': 'true', 'nexus.depends-on': 'db' }
  beforeEach(() => {
    world.docker.add('db')
    world.docker.add('shop', { labels: DEPENDS })
  })

  it('is a stop of something that others need, and they are named', async () => {
    const stop = await proposed(world.containerRequest('stop', 'db'))
    expect(stop.risk).toBe('two-taps')
    expect(stop.effect).toContain('What needs it: `shop`')
    expect((await proposed(world.containerRequest('stop', 'shop'))).risk).toBe('confirm')
    world.docker.change('shop', { state: 'exited' })
    expect((await proposed(world.containerRequest('stop', 'db'))).risk).toBe('confirm')
  })

  it('asks again at the first, and counts the second only after it, once', async () => {
    const { id } = await proposed(world.containerRequest('stop', 'db'))
    expect(await world.claim(id, ANA, true)).toMatchObject({ kind: 'refused', reason: 'The first button comes first.' })
    expect((await world.claim(id)).kind).toBe('ask-again')
    expect(await world.claim(id)).toMatchObject({ kind: 'refused', reason: expect.stringContaining('new button') })
    expect((await world.claim(id, ANA, true)).kind).toBe('claimed')
    expect((await world.claim(id, ANA, true)).kind).toBe('refused')
    expect((await world.audit()).map(({ event }) => event)).toEqual([
      'proposed',
      'refused',
      'first-tap',
      'refused',
      'tapped',
      'refused',
    ])
    expect(world.docker.done).toEqual([])
  })

  it('is refused when more hangs on it than when it was asked with one', async () => {
    world.docker.change('shop', { state: 'exited' })
    const { id } = await proposed(world.containerRequest('stop', 'db'))
    const claim = await world.claim(id)
    world.docker.change('shop', { state: 'running' })
    if (claim.kind !== 'claimed') throw new Error(claim.kind)
    await world.actions.execute(claim.proposal, { report: world.report, actor: ANA }, world.never)
    expect((await world.read(id)).outcome).toMatchObject({ kind: 'refused', reason: expect.stringContaining('shop') })
    expect(world.docker.done).toEqual([])
  })
})

describe('two at once', () => {
  it('on one container: one works, the other is told to wait, also with cards of their own', async () => {
    world.docker.add('shop')
    const first = await proposed(world.containerRequest('restart', 'shop'))
    const ben = { ...ANA, id: 1002, name: 'Ben', chatId: 1002 }
    const second = await proposed(world.containerRequest('stop', 'shop'), ben)
    const claims = await Promise.all([world.claim(first.id), world.claim(second.id, ben)])
    expect(claims.map(({ kind }) => kind).sort()).toEqual(['claimed', 'refused'])
    const refused = claims.find(({ kind }) => kind === 'refused')
    expect(refused).toMatchObject({ reason: expect.stringContaining('works on `shop` just now') })
  })

  it('the database itself lets only one run', async () => {
    const id = world.docker.add('shop')
    const insert = () =>
      db.pool.query(
        `insert into action_proposal (kind, target, container_id, container_name, chat_id, proposed_by, proposed_at, expires_at, status)
         values ('stop', $1, $1, 'shop', 1, 1, now(), now(), 'running')`,
        [id],
      )
    await insert()
    await expect(insert()).rejects.toThrow('action_proposal_one_running')
  })
})

describe('an end that was not seen', () => {
  it('of a process that died between doing and writing is looked at by the next one, and nothing is done again', async () => {
    world.docker.add('shop')
    const { id } = await proposed(world.containerRequest('restart', 'shop'))
    const claim = await world.claim(id)
    if (claim.kind !== 'claimed') throw new Error(claim.kind)
    const dying = new AbortController()
    world.later(2, () => dying.abort())
    await expect(
      world.actions.execute(claim.proposal, { report: world.report, actor: ANA }, dying.signal),
    ).rejects.toMatchObject({ code: 'cancelled' })
    expect((await world.read(id)).status).toBe('running')
    const next = world.open()
    const [left] = await next.listLeftOver()
    expect(left?.id).toBe(id)
    if (left) await next.lookUp(left, { report: world.report, actor: null }, world.never)
    expect((await world.read(id)).outcome?.kind).toBe('fixed')
    expect(world.docker.done).toEqual(['restart shop'])
    expect((await world.audit()).at(-1)).toMatchObject({ event: 'outcome', by: 'bot' })
  })

  it('for want of a database is written as soon as that is back', async () => {
    world.docker.add('shop')
    const { id } = await proposed(world.containerRequest('restart', 'shop'))
    const claim = await world.claim(id)
    if (claim.kind !== 'claimed') throw new Error(claim.kind)
    let away = 0
    const pool = new Proxy(db.pool, {
      get: (target, key) => {
        if (key === 'connect' && world.docker.done.length > 0 && away < 2)
          return () => {
            away += 1
            return Promise.reject(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }))
          }
        const value = Reflect.get(target, key)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    const actions = createActions({ ...world.hands, db: { ...db, pool } })
    await actions.execute(claim.proposal, { report: world.report, actor: ANA }, world.never)
    expect(away).toBe(2)
    expect((await world.read(id)).outcome?.kind).toBe('fixed')
  })

  it('is not begun any more where it was settled before its turn came', async () => {
    world.docker.add('shop')
    const { id } = await proposed(world.containerRequest('restart', 'shop'))
    const claim = await world.claim(id)
    if (claim.kind !== 'claimed') throw new Error(claim.kind)
    await world.actions.lookUp(claim.proposal, { report: world.report, actor: null }, world.never)
    await world.actions.execute(claim.proposal, { report: world.report, actor: ANA }, world.never)
    expect(world.docker.done).toEqual([])
    expect((await world.read(id)).outcome?.kind).toBe('unknown')
  })

  it('is unknown where the engine failed and shows no new start', async () => {
    world.docker.add('shop')
    world.docker.onChange = () => new Failure('Docker failed.', { code: 'unavailable' })
    const end = await world.act(world.containerRequest('restart', 'shop'))
    expect(end.outcome).toEqual({ kind: 'unknown', reason: 'Docker failed.' })
  })
})

describe('housekeeping', () => {
  it('says what would be freed, asks twice, and is done when it has become less', async () => {
    world.docker.leftovers.images = { count: 7, bytes: 1_200_000_000 }
    const card = await proposed({ kind: 'prune-images' })
    expect(card).toMatchObject({ risk: 'two-taps', effect: expect.stringContaining('1.2 GB in 7 images') })
    const end = await world.act({ kind: 'prune-images' })
    expect(end.outcome).toEqual({ kind: 'fixed', reason: 'Freed 1.2 GB.' })
    expect(end.before).toMatchObject({ text: '1.2 GB in 7 images' })
    expect(world.docker.done).toEqual(['prune images'])
    expect(await world.propose({ kind: 'prune-images' })).toMatchObject({ kind: 'refused' })
  })

  it('is not believed when nothing became less', async () => {
    world.docker.leftovers.images = { count: 1, bytes: 5 }
    world.docker.onChange = () => 'nothing'
    expect((await world.act({ kind: 'prune-images' })).outcome).toEqual({
      kind: 'not-fixed',
      reason: 'Nothing became less.',
    })
  })

  it('vacuums the database, and sees that it was done', async () => {
    await db.pool.query(`insert into setting (key, value) select 'k' || g, '1' from generate_series(1, 2000) g`)
    await db.pool.query(`delete from setting`)
    const end = await world.act({ kind: 'vacuum' })
    expect(end.outcome?.kind).toBe('fixed')
    expect(end.before).toMatchObject({ doneAt: null })
    world.pass(601)
    expect((await world.act({ kind: 'vacuum' })).outcome?.kind).toBe('fixed')
  })

  it('trims its own old rows and nothing younger', async () => {
    const days = (n: number) => new Date(world.clock.now().getTime() - n * 86_400_000)
    for (const [id, age] of [
      [1, 61],
      [2, 61],
      [3, 59],
    ] as const)
      await db.pool.query(
        `insert into telegram_update (update_id, lane, payload, status, received_at) values ($1, 1, '{}', 'done', $2)`,
        [id, days(age)],
      )
    const end = await world.act({ kind: 'trim-data' })
    expect(end.outcome).toEqual({ kind: 'fixed', reason: 'Removed 2 old rows.' })
    expect((await db.pool.query('select update_id as id from telegram_update')).rows).toEqual([{ id: 3 }])
    expect(await world.propose({ kind: 'trim-data' })).toMatchObject({ kind: 'refused' })
  })

  it('calls a backup done only when a newer one was read back whole', async () => {
    let newest: { at: Date; verified: boolean; bytes: number } | null = null
    let verified = false
    const backup = {
      newest: async () => newest,
      make: async () => {
        newest = { at: world.clock.now(), verified, bytes: 1_000 }
      },
    }
    world = createActWorld(db, { backup })
    expect((await world.act({ kind: 'backup' })).outcome?.kind).toBe('not-fixed')
    world.pass(120)
    verified = true
    expect((await world.act({ kind: 'backup' })).outcome).toEqual({
      kind: 'fixed',
      reason: 'It was read back, and is whole.',
    })
    expect((await proposed({ kind: 'backup' })).effect).toMatch(/newest 2 Mar 2026, 11:02, 1 kB\.$/)
  })

  it('that is not there says so', async () => {
    for (const kind of ['backup', 'clear-outputs'] as const)
      expect((await world.propose({ kind })).kind, kind).toBe('refused')
    const run = { kind: 'retry-run' as const, runId: '2f0c1a52-3f7e-4d84-9c1b-0f6f3c1d2e4b' }
    expect((await world.propose(run)).kind).toBe('refused')
  })
})

it('a restart of what is off says that it is off, and starts it', async () => {
  world.docker.add('shop', { state: 'exited', exitCode: 1 })
  const off = await proposed(world.containerRequest('restart', 'shop'))
  expect(off).toMatchObject({ risk: 'safe', effect: 'It is off. It starts with the settings that it was made with.' })
  world.docker.change('shop', { state: 'running' })
  expect((await proposed(world.containerRequest('restart', 'shop'))).effect).toMatch(
    /^It is asked to end, .*starts again/,
  )
})

it('the audit keeps every step, and nobody changes it', async () => {
  world.docker.add('shop')
  await world.act(world.containerRequest('restart', 'shop'))
  expect(await world.audit()).toMatchObject([
    { event: 'proposed', by: 'person', kind: 'restart' },
    { event: 'tapped', by: 'person' },
    { event: 'outcome', by: 'person', reason: 'fixed: Seen steady for 8 s.' },
  ])
  await expect(db.pool.query(`update action_audit set reason = 'no'`)).rejects.toThrow('append-only')
  await expect(inTransaction(db.pool, (tx) => tx.query('delete from action_audit'))).rejects.toThrow('append-only')
})
