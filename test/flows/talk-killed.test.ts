import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ChatMessage } from '../../demo/bot-api/types.ts'
import { FAKE_ANTHROPIC_KEY, startFakeAnthropic } from '../support/fakes/anthropic.ts'
import type { HttpFake } from '../support/fakes/http-fake.ts'
import { type Machine, OWNER, startMachine } from '../support/machine.ts'

vi.setConfig({ testTimeout: 120_000 })

let machine: Machine
let claude: HttpFake
beforeEach(async () => {
  machine = await startMachine()
  claude = await startFakeAnthropic()
})
afterEach(async () => {
  await machine.close()
  await claude.close()
})

const env = () => ({ ANTHROPIC_API_KEY: FAKE_ANTHROPIC_KEY, ANTHROPIC_BASE_URL: claude.url })
const until = (look: () => boolean) => vi.waitUntil(look, { timeout: 30_000, interval: 20 })
const said = (part: string) =>
  machine.api.messages(OWNER.id).filter((one) => one.from === 'bot' && one.text.includes(part))
const waitFor = (part: string): Promise<ChatMessage> => machine.api.waitFor(() => said(part)[0], `“${part}”`, 60_000)

describe('the bot as a process', () => {
  it('killed in the middle of an answer says so at the next start, and asks again only at a tap', async () => {
    const bot = await machine.startBot(env())
    claude.always({ kind: 'hang' })
    machine.api.sendText(OWNER, 'how is everything?')
    await until(() => claude.requests.length === 1)
    machine.api.sendText(OWNER, 'and the topics?')
    await waitFor('your question before comes first')
    bot.kill('SIGKILL')
    await bot.ended

    claude.always(null)
    await machine.startBot(env())
    const told = await waitFor('I was interrupted in the middle of this')
    // The one that waited has cost nothing yet: it is answered.
    await waitFor('Everything looks as it should.')
    expect(claude.requests).toHaveLength(2)
    expect((await machine.api.tap(OWNER, OWNER.id, told.id, '🔁')).text ?? '').toBe('')
    await until(() => said('Everything looks as it should.').length === 2)
    expect(claude.requests).toHaveLength(3)
  })
})
