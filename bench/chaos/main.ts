import { randomInt } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { judge, type Verdict } from './verdict.ts'
import { kill, OWNER, openWorld, startBot, type World } from './world.ts'

/**
 * Kills the bot with signal 9 at random moments while a person asks for carousels and approves them, slots come due, and
 * paid services answer; then counts what was lost or done twice. Needs a PostgreSQL server with pgvector.
 *
 *   node bench/chaos/main.ts [kills, default 200]      NEXUS_TEST_DATABASE_URL=postgres://…
 */

export type ChaosOptions = { kills: number; serverUrl: string; say: (line: string) => void }
export type ChaosReport = {
  verdicts: Verdict[]
  kills: number
  runs: number
  slots: number
  calls: number
  seconds: number
}

const DELAYS_MS = { fact: 120, slides: 200, image: 300 }
/** An hour passes in ten seconds, so that slots come due while the bot is being killed. */
const CLOCK_SPEED = 360
const LONGEST_LIFE_MS = 1_500
/** Below the bot's own limit of open runs, with room for those that the schedule makes. */
const MAX_OPEN = 6

export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const began = performance.now()
  const dataDir = await mkdtemp(join(tmpdir(), 'nexus-chaos-'))
  const database = await createDatabase(options.serverUrl)
  const world = await openWorld(DELAYS_MS)
  const clock = { base: Date.now(), speed: CLOCK_SPEED }
  const env = {
    ...world.env,
    NEXUS_DATA_DIR: dataDir,
    DATABASE_URL: database.url,
    NEXUS_SCHEDULE: '0 * * * *',
    CHAOS_CLOCK_SPEED: String(clock.speed),
    CHAOS_CLOCK_BASE: String(clock.base),
  }
  const person = startPerson(world)
  try {
    for (let n = 1; n <= options.kills; n++) {
      const bot = await startBot(env)
      await new Promise((resolve) => setTimeout(resolve, randomInt(20, LONGEST_LIFE_MS)))
      await kill(bot)
      if (n % 10 === 0)
        options.say(`${n} of ${options.kills} kills, ${person.asked()} asked, ${person.approvals()} approved`)
    }
    person.stopAsking()
    const bot = await startBot({ ...env, NEXUS_SCHEDULE: 'off' })
    await settle(database.url, person)
    bot.kill('SIGTERM')
    await new Promise((resolve) => bot.once('exit', resolve))
    const verdicts = await judge(database.url, world, { asked: person.asked(), approvals: person.approvals(), clock })
    const calls = world.groq.requests.length + world.claude.requests.length + world.gemini.requests.length
    return {
      verdicts,
      kills: options.kills,
      ...(await totals(database.url)),
      calls,
      seconds: (performance.now() - began) / 1000,
    }
  } finally {
    person.leave()
    await world.close()
    await database.drop()
    await rm(dataDir, { recursive: true, force: true })
  }
}

/** Asks for a carousel now and then, approves every card that comes, and never knows that the bot dies all the time. */
function startPerson(world: World) {
  let asked = 0
  let approvedOfOwn = 0
  let asking = true
  const tapped = new Set<number>()
  const approved = new Set<number>()
  const cards = () =>
    world.api.messages(OWNER.id).filter((message) => message.keyboard.flat().some(({ text }) => text.startsWith('✅')))
  const act = () => {
    const waiting = cards().filter((card) => !approved.has(card.id))
    if (asking && asked - approvedOfOwn < MAX_OPEN) {
      asked += 1
      world.api.sendText(OWNER, `/generate topic ${asked} of a person`)
    }
    for (const card of waiting) {
      if (tapped.has(card.id)) continue
      tapped.add(card.id)
      const own = !card.text.includes('scheduled')
      // A tap whose answer never comes is a tap all the same; a person who sees the card still there taps again.
      world.api
        .tap(OWNER, OWNER.id, card.id, '✅')
        .then((answer) => {
          // "Already": the answer to an earlier tap was lost with the process that gave it.
          if (!/^(Approved|Already approved)/.test(answer.text ?? '') || approved.has(card.id)) return
          approved.add(card.id)
          if (own) approvedOfOwn += 1
        })
        .catch(() => undefined)
        .finally(() => setTimeout(() => tapped.delete(card.id), 500))
    }
  }
  const timer = setInterval(act, 150)
  return {
    asked: () => asked,
    approvals: () => approved.size,
    waiting: () => cards().length,
    stopAsking: () => {
      asking = false
    },
    leave: () => clearInterval(timer),
  }
}

/** Until nothing is left to do. */
async function settle(url: string, person: { waiting(): number }): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    for (let quiet = 0, looks = 0; quiet < 5 && looks < 600; looks++) {
      const { rows } = await client.query<{ n: string }>(
        `select (select count(*) from telegram_update where status = 'pending')
              + (select count(*) from outbox where status in ('pending', 'sending'))
              + (select count(*) from run where status in ('queued', 'running', 'approved', 'awaiting_review')) as n`,
      )
      quiet = Number(rows[0]?.n) === 0 && person.waiting() === 0 ? quiet + 1 : 0
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  } finally {
    await client.end()
  }
}

async function totals(url: string): Promise<{ runs: number; slots: number }> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query(
    'select (select count(*) from run)::int as runs, (select count(*) from slot)::int as slots',
  )
  await client.end()
  return rows[0]
}

async function createDatabase(serverUrl: string): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `nexus_chaos_${process.pid}_${randomInt(1_000_000)}`
  const onServer = async (sql: string) => {
    const client = new pg.Client({ connectionString: serverUrl })
    await client.connect()
    await client.query(sql)
    await client.end()
  }
  await onServer(`create database ${name}`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => onServer(`drop database if exists ${name} with (force)`) }
}

if (import.meta.main) {
  const serverUrl = process.env.NEXUS_TEST_DATABASE_URL
  if (!serverUrl) {
    process.stderr.write(
      'Set NEXUS_TEST_DATABASE_URL to a PostgreSQL server with pgvector; scripts/test-postgres.sh start gives one.\n',
    )
    process.exit(2)
  }
  const say = (line: string) => void process.stdout.write(`${line}\n`)
  const report = await runChaos({ kills: Number(process.argv[2] ?? 200), serverUrl, say })
  say(
    `\n${report.kills} kills in ${Math.round(report.seconds)} s: ${report.runs} runs, ${report.slots} slots, ${report.calls} paid calls`,
  )
  for (const { name, found, allowed, note } of report.verdicts)
    say(`${found <= allowed ? 'ok  ' : 'FAIL'} ${name}: ${found}${note ? ` (${note})` : ''}`)
  process.exit(report.verdicts.every(({ found, allowed }) => found <= allowed) ? 0 : 1)
}
