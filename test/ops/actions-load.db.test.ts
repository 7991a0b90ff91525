import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Finding } from '../../ops/rules.ts'
import { insertSample } from '../../src/db/samples.ts'
import { type ActWorld, createActWorld } from '../support/act-world.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

const LABELS = { 'nexus.managed': 'true', 'nexus.cpu-percent': '80' }
const MB = 1_000_000

let db: TestDatabase
let world: ActWorld
beforeEach(async () => {
  db = await createTestDatabase()
  world = createActWorld(db)
  world.docker.add('shop', { labels: LABELS })
})
afterEach(() => db.close())

/** As the monitor has stored it in the minute before. */
const note = async (rule: Finding['rule'], value: number) => {
  const found = {
    ...{ rule, value, severity: 'warning', subject: 'shop', words: 'Container {} takes much' },
    ...{ since: world.clock.now(), containerId: world.docker.get('shop').id },
  }
  const none = { cpuPercent: null, load1: null, memoryPercent: null, swapPercent: null, temperatureC: null }
  const rest = { ...none, receivedPerSecond: null, sentPerSecond: null, disks: {}, containers: {} }
  await insertSample(db.pool, { ...rest, minute: world.clock.now(), findings: [found] })
}
const restart = () => world.act(world.containerRequest('restart', 'shop'))
const lookLater = async () => {
  const reasons: (string | undefined)[] = []
  const report = async (_tx: unknown, settled: { outcome: { reason: string } | null }, overturned: boolean) => {
    if (overturned) reasons.push(settled.outcome?.reason)
    return () => undefined
  }
  await world.actions.takeSamples(report, world.never)
  return reasons
}

describe('a container that took too much processor', () => {
  beforeEach(() => note('container-cpu', 95))

  it('is not fixed when it takes as much again, and the end is known within a minute', async () => {
    world.docker.takes('shop', { cpuPercent: 94 })
    const began = world.clock.now()
    const { outcome, before, after } = await restart()
    expect(outcome).toEqual({
      kind: 'not-fixed',
      reason: 'It runs, but takes as much processor as before: 95 % → 94 %.',
    })
    expect(before).toMatchObject({ load: [{ rule: 'container-cpu', percent: 95 }] })
    expect(after).toMatchObject({ state: 'running', load: [{ rule: 'container-cpu', percent: 94 }] })
    expect(world.clock.now().getTime() - began.getTime()).toBeLessThanOrEqual(48_000)
  })

  it('is fixed when it takes less, and the figures say so', async () => {
    world.docker.takes('shop', { cpuPercent: 2 })
    expect((await restart()).outcome).toEqual({
      kind: 'fixed',
      reason: 'Seen steady for 8 s. It takes less: processor 95 % → 2 %.',
    })
  })

  it('may be at hard work for a while after its start', async () => {
    world.docker.takes('shop', { cpuPercent: 100 })
    world.later(30, () => world.docker.takes('shop', { cpuPercent: 5 }))
    expect((await restart()).outcome).toMatchObject({ kind: 'fixed', reason: expect.stringContaining('95 % → 5 %') })
  })

  it('is not fixed when it takes less, and still more than its label allows', async () => {
    world.docker.takes('shop', { cpuPercent: 81 })
    expect((await restart()).outcome?.reason).toBe('It runs, but still takes too much processor: 95 % → 81 %.')
  })

  it('is unknown when its figures cannot be read', async () => {
    world.docker.takes('shop', null)
    expect((await restart()).outcome).toEqual({
      kind: 'unknown',
      reason: 'It runs, but how much it takes cannot be read.',
    })
  })

  it('is not called better because it fell over while it was measured', async () => {
    world.docker.takes('shop', { cpuPercent: 90 })
    world.later(9, () => {
      world.docker.takes('shop', { cpuPercent: 0 })
      world.docker.change('shop', { restarts: 1, startedAt: world.clock.now() })
    })
    expect((await restart()).outcome).toEqual({ kind: 'not-fixed', reason: 'It was restarted once more since.' })
  })

  it('is not fixed after all when it takes as much again later', async () => {
    world.docker.takes('shop', { cpuPercent: 2 })
    const { id } = await restart()
    world.docker.takes('shop', { cpuPercent: 97 })
    world.pass(31)
    expect(await lookLater()).toEqual([
      expect.stringMatching(/^After .*: It takes as much processor as before: 95 % → 97 %/),
    ])
    expect((await world.read(id)).outcome?.kind).toBe('not-fixed')
  })

  it('is looked at again until its figures can be read', async () => {
    world.docker.takes('shop', { cpuPercent: 2 })
    const { id } = await restart()
    world.docker.takes('shop', null)
    world.pass(31)
    expect(await lookLater()).toEqual([])
    const taken = async () => (await world.actions.listSamples(db.pool, id)).filter(({ takenAt }) => takenAt !== null)
    expect(await taken()).toEqual([])
    world.docker.takes('shop', { cpuPercent: 3 })
    expect(await lookLater()).toEqual([])
    expect(await taken()).toMatchObject([{ seen: { load: [{ rule: 'container-cpu', percent: 3 }] } }])
  })
})

describe('a container that was at its limit of memory', () => {
  beforeEach(() => note('container-memory', 93))

  it('is not fixed when it is there again', async () => {
    world.docker.takes('shop', { cpuPercent: 1, memoryBytes: 92 * MB, memoryLimitBytes: 100 * MB })
    expect((await restart()).outcome).toEqual({
      kind: 'not-fixed',
      reason: 'It runs, but takes as much memory as before: 93 % → 92 %.',
    })
  })

  it('is fixed when it takes less', async () => {
    world.docker.takes('shop', { cpuPercent: 1, memoryBytes: 40 * MB, memoryLimitBytes: 100 * MB })
    expect((await restart()).outcome?.reason).toContain('It takes less: memory 93 % → 40 %.')
  })
})

describe('what was told in an alert counts, also before the next sample', () => {
  it('so that the figure is read', async () => {
    const { id: containerId } = world.docker.get('shop')
    const member = { rule: 'container-cpu', value: 95, severity: 'warning', subject: 'shop', words: '{}', containerId }
    const members = JSON.stringify([{ ...member, since: world.clock.now() }])
    await db.pool.query(
      `insert into incident (id, root_key, root_rule, subject, container_id, severity, status, opened_at, occasion, nodes, members)
       values (gen_random_uuid(), 'load:shop', 'container-cpu', 'shop', $1, 'warning', 'open', $2, 'opened', '[]', $3::jsonb)`,
      [containerId, world.clock.now(), members],
    )
    world.docker.takes('shop', { cpuPercent: 94 })
    expect((await restart()).outcome?.reason).toContain('95 % → 94 %')
  })
})

describe('a container that took nothing much before', () => {
  it('is fixed without its figures being read, also when it is at hard work then', async () => {
    world.docker.takes('shop', { cpuPercent: 100 })
    expect((await restart()).outcome).toEqual({ kind: 'fixed', reason: 'Seen steady for 8 s.' })
    world.pass(31)
    await lookLater()
    expect(world.docker.samples).toBe(0)
  })

  it('nor is what was stopped measured, or what takes much when it is stopped', async () => {
    await note('container-cpu', 95)
    world.docker.takes('shop', { cpuPercent: 95 })
    expect((await world.act(world.containerRequest('stop', 'shop'))).outcome?.kind).toBe('fixed')
    world.pass(15)
    expect((await world.act(world.containerRequest('start', 'shop'))).outcome?.kind).toBe('fixed')
    expect(world.docker.samples).toBe(0)
  })
})
