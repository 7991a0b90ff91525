import { scheduleJob } from 'node-schedule'
import type { Clock } from '../../src/clock.ts'
import { followEvents } from '../../src/docker/follow-events.ts'
import type { FindDocker } from '../../src/docker/open-docker.ts'
import type { Log } from '../../src/log.ts'
import type { Redact } from '../../src/redact.ts'
import type { Database } from '../../src/transaction.ts'
import type { Health } from '../health.ts'
import type { Finding } from '../rules.ts'
import type { ContainersReader } from '../snapshot/containers.ts'
import type { LogWatchDeps } from './log-watch.ts'
import { createRounds, type Rounds } from './rounds.ts'
import type { Tracker } from './tracker.ts'

/** Watches without being asked, and says what is wrong now to whoever listens. */

export type Observation = {
  at: Date
  findings: Finding[]
  /** Name of a container → names it depends on. */
  dependsOn: ReadonlyMap<string, readonly string[]>
  /** Containers that were in trouble until somebody removed them: no recovery. */
  removed?: readonly string[]
  /** Containers that somebody stopped, and that are off since. */
  stopped?: readonly string[]
}

export type Observe = (observation: Observation) => Promise<void>

export type Monitor = {
  /**
   * Follows the engine's events and looks once a minute, which is also the sample of that minute. What `observe` throws is
   * logged, and the next look tells it again.
   */
  start(observe: Observe): { stop(): Promise<void> }
  /** One look now. */
  look(signal: AbortSignal): Promise<Observation>
}

export type MonitorDeps = {
  clock: Clock
  log: Log
  redact: Redact
  db: Pick<Database, 'pool'>
  health: Pick<Health, 'glance' | 'sample'>
  containers: Pick<ContainersReader, 'readOne' | 'hurry'>
  tracker: Tracker
  findDocker: FindDocker
  listIgnored: LogWatchDeps['listIgnored']
}

/** Away from the full minute, when everything else on a machine starts. */
const EVERY_MINUTE = '20 * * * * *'
/** Many events of one moment are one round; a round a second is enough for any storm. */
const GATHER_MS = 250
const ROUND_EVERY_MS = 1_000
/** While something has to last before it is told, or may be over: three looks within the shortest hold. */
const AGAIN_MS = 25_000
/** What happened before that while the bot was away is the past. */
const CATCH_UP_MS = 10 * 60_000

export function createMonitor(deps: MonitorDeps): Monitor {
  const rounds = createRounds(deps)
  return { look: () => rounds.look('glance'), start: (observe) => start(deps, rounds, observe) }
}

function start(deps: MonitorDeps, rounds: Rounds, observe: Observe): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const timers = new Map<'events' | 'again', NodeJS.Timeout>()
  let running: Promise<void> = Promise.resolve()
  let told: string | null = null
  let roundAt = 0
  let minuteWaits = false
  let failing = false

  const tell = async (kind: 'sample' | 'glance' | 'events') => {
    if (stopping.signal.aborted) return
    roundAt = performance.now()
    try {
      const observation = await rounds.look(kind)
      const news = toKey(observation)
      if (rounds.isWaiting()) later('again', AGAIN_MS)
      if (stopping.signal.aborted || (kind !== 'sample' && news === told)) return
      told = null
      await observe(observation)
      told = news
      failing = false
    } catch (err) {
      // Once, not with every look: most often the database is away, and that is said elsewhere.
      if (!failing) deps.log.warn({ err }, 'observation not taken')
      failing = true
    }
  }
  const queue = (kind: 'sample' | 'glance' | 'events') => {
    running = running.then(() => tell(kind))
    return running
  }
  const later = (name: 'events' | 'again', ms: number) => {
    if (timers.has(name) || stopping.signal.aborted) return
    const fire = () => {
      timers.delete(name)
      void queue(name === 'again' ? 'glance' : 'events')
    }
    timers.set(name, setTimeout(fire, ms))
  }
  const soon = () => later('events', Math.max(GATHER_MS, ROUND_EVERY_MS - (performance.now() - roundAt)))
  const job = scheduleJob(EVERY_MINUTE, () => {
    if (minuteWaits) return
    minuteWaits = true
    void queue('sample').finally(() => {
      minuteWaits = false
    })
  })
  const following = follow(deps, rounds, soon, stopping.signal)
  return {
    stop: async () => {
      job.cancel()
      stopping.abort()
      deps.containers.hurry()
      for (const timer of timers.values()) clearTimeout(timer)
      await Promise.all([running, following])
    },
  }
}

async function follow(deps: MonitorDeps, rounds: Rounds, soon: () => void, signal: AbortSignal): Promise<void> {
  const heard = await rounds.recall()
  const now = deps.clock.now()
  const earliest = now.getTime() - CATCH_UP_MS
  await followEvents(deps, {
    since: heard === null ? now : new Date(Math.max(heard.getTime(), earliest)),
    take: (event) => {
      // Told again because it is the last one that was heard.
      if (heard !== null && event.at.getTime() <= heard.getTime()) return
      if (!rounds.hear(event)) return
      deps.containers.hurry()
      soon()
    },
    onConnected: soon,
    signal,
  })
}

/** What an observation says, without the figures that are a little different each time. */
function toKey({ findings, removed = [] }: Observation): string {
  const parts = findings.map(({ rule, severity, subject, containerId, quote }) => [
    rule,
    severity,
    subject,
    containerId,
    quote,
  ])
  return JSON.stringify([parts, removed])
}
