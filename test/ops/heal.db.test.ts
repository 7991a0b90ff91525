import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { POLICY } from '../../ops/heal/policy.ts'
import { insertMute } from '../../src/db/mutes.ts'
import { inTransaction } from '../../src/db/pool.ts'
import { ANA } from '../support/act-world.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { createHealWorld, type HealWorld } from '../support/heal-world.ts'

let db: TestDatabase
let world: HealWorld
beforeEach(async () => {
  db = await createTestDatabase()
  world = createHealWorld(db)
})
afterEach(() => db.close())

/** Dies whenever it is looked at, for so many minutes. */
const keepDying = async (name: string, minutes: number) => {
  for (let minute = 0; minute < minutes; minute++) {
    world.die(name)
    await world.see([world.finding('container-died', name, 60)])
    world.pass(60)
  }
}

describe('healing', () => {
  beforeEach(() => {
    world.docker.add('shop')
  })

  it('is off until an owner turns it on, and says who that was', async () => {
    await keepDying('shop', 3)
    expect(world.docker.done).toEqual([])
    await world.turn(true)
    expect((await world.status()).setting).toMatchObject({ on: true, by: 'Ana' })
    expect((await world.audit()).at(-1)).toMatchObject({ event: 'policy', reason: 'healing turned on', by: 'person' })
    await keepDying('shop', 1)
    expect(world.docker.done).toEqual(['restart shop'])
    await world.turn(false)
    await keepDying('shop', 30)
    expect(world.docker.done).toEqual(['restart shop'])
  })

  it('restarts what is dead for half a minute, and what is unhealthy, by the same steps as a tap', async () => {
    await world.turn(true)
    world.die('shop')
    await world.see([world.finding('container-died', 'shop', 29)])
    expect(world.docker.done).toEqual([])
    await world.see([world.finding('container-died', 'shop', 31)])
    expect(world.docker.done).toEqual(['restart shop'])
    expect(world.news).toMatchObject([
      { kind: 'begun', attempt: 1, proposal: { containerName: 'shop', chatId: ANA.chatId } },
    ])
    expect((await world.audit()).slice(1)).toMatchObject([
      { event: 'proposed', by: 'healing' },
      { event: 'tapped', by: 'healing' },
      { event: 'outcome', by: 'healing', reason: expect.stringContaining('fixed: Seen steady') },
    ])
    world.docker.add('sick', { health: 'unhealthy' })
    world.docker.onChange = (_what, name) => {
      world.docker.change(name, { health: 'healthy' })
      return 'as usual'
    }
    await world.see([world.finding('container-unhealthy', 'sick', 60)])
    expect(world.docker.done).toEqual(['restart shop', 'restart sick'])
  })

  it('waits longer each time, stops after the third within an hour, and calls once for a person', async () => {
    await world.turn(true)
    const at: number[] = []
    world.docker.onChange = () => {
      at.push(world.clock.now().getTime() / 1000)
      return 'as usual'
    }
    await keepDying('shop', 55)
    expect(at).toHaveLength(3)
    const [first = 0, second = 0, third = 0] = at
    expect(second - first).toBeGreaterThanOrEqual(120)
    expect(third - second).toBeGreaterThanOrEqual(480)
    expect(world.kinds()).toEqual(['begun', 'begun', 'begun', 'call'])
    expect((await world.status()).calls).toMatchObject([{ containerName: 'shop' }])
    await keepDying('shop', 120)
    expect(world.kinds().filter((kind) => kind === 'call')).toHaveLength(1)
    expect(world.docker.done).toHaveLength(3)
  })

  it('forgets nothing of that over a restart of the bot', async () => {
    await world.turn(true)
    for (let minute = 0; minute < 55; minute++) {
      world.reopen()
      world.die('shop')
      await world.see([world.finding('container-died', 'shop', 60)])
      world.pass(60)
    }
    expect(world.kinds()).toEqual(['begun', 'begun', 'begun', 'call'])
  })

  it('begins anew once a person has done something about it, or it was well for an hour', async () => {
    await world.turn(true)
    await keepDying('shop', 30)
    expect(world.kinds().at(-1)).toBe('call')
    await world.act(world.containerRequest('restart', 'shop'))
    world.pass(3600)
    await keepDying('shop', 1)
    expect(world.docker.done).toHaveLength(5)
    await keepDying('shop', 30)
    expect(world.kinds().at(-1)).toBe('call')
    world.docker.change('shop', { state: 'running' })
    for (let minute = 0; minute <= 61; minute++) {
      await world.see([])
      world.pass(60)
    }
    expect((await world.status()).calls).toEqual([])
    await keepDying('shop', 1)
    expect(world.kinds().at(-1)).toBe('begun')
  })

  it('stops altogether after six within an hour, says so once, and goes on only when told to', async () => {
    await world.turn(true)
    const names = Array.from({ length: 9 }, (_, n) => `app${n}`)
    for (const name of names) world.docker.add(name)
    for (const name of names) world.die(name)
    // What was seen two minutes ago is not acted on: the rest waits for the next look.
    await world.see(names.map((name) => world.finding('container-died', name, 60)))
    await world.see(names.slice(5).map((name) => world.finding('container-died', name, 60)))
    expect(world.docker.done).toHaveLength(POLICY.overall)
    expect(world.kinds().filter((kind) => kind === 'halted')).toHaveLength(1)
    world.reopen()
    world.pass(7200)
    await world.see(names.slice(6).map((name) => world.finding('container-died', name, 60)))
    expect(world.docker.done).toHaveLength(POLICY.overall)
    expect(world.kinds().filter((kind) => kind === 'halted')).toHaveLength(1)
    await world.turn(true)
    await world.see(names.slice(6).map((name) => world.finding('container-died', name, 60)))
    expect(world.docker.done).toHaveLength(9)
  })

  it('never calls a crash loop fixed, and does not restart what is restarted all the time', async () => {
    await world.turn(true)
    world.docker.change('shop', { state: 'restarting', restarts: 9, exitCode: 1 })
    await world.see([world.finding('container-died', 'shop', 60), world.finding('container-restarts', 'shop', 60)])
    await world.see([world.finding('container-died', 'shop', 60), world.finding('container-loop', 'shop', 60)])
    expect(world.docker.done).toEqual([])
    expect(world.kinds()).toEqual(['call'])
    world.docker.add('late')
    for (const second of [5, 10, 15, 20, 25, 30, 35, 40, 45])
      world.later(second, () => world.docker.change('late', { startedAt: world.clock.now(), restarts: second }))
    world.die('late')
    await world.see([world.finding('container-died', 'late', 60)])
    expect((await world.audit()).at(-1)).toMatchObject({
      event: 'outcome',
      reason: expect.stringMatching(/^not-fixed/),
    })
  })

  it('restarts what lies down after three ends, as nobody else does; a database that comes back gets its time', async () => {
    await world.turn(true)
    world.docker.add('db')
    const sick = (name: string) => [
      world.finding('container-died', name, 60),
      world.finding('container-loop', name, 60),
    ]
    world.die('db')
    world.docker.change('shop', { state: 'restarting', restarts: 7, exitCode: 1 })
    await world.see([...sick('shop'), world.finding('container-died', 'db', 60)], { shop: ['db'] })
    expect(world.docker.done).toEqual(['restart db'])
    await world.see(sick('shop'), { shop: ['db'] })
    world.docker.change('shop', { state: 'exited', restarts: 0 })
    await world.see(sick('shop'), { shop: ['db'] })
    expect(world.docker.done).toEqual(['restart db', 'restart shop'])
    await world.see(sick('shop'), { shop: ['db'] })
    expect(world.kinds()).toEqual(['begun', 'begun'])
  })

  const later = new Date('2027-01-01T00:00:00Z')
  it.each([
    ['muted', { kind: 'mute', rule: 'container-died' }, 3],
    ['snoozed', { kind: 'snooze', rootKey: 'container:shop', severity: 'critical', until: later }, 3],
    ['muted for something else', { kind: 'mute', rule: 'container-unhealthy' }, 0],
  ] as const)('what is %s is healed, and nobody is told beyond that', async (_how, mute, silent) => {
    await world.turn(true)
    const row = { rootKey: null, rule: null, subject: 'shop', severity: null, pattern: null, until: null, ...mute }
    const createdBy = { id: 1001, name: 'Ana' }
    await inTransaction(db.pool, (tx) => insertMute(tx, { ...row, createdAt: world.clock.now(), createdBy }))
    await keepDying('shop', 55)
    expect(world.docker.done).toHaveLength(3)
    expect(world.kinds()).toEqual(silent ? [] : ['begun', 'begun', 'begun', 'call'])
    expect((await world.status()).calls).toHaveLength(1)
    const { rows } = await db.pool.query('select id from action_proposal where chat_id is null')
    expect(rows).toHaveLength(silent)
  })

  it('leaves alone what a person has stopped, and gives way to what a person does', async () => {
    await world.turn(true)
    await world.act(world.containerRequest('stop', 'shop'))
    world.pass(3600)
    await world.see([world.finding('container-down', 'shop', 3600)])
    expect(world.docker.done).toEqual(['stop shop'])
    // Started since by somebody on the machine: then it is wanted again.
    world.docker.change('shop', { state: 'exited', exitCode: 1, startedAt: world.clock.now() })
    await world.see([world.finding('container-died', 'shop', 60)])
    expect(world.docker.done).toEqual(['stop shop', 'restart shop'])

    world.docker.add('web')
    await world.act(world.containerRequest('restart', 'web'))
    world.die('web')
    await world.see([world.finding('container-died', 'web', 60)])
    expect(world.docker.done.filter((one) => one === 'restart web')).toHaveLength(1)
    world.pass(POLICY.giveWayMs / 1000)
    await world.see([world.finding('container-died', 'web', 60)])
    expect(world.docker.done.filter((one) => one === 'restart web')).toHaveLength(2)
  })

  it('does not work on a container at the same time as a person', async () => {
    await world.turn(true)
    const proposed = await world.propose(world.containerRequest('stop', 'shop'))
    if (proposed.kind !== 'proposed') throw new Error(proposed.reason)
    await world.claim(proposed.proposal.id)
    await db.pool.query(`update action_proposal set claimed_at = claimed_at - interval '1 day', kind = 'restart'`)
    world.die('shop')
    await world.see([world.finding('container-died', 'shop', 60)])
    expect(world.docker.done).toEqual([])
    expect(world.news).toEqual([])
  })

  it('touches only what is managed, not protected, not left out, and still in trouble', async () => {
    await world.turn(true)
    const managed = { 'nexus.managed': 'true' }
    world.docker.add('foreign', { labels: {}, state: 'exited', exitCode: 1 })
    world.docker.add('vault', { labels: { ...managed, 'nexus.protected': 'true' }, state: 'exited', exitCode: 1 })
    world.docker.add('out', { labels: { ...managed, 'nexus.heal': 'false' }, state: 'exited', exitCode: 1 })
    world.docker.add('again')
    const names = ['foreign', 'vault', 'out', 'again', 'shop']
    world.die('shop')
    const { id } = world.docker.get('shop')
    const findings = names.map((name) => world.finding('container-died', name, 60))
    world.docker.remove('shop')
    world.docker.add('shop', { state: 'exited', exitCode: 1 })
    expect(world.docker.get('shop').id).not.toBe(id)
    await world.see(findings)
    expect(world.docker.done).toEqual([])
    expect(world.news).toEqual([])
  })

  it('heals first what others hang on', async () => {
    await world.turn(true)
    world.docker.add('db')
    for (const name of ['db', 'shop']) world.die(name)
    const findings = [world.finding('container-died', 'shop', 60), world.finding('container-died', 'db', 60)]
    await world.see(findings, { shop: ['db'] })
    expect(world.docker.done).toEqual(['restart db'])
  })
})
