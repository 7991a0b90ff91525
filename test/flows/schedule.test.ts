import { afterEach, describe, expect, it } from 'vitest'
import { listStatuses, openChat, queryAll } from '../support/chat.ts'
import { ANA, type Nexus, type NexusOptions, startNexus } from '../support/nexus.ts'

let nexus: Nexus
let chat: ReturnType<typeof openChat>
let nowMs = 0
afterEach(() => nexus.close())

const CRON = '30 18 * * 1-5; 30 19 * * 0,6'
const HOUR_MS = 3_600_000

/** The bot with a clock set by hand; Friday 2026-11-20, 10:00 in Madrid unless said otherwise. */
const start = async (at = '2026-11-20T09:00:00Z', options: NexusOptions = {}) => {
  nowMs = Date.parse(at)
  const env = { NEXUS_SCHEDULE: CRON, ...options.env }
  nexus = await startNexus({ ...options, env, overrides: { clock: { now: () => new Date(nowMs) } } })
  chat = openChat(nexus)
  nexus.api.open(ANA)
}
const tickAt = async (at: string) => {
  nowMs = Date.parse(at)
  await nexus.service.tick()
}
const ask = async (text: string) => {
  const id = nexus.api.sendText(ANA, text)
  return nexus.api.waitFor(
    () => nexus.api.messages(ANA.id).find((message) => message.from === 'bot' && message.id > id),
    `an answer to ${text.slice(0, 40)}`,
  )
}
const scheduled = async () =>
  (await queryAll(nexus, `select idempotency_key as key from run where source = 'schedule' order by created_at`)).map(
    ({ key }) => key.replace('slot:', ''),
  )

