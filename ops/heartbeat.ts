import { writeFile } from 'node:fs/promises'
import { scheduleJob } from 'node-schedule'
import type { Clock } from '../src/clock.ts'
import type { Queryable } from '../src/db/pool.ts'
import type { Log } from '../src/log.ts'

/**
 * A sign of life for a second machine: a file that is written, and an address that is called, each minute, but only while the
 * bot is really at work. What is silent is dead, whether or not its process is there.
 */

export type HeartbeatDeps = {
  db: { pool: Queryable }
  log: Log
  clock: Clock
  /** Absolute path of the file. */
  file: string
  pingUrl: string | null
  /** When each part of the work last went well; null when it has not yet. */
  signs: () => readonly { name: string; at: Date | null; withinMs: number }[]
}

export type Heartbeat = {
  beat(): Promise<void>
  /** Within a few seconds. */
  hasDatabase(): Promise<boolean>
  stop(): Promise<void>
}

/** Away from the looks of the monitor and from the full minute. */
const EVERY_MINUTE = '50 * * * * *'
const PING_LIMIT_MS = 10_000
const DATABASE_LIMIT_MS = 5_000

export function startHeartbeat(deps: HeartbeatDeps): Heartbeat {
  const stopping = new AbortController()
  const told = { silence: '', ping: false }
  let running: Promise<void> | null = null
  const beat = () => {
    running ??= beatOnce(deps, told, stopping.signal).finally(() => {
      running = null
    })
    return running
  }
  const job = scheduleJob(EVERY_MINUTE, () => void beat())
  return {
    beat,
    hasDatabase: () => answers(deps.db),
    stop: async () => {
      job.cancel()
      stopping.abort()
      await running
    },
  }
}

async function beatOnce(
  deps: HeartbeatDeps,
  told: { silence: string; ping: boolean },
  stopping: AbortSignal,
): Promise<void> {
  const missing = await findMissing(deps)
  if (missing !== told.silence && missing !== '') deps.log.warn({ missing }, 'no heartbeat')
  told.silence = missing
  if (missing !== '' || stopping.aborted) return
  await writeFile(deps.file, `${deps.clock.now().toISOString()}\n`).catch((err) =>
    deps.log.warn({ err }, 'heartbeat file not written'),
  )
  if (deps.pingUrl !== null) await ping(deps, deps.pingUrl, told, stopping)
}

/** Names of what gives no sign of life, '' when all is well. */
async function findMissing({ db, clock, signs }: HeartbeatDeps): Promise<string> {
  const now = clock.now().getTime()
  const late = signs().filter(({ at, withinMs }) => at === null || now - at.getTime() > withinMs)
  const hasDatabase = await answers(db)
  return [...late.map(({ name }) => name), ...(hasDatabase ? [] : ['database'])].join(', ')
}

async function answers({ pool }: HeartbeatDeps['db']): Promise<boolean> {
  const late = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => late.resolve(false), DATABASE_LIMIT_MS)
  const answered = await Promise.race([
    pool.query('select 1').then(
      () => true,
      () => false,
    ),
    late.promise,
  ])
  clearTimeout(timer)
  return answered
}

/** The address lets anybody report for us, so it is a secret: it follows no redirect, and is in no log. */
async function ping(
  { log }: HeartbeatDeps,
  url: string,
  told: { ping: boolean },
  stopping: AbortSignal,
): Promise<void> {
  const problem = await callOnce(url, AbortSignal.any([stopping, AbortSignal.timeout(PING_LIMIT_MS)]))
  if (stopping.aborted) return
  // Once, not every minute: whoever listens there tells on us anyway.
  if (problem !== null && !told.ping) log.warn({ problem }, 'heartbeat address does not take it')
  if (problem === null && told.ping) log.info('heartbeat address takes it again')
  told.ping = problem !== null
}

async function callOnce(url: string, signal: AbortSignal): Promise<string | null> {
  try {
    const answer = await fetch(url, { signal, redirect: 'manual' })
    await answer.body?.cancel()
    return answer.ok ? null : `it answers ${answer.status}`
  } catch (thrown) {
    const cause = thrown instanceof Error ? thrown.cause : null
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    return code || (thrown instanceof Error ? thrown.name : 'it cannot be reached')
  }
}
