import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Failure } from '../../src/failure.ts'
import type { ImageModel } from '../../src/providers/ports.ts'
import { listStatuses } from '../support/chat.ts'
import { ANA, type Nexus, startNexus } from '../support/nexus.ts'
import { createQuickArt } from '../support/quick-renderer.ts'

const quick = createQuickArt()
let mood: 'well' | 'slow' | 'broken'
const art: ImageModel = {
  maker: quick.maker,
  paint: async (request, context) => {
    if (mood === 'broken') throw new Failure('the brush broke', { code: 'internal' })
    if (mood === 'slow') await new Promise((resolve) => context.signal.addEventListener('abort', resolve))
    context.signal.throwIfAborted()
    return quick.paint(request, context)
  },
}
let nexus: Nexus
beforeEach(async () => {
  mood = 'well'
  nexus = await startNexus({ overrides: { localArt: art } })
})
afterEach(() => nexus.close())

const readRun = async () =>
  (await nexus.db.pool.query('select status, revision, content_hash as hash from run')).rows[0]

describe('a new version that does not come about', () => {
  it('leaves the earlier draft up for review when a person stops it', async () => {
    const first = await nexus.generate('octopus hearts')
    const before = await readRun()
    mood = 'slow'
    await nexus.api.tap(ANA, ANA.id, first.id, '♻️')
    const menu = await nexus.api.waitFor(() => nexus.findWith('Everything'), 'the menu')
    await nexus.api.tap(ANA, ANA.id, menu.id, '🖼 Slide 2')
    const progress = await nexus.api.waitFor(() => nexus.findWith('✖️ Cancel'), 'the progress')
    expect((await nexus.api.tap(ANA, ANA.id, progress.id, '✖️')).text).toBe('Stopped. The version before stands.')

    const card = await nexus.api.waitFor(() => {
      const newest = nexus.findWith('✅ Approve')
      return newest !== undefined && newest.id > progress.id && newest
    }, 'the earlier card again')
    expect(await readRun()).toEqual({ status: 'awaiting_review', revision: 3, hash: before.hash })
    expect((await nexus.api.tap(ANA, ANA.id, card.id, '✅')).text).toContain('Approved')
    await nexus.waitForText('handed over')
    expect(await listStatuses(nexus)).toEqual(['delivered'])
  })

  it('leaves the earlier draft up for review when it cannot be made', async () => {
    const first = await nexus.generate('octopus hearts')
    const before = await readRun()
    mood = 'broken'
    await nexus.api.tap(ANA, ANA.id, first.id, '♻️')
    const menu = await nexus.api.waitFor(() => nexus.findWith('Everything'), 'the menu')
    await nexus.api.tap(ANA, ANA.id, menu.id, '🖼 Slide 1')
    await nexus.waitForText('No new version')
    const card = await nexus.api.waitFor(() => {
      const newest = nexus.findWith('✅ Approve')
      return newest !== undefined && newest.id > menu.id && newest
    }, 'the earlier card again')
    expect(await readRun()).toEqual({ status: 'awaiting_review', revision: 3, hash: before.hash })
    expect((await nexus.api.tap(ANA, ANA.id, card.id, '♻️')).text).toBeUndefined()
  })
})