describe('a slot', () => {
  it('makes one carousel in the home chat, with its card, however often the clock ticks and the bot restarts', async () => {
    await start()
    await ask('/topics honey')
    await tickAt('2026-11-20T17:29:59Z')
    expect(await scheduled()).toEqual([])
    await Promise.all([tickAt('2026-11-20T17:30:05Z'), nexus.service.tick()])
    await nexus.waitForText('Making the scheduled carousel about honey')
    const card = await chat.nextCard()
    expect(card.text).toContain('scheduled')
    await tickAt('2026-11-20T17:30:20Z')
    await nexus.restart()
    await tickAt('2026-11-20T17:31:00Z')
    expect(await scheduled()).toEqual(['factsmind:2026-11-20:18:30'])
    await tickAt('2026-11-21T18:30:00Z')
    expect(await scheduled()).toEqual(['factsmind:2026-11-20:18:30', 'factsmind:2026-11-21:19:30'])
    await chat.nextCard(card.id)
    await nexus.api.tap(ANA, ANA.id, card.id, '✅')
    await nexus.waitForText('handed over')
  })

  it('comes once over a clock that steps back and forth, and over both changes to and from daylight saving', async () => {
    await start('2026-10-23T10:00:00Z', { env: { NEXUS_SCHEDULE: '30 2 * * *' } })
    // In the night to the 25th the clock shows 02:30 twice.
    for (let at = Date.parse('2026-10-24T20:00:00Z'); at < Date.parse('2026-10-25T04:00:00Z'); at += HOUR_MS / 2) {
      await tickAt(new Date(at).toISOString())
    }
    await tickAt('2026-10-25T00:15:00Z')
    await tickAt('2026-10-25T01:45:00Z')
    const autumn = ['factsmind:2026-10-24:02:30', 'factsmind:2026-10-25:02:30']
    expect((await scheduled()).filter((key) => key.includes('10-25'))).toEqual(autumn.slice(1))
    await nexus.close()
    // In the night to 29 March 02:30 does not exist: the slot is due when the gap ends.
    await start('2026-03-28T10:00:00Z', { env: { NEXUS_SCHEDULE: '30 2 * * *' } })
    await tickAt('2026-03-29T00:59:00Z')
    expect(await scheduled()).toEqual([])
    for (let at = Date.parse('2026-03-29T01:00:00Z'); at < Date.parse('2026-03-29T06:00:00Z'); at += HOUR_MS / 2) {
      await tickAt(new Date(at).toISOString())
    }
    expect(await scheduled()).toEqual(['factsmind:2026-03-29:02:30'])
  })

  it('that was missed for a short time runs late; older ones are told of in one message', async () => {
    await start()
    await nexus.stop()
    nowMs = Date.parse('2026-11-22T20:00:00Z')
    await nexus.restart()
    const told = await nexus.waitForText('Missed while I was off')
    expect(told.text).toContain('Missed while I was off: Fri 20 Nov 18:30, Sat 21 Nov 19:30.')
    expect(await scheduled()).toEqual(['factsmind:2026-11-22:19:30'])
    await nexus.service.tick()
    expect(chat.said('Missed while I was off')).toHaveLength(1)
    await chat.nextCard()
  })

  it('after two weeks off is a short message', async () => {
    await start('2026-11-01T09:00:00Z', { env: { NEXUS_SCHEDULE: '0 * * * *' } })
    await nexus.stop()
    nowMs = Date.parse('2026-11-21T09:30:00Z')
    await nexus.restart()
    const { text } = await nexus.waitForText('Missed while I was off')
    expect(text).toMatch(/and 3\d\d before\./)
    expect(text.length).toBeLessThan(300)
    await chat.nextCard()
  })

  it('of a pause is skipped in silence, and resuming makes up for nothing', async () => {
    await start()
    expect((await ask('/schedule pause')).text).toContain('Paused until you resume it')
    expect((await ask('/schedule pause')).text).toContain('paused already')
    await tickAt('2026-11-20T17:30:05Z')
    nowMs = Date.parse('2026-11-20T18:00:00Z')
    expect((await ask('/queue')).text).toContain('The schedule is paused')
    const resumed = await ask('/schedule resume')
    expect(resumed.text).toContain('Running again')
    expect(resumed.text).toContain('• tomorrow 19:30')
    await tickAt('2026-11-20T18:01:00Z')
    expect(await scheduled()).toEqual([])
    expect(chat.said('Missed')).toEqual([])
    expect(await queryAll(nexus, 'select status from slot')).toEqual([{ status: 'skipped' }])
  })

  it('follows the brand: after a switch the other one’s times count, from that moment on', async () => {
    await start()
    const panel = await ask('/brand')
    nowMs = Date.parse('2026-11-20T17:40:00Z')
    await nexus.api.tap(ANA, ANA.id, panel.id, 'Marginalia')
    await nexus.service.tick()
    expect(await scheduled()).toEqual([])
    await tickAt('2026-11-21T18:30:00Z')
    expect(await scheduled()).toEqual(['marginalia:2026-11-21:19:30'])
    expect((await chat.nextCard()).text).toContain('Marginalia')
  })

  it('is never there where NEXUS_SCHEDULE is off, until the chat sets one', async () => {
    await start(undefined, { env: { NEXUS_SCHEDULE: 'off' } })
    const panel = await ask('/schedule')
    expect(panel.text).toContain('Off: nothing is made by itself')
    expect(panel.keyboard).toEqual([])
    expect((await ask('/queue')).text).toContain('Nothing is scheduled')
    await tickAt('2026-11-27T17:30:05Z')
    expect(await scheduled()).toEqual([])
    expect((await ask('/schedule 18:45')).text).toContain('18:45 every day')
    await tickAt('2026-11-27T17:45:00Z')
    expect(await scheduled()).toEqual(['factsmind:2026-11-27:18:45'])
    await chat.nextCard()
  })
})

