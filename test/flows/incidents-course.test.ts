import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Finding } from '../../ops/rules.ts'
import { openChat } from '../support/chat.ts'
import { ANA, type Nexus, startNexus } from '../support/nexus.ts'
import { createScriptedMonitor } from '../support/scripted-monitor.ts'

const NO_DOCKER = async () => ({ kind: 'absent' as const, reason: 'There is no Docker socket at /nowhere.' })
const MINUTE = 60_000

describe('the course of an incident in the chat', () => {
  let nexus: Nexus
  let at = 0
  const clock = { now: () => new Date(at) }
  const watch = createScriptedMonitor(clock.now)
  const { finding } = watch
  const down = (name: string, given: Partial<Finding> = {}) => finding('container-down', name, given)

  beforeEach(async () => {
    // Noon in Madrid, so that "today" holds for a while.
    at = Date.parse('2026-11-22T11:00:00Z')
    nexus = await startNexus({ overrides: { clock, ops: { monitor: watch.monitor, findDocker: NO_DOCKER } } })
    nexus.api.open(ANA)
  })
  afterEach(() => nexus.close())

  const see = async (...sight: Parameters<typeof watch.see>) => {
    await watch.see(...sight)
    await nexus.service.idle()
  }
  const said = () => nexus.api.messages(ANA.id).filter((one) => one.from === 'bot' && !one.deleted)
  const only = () => {
    const [message, ...others] = said()
    expect(others.map(({ text }) => text)).toEqual([])
    if (!message) throw new Error('nothing was said')
    return message
  }
  const ask = async (text: string) => {
    const id = nexus.api.sendText(ANA, text)
    return nexus.api.waitFor(() => said().find((one) => one.id > id), `the answer to ${text}`)
  }

  it('what dies for good minutes after it was called resolved makes itself heard, and says why anew', async () => {
    await see([down('worker')])
    at += MINUTE
    await see()
    at += MINUTE
    await see()
    expect(only().text).toMatch(/^✅ Resolved after 1 min/)
    at += MINUTE
    await see([down('worker')])
    const heads = said().map(({ text }) => text.split('\n').slice(0, 2))
    expect(heads).toEqual([
      [expect.stringMatching(/^⤵️ Container worker .* goes on below/)],
      ['🔁 It is back.', expect.stringMatching(/^🔴 Container worker is not running/)],
    ])
    expect(said()[1]?.text).toContain('🔎')
    await nexus.restart()
    await see([down('worker')])
    expect(said()).toHaveLength(2)
  })

  it('when its cause is well again, what is said and offered is about the follower that is not', async () => {
    const stack = { web: ['db'] }
    const db = down('db', { containerId: 'd'.repeat(64) })
    const web = down('web', { containerId: 'e'.repeat(64) })
    await see([db, web], stack)
    const id = (await nexus.app.ops.incidents.listOpen(nexus.db.pool))[0]?.id ?? ''
    const dbStory = { cause: 'stopped-by-hand', summary: 'db was stopped.', actions: [] }
    await nexus.db.pool.query('update incident set diagnosis = diagnosis || $2::jsonb where id = $1', [
      id,
      JSON.stringify(dbStory),
    ])
    at += MINUTE
    await see([web], stack)
    expect(only().text).toMatch(/^🔴 Container web .*\nIt began with db, which is not in trouble any more\.\n/)
    expect(only().text).not.toContain('db was stopped.')
    expect(only().text).toContain('🔎')
    const list = await ask('/alerts')
    expect(list.text).toContain('🔴 Container web is not running (exited) · since')
    expect(openChat(nexus).labels(list.id)).toEqual(['🔎 web'])
  })

  it('what somebody removed or stopped is not called resolved', async () => {
    const cache = finding('container-unhealthy', 'cache')
    await see([down('vault'), cache])
    at += 2 * MINUTE
    await see([], {}, { removed: ['vault'], stopped: ['cache'] })
    at += MINUTE
    await see([], {}, { stopped: ['cache'] })
    expect(said().map(({ text }) => text.split('\n').slice(0, 2).join(' '))).toEqual([
      '🗑 Ended after 2 min · Container vault is not running (exited) It was removed; that is an end, but no recovery.',
      '⏹ Ended after 2 min · Container cache is unhealthy Somebody stopped it, and it is off.',
    ])
    const past = (await ask('/incidents')).text
    expect(past).toMatch(/🗑 today 12:00 · Container vault .* · removed after 2 min/)
    expect(past).toMatch(/⏹ today 12:00 · Container cache .* · stopped after 2 min/)
  })

  it('what helped names each hand that was needed', async () => {
    await see([down('db'), down('web')], { web: ['db'] })
    for (const [minute, kind, name] of [
      [1, 'start', 'db'],
      [2, 'restart', 'web'],
    ] as const)
      await nexus.db.pool.query(
        `insert into action_proposal (id, kind, container_id, container_name, target, chat_id, proposed_by, proposed_at, expires_at,
           status, claimed_by, claimed_by_name, claimed_at, outcome, finished_at)
         values ($1, $4, $2, $5, $2, 1001, 1001, $3, $3, 'done', 1001, 'Ana', $3, '{"kind":"fixed","reason":""}', $3)`,
        [randomUUID(), 'a'.repeat(64), new Date(at + minute * MINUTE), kind, name],
      )
    at += 3 * MINUTE
    await see()
    at += MINUTE
    await see()
    expect(only().text).toContain('🛠 What helped: start of db by Ana, then restart of web by Ana')
  })
})
