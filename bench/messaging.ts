import type { ChatMessage } from '../demo/bot-api/server.ts'
import { type BotProcess, startBot } from './support/child.ts'
import { say, toLine } from './support/figures.ts'
import { NoPostgres, OWNER, openWorld, type World } from './support/world.ts'

/**
 * From an owner's tap to its answer, while nothing else happens and while 5,000 updates of others arrive (nine in ten of
 * strangers, one in ten commands of a second owner), and how many updates a second are stored. The bot is a process of its
 * own; Telegram lives in the measuring one and costs part of the machine.
 *
 *   node bench/messaging.ts [taps, default 60]
 */
const TAPS = Number(process.argv[2] ?? 60)
const OTHERS = 5_000
/** They arrive over so many seconds; as a burst they all arrive before the first tap. */
const STREAM_SECONDS = 5
const TICK_MS = 20
const SECOND_OWNER = { id: 1002, first_name: 'Ben' }
const STRANGERS = Array.from({ length: 97 }, (_, n) => ({ id: 70_000 + n, first_name: `Stranger ${n}` }))
const IDLE_MS = 300
const FLOOD_MS = 1_000
const STORED_A_SECOND = 500

for (const database of ['postgres', 'embedded'] as const) {
  const world = await openWorld({ database, delaysMs: null }).catch((err) => {
    if (!(err instanceof NoPostgres)) throw err
    say(`left out – ${err.message}`)
    return null
  })
  if (!world) continue
  let bot: BotProcess | null = null
  try {
    bot = await startBot({ ...world.env, NEXUS_OWNER_IDS: `${OWNER.id},${SECOND_OWNER.id}` })
    await measure(database, world)
  } finally {
    await bot?.stop()
    await world.close()
  }
}

async function measure(database: string, world: World): Promise<void> {
  const panel = await openPanel(world)
  await tapTimes(world, panel, 10)
  report(`${database}, tap to answer, idle`, await tapTimes(world, panel, TAPS), IDLE_MS)

  const streaming = pushStream(world)
  report(`${database}, tap to answer, while 5000 arrive over 5 s`, await tapUntil(world, panel, streaming), FLOOD_MS)
  await settle(world)

  const beganMs = performance.now()
  for (let n = 0; n < OTHERS; n++) pushOther(world, n)
  const behind = tapTimes(world, panel, 1)
  await world.api.waitFor(() => world.api.pendingUpdates() === 0, 'the burst to be stored', 120_000)
  const rate = OTHERS / ((performance.now() - beganMs) / 1000)
  const [lastMs = Number.NaN] = await behind
  say(
    toLine({
      what: `${database}, updates stored`,
      value: rate,
      unit: 'a second',
      target: { atLeast: STORED_A_SECOND },
    }),
  )
  say(toLine({ what: `${database}, tap behind a burst of 5000`, value: lastMs, unit: 'ms' }))
  await settle(world)
}

/** A message with a button that changes something: each tap is a transaction, an edit and an answer. */
async function openPanel(world: World): Promise<ChatMessage> {
  world.api.sendText(OWNER, '/settings')
  const look = () => world.api.messages(OWNER.id).findLast((message) => message.keyboard.length > 0)
  return world.api.waitFor(look, 'the settings')
}

async function tapTimes(world: World, panel: ChatMessage, count: number): Promise<number[]> {
  const times: number[] = []
  for (let n = 0; n < count; n++) times.push(await tapOnce(world, panel))
  return times
}

async function tapUntil(world: World, panel: ChatMessage, end: Promise<void>): Promise<number[]> {
  const times: number[] = []
  let ended = false
  void end.then(() => {
    ended = true
  })
  while (!ended) times.push(await tapOnce(world, panel))
  return times
}

/** Waits for the edit as well, so that the next tap finds living buttons, but does not count it. */
async function tapOnce(world: World, panel: ChatMessage): Promise<number> {
  const { edits } = panel
  const data = panel.keyboard[0]?.[0]?.callback_data ?? ''
  const beganMs = performance.now()
  await world.api.tap(OWNER, OWNER.id, panel.id, { data })
  const tookMs = performance.now() - beganMs
  await world.api.waitFor(() => panel.edits > edits, 'the edit', 60_000)
  return tookMs
}

function pushOther(world: World, n: number): void {
  if (n % 10 === 0) world.api.sendText(SECOND_OWNER, `/nonsense${n}`)
  else world.api.sendText(STRANGERS[n % STRANGERS.length] ?? SECOND_OWNER, `/generate ${n}`)
}

/** Evenly by the clock: a machine that is late pushes more at once, not fewer. */
function pushStream(world: World): Promise<void> {
  const beganMs = performance.now()
  let pushed = 0
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const due = Math.min(OTHERS, ((performance.now() - beganMs) / (STREAM_SECONDS * 1000)) * OTHERS)
      while (pushed < due) pushOther(world, pushed++)
      if (pushed < OTHERS) return
      clearInterval(timer)
      resolve()
    }, TICK_MS)
  })
}

/** Until the bot has worked what was pushed: its last answer to the second owner. */
async function settle(world: World): Promise<void> {
  const word = `/last${performance.now().toFixed(0)}`
  world.api.sendText(SECOND_OWNER, word)
  const answered = () =>
    world.api.messages(SECOND_OWNER.id).some((one) => one.from === 'bot' && one.text.includes(word))
  await world.api.waitFor(answered, 'the end of the work', 120_000)
}

function report(what: string, times: readonly number[], atMost: number): void {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
  say(toLine({ what: `${what}, p50`, value: at(0.5), unit: 'ms' }))
  const note = `worst ${at(1).toFixed(0)} of ${times.length}`
  say(toLine({ what: `${what}, p95`, value: at(0.95), unit: 'ms', note, target: { atMost } }))
}
