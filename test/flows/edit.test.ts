import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { listDecisions, listStatuses, openChat, queryAll, readHashes } from '../support/chat.ts'
import { ANA, type Nexus, type NexusOptions, startNexus } from '../support/nexus.ts'
import { createQuickRenderer } from '../support/quick-renderer.ts'

let nexus: Nexus
let chat: ReturnType<typeof openChat>
afterEach(() => nexus.close())
const start = async (options: NexusOptions = {}) => {
  nexus = await startNexus(options)
  chat = openChat(nexus)
}
/** A card whose slide waits for words. */
const edit = async (slide = '2 · Reveal') => {
  const card = await nexus.generate('octopus hearts')
  await chat.openMenu(card.id, '✏️', slide)
  await nexus.api.tap(ANA, ANA.id, card.id, slide)
  const asking = await nexus.waitForText('Send the new words')
  return { card, asking }
}
const states = () => queryAll(nexus, 'select key from conversation_state')

const WORDS = 'Two hearts serve the gills / Only the third one pumps blood through the body.'

describe('editing a slide', () => {
  it('sets the words, renders that slide alone, and hands over the edited words', async () => {
    await start()
    const { card, asking } = await edit()
    const now = await queryAll(nexus, `select result->'slides'->1 as slide from step where name = 'carousel'`)
    expect(asking.text).toContain(`${now[0]?.slide.title} / ${now[0]?.slide.body}`)
    nexus.renderer.rendered.length = 0
    nexus.art.painted.length = 0
    nexus.api.sendText(ANA, WORDS)
    const next = await chat.nextCard(card.id)
    expect(nexus.renderer.rendered).toHaveLength(1)
    expect(nexus.art.painted).toEqual([])
    const [before, after] = [await readHashes(nexus, 1), await readHashes(nexus, 2)]
    expect(after.map((hash, index) => hash === before[index])).toEqual([true, false, true, true, true, true])
    expect(next.text).toContain('Words edited by hand')
    expect(chat.message(card.id).text).toContain('Ana edited “Reveal”')
    expect(chat.message(asking.id).text).toContain('I have your words')
    expect(chat.message(asking.id).keyboard).toEqual([])
    await nexus.api.tap(ANA, ANA.id, next.id, '✅')
    await nexus.waitForText('handed over')
    const [run] = await queryAll(nexus, 'select output_dir as "outputDir" from run')
    const manifest = JSON.parse(await readFile(join(run.outputDir, 'carousel.json'), 'utf8'))
    expect(manifest.slides[1]).toMatchObject({
      title: 'Two hearts serve the gills',
      body: 'Only the third one pumps blood through the body.',
    })
    expect(await states()).toEqual([])
    expect(await listDecisions(nexus)).toEqual(['edit', 'approve'])
  })

  it('of the hook also renders the story, whose title it is, and takes two lines or a title alone', async () => {
    await start()
    const { card } = await edit('1 · Hook')
    nexus.api.sendText(ANA, 'An octopus has three hearts\nand one of them rests')
    const next = await chat.nextCard(card.id)
    const [before, after] = [await readHashes(nexus, 1), await readHashes(nexus, 2)]
    expect(after.map((hash, index) => hash === before[index])).toEqual([false, true, true, true, true, false])
    await chat.openMenu(next.id, '✏️', '1 · Hook')
    await nexus.api.tap(ANA, ANA.id, next.id, '1 · Hook')
    await nexus.waitForText('An octopus has three hearts / and one of them rests')
    nexus.api.sendText(ANA, 'Three hearts, one octopus')
    await chat.nextCard(next.id)
    const [row] = await queryAll(
      nexus,
      `select result->'slides'->0 as hook from step where name = 'carousel' and revision = 3`,
    )
    expect(row.hook).toMatchObject({ title: 'Three hearts, one octopus', body: '' })
  })

  it('lists what is wrong, whatever is sent, and lets one try again', async () => {
    await start()
    const { asking } = await edit('1 · Hook')
    const bad: [string, string][] = [
      ['What if hearts could rest? / They do.', 'What if'],
      ['Three hearts 🦑 / Two for the gills.', '🦑'],
      ['/ only a text', 'the title is empty'],
      ['八爪鱼有三颗心', 'no font has these characters'],
    ]
    for (const [index, [words, reason]] of bad.entries()) {
      nexus.api.sendText(ANA, words)
      const answer = await nexus.waitForText(reason)
      expect(answer.text.includes('1 try left')).toBe(index === 3)
      expect(answer.text).toContain('Those words do not work on the slide')
      expect(answer.text).not.toContain('hook:')
    }
    // The fifth try is the last one.
    nexus.api.sendText(ANA, 'word '.repeat(800))
    const last = await nexus.waitForText('That was the last try')
    expect(chat.labels(last.id)).toEqual(['✏️ Try again'])
    expect(last.text.length).toBeLessThan(1000)
    await nexus.service.idle()
    expect(await states()).toEqual([])
    expect(await listStatuses(nexus)).toEqual(['awaiting_review'])
    expect(chat.message(asking.id).text).toContain('Editing stopped')
    expect(chat.message(asking.id).keyboard).toEqual([])
    await nexus.api.tap(ANA, ANA.id, last.id, '✏️')
    await nexus.waitForText('Send the new words')
    nexus.api.sendText(ANA, WORDS)
    await chat.nextCard(last.id)
    expect(await listDecisions(nexus)).toEqual(['edit'])
  })

  it('says its rules before one breaks them', async () => {
    await start()
    const { asking } = await edit('1 · Hook')
    expect(asking.text).toContain('Title up to 12 words, text up to 25.')
    expect(asking.text).toContain('At most one emoji, at the end of the title: 🧠 ⚡ 💡 🚀 🌌 💎 🔬 📊')
  })

  it('takes the button off a question when another slide is asked for instead', async () => {
    await start()
    const { card, asking } = await edit('1 · Hook')
    await nexus.api.tap(ANA, ANA.id, card.id, '2 · Reveal')
    await nexus.api.waitFor(
      () => chat.said('Send the new words').some(({ id }) => id > asking.id),
      'the second question',
    )
    expect(chat.message(asking.id).keyboard).toEqual([])
    expect(chat.message(asking.id).text).toContain('Editing stopped')
  })

  it('answers 4,096 characters of foreign emojis, HTML and links with reasons that fit into a message', async () => {
    await start()
    const { card } = await edit()
    nexus.api.sendText(ANA, '🦑 '.repeat(1365).trim())
    await nexus.waitForText('characters; at most 100')
    nexus.api.sendText(ANA, '🦑🦀🐙🦐🐚🐡🐠🐟🐬 '.repeat(5))
    await nexus.waitForText('is not among the emojis')
    nexus.api.sendText(ANA, '<b>bold</b> & <script> / see https://example.org')
    const refused = await nexus.waitForText('no links')
    expect(refused.text).toContain('no HTML')
    nexus.api.sendText(ANA, 'Hearts beat & rest / Its blood is "blue" & thick.')
    const next = await chat.nextCard(card.id)
    expect(next.text).toContain('edited')
    expect(await nexus.db.pool.query(`select 1 from outbox where status = 'failed'`)).toMatchObject({ rowCount: 0 })
  })

  it('stops by its button and by /cancel, and words that come right after are not taken for a topic in silence', async () => {
    await start()
    const { card, asking } = await edit()
    expect((await nexus.api.tap(ANA, ANA.id, asking.id, '✖️')).text).toBe('Stopped.')
    await nexus.api.waitFor(() => chat.message(asking.id).text.includes('Editing stopped'), 'the note')
    expect(chat.message(asking.id).keyboard).toEqual([])
    await nexus.api.tap(ANA, ANA.id, card.id, '2 · Reveal')
    await nexus.api.waitFor(() => chat.said('Send the new words').length === 1, 'the second question')
    nexus.api.sendText(ANA, '/cancel')
    await nexus.api.waitFor(() => chat.said('Editing stopped').length === 3, 'both notes and the answer')
    nexus.api.sendText(ANA, 'Sharks swim...')
    const ended = await nexus.waitForText('That edit has ended')
    expect(chat.labels(ended.id)).toEqual(['✏️ Try again', '🛠 Make a carousel'])
    await nexus.api.tap(ANA, ANA.id, ended.id, '✏️')
    await nexus.api.waitFor(() => chat.said('Send the new words').length === 1, 'the third question')
    nexus.api.sendText(ANA, WORDS)
    const next = await chat.nextCard(ended.id)
    expect(await listDecisions(nexus)).toEqual(['edit'])
    nexus.api.sendText(ANA, 'Sharks swim...')
    const offer = await nexus.waitForText('Shall I make a carousel about')
    expect(offer.id).toBeGreaterThan(next.id)
    expect(offer.text).toContain('Sharks swim?')
  })

  it('lets commands, taps and pictures pass to where they belong', async () => {
    await start()
    const { card } = await edit()
    nexus.api.sendText(ANA, '/queue')
    await nexus.waitForText('Waiting for you: 1')
    nexus.api.sendText(ANA, '/nonsense')
    await nexus.waitForText('I do not know /nonsense')
    await chat.openMenu(card.id, '‹', '✅')
    nexus.api.sendText(ANA, '/generate@SomeOtherBot x')
    nexus.api.sendText(ANA, WORDS)
    await chat.nextCard(card.id)
    expect(await listDecisions(nexus)).toEqual(['edit'])
  })

  it('survives a restart of the bot', async () => {
    await start()
    const { card } = await edit()
    await nexus.restart()
    nexus.api.sendText(ANA, 'no')
    await nexus.waitForText('the text is empty')
    await nexus.restart()
    nexus.api.sendText(ANA, WORDS)
    const next = await chat.nextCard(card.id)
    expect(next.text).toContain('edited')
    expect(await listDecisions(nexus)).toEqual(['edit'])
  })

  it('says that somebody has decided meanwhile', async () => {
    await start()
    const { card } = await edit()
    await chat.openMenu(card.id, '‹', '✅')
    await nexus.api.tap(ANA, ANA.id, card.id, '✅')
    await nexus.waitForText('handed over')
    nexus.api.sendText(ANA, WORDS)
    await nexus.waitForText('Not edited. Already approved by Ana.')
    await nexus.service.idle()
    expect(await states()).toEqual([])
    expect(await listDecisions(nexus)).toEqual(['approve'])
  })

  it('ends after 15 minutes of silence, visibly, and a late answer is told so', async () => {
    let nowMs = Date.parse('2026-11-20T10:00:00Z')
    await start({ overrides: { clock: { now: () => new Date(nowMs) } } })
    const { asking } = await edit()
    nowMs += 14 * 60_000
    await nexus.service.tick()
    expect(await states()).toHaveLength(1)
    nowMs += 60_000
    await nexus.service.tick()
    const note = await nexus.waitForText('No new words came within 15 minutes')
    expect(note.id).toBe(asking.id)
    expect(note.keyboard).toEqual([])
    nowMs += 3 * 60_000
    nexus.api.sendText(ANA, 'sea otters')
    await nexus.waitForText('Shall I make a carousel about sea otters')
    nexus.api.sendText(ANA, WORDS)
    await nexus.waitForText('That edit has ended')
    nowMs += 60 * 60_000
    nexus.api.sendText(ANA, WORDS)
    await nexus.waitForText('Shall I make a carousel about Two hearts')
    expect(await listDecisions(nexus)).toEqual([])
  })

  it('counts as over after that time also where no tick has said so yet', async () => {
    let nowMs = Date.parse('2026-11-20T10:00:00Z')
    await start({ overrides: { clock: { now: () => new Date(nowMs) } } })
    await edit()
    nowMs += 15 * 60_000
    nexus.api.sendText(ANA, WORDS)
    await nexus.waitForText('That edit has ended')
    expect(await listDecisions(nexus)).toEqual([])
  })

  it('happens once although the first attempt at the answer broke off in the middle', async () => {
    const renderer = createQuickRenderer()
    let broken = 0
    const checkCopy: typeof renderer.checkCopy = async (...args) => {
      if (args[2].title.startsWith('Two hearts') && broken++ === 0) throw new Error('the process broke off')
      return renderer.checkCopy(...args)
    }
    await start({ overrides: { renderer: { ...renderer, checkCopy } } })
    nexus.log.expectErrors('update could not be worked')
    const { card } = await edit()
    nexus.api.sendText(ANA, WORDS)
    await chat.nextCard(card.id)
    await nexus.service.idle()
    expect(broken).toBe(2)
    expect(await listDecisions(nexus)).toEqual(['edit'])
    expect(await queryAll(nexus, 'select revision from run')).toEqual([{ revision: 2 }])
    expect(chat.said('I have your words')).toHaveLength(1)
  })
})
