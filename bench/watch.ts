import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { findEngineGap, startEngine } from '../test/support/containers.ts'
import { startProcess } from '../test/support/process.ts'
import { inherited, readMemory } from './support/child.ts'
import { say, toLine } from './support/figures.ts'
import { listDatabases, openWorld } from './support/world.ts'

/**
 * What it costs to watch a calm machine: the bot at rest with ten containers, half of them with a health check, against the
 * same bot without Docker. Needs Linux, root and what test/support/containers.ts needs.
 *
 *   node bench/watch.ts [minutes, default 3]
 */
const MINUTES = Number(process.argv[2] ?? 3)
const CONTAINERS = 10
/** The first minute's look loads the client, and code is made fast. */
const WARM_MS = 75_000
const TICKS_A_SECOND = 100
const NO_DOCKER = 'unix:///nowhere/docker.sock'

/** As people set it; the tests' own checks twice a second would be the engine's load, not ours. */
const CALM_CHECK = ['--health-interval=30s']

type Seen = { cpuPercent: number; memoryMb: number }

const gap = findEngineGap()
if (gap !== null) say(`left out – an engine ${gap}`)
else await compare()

async function compare(): Promise<void> {
  const engine = await startEngine()
  try {
    for (let n = 0; n < CONTAINERS; n++) engine.run(`watched-${n}`, { health: n % 2 === 0, args: CALM_CHECK })
    const [alone, watching] = await Promise.all([watchBot(NO_DOCKER), watchBot(engine.host)])
    say(toLine({ what: 'processor without Docker', value: alone.cpuPercent, unit: '% of a core' }))
    const ten = `processor with ${CONTAINERS} containers`
    say(toLine({ what: ten, value: watching.cpuPercent, unit: '% of a core', target: { atMost: 1 } }))
    const extra = watching.memoryMb - alone.memoryMb
    say(toLine({ what: 'memory for watching them', value: extra, unit: 'MB', target: { atMost: 20 } }))
  } finally {
    await engine.close()
  }
}

async function watchBot(dockerHost: string): Promise<Seen> {
  const [database = 'embedded'] = await listDatabases()
  const world = await openWorld({ database, delaysMs: null })
  // The production entry: the other benches' bot looks at its own loop 200 times a second, which costs more than all of this.
  const bot = startProcess('src/main.ts', [], {
    ...inherited(),
    ...world.env,
    DOCKER_HOST: dockerHost,
    LOG_LEVEL: 'info',
  })
  try {
    await bot.printed('Nexus is ready')
    await pause(WARM_MS)
    const before = await readCpuSeconds(bot.pid)
    await pause(MINUTES * 60_000)
    const used = (await readCpuSeconds(bot.pid)) - before
    const { nowMb } = await readMemory(bot.pid)
    return { cpuPercent: (used / (MINUTES * 60)) * 100, memoryMb: nowMb }
  } finally {
    bot.kill('SIGTERM')
    await bot.ended
    await world.close()
  }
}

/** utime and stime, the 14th and 15th field; the second one is a name in brackets that may hold anything. */
async function readCpuSeconds(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND
}
