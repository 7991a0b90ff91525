import { createHealth } from '../../ops/health.ts'
import { createMonitor, type Monitor, type Observation } from '../../ops/monitor/index.ts'
import { createTracker } from '../../ops/monitor/tracker.ts'
import type { Rule } from '../../ops/rules.ts'
import { createContainersReader } from '../../ops/snapshot/containers.ts'
import { absent } from '../../ops/snapshot/reading.ts'
import type { Clock } from '../../src/clock.ts'
import type { Database } from '../../src/db/pool.ts'
import { openDocker } from '../../src/docker/open-docker.ts'
import { createTestLog } from './log.ts'

/** A monitor on a real engine, with a database that only remembers settings, and no other machine around it. */

export type Watch = {
  monitor: Monitor
  observations: Observation[]
  /** Waits for an observation; says what was seen instead when none comes. */
  until(isIt: (seen: Observation) => boolean, what: string, limitMs?: number): Promise<Observation>
  untilFinding(rule: Rule, subject: string): Promise<Observation>
  stop(): Promise<void>
}

const nothing = async () => absent('not in this test')
const PROBES = {
  cpu: nothing,
  memory: nothing,
  disks: nothing,
  temperature: nothing,
  uptime: nothing,
  network: nothing,
  units: nothing,
  database: nothing,
  bot: nothing,
}

/** Keeps what is written to the table of settings; of all else there is none. */
export function createSettingsOnly(settings = new Map<string, unknown>()): Pick<Database, 'pool'> {
  const query = async (text: string, [key, value]: [string, string]) => {
    if (text.startsWith('insert into setting')) settings.set(key, JSON.parse(value))
    const found = text.includes('setting') && settings.has(key)
    return { rows: found ? [{ value: structuredClone(settings.get(key)) }] : [], rowCount: 0 }
  }
  return { pool: { query } } as unknown as Pick<Database, 'pool'>
}

export function openWatch(host: string, given: { settings?: Map<string, unknown>; clock?: Clock } = {}) {
  const { log } = createTestLog()
  const { clock = { now: () => new Date() } } = given
  const findDocker = openDocker({ host, log })
  const tracker = createTracker()
  const containers = createContainersReader(findDocker, {
    wasStopped: tracker.wasStopped,
    expectsDocker: () => tracker.expectsDocker(clock.now()),
  })
  const database = absent('not in this test')
  const probes = { ...PROBES, containers: containers.read }
  const health = createHealth({ clock, log, isBot: true, database, probes, limitMs: 20_000 })
  const db = createSettingsOnly(given.settings)
  const listIgnored = async () => []
  return createMonitor({ clock, log, db, health, containers, tracker, findDocker, listIgnored, redact: (text) => text })
}

export function startWatch(host: string, given: Parameters<typeof openWatch>[1] = {}): Watch {
  const monitor = openWatch(host, given)
  const observations: Observation[] = []
  const waiting = new Set<() => void>()
  const { stop } = monitor.start(async (observation) => {
    observations.push(observation)
    for (const look of waiting) look()
  })
  const until: Watch['until'] = (isIt, what, limitMs = 20_000) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(look)
        const seen = observations.map(({ findings }) => findings.map(({ rule, subject }) => `${rule} ${subject}`))
        reject(new Error(`${what} was not seen, but ${JSON.stringify(seen)}`))
      }, limitMs)
      const look = () => {
        const found = observations.findLast(isIt)
        if (!found) return
        clearTimeout(timer)
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      look()
    })
  return {
    monitor,
    observations,
    until,
    untilFinding: (rule, subject) =>
      until(
        ({ findings }) => findings.some((one) => one.rule === rule && one.subject === subject),
        `${rule} of ${subject}`,
      ),
    stop,
  }
}
