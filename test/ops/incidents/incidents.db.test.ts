import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createIncidents } from '../../../ops/incidents/index.ts'
import type { IncidentListener } from '../../../ops/incidents/types.ts'
import type { Finding } from '../../../ops/rules.ts'
import { findSimilarIncidents } from '../../../src/db/incidents.ts'
import { inTransaction } from '../../../src/db/pool.ts'
import { queueMessage } from '../../../src/messaging/outbox.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { createTestLog } from '../../support/log.ts'
import { SOME_DIAGNOSIS as DIAGNOSIS, down, finding, MINUTE, NOON } from './samples.ts'

const ANA = { id: 1001, name: 'Ana' }
const BEN = { id: 1002, name: 'Ben' }
const NO_SIGNAL = new AbortController().signal

describe('stored incidents', () => {
  let db: TestDatabase
  let at = NOON.getTime()
  let diagnoses: string[] = []
  beforeEach(async () => {
    db = await createTestDatabase()
    at = NOON.getTime()
    diagnoses = []
  })
  afterEach(() => db.close())

  const open = () => {
    const byRules = async () => {
      diagnoses.push('rules')
      return DIAGNOSIS
    }
    return createIncidents({
      db,
      log: createTestLog().log,
      clock: { now: () => new Date(at) },
      timeZone: 'Europe/Madrid',
      quietHours: null,
      diagnosis: { byRules, byModel: async () => null },
      embed: async () => ({ vector: [1, ...Array.from({ length: 767 }, () => 0)], model: 'local-test' }),
      findDocker: async () => ({ kind: 'absent', reason: 'not here' }),
      redact: (text) => text,
      budget: { dailyUsd: 5 },
    })
  }
  const seen = (findings: readonly Finding[]) => ({ at: new Date(at), findings, dependsOn: new Map() })
  const announce: IncidentListener = async (tx, news) => {
    if (news.kind !== 'digest' && news.kind !== 'merged' && news.tell === 'message')
      await queueMessage(tx, { chatId: 1, content: { kind: 'text', html: news.kind } })
    return () => undefined
  }
  const rows = async (text: string) => (await db.pool.query(text)).rows
  const messages = () => rows('select payload from outbox order by id')

  it('a change and its message are one: what dies in between has done neither, and the next look does both once', async () => {
    const dies: IncidentListener = async (tx, news) => {
      await announce(tx, news)
      throw new Error('killed')
    }
    await expect(open().observe(seen([down('web')]), dies)).rejects.toThrow('killed')
    expect([
      await messages(),
      await rows('select id from incident'),
      await rows('select id from incident_event'),
    ]).toEqual([[], [], []])
    await open().observe(seen([down('web')]), announce)
    await open().observe(seen([down('web')]), announce)
    expect(await messages()).toHaveLength(1)
    expect(await rows('select status from incident')).toEqual([{ status: 'open' }])
  })

  it('looks that come at once are taken one after the other', async () => {
    const incidents = open()
    await Promise.all(
      Array.from({ length: 8 }, () => incidents.observe(seen([down('web'), finding('disk', '/')]), announce)),
    )
    expect(await messages()).toHaveLength(2)
  })

  it('come back from the database as they went in', async () => {
    const incidents = open()
    const web = down('web', { containerId: 'a'.repeat(64), value: 3, since: new Date(at - MINUTE) })
    await incidents.observe(seen([web]), announce)
    const [incident] = await incidents.listOpen(db.pool)
    expect(incident).toMatchObject({
      rootKey: 'container:web',
      members: [web],
      nodes: ['container:web'],
      openedAt: new Date(at - MINUTE),
      notifiedAt: new Date(at),
    })
    expect(await incidents.find(db.pool, incident?.id ?? '')).toEqual(incident)
  })

  it('store names with anything in them', async () => {
    const incidents = open()
    const findings = [down(`a\u0000b\uD800 ${'x'.repeat(5_000)}'"--`), finding('disk', `/${'ü'.repeat(4_000)}`)]
    await incidents.observe(seen(findings), announce)
    await incidents.observe(seen(findings), announce)
    expect(await incidents.listOpen(db.pool)).toHaveLength(2)
    expect(await messages()).toHaveLength(2)
  })

  it('the second of two people who acknowledge at once hears who was first', async () => {
    const incidents = open()
    await incidents.observe(seen([down('web')]), announce)
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
    const incidents = open()
    await incidents.observe(seen([down('web')]), announce)
    const [incident] = await incidents.listOpen(db.pool)
    for (const hours of [1, 8])
      await inTransaction(db.pool, (tx) => incidents.snooze(tx, incident?.id ?? '', ANA, hours))
    const [mute, ...others] = await incidents.listMutes(db.pool)
    expect([mute?.until, others]).toEqual([new Date(at + 8 * 60 * MINUTE), []])
    const lift = () => inTransaction(db.pool, (tx) => incidents.lift(tx, mute?.id ?? 0, BEN))
    expect(await lift()).toMatchObject({ kind: 'snooze', createdByName: 'Ana' })
    expect(await lift()).toBeNull()
    at += 9 * 60 * MINUTE
    expect(await incidents.listMutes(db.pool)).toEqual([])
  })

  it('a mute silences all that is wrong with it now, and nothing else', async () => {
    const incidents = open()
    const web = [down('web'), finding('container-restarts', 'web')]
    await incidents.observe({ ...seen([...web, down('db')]), dependsOn: new Map([['web', ['db']]]) }, announce)
    const [incident] = await incidents.listOpen(db.pool)
    const mute = () => inTransaction(db.pool, (tx) => incidents.mute(tx, incident?.id ?? '', ANA))
    expect(await mute()).toMatchObject({ kind: 'done', incident: { status: 'open', members: web } })
    expect(await mute()).toMatchObject({ kind: 'done', incident: { status: 'resolved', ending: 'muted' } })
    expect(await mute()).toMatchObject({ kind: 'before' })
    expect((await incidents.listMutes(db.pool)).map(({ rule, subject }) => `${rule} ${subject}`)).toEqual([
      'container-down db',
      'container-down web',
    ])
    await incidents.observe(seen([...web, down('db'), finding('container-oom', 'web')]), announce)
    expect((await incidents.listOpen(db.pool)).flatMap(({ members }) => members.map(({ rule }) => rule))).toEqual([
      'container-oom',
    ])
  })

  it('the same lines are ignored once', async () => {
    const incidents = open()
    const ignore = () =>
      inTransaction(db.pool, (tx) => incidents.ignore(tx, { container: 'web', pattern: 'slow * query' }, ANA))
    expect([await ignore(), await ignore()]).toEqual(['ignored', 'known'])
    expect(await incidents.listMutes(db.pool)).toMatchObject([
      { kind: 'ignore', subject: 'web', pattern: 'slow * query' },
    ])
  })

  it('a diagnosis is stored with its vector, told by an edit, and found again when it is over', async () => {
    const incidents = open()
    await incidents.observe(seen([down('web')]), announce)
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
    expect([told, diagnoses]).toEqual([['changed by edit'], ['rules']])
    expect(await incidents.listUndiagnosed(db.pool)).toEqual([])
    for (const minutes of [1, 2]) {
      at += minutes * MINUTE
      await incidents.observe(seen([]), announce)
    }
    const wish = { vector: [1, ...Array.from({ length: 767 }, () => 0)], except: null, maxDistance: 0.5, limit: 3 }
    expect(await findSimilarIncidents(db.pool, { ...wish, model: 'local-test' })).toMatchObject([
      { id: incident?.id, distance: 0 },
    ])
    expect(await findSimilarIncidents(db.pool, { ...wish, model: 'another' })).toEqual([])
  })

  it('all that is muted of one thing is lifted at once, and what does not stay up is muted by one word', async () => {
    const incidents = open()
    await incidents.observe(seen([down('web'), finding('container-oom', 'web')]), announce)
    const [incident] = await incidents.listOpen(db.pool)
    await inTransaction(db.pool, (tx) => incidents.mute(tx, incident?.id ?? '', ANA))
    for (const rule of ['container-died', 'container-loop', 'container-restarts'] as const)
      await incidents.observe(seen([finding(rule, 'web')]), announce)
    expect(await incidents.listOpen(db.pool)).toEqual([])
    const mutes = await incidents.listMutes(db.pool)
    expect(mutes.map(({ rule }) => rule)).toEqual(['container-down', 'container-oom'])
    await inTransaction(db.pool, (tx) => incidents.lift(tx, mutes[1]?.id ?? 0, ANA))
    expect(await incidents.listMutes(db.pool)).toEqual([])
  })

  it('what somebody stopped or removed is stored as that', async () => {
    const incidents = open()
    await incidents.observe(seen([down('web'), down('db')]), announce)
    await incidents.observe({ ...seen([]), removed: ['web'], stopped: ['db'] }, announce)
    at += MINUTE
    await incidents.observe({ ...seen([]), stopped: ['db'] }, announce)
    const past = await incidents.listPast(db.pool, 5)
    expect(new Map(past.map(({ subject, ending }) => [subject, ending]))).toEqual(
      new Map([
        ['web', 'removed'],
        ['db', 'stopped'],
      ]),
    )
  })

  it('what was over a year ago is forgotten, with its events', async () => {
    const incidents = open()
    await incidents.observe(seen([down('web')]), announce)
    for (const minutes of [1, 2]) {
      at += minutes * MINUTE
      await incidents.observe(seen([]), announce)
    }
    await incidents.prune()
    expect(await incidents.listPast(db.pool, 5)).toHaveLength(1)
    at += 366 * 24 * 60 * MINUTE
    await incidents.prune()
    expect(await rows('select id from incident_event')).toEqual([])
  })
})
