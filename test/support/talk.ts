import type { ChatMessage } from '../../demo/bot-api/types.ts'
import { openChat, queryAll } from './chat.ts'
import { FAKE_ANTHROPIC_KEY, startFakeAnthropic } from './fakes/anthropic.ts'
import type { HttpFake } from './fakes/http-fake.ts'
import { QUICK_POLICY } from './fakes/provider-deps.ts'
import { ANA, type Nexus, type NexusOptions, startNexus } from './nexus.ts'

/** The whole bot with Claude's stand-in, and a conversation with it in Ana's chat. No Docker unless `env` says so. */
export type TalkRig = {
  nexus: Nexus
  claude: HttpFake
  chat: ReturnType<typeof openChat>
  /** Sends a sentence and gives the message that answers it, once it has these words and no button to stop it. */
  ask(text: string, answer: string): Promise<ChatMessage>
  /** The message that is being written. */
  streaming(): Promise<ChatMessage>
  turns(): Promise<{ text: string; answer: string | null; status: string; cost: number }[]>
  /** What was asked of Claude, as sent. */
  bodies(): string[]
  close(): Promise<void>
}

export async function startTalkRig({ env, overrides }: Pick<NexusOptions, 'env' | 'overrides'> = {}): Promise<TalkRig> {
  const claude = await startFakeAnthropic()
  const key = { ANTHROPIC_API_KEY: FAKE_ANTHROPIC_KEY, ANTHROPIC_BASE_URL: claude.url }
  const nexus = await startNexus({
    env: { ...key, DOCKER_HOST: 'unix:///nowhere/docker.sock', ...env },
    overrides: { policy: QUICK_POLICY, ...overrides },
  })
  const answers = (after: number, words: string) =>
    nexus.api
      .messages(ANA.id)
      .find((one) => one.from === 'bot' && one.id > after && one.text.includes(words) && !hasStop(one))
  return {
    nexus,
    claude,
    chat: openChat(nexus),
    ask: (text, answer) => {
      const id = nexus.api.sendText(ANA, text)
      return nexus.api.waitFor(() => answers(id, answer), `“${answer}”`)
    },
    streaming: () => nexus.api.waitFor(() => nexus.findWith('⏹ Stop'), 'the button to stop'),
    turns: () => queryAll(nexus, 'select text, answer, status, cost_usd as cost from talk_turn order by id'),
    bodies: () => claude.requests.map(({ body }) => JSON.stringify(body)),
    close: async () => {
      await nexus.close()
      await claude.close()
    },
  }
}

export function hasStop(message: ChatMessage): boolean {
  return message.keyboard.flat().some(({ text }) => text.startsWith('⏹'))
}
