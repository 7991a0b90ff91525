import { type BotProcess, startBot } from './support/child.ts'
import { ofTries, say, toLine } from './support/figures.ts'
import { listDatabases, OWNER, openWorld, type World, waitForCard } from './support/world.ts'

/**
 * From /generate to the card with the buttons, through the whole bot: local Telegram, database, worker, real renderer. The
 * services are fakes that take as long as the real ones might, so what is measured is what the bot adds to their time.
 *
 *   node bench/pipeline.ts [tries, default 3]
 */
const TRIES = Number(process.argv[2] ?? 3)
const DELAYS_MS = { fact: 1_000, slides: 2_000, image: 3_000, embedding: 100 }
/** Fact, then slides, then the pictures side by side. The embedding is ours to hide or to pay for. */
const CRITICAL_MS = DELAYS_MS.fact + DELAYS_MS.slides + DELAYS_MS.image

type Times = { first: number[]; second: number[]; words: number[]; edit: number[] }

const databases = await listDatabases()
for (const database of databases) {
  const times: Times = { first: [], second: [], words: [], edit: [] }
  for (let n = 0; n < TRIES; n++) await withBot(database, DELAYS_MS, (world) => measureWithKeys(world, times))
  const ratio = { unit: '× the critical path', target: { atMost: 1.2 } }
  const toRatios = (ms: readonly number[]) => ms.map((one) => one / CRITICAL_MS)
  say(toLine(ofTries(`${database}, command to card, first of a process`, toRatios(times.first), ratio)))
  say(toLine(ofTries(`${database}, command to card, second`, toRatios(times.second), ratio)))
  const beyond = times.words.map((ms) => ms - DELAYS_MS.slides)
  say(toLine(ofTries(`${database}, words only to card, beyond the writer’s 2 s`, beyond, { unit: 'ms' })))
  say(toLine(ofTries(`${database}, edited words to card`, times.edit, { unit: 'ms', target: { atMost: 1_000 } })))
}
for (const database of databases) {
  const alone: number[] = []
  for (let n = 0; n < TRIES; n++)
    await withBot(database, null, async (world) => void alone.push((await world.generate()).ms))
  say(toLine(ofTries(`${database}, command to card without any key`, alone, { unit: 'ms' })))
}

async function withBot(
  database: 'postgres' | 'embedded',
  delaysMs: typeof DELAYS_MS | null,
  work: (world: World) => Promise<void>,
): Promise<void> {
  const world = await openWorld({ database, delaysMs })
  let bot: BotProcess | null = null
  try {
    bot = await startBot(world.env)
    await work(world)
  } finally {
    await bot?.stop()
    await world.close()
  }
}

async function measureWithKeys(world: World, times: Times): Promise<void> {
  times.first.push((await world.generate()).ms)
  const second = await world.generate()
  times.second.push(second.ms)
  const { api } = world
  await press(world, second.card.id, '♻️')
  const [words, rewritten] = await timed(async () => {
    const known = api.messages(OWNER.id).length
    await press(world, second.card.id, 'Words only')
    return waitForCard(api, known)
  })
  times.words.push(words)
  await press(world, rewritten.id, '✏️')
  const known = api.messages(OWNER.id).length
  await press(world, rewritten.id, '2 ·')
  await api.waitFor(() => api.messages(OWNER.id).length > known, 'the question for words')
  const [edit] = await timed(() => {
    api.sendText(OWNER, 'Three hearts and no rest / One of them stops whenever the animal swims away.')
    return waitForCard(api, api.messages(OWNER.id).length)
  })
  times.edit.push(edit)
}

/** A menu opens by an edit that may take a moment: the button is awaited first. */
async function press({ api }: World, messageId: number, button: string): Promise<void> {
  const hasButton = () =>
    api
      .messages(OWNER.id)
      .find(({ id }) => id === messageId)
      ?.keyboard.flat()
      .some(({ text }) => text.startsWith(button))
  await api.waitFor(hasButton, `the button ${button}`)
  await api.tap(OWNER, OWNER.id, messageId, button)
}

async function timed<T>(work: () => Promise<T>): Promise<[ms: number, value: T]> {
  const startedMs = performance.now()
  const value = await work()
  return [performance.now() - startedMs, value]
}
