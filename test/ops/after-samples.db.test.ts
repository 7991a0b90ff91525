import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createActions } from '../../ops/actions/index.ts'
import { type ActWorld, createActWorld } from '../support/act-world.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

let db: TestDatabase
let world: ActWorld
beforeEach(async () => {
  db = await createTestDatabase()
  world = createActWorld(db)
})
afterEach(() => db.close())

const takeSamples = async (actions = world.actions) => {
  const told: { kind: string | undefined; overturned: boolean }[] = []
  const report = async (_tx: unknown, settled: { outcome: { kind: string } | null }, overturned: boolean) => {
    told.push({ kind: settled.outcome?.kind, overturned })
    return () => undefined
  }
  await actions.takeSamples(report, world.never)
  return told
}

describe('what was called fixed', () => {
  beforeEach(() => {
    world.docker.add('shop')
  })
  const crash = () =>
    world.docker.change('shop', { state: 'running', restarts: 1, startedAt: world.clock.now(), exitCode: 1 })

  it('is looked at again after 30 s and 5 min, by whichever process lives then', async () => {
    const { id } = await world.act(world.containerRequest('restart', 'shop'))
    expect(await takeSamples()).toEqual([])
    world.pass(31)
    expect(await takeSamples(world.open())).toEqual([{ kind: 'fixed', overturned: false }])
    expect(await takeSamples()).toEqual([])
    world.pass(280)
    expect(await takeSamples(world.open())).toHaveLength(1)
    const samples = await world.actions.listSamples(db.pool, id)
    expect(samples.map(({ delayS }) => delayS)).toEqual([30, 300])
    expect((await world.audit()).filter(({ event }) => event === 'after-sample')).toMatchObject([
      { reason: 'After 31 s: it holds.', by: 'bot' },
      { reason: 'After 5 min: it holds.' },
    ])
  })

  it('is not fixed after all when it fell over meanwhile', async () => {
    const end = await world.act(world.containerRequest('restart', 'shop'))
    expect(end.outcome?.kind).toBe('fixed')
    world.pass(20)
    crash()
    world.pass(15)
    expect(await takeSamples(world.open())).toEqual([{ kind: 'not-fixed', overturned: true }])
    const { outcome } = await world.read(end.id)
    expect(outcome).toEqual({ kind: 'not-fixed', reason: 'After 35 s: It was restarted once more since.' })
    expect((await world.audit()).at(-1)).toMatchObject({ event: 'after-sample', reason: outcome?.reason })
    world.pass(300)
    expect(await takeSamples()).toEqual([{ kind: 'not-fixed', overturned: false }])
  })

  it('a loop too slow for the first look is found by the second, and watched for longer the next time', async () => {
    const first = await world.act(world.containerRequest('restart', 'shop'))
    expect(first.outcome).toEqual({ kind: 'fixed', reason: 'Seen steady for 8 s.' })
    world.pass(30)
    crash()
    await takeSamples()
    world.pass(600)
    world.docker.change('shop', { restarts: 0, startedAt: new Date('2026-01-01T00:00:00Z') })
    for (const second of [12, 24, 36]) world.later(second, crash)
    const again = await world.act(world.containerRequest('restart', 'shop'))
    expect(again.outcome?.kind).not.toBe('fixed')
  })

  it('is left alone once somebody has done something else with it', async () => {
    await world.act(world.containerRequest('restart', 'shop'))
    world.pass(15)
    const stop = await world.act(world.containerRequest('stop', 'shop'))
    world.pass(60)
    expect(await takeSamples()).toEqual([{ kind: 'fixed', overturned: false }])
    expect((await world.read(stop.id)).outcome?.kind).toBe('fixed')
    const { rows } = await db.pool.query('select count(*) as n from action_after_sample where taken_at is null')
    expect(rows).toEqual([{ n: 1 }])
  })

  it('is not overturned by a person who stopped it on the machine, and is not looked at any more', async () => {
    await world.act(world.containerRequest('restart', 'shop'))
    world.pass(31)
    const stopped: string[] = []
    const actions = createActions({ ...world.hands, wasStopped: ({ id }) => stopped.includes(id) })
    world.docker.change('shop', { state: 'exited', exitCode: 143, finishedAt: world.clock.now() })
    stopped.push(world.docker.get('shop').id)
    expect(await takeSamples(actions)).toEqual([{ kind: 'fixed', overturned: false }])
    expect((await world.audit()).at(-1)).toMatchObject({ reason: 'After 31 s: somebody has stopped it since.' })
    world.pass(600)
    expect(await takeSamples(actions)).toEqual([])
  })

  it('waits for an engine that is away, and gives up after ten minutes', async () => {
    await world.act(world.containerRequest('restart', 'shop'))
    world.pass(31)
    const away = { kind: 'absent' as const, reason: 'away' }
    const blind = createActions({ ...world.hands, findDocker: async () => away })
    expect(await takeSamples(blind)).toEqual([])
    world.pass(1000)
    expect(await takeSamples(blind)).toEqual([{ kind: 'fixed', overturned: false }])
    expect((await world.audit()).at(-1)?.reason).toContain('could not be looked at')
  })
})
