import { createHash } from 'node:crypto'
import type { Observation } from '../../../ops/monitor/index.ts'
import { createRounds } from '../../../ops/monitor/rounds.ts'
import { createTracker } from '../../../ops/monitor/tracker.ts'
import type { SeenContainer } from '../../../ops/snapshot/containers.ts'
import { failed, ok } from '../../../ops/snapshot/reading.ts'
import type { Snapshot } from '../../../ops/snapshot/snapshot.ts'
import type { ContainerId } from '../../../src/docker/container-id.ts'
import type { ContainerEvent, EventAction } from '../../../src/docker/events.ts'
import { createTestLog } from '../../support/log.ts'
import { createSettingsOnly } from '../../support/monitor.ts'
import { containerWith, GB, NOW, snapshotWith } from '../sample-snapshot.ts'

/**
 * A machine of which a test says how it is, and a monitor whose time is the test's. The monitor looks each minute, a moment
 * after an event, and again while it waits for something, as the real one does.
 */

type Details = { exitCode?: number; signal?: number; health?: 'healthy' | 'unhealthy' }
const TICK_S = 1
const AGAIN_S = 25

export function createWorld() {
  let now = NOW.getTime()
  let made = 0
  let memoryPercent = 50
  let temperature = 52
  let dockerAnswers = true
  let settings = new Map<string, unknown>()
  const containers = new Map<string, SeenContainer>()
  const observations: Observation[] = []
  const clock = { now: () => new Date(now) }
  const takeSnapshot = async (): Promise<Snapshot> => ({
    ...snapshotWith(),
    takenAt: clock.now(),
    memory: ok({
      totalBytes: 100 * GB,
      availableBytes: (100 - memoryPercent) * GB,
      swapTotalBytes: 0,
      swapFreeBytes: 0,
    }),
    temperature: ok(temperature),
    bot: ok({ ...snapshotBot(), lastReadyAt: clock.now() }),
    backup: ok({ at: clock.now(), verified: true }),
    containers: dockerAnswers ? ok([...containers.values()]) : failed('no answer within 1.3 s'),
  })
  const open = () =>
    createRounds({
      clock,
      log: createTestLog().log,
      db: createSettingsOnly(settings),
      health: { glance: takeSnapshot, sample: takeSnapshot },
      containers: { readOne: async (id) => containers.values().find((one) => one.id === id) ?? null, hurry: () => {} },
      tracker: createTracker(),
      findDocker: async () => ({ kind: 'absent', reason: 'scripted' }),
      listIgnored: async () => [],
      redact: (text) => text,
    })
  let rounds = open()
  let againAt = Number.POSITIVE_INFINITY
  let heardAt = Number.POSITIVE_INFINITY

  const look = async (kind: 'sample' | 'glance' | 'events') => {
    observations.push(await rounds.look(kind))
    againAt = rounds.isWaiting() ? now + AGAIN_S * 1000 : Number.POSITIVE_INFINITY
  }
  const get = (name: string) => {
    const found = containers.get(name)
    if (!found) throw new Error(`no container ${name}`)
    return found
  }
  const tell = (name: string, action: EventAction, details: Details = {}, id = get(name).id) => {
    const { exitCode = null, signal = null, health = null } = details
    const event: ContainerEvent = {
      at: clock.now(),
      action,
      id: id as ContainerId,
      name,
      exitCode,
      signal,
      health,
      key: `${now} ${action} ${id} ${made++}`,
    }
    rounds.hear(event)
    heardAt = Math.min(heardAt, now + 1_000)
  }
  const set = (name: string, parts: Partial<SeenContainer>) => containers.set(name, { ...get(name), ...parts })

  const world = {
    observations,
    clock,
    settings: () => settings,
    set,
    tell,
    setMemory: (percent: number) => {
      memoryPercent = percent
    },
    setTemperature: (celsius: number) => {
      temperature = celsius
    },
    setDocker: (answers: boolean) => {
      dockerAnswers = answers
    },
    make: (name: string, parts: Parameters<typeof containerWith>[0] = {}) => {
      const id = createHash('sha256').update(`${name} ${made++}`).digest('hex')
      const at = clock.now()
      containers.set(name, containerWith({ id, createdAt: at, startedAt: at, ...parts, name }))
      tell(name, 'start')
    },
    /** It ends by itself, or because of what was told before. */
    end: (name: string, exitCode: number, parts: Partial<SeenContainer> = {}) => {
      const finished = parts.finished ?? exitCode === 0
      set(name, { state: 'exited', exitCode, finishedAt: clock.now(), health: 'none', ...parts, finished })
      tell(name, 'die', { exitCode })
    },
    start: (name: string, parts: Partial<SeenContainer> = {}) => {
      set(name, { state: 'running', exitCode: 0, oomKilled: false, finished: false, startedAt: clock.now(), ...parts })
      tell(name, 'start')
    },
    /** As `docker stop` does. */
    stop: (name: string, exitCode = 143) => {
      tell(name, 'kill', { signal: 15 })
      world.end(name, exitCode)
      tell(name, 'stop')
    },
    restart: (name: string, parts: Partial<SeenContainer> = {}) => {
      world.stop(name)
      world.start(name, parts)
      tell(name, 'restart')
    },
    remove: (name: string) => {
      const { id, state } = get(name)
      if (state === 'running') {
        tell(name, 'kill', { signal: 9 })
        tell(name, 'die', { exitCode: 137 })
      }
      tell(name, 'destroy', {}, id)
      containers.delete(name)
    },
    /** Time goes on, second by second; looks are taken when they are due. */
    pass: async (seconds: number, each?: (second: number) => void) => {
      for (let second = 0; second < seconds; second += TICK_S) {
        now += TICK_S * 1000
        each?.(second)
        if (heardAt <= now) {
          heardAt = Number.POSITIVE_INFINITY
          await look('events')
        }
        if (new Date(now).getUTCSeconds() === 20) await look('sample')
        else if (againAt <= now) await look('glance')
      }
    },
    /** The bot ends and another one begins, with what the first has stored. */
    restartBot: () => {
      settings = structuredClone(settings)
      rounds = open()
    },
    last: () => observations.at(-1)?.findings.map(({ rule, subject }) => `${rule} ${subject}`.trim()) ?? [],
    words: () => observations.at(-1)?.findings.map(({ words }) => words) ?? [],
    /** Every finding that was told, in the order in which it was first told; a second time only after it was over. */
    story: () => {
      let before = new Set<string>()
      return observations.flatMap(({ findings }) => {
        const nowTold = new Set(findings.map(({ rule, subject }) => `${rule} ${subject}`.trim()))
        const fresh = [...nowTold].filter((one) => !before.has(one))
        before = nowTold
        return fresh
      })
    },
  }
  return world
}

function snapshotBot() {
  const { bot } = snapshotWith()
  if (bot.kind !== 'ok') throw new Error('the sample has a bot')
  return bot.value
}
