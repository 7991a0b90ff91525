import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ANA, type Nexus, startNexus } from '../support/nexus.ts'

let nexus: Nexus
beforeEach(async () => {
  nexus = await startNexus()
})
afterEach(() => nexus.close())

const runs = async () => (await nexus.db.pool.query('select status, decided_by_name as by from run')).rows

describe('from /generate to approved files', () => {
  it('shows progress, an album of five and a card, and hands over exactly the approved files', async () => {
    const card = await nexus.generate('octopus hearts')
    const album = nexus.api.messages(ANA.id).filter((message) => message.photos.length > 0)
    expect(album).toHaveLength(5)
    expect(new Set(album.map((message) => message.mediaGroupId)).size).toBe(1)
    expect(card.text).toContain('Unverified')
    expect(card.keyboard[0]?.[0]?.text).toBe('✅ Approve (unverified)')

    const answer = await nexus.api.tap(ANA, ANA.id, card.id, '✅')
    expect(answer.text).toContain('Approved')
    await nexus.waitForText('handed over')
    await nexus.waitForText('Caption')
    const [folder = ''] = await readdir(join(nexus.dataDir, 'outputs'))
    expect(folder).toMatch(/^\d{4}-\d\d-\d\d-[a-z0-9-]+$/)
    const files = (await readdir(join(nexus.dataDir, 'outputs', folder))).sort()
    expect(files).toEqual(
      [
        'caption.txt',
        'carousel.json',
        ...[1, 2, 3, 4, 5].flatMap((n) => [`slide-${n}.jpg`, `slide-${n}.png`]),
        'story.png',
      ].sort(),
    )
    const documents = nexus.api.messages(ANA.id).flatMap((message) => message.documents)
    expect(documents.map((document) => document.name)).toEqual([
      'slide-1.png',
      'slide-2.png',
      'slide-3.png',
      'slide-4.png',
      'slide-5.png',
      'story.png',
    ])
    const onDisk = await readFile(join(nexus.dataDir, 'outputs', folder, 'slide-2.png'))
    expect(documents[1]?.bytes.equals(onDisk)).toBe(true)
    expect(await runs()).toEqual([{ status: 'delivered', by: 'Ana' }])
  })

  it('counts eight simultaneous taps as one approval', async () => {
    const card = await nexus.generate('black holes')
    const taps = [ANA, ANA, ANA, ANA, ANA, ANA, ANA, ANA].map((person) => nexus.api.tap(person, ANA.id, card.id, '✅'))
    const answers = await Promise.all(taps)
    expect(answers.filter((answer) => answer.text?.startsWith('Approved'))).toHaveLength(1)
    await nexus.waitForText('handed over')
    const { rows } = await nexus.db.pool.query(`select count(*) as n from decision where kind = 'approve'`)
    expect(rows[0].n).toBe(1)
    expect(nexus.api.messages(ANA.id).filter((message) => message.documents.length > 0)).toHaveLength(6)
  })

  it('refuses to approve when a file on disk is not the one that was shown', async () => {
    const card = await nexus.generate('honey')
    const { rows } = await nexus.db.pool.query(
      `select result->'slides'->1->'png'->>'path' as path from step where name = 'carousel'`,
    )
    await writeFile(join(nexus.dataDir, rows[0].path), 'something else')
    const answer = await nexus.api.tap(ANA, ANA.id, card.id, '✅')
    expect(answer).toMatchObject({ showAlert: true })
    expect(answer.text).toContain('slide 2')
    expect(await runs()).toEqual([{ status: 'awaiting_review', by: null }])
  })
})
