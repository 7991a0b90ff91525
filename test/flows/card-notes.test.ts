import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createGatedArt, openChat, queryAll } from '../support/chat.ts'
import { startAllFakes } from '../support/fakes/index.ts'
import { ANA, BEN, type Nexus, type NexusOptions, startNexus } from '../support/nexus.ts'

let nexus: Nexus
let chat: ReturnType<typeof openChat>
afterEach(() => nexus.close())
const start = async (options: NexusOptions = {}) => {
  nexus = await startNexus(options)
  chat = openChat(nexus)
}

describe('the card of a topic that the bank cannot serve', () => {
  it('says that the bank has nothing on it, and what would help', async () => {
    await start()
    const card = await nexus.generate('quokka selfies')
    expect(card.text).toContain('The built-in bank has nothing on “quokka selfies”, so this is another fact.')
    expect(card.text).toContain('A key for Groq (GROQ_API_KEY) finds facts on any topic.')
    expect(card.text).not.toContain('nothing new')
  })

  it('does not ask for a key that is there', async () => {
    const fakes = await startAllFakes()
    try {
      await start({ env: fakes.env })
      fakes.groq.always({ kind: 'status', status: 401 })
      const card = await nexus.generate('quokka selfies')
      expect(card.text).toContain('The built-in bank has nothing on “quokka selfies”, so this is another fact.')
      expect(card.text).not.toContain('GROQ_API_KEY')
    } finally {
      await fakes.close()
    }
  })

  it('speaks of nothing new only when it had something that was told', async () => {
    await start()
    let card = await nexus.generate('octopus hearts')
    for (let version = 2; version < 12 && !card.text.includes('another fact'); version++) {
      await chat.openMenu(card.id, '♻️', 'Everything')
      await nexus.api.tap(ANA, ANA.id, card.id, 'Another fact')
      card = await chat.nextCard(card.id)
    }
    expect(card.text).toContain('The built-in bank has nothing new on “octopus hearts”')
  })
})

describe('words for people', () => {
  it('say that a source was not read without codes; those are in the file and the log', async () => {
    await start()
    const card = await nexus.generate('octopus hearts')
    expect(card.text).toContain('Unverified: its source could not be read from here. Check it before you approve.')
    expect(card.text).not.toContain('no network in tests')
    await nexus.api.tap(ANA, ANA.id, card.id, '✅')
    await nexus.waitForText('handed over')
    const [run] = await queryAll(nexus, 'select output_dir as "outputDir" from run')
    const manifest = JSON.parse(await readFile(join(run.outputDir, 'carousel.json'), 'utf8'))
    expect(manifest.proof.reason).toBe('no network in tests')
  })

  it('name what is ready, and count its time from when it was last taken up', async () => {
    const gated = createGatedArt()
    await start({ overrides: { localArt: gated.art } })
    nexus.api.sendText(ANA, '/generate octopus hearts')
    const progress = await nexus.waitForText('Painting the pictures (0 of 4)')
    await queryAll(nexus, `update run set started_at = now() - interval '1 day'`)
    const stopping = nexus.restart()
    gated.open()
    await stopping
    await chat.nextCard(progress.id)
    expect(chat.message(progress.id).text).toMatch(/^✔️ Ready in \d+ s\. Octopus hearts is ready:$/)
  })

  it('name who has cancelled only to somebody else, and money only when some was spent', async () => {
    const gated = createGatedArt()
    await start({ overrides: { localArt: gated.art } })
    nexus.api.sendText(ANA, '/generate venus')
    await nexus.waitForText('Painting the pictures (0 of 4)')
    nexus.api.sendText(BEN, '/cancel')
    expect((await nexus.waitForText('Cancelled')).text).toBe('✖️ Cancelled by Ben: venus.')
    gated.open()
  })
})
