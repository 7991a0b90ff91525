import { randomUUID } from 'node:crypto'
import type { Clock } from '../../src/clock.ts'
import {
  findIncident,
  listIncidentsShownIn,
  listOpenIncidents,
  listPastIncidents,
  listUndiagnosedIncidents,
  pruneIncidents,
  showIncidentsIn,
} from '../../src/db/incidents.ts'
import { listIgnoredLines, listMutes } from '../../src/db/mutes.ts'
import type { Database, Queryable, Tx } from '../../src/db/pool.ts'
import type { Container } from '../../src/docker/container.ts'
import type { FindDocker } from '../../src/docker/open-docker.ts'
import type { Log } from '../../src/log.ts'
import { isQuietAt, type QuietHours } from '../../src/quiet-hours.ts'
import type { Redact } from '../../src/redact.ts'
import type { Diagnoser } from '../diagnose/types.ts'
import { explainByModel, explainByRules, subjectOf } from './diagnose.ts'
import { type IgnoreProposal, proposeIgnore } from './ignore.ts'
import { readIncident } from './rows.ts'
import { observe } from './store.ts'
import * as taps from './taps.ts'
import type { Incident, IncidentListener, Mute, Person, Seen } from './types.ts'

export { groupMutes } from './muting.ts'
export type {
  Incident,
  IncidentChange,
  IncidentEnding,
  IncidentListener,
  IncidentNews,
  Mute,
  Occasion,
  Person,
  Seen,
} from './types.ts'
export { subjectOf }

/** Findings become incidents, and incidents become messages. */

export type Incidents = {
  /** In which only what is critical speaks. */
  quietHours: QuietHours | null
  /** Stores what is new about it and announces that, in one transaction. One after the other, however often it is called. */
  observe(seen: Seen, announce: IncidentListener): Promise<void>
  find(db: Queryable, id: string): Promise<Incident | null>
  /** The worst and oldest first. */
  listOpen(db: Queryable): Promise<Incident[]>
  /** The newest first. */
  listPast(db: Queryable, limit: number): Promise<Incident[]>
  /** Those whose present message this is. */
  listShownIn(db: Queryable, refs: readonly string[]): Promise<Incident[]>
  /** From now on another message shows them. */
  showIn(tx: Tx, ids: readonly string[], ref: string): Promise<void>
  acknowledge(tx: Tx, id: string, person: Person): Promise<taps.Tapped>
  snooze(tx: Tx, id: string, person: Person, hours: number): Promise<taps.Tapped>
  /** Its rule about its subject is not heard any more. */
  mute(tx: Tx, id: string, person: Person): Promise<taps.Tapped>
  /** By the newest line that its label asks to watch for; null when there is none. @throws Failure of Docker */
  proposeIgnore(container: Container, signal: AbortSignal): Promise<IgnoreProposal | null>
  /** Lines of this container's log that look like `pattern` are not heard any more. */
  ignore(tx: Tx, asked: { container: string; pattern: string }, person: Person): Promise<'ignored' | 'known'>
  listMutes(db: Queryable): Promise<Mute[]>
  /** Null when it was lifted before. */
  lift(tx: Tx, id: number, person: Person): Promise<Mute | null>
  /** Open ones that people were told of, and nobody has said the cause of. */
  listUndiagnosed(db: Queryable): Promise<Incident[]>
  /** Forgets what was over long ago. */
  prune(): Promise<void>
  /**
   * By rules, one after the other, then by a model; each answer is stored and announced. Nothing when it is explained already.
   * @throws Failure cancelled
   */
  diagnose(id: string, announce: IncidentListener, signal: AbortSignal): Promise<void>
}

/** For "seen before": a vector means something only beside those of the same model. */
export type Embed = (text: string, signal: AbortSignal) => Promise<{ vector: number[]; model: string }>

export type IncidentsOptions = {
  db: Pick<Database, 'pool'>
  log: Log
  clock: Clock
  timeZone: string
  quietHours: QuietHours | null
  diagnosis: Pick<Diagnoser, 'byRules' | 'byModel'>
  embed: Embed
  findDocker: FindDocker
  redact: Redact
  budget: { dailyUsd: number }
}

/** What the parts of it work with. */
export type IncidentDeps = IncidentsOptions & { isQuietAt(at: Date): boolean; newId(): string }

/** A year: what helped then may help again. */
const KEPT_MS = 365 * 86_400_000

export function createIncidents(options: IncidentsOptions): Incidents {
  const { clock, timeZone, quietHours } = options
  const deps = { ...options, isQuietAt: (at: Date) => isQuietAt(quietHours, at, timeZone), newId: () => randomUUID() }
  let last: Promise<void> = Promise.resolve()
  const underWay = new Map<string, Promise<unknown>>()
  return {
    quietHours,
    observe: (seen, announce) => {
      const next = last.then(() => observe(deps, seen, announce))
      last = next.catch(() => undefined)
      return next
    },
    find: async (db, id) => {
      const row = await findIncident(db, id)
      return row && readIncident(row)
    },
    listOpen: async (db) => (await listOpenIncidents(db)).map(readIncident),
    listPast: async (db, limit) => (await listPastIncidents(db, limit)).map(readIncident),
    listShownIn: async (db, refs) => (await listIncidentsShownIn(db, refs)).map(readIncident),
    showIn: showIncidentsIn,
    acknowledge: (tx, id, person) => taps.acknowledge(tx, clock.now(), id, person),
    snooze: (tx, id, person, hours) => taps.snooze(tx, clock.now(), id, person, hours),
    mute: (tx, id, person) => taps.mute(tx, clock.now(), id, person),
    proposeIgnore: async (container, signal) => {
      const ignored = await listIgnoredLines(options.db.pool)
      const known = ignored.filter(({ subject }) => subject === container.name)
      return proposeIgnore(options, container, known, clock.now(), signal)
    },
    ignore: (tx, asked, person) => taps.ignore(tx, clock.now(), asked, person),
    listMutes: (db) => listMutes(db, clock.now()),
    lift: (tx, id, person) => taps.lift(tx, clock.now(), id, person),
    listUndiagnosed: async (db) => (await listUndiagnosedIncidents(db)).map(readIncident),
    prune: async () => {
      await pruneIncidents(options.db.pool, new Date(clock.now().getTime() - KEPT_MS))
    },
    diagnose: async (id, announce, signal) => {
      const before = underWay.get(id) ?? Promise.resolve()
      const work = before.then(() => explainByRules(deps, id, announce, signal))
      const end = work.catch(() => undefined)
      underWay.set(id, end)
      void end.then(() => underWay.get(id) === end && underWay.delete(id))
      const explained = await work
      if (explained) await explainByModel(deps, explained, announce, signal)
    },
  }
}
