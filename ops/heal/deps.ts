import type { Clock } from '../../src/clock.ts'
import type { Proposal } from '../../src/db/actions.ts'
import type { Database, Tx } from '../../src/db/pool.ts'
import type { FindDocker } from '../../src/docker/open-docker.ts'
import type { Log } from '../../src/log.ts'
import type { Report } from '../actions/execute.ts'
import type { Actions } from '../actions/index.ts'
import type { Guard } from '../containers.ts'

export type HealDeps = {
  db: Database
  clock: Clock
  log: Log
  findDocker: FindDocker
  guard: () => Promise<Guard>
  actions: Actions
}

/** What the bot does, or would do, without being asked. `why` is of the rules, with {} for the name. */
export type HealNews =
  | { kind: 'begun'; proposal: Proposal; attempt: number; why: string }
  /** It stops healing this container. */
  | { kind: 'call'; containerId: string; containerName: string; why: string; restartHelps: boolean }
  /** It stops healing altogether. */
  | { kind: 'halted'; restarts: number }
  /** Memory is short: this one may be stopped. */
  | { kind: 'offer-stop'; proposal: Proposal }
  /** The pressure is gone: this one may be started again. */
  | { kind: 'offer-start'; proposal: Proposal }
  /** The same, as the person has wished it before. */
  | { kind: 'starting'; proposal: Proposal }

export type HealListener = {
  /** Where it is told; null when there is nobody. */
  chatId: number | null
  /** In the transaction; what it gives is called after the commit. */
  announce(tx: Tx, news: HealNews): Promise<() => void>
  /** As for any action. */
  report: Report
  /** Something was written for the chat. */
  wake(): void
}
