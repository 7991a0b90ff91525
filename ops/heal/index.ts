import { appendAudit } from '../../src/db/action-audit.ts'
import { deleteCalls, type HealingCall, listCalls, listHealings } from '../../src/db/healing.ts'
import { noteStartAgain } from '../../src/db/memory-relief.ts'
import type { Queryable, Tx } from '../../src/db/pool.ts'
import type { Person } from '../actions/definitions.ts'
import { actorOf } from '../actions/propose.ts'
import type { Observation } from '../monitor/index.ts'
import type { HealDeps, HealListener } from './deps.ts'
import { healAll } from './heal.ts'
import { HOUR_MS, POLICY } from './policy.ts'
import { relieveMemory } from './pressure.ts'
import { changeHealSetting, type HealSetting, readHealSetting } from './setting.ts'

export type { HealListener, HealNews } from './deps.ts'

export type HealStatus = {
  setting: HealSetting
  /** Of the last hour. */
  restarts: number
  limit: number
  /** Where it has given up. */
  calls: HealingCall[]
}

/** What the bot does by itself, or offers to do, when something is wrong. */
export type Heal = {
  /**
   * Acts on what is the newest. That may take minutes, and nobody shall wait in line for it: called meanwhile, it only takes
   * note of the observation and returns. @throws Failure cancelled
   */
  observe(observation: Observation, listener: HealListener, signal: AbortSignal): Promise<void>
  /** The same again, for what had to wait. */
  tick(listener: HealListener, signal: AbortSignal): Promise<void>
  /** On also forgets where it had given up. */
  set(tx: Tx, on: boolean, by: Person): Promise<void>
  status(db: Queryable): Promise<HealStatus>
  /** What a person chose with the stop: it is started again when the pressure is gone. */
  noteStartAgain(tx: Tx, stopId: string): Promise<void>
}

/** An older observation says nothing about now. */
const FRESH_MS = 2 * 60_000

export function createHeal(deps: HealDeps): Heal {
  let newest: Observation | null = null
  let isAtWork = false
  const needBadAt = new Map<string, Date>()
  const readNewest = () => (newest && deps.clock.now().getTime() - newest.at.getTime() <= FRESH_MS ? newest : null)
  const tick: Heal['tick'] = async (listener, signal) => {
    if (isAtWork) return
    isAtWork = true
    try {
      await healAll({ ...deps, needBadAt, readNewest }, listener, signal)
      const observation = readNewest()
      if (observation) await relieveMemory(deps, observation, listener, signal)
    } finally {
      isAtWork = false
    }
  }
  return {
    observe: (observation, listener, signal) => {
      newest = observation
      return tick(listener, signal)
    },
    tick,
    set: (tx, on, by) => setHealing(deps, tx, on, by),
    status: async (db) => {
      const since = new Date(deps.clock.now().getTime() - HOUR_MS)
      const setting = await readHealSetting(db)
      const restarts = (await listHealings(db, since)).length
      return { setting, restarts, limit: POLICY.overall, calls: await listCalls(db) }
    },
    noteStartAgain,
  }
}

async function setHealing({ clock }: HealDeps, tx: Tx, on: boolean, by: Person): Promise<void> {
  const now = clock.now()
  await changeHealSetting(tx, { on, by: by.name, at: now.toISOString(), haltedAt: null })
  if (on) await deleteCalls(tx, null)
  await appendAudit(tx, {
    at: now,
    proposalId: null,
    event: 'policy',
    ...actorOf(by),
    kind: 'heal',
    target: null,
    containerId: null,
    containerName: null,
    reason: on ? 'healing turned on' : 'healing turned off',
  })
}
