import { afterEach, describe, expect, it } from 'vitest'
import { listStatuses, openChat, queryAll } from '../support/chat.ts'
import { startDockerServer } from '../support/docker-server.ts'
import { ANA, type Nexus, startNexus } from '../support/nexus.ts'

let nexus: Nexus
afterEach(() => nexus.close())
const start = async (env: Record<string, string> = {}) => {
  nexus = await startNexus({ env: { DOCKER_HOST: 'unix:///nowhere/docker.sock', ...env } })
}
/** Sends a sentence and gives the next message with these words. */
const ask = async (text: string, answer: string) => {
  const id = nexus.api.sendText(ANA, text)
  return nexus.api.waitFor(
    () => nexus.api.messages(ANA.id).find((one) => one.from === 'bot' && one.id > id && one.text.includes(answer)),
    `“${answer}” for ${text}`,
  )
}

describe('a sentence, without a key', () => {
  it('shows what the command shows', async () => {
    await start()
    await ask('What is in the queue?', 'Nothing is being made.')
    await ask('how much did I spend this month', 'Nothing has cost anything this month.')
    await ask('when is the next carousel?', 'Off: nothing is made by itself.')
    await ask('hello', 'What I can do')
    await ask('is everything ok?', 'Up ')
    await ask('what is running?', 'No containers here.')
    await ask('restart redis', 'No containers here.')
    await ask('cancel it', 'nothing to cancel')
    await ask('acknowledge everything', 'Nothing is wrong')
    await ask('turn healing off', 'Healing is off')
    expect((await ask('thanks!', 'Any time')).text.split('\n')).toHaveLength(1)
    expect((await ask('good morning', 'Hello')).text.split('\n')).toHaveLength(1)
    await ask('back up now', 'Make a backup?')
    await ask('resume the schedule', 'The schedule is off, so there is nothing to pause or resume.')
    await nexus.service.idle()
    const ended = await queryAll(nexus, 'select distinct status from talk_turn')
    expect(ended).toEqual([{ status: 'answered' }])
  })

  it('offers what would change something, and changes it at a tap', async () => {
    await start({ NEXUS_SCHEDULE: '30 18 * * *' })
    const chat = openChat(nexus)
    const topics = await ask('Add Octopus hearts; black holes to the backlog', 'Shall I add these 2 topics?')
    expect(await queryAll(nexus, 'select id from topic')).toEqual([])
    expect((await nexus.api.tap(ANA, ANA.id, topics.id, '💭')).text).toBe('Added.')
    await nexus.api.waitFor(() => chat.message(topics.id).text.startsWith('💭 Added 2 topics'), 'what was added')
    const schedule = await ask('please pause the schedule', '⏸ pauses it, below:')
    expect((await queryAll(nexus, `select value from setting where key like 'schedule:%'`))[0]?.value.paused).not.toBe(
      true,
    )
    await nexus.api.tap(ANA, ANA.id, schedule.id, '⏸')
    await nexus.api.waitFor(() => chat.labels(schedule.id).includes('▶️ Resume'), 'the pause')
    await ask('pause the schedule', 'The schedule is paused already.')
    const offer = await ask('can you make a carousel about Honey?', 'Shall I make a carousel about Honey?')
    const next = await ask('make a carousel', 'It takes the next topic of the backlog')
    expect(await listStatuses(nexus)).toEqual([])
    await nexus.api.tap(ANA, ANA.id, offer.id, '🛠')
    await nexus.waitForText('Making a carousel about Honey')
    await nexus.api.tap(ANA, ANA.id, next.id, '🛠')
    await nexus.waitForText('Making a carousel about Octopus hearts')
    await nexus.service.idle()
    expect(await listStatuses(nexus)).toEqual(['awaiting_review', 'awaiting_review'])
  })

  it('that is a topic stays one, with a line about what else may be asked', async () => {
    await start()
    const offer = await ask('why is honey never spoiled', 'Shall I make a carousel about why is honey never spoiled?')
    expect(offer.text.split('\n')[1]).toMatch(/^Or ask me: /)
    expect((await ask('x'.repeat(3_000), 'at most 200 characters')).text).toContain('/help lists what I can do.')
  })

  it('in the group is about carousels only', async () => {
    const group = { id: -1002000000001, type: 'supergroup' as const, title: 'Desk' }
    await start({ NEXUS_CHAT_ID: String(group.id) })
    const say = (text: string) => nexus.api.sendText(ANA, `@${nexus.api.bot.username} ${text}`, { chat: group })
    say('what is in the queue?')
    await nexus.waitForText('Nothing is being made.', group.id)
    say('is everything ok')
    await nexus.waitForText('Shall I make a carousel about is everything ok?', group.id)
    nexus.api.sendText(ANA, 'what is in the topics?', { chat: group })
    await nexus.service.idle()
    expect(nexus.api.messages(group.id).filter(({ from }) => from === 'bot')).toHaveLength(2)
  })

  it('that was not answered when the process died is answered at the next start', async () => {
    await start()
    await nexus.stop()
    for (const status of ['running', 'waiting'])
      await nexus.db.pool.query(
        `insert into talk_turn (chat_id, user_id, user_name, text, status, asked_at)
         values ($1, $1, 'Ana', 'what is in the queue?', $2, now())`,
        [ANA.id, status],
      )
    nexus.api.open(ANA)
    await nexus.restart()
    await nexus.waitForText('Nothing is being made.')
    const told = await nexus.waitForText('I was interrupted in the middle of this')
    await nexus.api.tap(ANA, ANA.id, told.id, '🔁')
    await nexus.waitForText('Asked again below.')
    await nexus.service.idle()
    expect(openChat(nexus).said('Nothing is being made.')).toHaveLength(2)
  })
})

describe('a sentence, while Docker hangs', () => {
  it('is answered all the same, and asks nothing of the engine but to look', async () => {
    const engine = await startDockerServer()
    engine.react(() => 'hang')
    await start({ DOCKER_HOST: engine.host })
    await ask('octopus hearts', 'Shall I make a carousel about octopus hearts?')
    await ask('what is in the queue?', 'Nothing is being made.')
    expect(engine.requests.length).toBeGreaterThan(0)
    expect(engine.changes()).toEqual([])
    await engine.close()
  })
})
