import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { IncidentListener } from '../../../ops/incidents/types.ts'
import { findSimilarIncidents } from '../../../src/db/incidents.ts'
import { inTransaction } from '../../../src/db/pool.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { down, finding, MINUTE } from './samples.ts'
import { type Stored, storeIn } from './stored.ts'

const ANA = { id: 1001, name: 'Ana' }
const BEN = { id: 1002, name: 'Ben' }
const NO_SIGNAL = new AbortController().signal

describe('stored incidents', () => {
  let db: TestDatabase
  let world: Stored
  beforeEach(async () => {
    db = await createTestDatabase()
    world = storeIn(db)
  })
  afterEach(() => db.close())
  const rows = async (text: string) => (await db.pool.query(text)).rows
  const messages = () => rows('select payload from outbox order by id')

  it('a change and its message are one: what dies in between has done neither, and the next look does both once', async () => {
    const dies: IncidentListener = async (tx, news) => {
      await world.announce(tx, news)
      throw new Error('killed')
    }
    await expect(world.open().observe(world.seen([down('web')]), dies)).rejects.toThrow('killed')
    expect([
      await messages(),
      await rows('select id from incident'),
      await rows('select id from incident_event'),
    ]).toEqual([[], [], []])
    await world.open().observe(world.seen([down('web')]), world.announce)
    await world.open().observe(world.seen([down('web')]), world.announce)
    expect(await messages()).toHaveLength(1)
    expect(await rows('select status from incident')).toEqual([{ status: 'open' }])
  })

  it('looks that come at once are taken one after the other', async () => {
    const incidents = world.open()
    await Promise.all(
      Array.from({ length: 8 }, () =>
        incidents.observe(world.seen([down('web'), finding('disk', '/')]), world.announce),
      ),
    )
    expect(await messages()).toHaveLength(2)
  })

  it('come back from the database as they went in', async () => {
    const incidents = world.open()
    const web = down('web', { containerId: 'a'.repeat(64), value: 3, since: new Date(world.now().getTime() - MINUTE) })
    await incidents.observe(world.seen([web]), world.announce)
    const [incident] = await incidents.listOpen(db.pool)
    expect(incident).toMatchObject({
      rootKey: 'container:web',
      members: [web],
      nodes: ['container:web'],
      openedAt: new Date(world.now().getTime() - MINUTE),
      notifiedAt: world.now(),
    })
    expect(await incidents.find(db.pool, incident?.id ?? '')).toEqual(incident)
  })

  it('store names with anything in them', async () => {
    const incidents = world.open()
    const findings = [down(`a\u0000b\uD800 ${'x'.repeat(5_000)}'"--`), finding('disk', `/${'ü'.repeat(4_000)}`)]
    await incidents.observe(world.seen(findings), world.announce)
    await incidents.observe(world.seen(findings), world.announce)
    expect(await incidents.listOpen(db.pool)).toHaveLength(2)
    expect(await messages()).toHaveLength(2)
  })

  it('the second of two people who acknowledge at once hears who was first', async () => {
    const incidents = world.open()
    await incidents.observe(world.seen([down('web')]), world.announce)
    const [incident] = await incidents.listOpen(db.pool)
    const acknowledge = (person: typeof ANA) =>
      inTransaction(db.pool, (tx) => incidents.acknowledge(tx, incident?.id ?? '', person))
    const taps = await Promise.all([acknowledge(ANA), acknowledge(BEN)])
    expect(taps.map(({ kind }) => kind).toSorted()).toEqual(['before', 'done'])
    const names = taps.map((tap) => tap.kind !== 'gone' && tap.incident.acknowledgedBy)
    expect(new Set(names).size).toBe(1)
    expect(await inTransaction(db.pool, (tx) => incidents.acknowledge(tx, randomUUID(), ANA))).toEqual({ kind: 'gone' })
  })

  it('a newer snooze takes the place of an older one, and what was lifted is lifted once', async () => {
    const incidents = world.open()
    await incidents.observe(world.seen([down('web')]), world.announce)
    const [incident] = await incidents.listOpen(db.pool)
    for (const hours of [1, 8])
      await inTransaction(db.pool, (tx) => incidents.snooze(tx, incident?.id ?? '', ANA, hours))
    const [mute, ...others] = await incidents.listMutes(db.pool)
    expect([mute?.until, others]).toEqual([new Date(world.now().getTime() + 8 * 60 * MINUTE), []])
    const lift = () => inTransaction(db.pool, (tx) => incidents.lift(tx, mute?.id ?? 0, BEN))
    expect(await lift()).toMatchObject({ kind: 'snooze', createdByName: 'Ana' })
    expect(await lift()).toBeNull()
    world.pass(9 * 60 * MINUTE)
    expect(await incidents.listMutes(db.pool)).toEqual([])
  })

  it('a mute silences all that is wrong with it now, and nothing else', async () => {
    const incidents = world.open()
    const web = [down('web'), finding('container-restarts', 'web')]
    await incidents.observe(
      { ...world.seen([...web, down('db')]), dependsOn: new Map([['web', ['db']]]) },
      world.announce,
    )
    const [incident] = await incidents.listOpen(db.pool)
    const mute = () => inTransaction(db.pool, (tx) => incidents.mute(tx, incident?.id ?? '', ANA))
    expect(await mute()).toMatchObject({ kind: 'done', incident: { status: 'open', members: web } })
    expect(await mute()).toMatchObject({ kind: 'done', incident: { status: 'resolved', ending: 'muted' } })
    expect(await mute()).toMatchObject({ kind: 'before' })
    expect((await incidents.listMutes(db.pool)).map(({ rule, subject }) => `${rule} ${subject}`)).toEqual([
      'container-down db',
      'container-down web',
    ])
    await incidents.observe(world.seen([...web, down('db'), finding('container-oom', 'web')]), world.announce)
    expect((await incidents.listOpen(db.pool)).flatMap(({ members }) => members.map(({ rule }) => rule))).toEqual([
      'container-oom',
    ])
  })

  it('the same lines are ignored once', async () => {
    const incidents = world.open()
    const ignore = () =>
      inTransaction(db.pool, (tx) => incidents.ignore(tx, { container: 'web', pattern: 'slow * query' }, ANA))
    expect([await ignore(), await ignore()]).toEqual(['ignored', 'known'])
    expect(await incidents.listMutes(db.pool)).toMatchObject([
      { kind: 'ignore', subject: 'web', pattern: 'slow * query' },
    ])
  })

  it('a diagnosis is stored with its vector, told by an edit, and found again when it is over', async () => {
    const incidents = world.open()
    await incidents.observe(world.seen([down('web')]), world.announce)
    const [incident] = await incidents.listUndiagnosed(db.pool)
    const told: string[] = []
    const listen: IncidentListener = async (_, news) => {
      if (news.kind !== 'digest' && news.kind !== 'merged') told.push(`${news.kind} by ${news.tell}`)
      return () => undefined
    }
    const asked = [
      incidents.diagnose(incident?.id ?? '', listen, NO_SIGNAL),
      incidents.diagnose(incident?.id ?? '', listen, NO_SIGNAL),
    ]
    await Promise.all(asked)
    expect([told, world.explained]).toEqual([['changed by edit'], ['rules']])
    expect(await incidents.listUndiagnosed(db.pool)).toEqual([])
    for (const minutes of [1, 2]) {
      world.pass(minutes * MINUTE)
      await incidents.observe(world.seen([]), world.announce)
    }
    const wish = { vector: [1, ...Array.from({ length: 767 }, () => 0)], except: null, maxDistance: 0.5, limit: 3 }
    expect(await findSimilarIncidents(db.pool, { ...wish, model: 'local-test' })).toMatchObject([
      { id: incident?.id, distance: 0 },
    ])
    expect(await findSimilarIncidents(db.pool, { ...wish, model: 'another' })).toEqual([])
  })

  it('all that is muted of one thing is lifted at once, and what does not stay up is muted by one word', async () => {
    const incidents = world.open()
    await incidents.observe(world.seen([down('web'), finding('container-oom', 'web')]), world.announce)
    const [incident] = await incidents.listOpen(db.pool)
    await inTransaction(db.pool, (tx) => incidents.mute(tx, incident?.id ?? '', ANA))
    for (const rule of ['container-died', 'container-loop', 'container-restarts'] as const)
      await incidents.observe(world.seen([finding(rule, 'web')]), world.announce)
    expect(await incidents.listOpen(db.pool)).toEqual([])
    const mutes = await incidents.listMutes(db.pool)
    expect(mutes.map(({ rule }) => rule)).toEqual(['container-down', 'container-oom'])
    await inTransaction(db.pool, (tx) => incidents.lift(tx, mutes[1]?.id ?? 0, ANA))
    expect(await incidents.listMutes(db.pool)).toEqual([])
  })

  it('what somebody stopped or removed is stored as that', async () => {
    const incidents = world.open()
    await incidents.observe(world.seen([down('web'), down('db')]), world.announce)
    await incidents.observe({ ...world.seen([]), removed: ['web'], stopped: ['db'] }, world.announce)
    world.pass(MINUTE)
    await incidents.observe({ ...world.seen([]), stopped: ['db'] }, world.announce)
    const past = await incidents.listPast(db.pool, 5)
    expect(new Map(past.map(({ subject, ending }) => [subject, ending]))).toEqual(
      new Map([
        ['web', 'removed'],
        ['db', 'stopped'],
      ]),
    )
  })

  it('what was over a year ago is forgotten, with its events', async () => {
    const incidents = world.open()
    await incidents.observe(world.seen([down('web')]), world.announce)
    for (const minutes of [1, 2]) {
      world.pass(minutes * MINUTE)
      await incidents.observe(world.seen([]), world.announce)
    }
    await incidents.prune()
    expect(await incidents.listPast(db.pool, 5)).toHaveLength(1)
    world.pass(366 * 24 * 60 * MINUTE)
    await incidents.prune()
    expect(await rows('select id from incident_event')).toEqual([])
  })
})
