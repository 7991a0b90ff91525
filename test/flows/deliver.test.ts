import { readdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { approve, readCarousel } from '../../pipeline/review.ts'
import { findRun } from '../../pipeline/runs.ts'
import { inTransaction } from '../../src/transaction.ts'
import { openChat, queryAll, reviveButtons } from '../support/chat.ts'
import { ANA, type Nexus, type NexusOptions, startNexus } from '../support/nexus.ts'

let nexus: Nexus
let chat: ReturnType<typeof openChat>
afterEach(() => nexus.close())
const start = async (options: NexusOptions = {}) => {
  nexus = await startNexus(options)
  chat = openChat(nexus)
}
const query = (text: string, values: unknown[] = []) => queryAll(nexus, text, values)

describe('handing over', () => {
  it('happens once although the process stopped right after the approval was stored', async () => {
    await start()
    const card = await nexus.generate('octopus hearts')
    const [run] = await query('select id, revision, content_hash as "contentHash" from run')
    await nexus.stop()
    // What the tap's transaction leaves behind when the process dies at its commit.
    const ref = { runId: run.id, revision: run.revision, contentHash: run.contentHash }
    const outcome = await inTransaction(nexus.db.pool, (tx) =>
      approve(tx, nexus.app.pipeline, ref, { id: ANA.id, name: 'Ana' }),
    )
    expect(outcome.kind).toBe('approved')
    await nexus.restart()
    await nexus.waitForText('handed over')
    await nexus.restart()
    await nexus.service.idle()
    expect(chat.message(card.id).text).toContain('Approved by Ana and handed over')
    expect(chat.message(card.id).keyboard).toEqual([])
    expect(chat.documents()).toHaveLength(6)
    expect(nexus.api.messages(ANA.id).filter((message) => message.text.startsWith('📋 Caption'))).toHaveLength(1)
    expect(await readdir(join(nexus.dataDir, 'outputs'))).toHaveLength(1)
    const handedOver = await findRun(nexus.db.pool, run.id)
    const carousel = handedOver && (await readCarousel(nexus.db.pool, handedOver))
    const caption = nexus.api.messages(ANA.id).find((message) => message.text.startsWith('📋 Caption'))
    expect(caption?.entities).toContainEqual(expect.objectContaining({ type: 'pre' }))
    expect(caption?.text).toBe(`📋 Caption (tap to copy)\n${carousel?.caption}`)
    const folder = handedOver?.outputDir ?? ''
    expect(chat.message(card.id).text).toContain(folder)
    expect(await readFile(join(folder, 'caption.txt'), 'utf8')).toBe(`${carousel?.caption}\n`)
    const manifest = JSON.parse(await readFile(join(folder, 'carousel.json'), 'utf8'))
    expect(manifest).toMatchObject({ run: run.id, contentHash: run.contentHash, approved: { by: ANA.id } })
    expect(basename(folder)).toMatch(/^\d{4}-\d\d-\d\d-/)
  })

  it('leaves the PNG files out of the chat where the setting says so', async () => {
    await start()
    nexus.api.sendText(ANA, '/settings')
    const settings = await nexus.waitForText('PNG files come into the chat: yes')
    expect((await nexus.api.tap(ANA, ANA.id, settings.id, 'Stop sending')).text).toBe('Saved.')
    await nexus.waitForText('PNG files come into the chat: no')
    const card = await nexus.generate('octopus hearts')
    await nexus.api.tap(ANA, ANA.id, card.id, '✅')
    await nexus.waitForText('handed over')
    await nexus.waitForText('Caption')
    expect(chat.documents()).toEqual([])
    const [folder = ''] = await readdir(join(nexus.dataDir, 'outputs'))
    expect(await readdir(join(nexus.dataDir, 'outputs', folder))).toContain('slide-5.png')
  })

  it('that fails is one message with a button, which works once the reason is gone', async () => {
    await start()
    const card = await nexus.generate('octopus hearts')
    await query(`update run set status = 'approved', decided_by = $1, decided_by_name = 'Ana', decided_at = now()`, [
      ANA.id,
    ])
    const [row] = await query(`select result->'story'->>'path' as path from step where name = 'carousel'`)
    const story = join(nexus.dataDir, row.path)
    const bytes = await readFile(story)
    await writeFile(story, 'changed')
    await nexus.restart()
    const failed = await nexus.waitForText('Approved, but not handed over')
    await nexus.restart()
    await nexus.service.idle()
    expect(chat.said('not handed over')).toHaveLength(1)
    await nexus.api.waitFor(() => chat.labels(failed.id).length === 1, 'the button')
    await writeFile(story, bytes)
    const button = chat.data(failed.id, '🔁')
    expect((await nexus.api.tap(ANA, ANA.id, failed.id, '🔁')).text).toBe('Trying again…')
    await nexus.waitForText('handed over now')
    await nexus.service.idle()
    expect(chat.message(failed.id).keyboard).toEqual([])
    await reviveButtons(nexus)
    expect((await nexus.api.tap(ANA, ANA.id, failed.id, button)).text).toBe('Handed over already.')
    expect(chat.message(card.id).text).toContain('handed over')
  })
})
