import type { LoopReport } from './support/bot.ts'
import { type BotProcess, forgetPeak, readMemory, startBot } from './support/child.ts'
import { ofTries, say, toLine } from './support/figures.ts'
import { listDatabases, openWorld, type World } from './support/world.ts'

/**
 * Memory and main-loop lag of the bot process, in a run with all services (fakes) and in one without any key. The kernel
 * keeps the high-water mark, so no peak is missed between two looks. Needs Linux and PostgreSQL.
 *
 *   node bench/memory.ts [tries, default 3]
 */
const TRIES = Number(process.argv[2] ?? 3)
const DELAYS_MS = { fact: 300, slides: 300, image: 500, embedding: 100 }
/** By then threads that rest have ended and the plates were let go. */
const REST_MS = 35_000
const SETTLE_MS = 3_000

type Seen = { idleMb: number; peakMb: number; restedMb: number; first: LoopReport; second: LoopReport }

if ((await listDatabases()).includes('postgres')) {
  await measure('with keys', DELAYS_MS)
  await measure('without keys', null)
}

async function measure(label: string, delaysMs: typeof DELAYS_MS | null): Promise<void> {
  const seen: Seen[] = []
  for (let n = 0; n < TRIES; n++) seen.push(await watchOneBot(delaysMs))
  const figure = (what: string, pick: (one: Seen) => number, unit: string, atMost?: number) =>
    say(
      toLine(
        ofTries(`${label}, ${what}`, seen.map(pick), { unit, ...(atMost === undefined ? {} : { target: { atMost } }) }),
      ),
    )
  figure('idle after start', (one) => one.idleMb, 'MB', 200)
  figure('peak of a run above idle', (one) => one.peakMb - one.idleMb, 'MB', 350)
  figure('idle again after the run', (one) => one.restedMb, 'MB', 200)
  figure('loop lag in the first run, p99', (one) => one.first.p99Ms, 'ms')
  figure('loop lag in the first run, longest', (one) => one.first.maxMs, 'ms')
  figure('longest work at a stretch, first run', (one) => one.first.busyMs, 'ms', 20)
  figure('loop lag in the second run, p99', (one) => one.second.p99Ms, 'ms', 20)
  figure('loop lag in the second run, longest', (one) => one.second.maxMs, 'ms')
  figure('longest work at a stretch, second run', (one) => one.second.busyMs, 'ms', 20)
}

async function watchOneBot(delaysMs: typeof DELAYS_MS | null): Promise<Seen> {
  const world = await openWorld({ database: 'postgres', delaysMs })
  let bot: BotProcess | null = null
  try {
    bot = await startBot(world.env)
    await pause(SETTLE_MS)
    const { nowMb: idleMb } = await readMemory(bot.pid)
    const { loop: first, peakMb } = await watchRun(world, bot)
    const { loop: second, peakMb: secondPeakMb } = await watchRun(world, bot)
    await pause(REST_MS)
    const { nowMb: restedMb } = await readMemory(bot.pid)
    return { idleMb, peakMb: Math.max(peakMb, secondPeakMb), restedMb, first, second }
  } finally {
    await bot?.stop()
    await world.close()
  }
}

async function watchRun(world: World, bot: BotProcess): Promise<{ loop: LoopReport; peakMb: number }> {
  await forgetPeak(bot.pid)
  await bot.watchLoop()
  await world.generate()
  const loop = await bot.readLoop()
  return { loop, peakMb: (await readMemory(bot.pid)).peakMb }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
