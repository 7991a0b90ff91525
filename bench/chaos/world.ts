import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type BotApi, startBotApi } from '../../demo/bot-api/server.ts'
import type { Draft, Fact } from '../../src/content.ts'
import { startAllFakes } from '../../test/support/fakes/all.ts'
import type { HttpFake } from '../../test/support/fakes/http-fake.ts'

/** What outlives the kills: Telegram, the paid services, and the person. */

export const OWNER = { id: 1001, first_name: 'Ana' }
const TOKEN = '100000001:chaos-token-that-is-long-enough'
const BOT = fileURLToPath(new URL('./bot.ts', import.meta.url))

export type World = {
  api: BotApi
  groq: HttpFake
  claude: HttpFake
  gemini: HttpFake
  env: Record<string, string>
  close(): Promise<void>
}

/** Every answer is unlike every other, so that a request seen twice is a call paid twice. */
export async function openWorld(delaysMs: { fact: number; slides: number; image: number }): Promise<World> {
  const api = await startBotApi({ token: TOKEN })
  const fakes = await startAllFakes({
    groq: { delayMs: delaysMs.fact, answer: (_, n) => inventFact(n) },
    anthropic: { delayMs: delaysMs.slides, answer: (_, n) => inventDraft(n) },
    gemini: { delayMs: delaysMs.image },
  })
  const env = {
    ...fakes.env,
    TELEGRAM_BOT_TOKEN: TOKEN,
    TELEGRAM_API_ROOT: api.url,
    NEXUS_OWNER_IDS: String(OWNER.id),
    NEXUS_DAILY_BUDGET_USD: '100000',
    NEXUS_MONTHLY_BUDGET_USD: '100000',
    HTTP_PORT: '0',
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'fatal',
  }
  const close = async () => {
    await fakes.close()
    await api.close()
  }
  return { api, groq: fakes.groq, claude: fakes.anthropic, gemini: fakes.gemini, env, close }
}

/** Starts the bot as a process of its own and waits until it says that it is ready. */
export async function startBot(env: Record<string, string>): Promise<ChildProcess> {
  const child = spawn(process.execPath, [BOT], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })
  await new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => (line === 'READY' ? resolve() : process.stderr.write(`${line}\n`)))
    child.once('exit', (code) => reject(new Error(`the bot ended at its start with ${code}`)))
  })
  return child
}

/** kill -9, and only then on: nothing of the process is left. */
export async function kill(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await gone
}

const SYLLABLES = [
  'bra',
  'vel',
  'mor',
  'tig',
  'sun',
  'kel',
  'dro',
  'fen',
  'gal',
  'hix',
  'jor',
  'lum',
  'nep',
  'ost',
  'pri',
  'quo',
]

/** A made-up word for a number: different numbers share no word, so no two facts are near each other. */
function word(n: number, salt: number): string {
  let rest = (n * 7 + salt) * 2_654_435_761
  let made = ''
  for (let i = 0; i < 4; i++) {
    rest = Math.abs(rest ^ (rest >>> 7)) + 97 * (i + 1)
    made += SYLLABLES[rest % SYLLABLES.length]
    rest = Math.floor(rest / SYLLABLES.length)
  }
  return made
}

function inventFact(n: number): Fact {
  const [a, b, c, d] = [1, 2, 3, 4].map((salt) => word(n, salt))
  return {
    text: `${a} ${b} ${c} ${d} number ${n}.`,
    why: `Everybody expects ${a}, and it is ${b}.`,
    category: 'physics',
    sourceUrl: `https://www.example.org/${n}`,
    sourceName: 'Example University',
  }
}

function inventDraft(n: number): Draft {
  const slide = (title: string) => ({
    title: `${title} ${word(n, 5)} ${n}`,
    body: `It is ${word(n, 6)} and nobody expected that.`,
    imagePrompt: `Show ${word(n, 7)} ${title} number ${n} in cold light, from far away. One bright point breaks the dark.`,
  })
  return {
    hook: slide('Hook'),
    reveal: slide('Reveal'),
    mechanism: slide('Mechanism'),
    twist: slide('Twist'),
    caption: `The whole story of ${word(n, 8)} in a few words, with a question at the end?`,
    hashtags: ['facts', 'science', `number${n}`],
  }
}
