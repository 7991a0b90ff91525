import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { IncidentListener } from '../../../ops/incidents/types.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { SOME_DIAGNOSIS as DIAGNOSIS, down, finding, MINUTE } from './samples.ts'
import { type Stored, storeIn } from './stored.ts'

const NO_SIGNAL = new AbortController().signal

describe('what explains an incident', () => {
  let db: TestDatabase
  let world: Stored
  beforeEach(async () => {
    db = await createTestDatabase()
    world = storeIn(db)
  })
  afterEach(() => db.close())

  it('a model’s word takes the place of that of the rules, and what waited for a diagnosis is known after a restart', async () => {
    await world.open().observe(world.seen([down('web')]), world.announce)
    const better = {
      ...DIAGNOSIS,
      summary: 'The port is taken.',
      madeBy: { kind: 'model' as const, model: 'm', costUsd: 0.01 },
    }
    const incidents = world.openWith(
      async () => DIAGNOSIS,
      async () => better,
    )
    const shown: string[] = []
    const listen: IncidentListener = async (_, news) => {
      if (news.kind === 'changed') shown.push(news.incident.diagnosis?.summary ?? '')
      return () => undefined
    }
    for (const { id } of await incidents.listUndiagnosed(db.pool)) await incidents.diagnose(id, listen, NO_SIGNAL)
    expect(shown).toEqual([DIAGNOSIS.summary, better.summary])
    expect(await incidents.listOpen(db.pool)).toMatchObject([{ diagnosis: better }])
  })

  it('a diagnosis that comes when the cause has turned out to be another one is not kept', async () => {
    const incidents = world.open()
    await incidents.observe(world.seen([down('web')]), world.announce)
    const [incident] = await incidents.listOpen(db.pool)
    const late = world.openWith(async () => {
      await world
        .open()
        .observe({ ...world.seen([down('web'), down('db')]), dependsOn: new Map([['web', ['db']]]) }, world.announce)
      return DIAGNOSIS
    })
    await late.diagnose(incident?.id ?? '', world.announce, NO_SIGNAL)
    expect(await incidents.listOpen(db.pool)).toMatchObject([
      { id: incident?.id, rootKey: 'container:db', diagnosis: null },
    ])
  })

  it('what turned into something else while it was explained is explained anew, and the late answer is not kept', async () => {
    const web = (letter: string) => [down('web', { containerId: letter.repeat(64) })]
    await world.open().observe(world.seen(web('a')), world.announce)
    const [incident] = await world.open().listOpen(db.pool)
    const id = incident?.id ?? ''
    const answers = ['of the old one', 'of the new one']
    const asked: string[] = []
    const incidents = world.openWith(async () => {
      const summary = answers[asked.length] ?? ''
      asked.push(summary)
      if (asked.length === 1) await world.open().observe(world.seen(web('b')), world.announce)
      return { ...DIAGNOSIS, summary }
    })
    await Promise.all([
      incidents.diagnose(id, world.announce, NO_SIGNAL),
      incidents.diagnose(id, world.announce, NO_SIGNAL),
    ])
    expect(asked).toEqual(answers)
    expect((await incidents.find(db.pool, id))?.diagnosis?.summary).toBe('of the new one')
  })

  it('what got worse while it was explained is explained as it is now', async () => {
    const web = (severity: 'warning' | 'critical') => [finding('container-unhealthy', 'web', { severity })]
    await world.open().observe(world.seen(web('warning')), world.announce)
    const [incident] = await world.open().listOpen(db.pool)
    const id = incident?.id ?? ''
    const answers = ['of the warning', 'of the alarm']
    const asked: string[] = []
    const incidents = world.openWith(async () => {
      const summary = answers[asked.length] ?? ''
      asked.push(summary)
      if (asked.length === 1) {
        world.pass(10 * MINUTE)
        await world.open().observe(world.seen(web('critical')), world.announce)
      }
      return { ...DIAGNOSIS, summary }
    })
    await Promise.all([
      incidents.diagnose(id, world.announce, NO_SIGNAL),
      incidents.diagnose(id, world.announce, NO_SIGNAL),
    ])
    expect(asked).toEqual(answers)
    expect(await incidents.find(db.pool, id)).toMatchObject({ messages: 2, diagnosis: { summary: 'of the alarm' } })
  })

  it('a model that answers when it has been explained anew comes too late', async () => {
    await world.open().observe(world.seen([down('web')]), world.announce)
    const [incident] = await world.open().listOpen(db.pool)
    const id = incident?.id ?? ''
    const incidents = world.openWith(
      async () => DIAGNOSIS,
      async () => {
        world.pass(MINUTE)
        await world.open().observe(world.seen([finding('container-oom', 'web')]), world.announce)
        await world.open().diagnose(id, world.announce, NO_SIGNAL)
        return { ...DIAGNOSIS, summary: 'too late', madeBy: { kind: 'model' as const, model: 'm', costUsd: 0.01 } }
      },
    )
    await incidents.diagnose(id, world.announce, NO_SIGNAL)
    expect((await incidents.find(db.pool, id))?.diagnosis?.summary).toBe(DIAGNOSIS.summary)
  })

  it('alerts ask a model until a fifth of the day’s money went into it', async () => {
    let asked = 0
    const incidents = world.openWith(
      async () => DIAGNOSIS,
      async () => {
        asked += 1
        return null
      },
    )
    const explainNew = async (name: string) => {
      await incidents.observe(world.seen([down(name)]), world.announce)
      const newest = (await incidents.listOpen(db.pool)).find(({ subject }) => subject === name)
      await incidents.diagnose(newest?.id ?? '', world.announce, new AbortController().signal)
    }
    await explainNew('web')
    await db.pool.query(
      `insert into provider_call (step, provider, model, kind, attempt, reserved_usd, cost_usd, status, started_at)
       values ('diagnose', 'anthropic', 'm', 'text', 1, 1, 1, 'succeeded', $1)`,
      [world.now()],
    )
    await explainNew('db')
    expect(asked).toBe(1)
  })
})
