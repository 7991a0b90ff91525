import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Finding } from '../../ops/rules.ts'
import { openChat, queryAll } from '../support/chat.ts'
import { ANA, BEN, type Nexus, startNexus } from '../support/nexus.ts'
import { createScriptedMonitor } from '../support/scripted-monitor.ts'

const NO_DOCKER = async () => ({ kind: 'absent' as const, reason: 'There is no Docker socket at /nowhere.' })
const SECOND = 1_000
const MINUTE = 60 * SECOND
const STACK = { web: ['api'], api: ['db'], worker: ['db'], cron: ['db'], mail: ['worker'] }

describe('incidents in the chat', () => {
  let nexus: Nexus
  let at = Date.now()
  const clock = { now: () => new Date(at) }
  const watch = createScriptedMonitor(clock.now)
  const { finding } = watch
  const down = (name: string, given: Partial<Finding> = {}) => finding('container-down', name, given)

  const start = async (env: Record<string, string> = {}) => {
    nexus = await startNexus({
      env,
      overrides: { clock, ops: { monitor: watch.monitor, findDocker: NO_DOCKER } },
    })
    nexus.api.open(ANA)
  }
  beforeEach(() => {
    // Noon in Madrid, so that "today" holds for a while.
    at = Date.parse('2026-11-22T11:00:00Z')
  })
  afterEach(() => nexus.close())

  /** Sees it, and waits until all of it is said. */
  const see = async (findings: Finding[] = [], dependsOn: Record<string, string[]> = {}) => {
    await watch.see(findings, dependsOn)
    await nexus.service.idle()
  }
  const said = (chatId = ANA.id) => nexus.api.messages(chatId).filter((one) => one.from === 'bot' && !one.deleted)
  const ask = async (text: string, by = ANA) => {
    const id = nexus.api.sendText(by, text)
    return nexus.api.waitFor(() => said(by.id).find((one) => one.id > id), `the answer to ${text}`)
  }
  const tap = async (messageId: number, button: string, by = ANA) => {
    const answer = await nexus.api.tap(by, by.id, messageId, button)
    await nexus.service.idle()
    return answer.text
  }
  const only = () => {
    const [message, ...others] = said()
    expect(others.map(({ text }) => text)).toEqual([])
    if (!message) throw new Error('nothing was said')
    return message
  }

  it('an alert says what, since when and what to do, once, and nothing after a restart', async () => {
    await start()
    const web = down('web', { since: new Date(at - 10 * MINUTE) })
    await see([web])
    expect(only().text).toMatch(/^🔴 Container web is not running \(exited\), since today 11:50\n/)
    expect(openChat(nexus).labels(only().id)).toEqual(['✅ Acknowledge', '🩺 Diagnose', '😴 1 h', '😴 8 h', '🔕 Mute'])
    at += MINUTE
    await see([web])
    await nexus.restart()
    at += MINUTE
    await see([web])
    only()
  })

  it('what a process that died had not explained is explained after the start', async () => {
    await start()
    await see([down('web')])
    await nexus.db.pool.query('update incident set diagnosis = null')
    const edits = only().edits
    await nexus.restart()
    await nexus.service.idle()
    expect(only().edits).toBeGreaterThanOrEqual(edits)
    expect(
      await queryAll(nexus, 'select diagnosis is not null as known, embedding_model as model from incident'),
    ).toEqual([{ known: true, model: 'local-hash-768-1' }])
  })

  it('is edited with its cause, and again when it is over', async () => {
    await start()
    await see([down('web')])
    expect(only().text).toMatch(/🔎/)
    at += 4 * MINUTE
    await see()
    at += MINUTE
    await see()
    expect(only().text).toMatch(/^✅ Resolved after 4 min · Container web is not running/)
    expect(only().keyboard).toEqual([])
  })

  it('of what lasted, the end makes itself heard without a sound', async () => {
    await start()
    await see([down('web')])
    at += 20 * MINUTE
    await see()
    at += MINUTE
    await see()
    expect(said().map(({ text }) => text.split('\n')[0])).toEqual([
      '✅ Resolved after 20 min · Container web is not running (exited)',
      '✅ Over after 20 min: Container web is not running (exited).',
    ])
    const sent = nexus.api.calls.filter(({ method }) => method === 'sendMessage')
    expect(sent.map(({ params }) => params.disable_notification ?? false)).toEqual([false, true])
  })

  it('a dead database and its five dependants are one message, also when a dependant is seen first', async () => {
    await start()
    await see([down('web')], STACK)
    at += 3 * SECOND
    await see(
      ['web', 'api', 'worker', 'cron', 'mail', 'db'].map((name) => down(name)),
      STACK,
    )
    expect(only().text).toMatch(/^🔴 Container db is not running/)
    expect(only().text).toContain('Also in trouble because of it: ')
    for (const name of ['web', 'api', 'worker', 'cron', 'mail']) expect(only().text).toContain(name)
  })

  it('fifty flaps in ten minutes make three messages at most', async () => {
    await start()
    for (let flap = 0; flap < 50; flap++) {
      await watch.see([down('web')])
      at += 6 * SECOND
      await watch.see()
      at += 6 * SECOND
    }
    await nexus.service.idle()
    expect(said().length).toBeLessThanOrEqual(3)
    at += 10 * MINUTE
    await see()
    expect(said().length).toBeLessThanOrEqual(3)
    expect(said()[0]?.text).toContain('🔁 It came back 49 times')
  })

  it('is acknowledged by the first of two owners who tap at once, and the other hears who has it', async () => {
    await start()
    await see([down('web')])
    const alert = only()
    const list = await ask('/alerts', BEN)
    expect(list.text).toMatch(/^Open: 1\n🔴 Container web is not running \(exited\) · since today 12:00/)
    await tap(list.id, '🔎 web', BEN)
    const copy = said(BEN.id).at(-1)
    const answers = await Promise.all([tap(alert.id, '✅'), tap(copy?.id ?? 0, '✅', BEN)])
    expect(answers.toSorted().map((text) => text?.replace(/Ana|Ben/, 'X'))).toEqual([
      'Acknowledged already, by X.',
      'Yours. I stop reminding.',
    ])
    expect(only().text).toMatch(/👀 Acknowledged by (Ana|Ben), today 12:00/)
    expect(openChat(nexus).labels(alert.id)).not.toContain('✅ Acknowledge')
    at += 3 * 60 * MINUTE
    await see([down('web')])
    only()
  })

  it('reminds after an hour, below, and the old message says so', async () => {
    await start()
    const web = down('web')
    await see([web])
    at += 61 * MINUTE
    await see([web])
    expect(said().map(({ text }) => text.split('\n')[0])).toEqual([
      '⤵️ Container web is not running (exited): it goes on below.',
      '⏰ Still so.',
    ])
  })

  it('is snoozed until it is worse or the time is over, and a mute holds until it is lifted', async () => {
    await start()
    const disk = finding('disk', '/', { severity: 'warning' })
    await see([disk])
    expect(await tap(only().id, '😴 1 h')).toMatch(/quiet about it for an hour/)
    expect(only().text).toContain('😴 Snoozed until today 13:00.')
    at += 30 * MINUTE
    await see([disk])
    only()
    await see([{ ...disk, severity: 'critical' }])
    expect(said().at(-1)?.text).toMatch(/^⬆️ It got worse\.\n🔴 Disk \/ is 93 % full/)
    expect(await tap(said().at(-1)?.id ?? 0, '🔕')).toMatch(/say no more of it/)
    expect(said().at(-1)?.text).toMatch(/^🔕 Muted: Disk \/ is 93 % full\./)
    at += 60 * MINUTE
    await see([{ ...disk, severity: 'critical' }])
    expect(said()).toHaveLength(2)
    const mutes = await ask('/mutes')
    expect(mutes.text).toMatch(/1\. 🔕 \/: full · since today 12:30 until it is lifted, by Ana/)
    expect(await tap(mutes.id, '🔔 1.')).toBe('I say it again from now on.')
    expect(openChat(nexus).message(mutes.id).text).toContain('Nothing is muted')
    await see([{ ...disk, severity: 'critical' }])
    expect(said().at(-1)?.text).toMatch(/^🔴 Disk/)
  })

  it('a snooze that ends says once that it is still so', async () => {
    await start()
    const web = down('web')
    await see([web])
    await tap(only().id, '😴 8 h')
    at += 7 * 60 * MINUTE
    await see([web])
    only()
    at += 61 * MINUTE
    await see([web])
    expect(said().at(-1)?.text).toMatch(/^⏰ Still so\./)
    expect(said()).toHaveLength(2)
  })

  it('in quiet hours only what is critical speaks, and the rest comes as one digest', async () => {
    await start({ NEXUS_QUIET_HOURS: '11:30-14:00' })
    const swap = finding('swap', '', { severity: 'warning' })
    const unit = finding('unit-failed', 'backup.service', { severity: 'warning' })
    await see([swap, unit])
    expect(said()).toEqual([])
    await see([swap, unit, down('web')])
    expect(only().text).toMatch(/^🔴 Container web/)
    at += 60 * MINUTE
    await see([unit, down('web')])
    at += MINUTE
    await see([unit, down('web')])
    at += 62 * MINUTE
    await see([unit, down('web')])
    const digest = said().find(({ text }) => text.startsWith('🌅'))
    expect(digest?.text).toMatch(
      /⚠️ Service backup\.service has failed · since today 12:00\n✅ Swap is 82 % used · over after 1 h/,
    )
    await tap(digest?.id ?? 0, '🔎 backup.service')
    expect(said().at(-1)?.text).toMatch(/^⚠️ Service backup\.service has failed/)
    at += 3 * MINUTE
    await see([down('web')])
    at += MINUTE
    await see([down('web')])
    expect(openChat(nexus).message(digest?.id ?? 0).text).toContain('✅ Service backup.service has failed')
  })

  it('while Telegram is out of reach alerts are kept, and come as one labelled digest of how things are', async () => {
    await start()
    nexus.api.faults.add({ method: 'sendMessage', kind: 'reset-before', times: 1_000 })
    const web = down('web')
    await see([web, finding('swap', '', { severity: 'warning' })])
    for (let minute = 0; minute < 8; minute++) {
      at += MINUTE
      await see([web, ...(minute < 3 ? [] : [down('db')])])
    }
    nexus.api.faults.clear()
    await nexus.restart()
    await nexus.api.waitFor(() => said().length > 0, 'the digest')
    await nexus.service.idle()
    expect(only().text).toMatch(
      /^📮 Telegram was out of reach, so this comes late\. What happened since today 12:00, as it is now:\n/,
    )
    expect(only().text).toContain('✅ Swap is 82 % used · over after 1 min')
    expect(only().text).toContain('🔴 Container web is not running (exited) · since today 12:00')
    expect(only().text).toContain('🔴 Container db is not running (exited) · since today')
    at += MINUTE
    await see([web, down('db')])
    only()
  })

  it('names of others do nothing in the chat', async () => {
    await start()
    const name = `<b>evil</b> https://evil.example /restart_web @ana \u202Egnp.exe ${'x'.repeat(300)}`
    await see([down(name), finding('container-unhealthy', name)])
    const { text, entities } = only()
    expect(entities.map(({ type }) => type).filter((type) => !['bold', 'code', 'italic'].includes(type))).toEqual([])
    expect(text).not.toContain('\u202E')
    expect(text).toContain('<b>evil</b> https://evil.example')
    expect(text.length).toBeLessThan(1_500)
    for (const command of ['/alerts', '/incidents']) {
      const answer = await ask(command)
      expect(answer.entities.map(({ type }) => type)).not.toContain('url')
    }
    await tap(said()[0]?.id ?? 0, '🔕')
    expect((await ask('/mutes')).entities.map(({ type }) => type)).not.toContain('url')
  })

  it('the history tells how long it lasted and what helped', async () => {
    await start()
    expect((await ask('/incidents')).text).toContain('No incident yet')
    expect((await ask('/alerts')).text).toContain('Nothing is wrong')
    await see([down('web')])
    await nexus.db.pool.query(
      `insert into action_proposal (id, kind, container_id, container_name, target, chat_id, proposed_by, proposed_at, expires_at,
         status, claimed_by, claimed_by_name, claimed_at, outcome, finished_at)
       values ($1, 'restart', $2, 'web', $2, 1001, 1001, $3, $3, 'done', 1001, 'Ana', $3, '{"kind":"fixed","reason":""}', $3)`,
      [randomUUID(), 'a'.repeat(64), new Date(at + MINUTE)],
    )
    at += 2 * MINUTE
    await see()
    at += MINUTE
    await see()
    const history = (await ask('/incidents')).text
    expect(history).toMatch(/✅ today 12:00 · Container web is not running \(exited\) · over after 2 min/)
    expect(history).toContain('🛠 restart of web by Ana')
    expect(await queryAll(nexus, 'select kind from incident_event order by id')).toMatchObject([
      { kind: 'opened' },
      { kind: 'cleared' },
      { kind: 'resolved' },
    ])
  })

  it('goes to an owner alone, also when the home chat is a group, and the group is refused', async () => {
    const group = { id: -1002000000001, type: 'supergroup' as const, title: 'Team' }
    await start({ NEXUS_CHAT_ID: String(group.id) })
    await see([down('web')])
    expect(only().text).toContain('web')
    for (const command of ['/alerts', '/incidents', '/mutes']) {
      nexus.api.sendText(BEN, `${command}@${nexus.api.bot.username}`, { chat: group })
      await nexus.service.idle()
    }
    await nexus.api.waitFor(() => said(group.id).length === 3, 'three refusals')
    for (const { text } of said(group.id)) expect(text).toContain('private chat')
  })
})
