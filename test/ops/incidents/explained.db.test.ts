import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Diagnosis } from '../../../ops/diagnose/types.ts'
import { createIncidents } from '../../../ops/incidents/index.ts'
import type { IncidentListener } from '../../../ops/incidents/types.ts'
import type { Finding } from '../../../ops/rules.ts'
import { queueMessage } from '../../../src/messaging/outbox.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { createTestLog } from '../../support/log.ts'
import { SOME_DIAGNOSIS as DIAGNOSIS, down, finding, MINUTE, NOON } from './samples.ts'

const NO_SIGNAL = new AbortController().signal

describe('what explains an incident', () => {
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

  const createIncidentsWith = (
    byRules: () => Promise<Diagnosis>,
    byModel: () => Promise<Diagnosis | null> = async () => null,
  ) =>
    createIncidents({
      db,
      log: createTestLog().log,
      clock: { now: () => new Date(at) },
      timeZone: 'Europe/Madrid',
      quietHours: null,
      diagnosis: { byRules, byModel },
      embed: async () => Promise.reject(new Error('no vector today')),
      findDocker: async () => ({ kind: 'absent', reason: 'not here' }),
      redact: (text) => text,
      budget: { dailyUsd: 5 },
    })

  it('a model’s word takes the place of that of the rules, and what waited for a diagnosis is known after a restart', async () => {
    await open().observe(seen([down('web')]), announce)
    const better = {
      ...DIAGNOSIS,
      summary: 'The port is taken.',
      madeBy: { kind: 'model' as const, model: 'm', costUsd: 0.01 },
    }
    const incidents = createIncidentsWith(
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
    const incidents = open()
    await incidents.observe(seen([down('web')]), announce)
    const [incident] = await incidents.listOpen(db.pool)
    const late = createIncidentsWith(async () => {
      await open().observe({ ...seen([down('web'), down('db')]), dependsOn: new Map([['web', ['db']]]) }, announce)
      return DIAGNOSIS
    })
    await late.diagnose(incident?.id ?? '', announce, NO_SIGNAL)
    expect(await incidents.listOpen(db.pool)).toMatchObject([
      { id: incident?.id, rootKey: 'container:db', diagnosis: null },
    ])
  })

  it('what turned into something else while it was explained is explained anew, and the late answer is not kept', async () => {
    const web = (letter: string) => [down('web', { containerId: letter.repeat(64) })]
    await open().observe(seen(web('a')), announce)
    const [incident] = await open().listOpen(db.pool)
    const id = incident?.id ?? ''
    const answers = ['of the old one', 'of the new one']
    const asked: string[] = []
    const incidents = createIncidentsWith(async () => {
      const summary = answers[asked.length] ?? ''
      asked.push(summary)
      if (asked.length === 1) await open().observe(seen(web('b')), announce)
      return { ...DIAGNOSIS, summary }
    })
    await Promise.all([incidents.diagnose(id, announce, NO_SIGNAL), incidents.diagnose(id, announce, NO_SIGNAL)])
    expect(asked).toEqual(answers)
    expect((await incidents.find(db.pool, id))?.diagnosis?.summary).toBe('of the new one')
  })

  it('what got worse while it was explained is explained as it is now', async () => {
    const web = (severity: 'warning' | 'critical') => [finding('container-unhealthy', 'web', { severity })]
    await open().observe(seen(web('warning')), announce)
    const [incident] = await open().listOpen(db.pool)
    const id = incident?.id ?? ''
    const answers = ['of the warning', 'of the alarm']
    const asked: string[] = []
    const incidents = createIncidentsWith(async () => {
      const summary = answers[asked.length] ?? ''
      asked.push(summary)
      if (asked.length === 1) {
        at += 10 * MINUTE
        await open().observe(seen(web('critical')), announce)
      }
      return { ...DIAGNOSIS, summary }
    })
    await Promise.all([incidents.diagnose(id, announce, NO_SIGNAL), incidents.diagnose(id, announce, NO_SIGNAL)])
    expect(asked).toEqual(answers)
    expect(await incidents.find(db.pool, id)).toMatchObject({ messages: 2, diagnosis: { summary: 'of the alarm' } })
  })

  it('a model that answers when it has been explained anew comes too late', async () => {
    await open().observe(seen([down('web')]), announce)
    const [incident] = await open().listOpen(db.pool)
    const id = incident?.id ?? ''
    const incidents = createIncidentsWith(
      async () => DIAGNOSIS,
      async () => {
        at += MINUTE
        await open().observe(seen([finding('container-oom', 'web')]), announce)
        await open().diagnose(id, announce, NO_SIGNAL)
        return { ...DIAGNOSIS, summary: 'too late', madeBy: { kind: 'model' as const, model: 'm', costUsd: 0.01 } }
      },
    )
    await incidents.diagnose(id, announce, NO_SIGNAL)
    expect((await incidents.find(db.pool, id))?.diagnosis?.summary).toBe(DIAGNOSIS.summary)
  })

  it('alerts ask a model until a fifth of the day’s money went into it', async () => {
    let asked = 0
    const incidents = createIncidentsWith(
      async () => DIAGNOSIS,
      async () => {
        asked += 1
        return null
      },
    )
    const explainNew = async (name: string) => {
      await incidents.observe(seen([down(name)]), announce)
      const newest = (await incidents.listOpen(db.pool)).find(({ subject }) => subject === name)
      await incidents.diagnose(newest?.id ?? '', announce, new AbortController().signal)
    }
    await explainNew('web')
    await db.pool.query(
      `insert into provider_call (step, provider, model, kind, attempt, reserved_usd, cost_usd, status, started_at)
       values ('diagnose', 'anthropic', 'm', 'text', 1, 1, 1, 'succeeded', $1)`,
      [new Date(at)],
    )
    await explainNew('db')
    expect(asked).toBe(1)
  })
})