describe('/schedule', () => {
  it('shows, sets, refuses nonsense with an example, and switches off', async () => {
    await start()
    const shown = await ask('/schedule')
    expect(shown.text).toContain('18:30 Mon–Fri, 19:30 Sat–Sun\n')
    expect(shown.text).toContain('Times are in Europe/Madrid; TZ in the environment changes that.')
    expect(shown.text).toContain('• today 18:30\n  • tomorrow 19:30\n  • Sun 22 Nov, 19:30')
    const refused = await ask('/schedule whenever you like')
    expect(refused.text).toContain('I cannot read “whenever”, “you”, “like”.')
    expect(refused.text).toContain('The schedule stays as it was')
    const set = await ask('/schedule mon,wed 09:00\nweekends 7pm')
    expect(set.text).toMatch(/^✔️ Saved\./)
    expect(set.text).toContain('09:00 Mon, Wed; 19:00 Sat–Sun')
    expect((await ask('/schedule off')).text).toContain('Off: nothing is made by itself')
    await nexus.restart()
    const off = await ask('/schedule')
    expect(off.text).toContain('Off: nothing is made by itself')
    expect((await nexus.api.tap(ANA, ANA.id, shown.id, '⏸')).text).toContain('The schedule is off')
    expect((await ask('/schedule pause')).text).toContain('The schedule is off')
    expect((await nexus.api.tap(ANA, ANA.id, off.id, '▶️ Back to 18:30 Mon–Fri')).text).toBe(
      'Back to the configured times.',
    )
    await nexus.api.waitFor(() => chat.message(off.id).text.includes('• today 18:30'), 'the configured times')
  })

  it('says of a zone where it is set', async () => {
    await start()
    const { text } = await ask('/schedule 18:30 Europe/Lisbon')
    expect(text).toContain('TZ in the environment changes it')
    expect(text).toContain('its times are in Europe/Madrid')
  })

  it('stays paused under new times and says so, with a button here and in /queue', async () => {
    await start()
    await ask('/schedule pause')
    const set = await ask('/schedule 09:00')
    expect(set.text).toMatch(/^✔️ Saved. It is still paused: ▶️ Resume starts it./)
    expect(chat.labels(set.id)).toEqual(['▶️ Resume'])
    const queue = await ask('/queue')
    expect(queue.text).toContain('The schedule is paused. ▶️ starts it again.')
    expect((await nexus.api.tap(ANA, ANA.id, queue.id, '▶️ Resume')).text).toBe('Running again.')
    await nexus.api.waitFor(
      () => chat.message(queue.id).text.includes('Next one by itself: tomorrow 09:00'),
      'the next',
    )
  })

  it('is paused and resumed by its button, in place', async () => {
    await start()
    const panel = await ask('/schedule')
    expect((await nexus.api.tap(ANA, ANA.id, panel.id, '⏸')).text).toContain('Paused')
    await nexus.api.waitFor(() => chat.labels(panel.id)[0] === '▶️ Resume', 'the other button')
    expect(chat.message(panel.id).text).toContain('· paused')
    expect((await nexus.api.tap(ANA, ANA.id, panel.id, '▶️')).text).toBe('Running again.')
    await nexus.api.waitFor(() => chat.message(panel.id).text.includes('Next:'), 'the next times')
  })
})

describe('a draft that nobody decides on', () => {
  it('expires after seven days: its card says so, its buttons are gone, and its fact stays told', async () => {
    await start(undefined, { env: { NEXUS_SCHEDULE: 'off' } })
    const card = await nexus.generate('octopus hearts')
    const button = chat.data(card.id, '✅')
    const told = await queryAll(nexus, 'select fact from told_fact')
    const readyAt = (await queryAll(nexus, 'select ready_at as "readyAt" from run'))[0]?.readyAt as Date
    await tickAt(new Date(readyAt.getTime() + 7 * 24 * HOUR_MS - 1000).toISOString())
    expect(await listStatuses(nexus)).toEqual(['awaiting_review'])
    await tickAt(new Date(readyAt.getTime() + 7 * 24 * HOUR_MS + 1000).toISOString())
    expect(await listStatuses(nexus)).toEqual(['expired'])
    const note = await nexus.waitForText('Nobody decided on this draft about octopus hearts for 7 days')
    expect(note.id).toBe(card.id)
    expect(note.keyboard).toEqual([])
    expect((await nexus.api.tap(ANA, ANA.id, card.id, button)).text).toMatch(/has expired/)
    expect(await queryAll(nexus, 'select fact from told_fact')).toEqual(told)
    expect(told.length).toBeGreaterThan(0)
  })
})
