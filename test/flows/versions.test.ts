import { afterEach, describe, expect, it } from 'vitest'
import { listDecisions, listStatuses, openChat, queryAll, readHashes } from '../support/chat.ts'
import { ANA, type Nexus, startNexus } from '../support/nexus.ts'

let nexus: Nexus
let chat: ReturnType<typeof openChat>
afterEach(() => nexus.close())
const start = async () => {
  nexus = await startNexus()
  chat = openChat(nexus)
  return nexus.generate('octopus hearts')
}
const redo = async (cardId: number, choice: string) => {
  await chat.openMenu(cardId, '♻️', 'Everything')
  await nexus.api.tap(ANA, ANA.id, cardId, choice)
  return chat.nextCard(cardId)
}
const factOf = async (revision: number) => {
  const text = `select result->'fact'->>'text' as fact from step where name = 'carousel' and revision = $1`
  return (await queryAll(nexus, text, [revision]))[0]?.fact
}
const albumsAfter = (id: number) => nexus.api.messages(ANA.id).filter((one) => one.id > id && one.photos.length > 0)

describe('what one approves', () => {
  it('is seen before: the caption stands on the card, folded up', async () => {
    const card = await start()
    const [row] = await queryAll(nexus, `select result->>'caption' as caption from step where name = 'carousel'`)
    expect(card.text).toContain(row.caption)
    const [sent] = await queryAll(nexus, `select payload->>'html' as html from outbox where ref like '%:card'`)
    expect(sent.html).toContain('<blockquote expandable>')
  })

  it('shows the story as often as it is asked for, and that changes nothing', async () => {
    const card = await start()
    for (const times of [1, 2]) {
      expect((await nexus.api.tap(ANA, ANA.id, card.id, '👁')).text).toBe('The story comes below.')
      await nexus.api.waitFor(() => albumsAfter(card.id).length === times, 'the story')
    }
    expect(await listDecisions(nexus)).toEqual([])
    expect((await nexus.api.tap(ANA, ANA.id, card.id, '✅')).text).toContain('Approved')
  })
})

describe('a rejection', () => {
  it('for its words says that the fact may come again, and lets it', async () => {
    const card = await start()
    await chat.openMenu(card.id, '🗑', 'Boring')
    await nexus.api.tap(ANA, ANA.id, card.id, 'Weak words')
    await nexus.waitForText('Rejected by Ana: Weak words. The fact itself may come again.')
    expect(await queryAll(nexus, 'select fact from told_fact')).toEqual([])
    const fact = await factOf(1)
    const next = await nexus.generate('octopus hearts')
    expect(next.text).toContain(fact)
  })
})

describe('the version before', () => {
  it('is not offered where there is none', async () => {
    const card = await start()
    await chat.openMenu(card.id, '♻️', 'Everything')
    expect(chat.labels(card.id)).not.toContain('↩️ Version before')
    expect(chat.message(card.id).text).toContain('the bank has one text')
  })

  it('comes again whole under a number of its own, and the one after it is not lost', async () => {
    const first = await start()
    const second = await redo(first.id, 'Another fact')
    const painted = nexus.art.painted.length
    const again = await redo(second.id, '↩️')
    expect(again.text).toContain('version 3')
    expect(await factOf(3)).toBe(await factOf(1))
    expect(await readHashes(nexus, 3)).toEqual(await readHashes(nexus, 1))
    expect(nexus.art.painted).toHaveLength(painted)
    expect(chat.message(second.id).text).toContain('went back to the version before')
    expect(chat.message(second.id).keyboard).toEqual([])
    expect(albumsAfter(second.id).length).toBeGreaterThan(0)

    const back = await redo(again.id, '↩️')
    expect(await factOf(4)).toBe(await factOf(2))
    expect((await nexus.api.tap(ANA, ANA.id, back.id, '✅')).text).toContain('Approved')
    await nexus.waitForText('handed over')
    expect(await listStatuses(nexus)).toEqual(['delivered'])
    expect(await listDecisions(nexus)).toEqual(['regenerate', 'regenerate', 'regenerate', 'approve'])
  })
})
