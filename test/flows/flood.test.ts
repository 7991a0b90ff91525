import { afterEach, beforeEach, expect, it } from 'vitest'
import { ANA, BEN, EVE, type Nexus, startNexus } from '../support/nexus.ts'

let nexus: Nexus
beforeEach(async () => {
  nexus = await startNexus()
})
afterEach(() => nexus.close())

const fromBot = (chatId: number) => nexus.api.messages(chatId).filter((message) => message.from === 'bot')

it('answers an owner in order while five thousand updates of others arrive, and refuses each stranger once', async () => {
  nexus.api.sendText(ANA, '/settings')
  const panel = await nexus.waitForText('Settings')
  const strangers = Array.from({ length: 61 }, (_, n) => ({ id: 50_000 + n, first_name: `S${n}` }))
  const taps: Promise<{ text?: string }>[] = []
  for (let n = 0; n < 5_000; n++) {
    const stranger = strangers[n % strangers.length] ?? EVE
    nexus.api.sendText(n % 10 === 0 ? BEN : stranger, n % 10 === 0 ? '/nonsense' : `/generate ${n}`)
    if (n % 500 !== 0) continue
    nexus.api.sendText(ANA, `/nonsense${n}`)
    taps.push(nexus.api.tap(ANA, ANA.id, panel.id, { data: `forged-${n}` }))
  }
  for (const answer of await Promise.all(taps)) expect(answer.text).toContain('do not know this button')
  const order = () => fromBot(ANA.id).flatMap((message) => /\/nonsense(\d+)/.exec(message.text)?.[1] ?? [])
  await nexus.api.waitFor(() => order().length === 10, 'the answers to Ana', 60_000)
  expect(order()).toEqual(Array.from({ length: 10 }, (_, index) => String(index * 500)))
  await nexus.api.waitFor(() => fromBot(BEN.id).length === 500, 'the answers to Ben', 100_000)
  await nexus.api.waitFor(() => strangers.every((one) => fromBot(one.id).length > 0), 'the refusals', 60_000)
  await nexus.service.idle()
  expect(strangers.every((one) => fromBot(one.id).length === 1)).toBe(true)
  const { rows } = await nexus.db.pool.query(
    'select status, count(*) as n from telegram_update group by status order by 1',
  )
  // 500 of Ben; of Ana the panel, ten commands and ten taps.
  expect(rows).toEqual([
    { status: 'done', n: 521 },
    { status: 'refused', n: 4_500 },
  ])
}, 240_000)
