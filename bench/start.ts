import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { inherited } from './support/child.ts'
import { ofTries, say, toLine } from './support/figures.ts'
import { listDatabases, openWorld } from './support/world.ts'

/**
 * From the start of the process to "Nexus is ready" in its log: the production entry itself, on a new database (with all
 * migrations to make) and on one that is there, on PostgreSQL and embedded.
 *
 *   node bench/start.ts [tries, default 5]
 */
const TRIES = Number(process.argv[2] ?? 5)
const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const READY = 'Nexus is ready'
const TARGETS_MS = { postgres: { first: 2_000, again: 2_000 }, embedded: { first: 5_000, again: null } } as const

const databases = await listDatabases()
for (const database of databases) {
  const first: number[] = []
  const again: number[] = []
  for (let n = 0; n < TRIES; n++) {
    const world = await openWorld({ database, delaysMs: null })
    try {
      first.push(await startAndStop(world.env))
      again.push(await startAndStop(world.env))
    } finally {
      await world.close()
    }
  }
  const rest = (atMost: number | null) => ({ unit: 'ms', ...(atMost === null ? {} : { target: { atMost } }) })
  say(toLine(ofTries(`${database}, first start to ready`, first, rest(TARGETS_MS[database].first))))
  say(toLine(ofTries(`${database}, later start to ready`, again, rest(TARGETS_MS[database].again))))
}

/** Milliseconds until it was ready. */
async function startAndStop(env: Record<string, string>): Promise<number> {
  const startedMs = performance.now()
  const child = spawn(process.execPath, [MAIN], {
    env: { ...inherited(), ...env, LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const gone = new Promise<never>((_, reject) =>
    child.once('exit', (code) => reject(new Error(`the bot ended with ${code}`))),
  )
  const ready = new Promise<number>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.includes(READY)) resolve(performance.now() - startedMs)
    })
  })
  const readyMs = await Promise.race([ready, gone])
  child.kill('SIGTERM')
  await gone.catch(() => undefined)
  return readyMs
}
