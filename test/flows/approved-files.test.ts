import { createHash } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { readCarousel } from '../../pipeline/review.ts'
import { findRun } from '../../pipeline/runs.ts'
import { openChat, queryAll } from '../support/chat.ts'
import { ANA, type Nexus, startNexus } from '../support/nexus.ts'

let nexus: Nexus
let chat: ReturnType<typeof openChat>
let own: string
let handedOver: string
beforeEach(async () => {
  nexus = await startNexus()
  chat = openChat(nexus)
  await approveWhileTelegramWaits()
})
afterEach(() => nexus.close())

/** Approved and handed over, with the files still in the outbox; then the bot is stopped. */
async function approveWhileTelegramWaits(): Promise<void> {
  const card = await nexus.generate('octopus hearts')
  nexus.api.faults.add({ method: 'sendMediaGroup', kind: '429', retryAfter: 3_600 })
  await nexus.api.tap(ANA, ANA.id, card.id, '✅')
  const waits = async () => (await queryAll(nexus, 'select from outbox where wait_ms is not null')).length > 0
  await vi.waitUntil(waits, { timeout: 20_000, interval: 20 })
  await nexus.stop()
  const [{ id }] = await queryAll(nexus, 'select id from run')
  const run = await findRun(nexus.db.pool, id)
  const carousel = run && (await readCarousel(nexus.db.pool, run))
  own = join(nexus.dataDir, carousel?.slides[0]?.png.path ?? '')
  handedOver = join(run?.outputDir ?? '', 'slide-1.png')
}

async function goOn(): Promise<void> {
  await queryAll(nexus, 'update outbox set not_before = now()')
  await nexus.restart()
  await nexus.waitForText('Caption')
  await nexus.service.idle()
}

const paths = () => ({ own, handedOver })

describe('a file that waits for Telegram after its approval', () => {
  it.each([
    ['handedOver', 'changed'],
    ['handedOver', 'removed'],
    ['own', 'changed'],
    ['own', 'removed'],
  ] as const)('arrives as it was approved although the %s copy was %s', async (copy, what) => {
    const approved = createHash('sha256')
      .update(await readFile(own))
      .digest('hex')
    if (what === 'changed') await writeFile(paths()[copy], 'something else')
    else await rm(paths()[copy])
    await goOn()
    expect(chat.documents()).toHaveLength(6)
    const [first] = chat.documents()[0]?.documents ?? []
    expect(first?.name).toBe('slide-1.png')
    expect(
      createHash('sha256')
        .update(first?.bytes ?? '')
        .digest('hex'),
    ).toBe(approved)
  })

  it.each(['changed', 'removed'] as const)(
    'is not sent, and the chat is told, when both copies were %s',
    async (what) => {
      for (const path of [own, handedOver]) await (what === 'changed' ? writeFile(path, 'something else') : rm(path))
      await goOn()
      const folder = handedOver.slice(0, -basename(handedOver).length - 1)
      const told = `The file slide-1.png in ${folder} was ${what} after the approval; nothing changed was sent.`
      await nexus.waitForText(told)
      expect(chat.documents()).toEqual([])
      expect(chat.said(told)).toHaveLength(1)
    },
  )
})
