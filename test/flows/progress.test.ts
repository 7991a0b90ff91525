import { afterEach, describe, expect, it } from 'vitest'
import { createGatedArt, listStatuses, openChat, queryAll } from '../support/chat.ts'
import { ANA, type Nexus, type NexusOptions, startNexus } from '../support/nexus.ts'

let nexus: Nexus
let chat: ReturnType<typeof openChat>
afterEach(() => nexus.close())
const start = async (options: NexusOptions = {}) => {
  nexus = await startNexus(options)
  chat = openChat(nexus)
}
const query = (text: string, values: unknown[] = []) => queryAll(nexus, text, values)

describe('progress', () => {
  const progressEdits = () =>
    query(
      `select status, payload->>'html' as html from outbox where kind = 'edit' and ref like '%:progress' order by id`,
    )

  it('of a run that is cancelled while its pictures are painted says nothing any more', async () => {
    const gated = createGatedArt()
    await start({ overrides: { localArt: gated.art } })
    nexus.api.sendText(ANA, '/generate octopus hearts')
    const progress = await nexus.waitForText('Painting the pictures (0 of 4)')
    expect((await nexus.api.tap(ANA, ANA.id, progress.id, '✖️ Cancel')).text).toBe('Cancelled.')
    gated.open()
    await nexus.service.idle()
    expect(await listStatuses(nexus)).toEqual(['cancelled'])
    expect((await progressEdits()).at(-1)?.html).toContain('Cancelled: ')
    expect(chat.message(progress.id).text).toContain('Cancelled: ')
    expect(chat.message(progress.id).keyboard).toEqual([])
    expect(nexus.findWith('✅')).toBeUndefined()
  })

  it('does not pile up for a chat that Telegram has told to wait, and ends with the news of the end', async () => {
    const gated = createGatedArt()
    await start({ overrides: { localArt: gated.art } })
    nexus.api.sendText(ANA, '/generate octopus hearts')
    const progress = await nexus.waitForText('Painting the pictures (0 of 4)')
    nexus.api.faults.add({ method: 'editMessageText', kind: '429', chatId: ANA.id, retryAfter: 1 })
    gated.open()
    await chat.nextCard(progress.id)
    await nexus.service.idle()
    expect(chat.message(progress.id).text).toContain('Ready in')
    expect(chat.message(progress.id).keyboard).toEqual([])
    const last = (await progressEdits()).slice(-3)
    expect(last.at(-1)).toMatchObject({ status: 'sent', html: expect.stringContaining('Ready in') })
    expect(last.slice(0, -1).map(({ status }) => status)).toEqual(['dropped', 'dropped'])
  })

  it('and a typing indicator come at once, before any work is done', async () => {
    const gated = createGatedArt()
    await start({ overrides: { localArt: gated.art } })
    const actions: string[] = []
    nexus.api.onEvent((event) => void (event.kind === 'action' && actions.push(event.action)))
    nexus.api.sendText(ANA, '/generate octopus hearts')
    await nexus.waitForText('Painting the pictures (0 of 4)')
    await nexus.api.waitFor(() => actions.includes('upload_photo'), 'the sign of pictures')
    expect(actions[0]).toBe('typing')
    gated.open()
    await chat.nextCard(0)
  })
})
