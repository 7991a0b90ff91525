import { scheduleJob } from 'node-schedule'
import type { Log } from '../../src/log.ts'
import type { Health } from '../health.ts'
import { type Finding, judge } from '../rules.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'

/** Watches without being asked, and says what is wrong now to whoever listens. */

export type Observation = {
  at: Date
  findings: Finding[]
  /** Name of a container → names it depends on. */
  dependsOn: ReadonlyMap<string, readonly string[]>
}

export type Observe = (observation: Observation) => Promise<void>

export type Monitor = {
  /** Looks once a minute, and stores what it saw as the sample of that minute. What `observe` throws is logged. */
  start(observe: Observe): { stop(): Promise<void> }
  /** One look now. */
  look(signal: AbortSignal): Promise<Observation>
}

export type MonitorDeps = { log: Log; health: Pick<Health, 'glance' | 'sample'> }

/** Away from the full minute, when everything else on a machine starts. */
const EVERY_MINUTE = '20 * * * * *'

export function createMonitor(deps: MonitorDeps): Monitor {
  let judged: Finding[] = []
  const observeSnapshot = (snapshot: Snapshot): Observation => {
    judged = judge(snapshot, judged)
    return { at: snapshot.takenAt, findings: judged, dependsOn: new Map() }
  }
  return {
    look: async () => observeSnapshot(await deps.health.glance()),
    start: (observe) => {
      let running: Promise<void> | null = null
      const minute = async () => {
        try {
          await observe(observeSnapshot(await deps.health.sample()))
        } catch (err) {
          deps.log.error({ err }, 'observation not taken')
        }
      }
      const job = scheduleJob(EVERY_MINUTE, () => {
        running ??= minute().finally(() => {
          running = null
        })
      })
      return {
        stop: async () => {
          job.cancel()
          await running
        },
      }
    },
  }
}
