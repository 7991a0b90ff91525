import { afterEach, describe, expect, it } from 'vitest'
import { openChat, queryAll } from '../support/chat.ts'
import { ANA, type Nexus, startNexus } from '../support/nexus.ts'

let nexus: Nexus
let chat: ReturnType<typeof openChat>
afterEach(() => nexus.close())
const start = async () => {
  nexus = await startNexus()
  chat = openChat(nexus)
}
const ask = async (text: string) => {
  const id = nexus.api.sendText(ANA, text)
  return nexus.api.waitFor(
    () => nexus.api.messages(ANA.id).find((message) => message.from === 'bot' && message.id > id),
    `an answer to ${text.slice(0, 40)}`,
  )
}
const topics = async () =>
  (await queryAll(nexus, `select text from topic where status = 'open' order by id`)).map(({ text }) => text)

describe('/topics', () => {
  it('adds, lists and drops, and a verb alone is never a topic', async () => {
    await start()
    expect((await ask('/topics')).text).toContain('The backlog is empty')
    for (const verb of ['list', 'add', 'Show'])
      expect((await ask(`/topics ${verb}`)).text).toContain('The backlog is empty')
    expect((await ask('/topics drop')).text).toContain('Which one?')
    expect(await topics()).toEqual([])
    expect((await ask('/topics octopus hearts; black holes\n- 1. honey')).text).toContain('Added 3 topics')
    expect((await ask('/topics add Octopus HEARTS; drop bears')).text).toBe(
      '💭 Added “drop bears”. /generate takes the first one of the list.\nAlready there: Octopus HEARTS.',
    )
    expect((await ask('/topics additional senses')).text).toContain('Added “additional senses”')
    expect((await ask('/topics list')).text).toContain('Topics · FactsMind (5) · the first one is next')
    const ids = (await queryAll(nexus, `select id from topic order by id`)).map(({ id }) => id)
    expect((await ask(`/topics drop ${ids[0]}, ${ids[1]} and 9999`)).text).toBe(
      '🗑 Dropped “octopus hearts”.\n🗑 Dropped “black holes”.\nThere is no topic 9999 in the list. /topics shows the numbers.',
    )
    expect((await ask('/topics drop the bass')).text).toContain('Which one?')
    expect(await topics()).toEqual(['1. honey', 'drop bears', 'additional senses'])
  })

  it('drops by button, once, and a long topic still gets a toast', async () => {
    await start()
    await ask(`/topics ${'long '.repeat(39)}topic`)
    const panel = await ask('/topics')
    const button = chat.data(panel.id, '🗑')
    expect((await nexus.api.tap(ANA, ANA.id, panel.id, button)).text).toMatch(/^Dropped “long long/)
    await nexus.api.waitFor(() => chat.message(panel.id).text.includes('The backlog is empty'), 'the empty list')
    await nexus.service.idle()
    await nexus.db.pool.query('update button set voided_at = null')
    expect((await nexus.api.tap(ANA, ANA.id, panel.id, button)).text).toBe('That topic is not in the list any more.')
  })

  it('shows 200 topics of 200 characters in one message', async () => {
    await start()
    await nexus.db.pool.query(
      `insert into topic (brand, text, folded) select 'factsmind', repeat('<&', 98) || n, 'f' || n from generate_series(1001, 1200) n`,
    )
    const { text } = await ask('/topics')
    expect(text).toContain('Topics · FactsMind (200)')
    expect(text).toContain('… and 180 more')
    expect((await ask('/queue')).text).toContain('Topics in the backlog: 200')
    const many = Array.from({ length: 200 }, (_, n) => `same topic ${n % 50}`).join(';')
    expect((await ask(`/topics ${many}`)).text).toContain('Added 50 topics')
  })
})
