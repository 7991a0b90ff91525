import type { ContainerEvent } from '../../src/docker/events.ts'
import { asFailure } from '../../src/failure.ts'
import { type Finding, judge, type Rule } from '../rules.ts'
import { readFindings } from '../samples.ts'
import type { SeenContainer } from '../snapshot/containers.ts'
import { ok } from '../snapshot/reading.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { findDependencies } from '../watch-labels.ts'
import { createHold } from './hold.ts'
import type { MonitorDeps, Observation } from './index.ts'
import { createLogWatch } from './log-watch.ts'
import { readMemory, writeMemory } from './memory.ts'
import { matters } from './track.ts'

/** One round: look, judge, remember. */
export type Rounds = {
  /** `events`: only the containers that were heard of, in the look before. Never two at a time. */
  look(kind: 'sample' | 'glance' | 'events'): Promise<Observation>
  /** False when it changes nothing. */
  hear(event: ContainerEvent): boolean
  /** Something has to last before it is told, or may be over soon: look again without being told to. */
  isWaiting(): boolean
  /** When the last event was heard, by this process or the one before; null when none ever was. */
  recall(): Promise<Date | null>
}

/** What the tracker tells of a container stands for what a single look says of the same. */
const TRACKED: readonly Rule[] = ['container-down', 'container-died', 'container-oom', 'container-unhealthy']
/** More than ten a container and round are a storm, of which the newest say enough. */
const MAX_HEARD = 2_000
/** Looking at each is dearer than listing all from here on. */
const MAX_SINGLE = 8
/** For the part of the look that is not made anew. */
const MAX_AGE_MS = 90_000
const ONE_LIMIT_MS = 2_000

type State = {
  judged: Finding[]
  heard: ContainerEvent[]
  lastEventAt: Date | null
  last: Snapshot | null
  saved: string
}

export function createRounds(deps: MonitorDeps): Rounds {
  const { tracker } = deps
  const hold = createHold()
  const logs = createLogWatch(deps)
  const state: State = { judged: [], heard: [], lastEventAt: null, last: null, saved: '' }
  let logFindings: Finding[] = []
  let waiting = false
  let recalling: Promise<Date | null> | null = null
  const recall = () => {
    recalling ??= restore(deps, state)
    return recalling
  }
  const look: Rounds['look'] = async (kind) => {
    await recall()
    const events = state.heard.splice(0)
    const snapshot = await takeSnapshot(deps, state, kind, events)
    const seen = snapshot.containers.kind === 'ok' ? snapshot.containers.value : null
    const known = state.last?.containers.kind === 'ok' ? state.last.containers.value : []
    for (const event of events) tracker.take(event, isTrusted(event, seen ?? known))
    state.judged = judge(snapshot, state.judged)
    state.last = snapshot
    if (kind !== 'events' && seen) logFindings = await logs.read(seen, snapshot.takenAt)
    const tracked = tracker.judge(seen, snapshot.takenAt)
    const all = [...merge(state.judged, tracked.findings), ...logFindings].toSorted(byRank)
    const containers = seen ?? known
    const held = hold.filter(all, snapshot.takenAt, (name) => isLabelled(containers, name))
    waiting = held.waiting || tracked.waiting
    await save(deps, state)
    return {
      at: snapshot.takenAt,
      findings: held.told,
      dependsOn: findDependencies(containers),
      ...(tracked.removed.length > 0 ? { removed: tracked.removed } : {}),
      ...(tracked.stopped.length > 0 ? { stopped: tracked.stopped } : {}),
    }
  }
  return {
    look,
    recall,
    isWaiting: () => waiting,
    hear: (event) => {
      state.lastEventAt = event.at
      if (!matters(event)) return false
      state.heard.push(event)
      if (state.heard.length > MAX_HEARD) state.heard.shift()
      return true
    },
  }
}

const byRank = (a: Finding, b: Finding) => rank(a) - rank(b)
const rank = ({ severity }: Finding) => (severity === 'critical' ? 0 : 1)

/** A container whose labels hide the fields of its events, or that is gone already, is judged by how it looks. */
function isTrusted(event: ContainerEvent, containers: readonly SeenContainer[]): boolean {
  return containers.find(({ id }) => id === event.id)?.watch.hidesEventFields === false
}

function isLabelled(containers: readonly SeenContainer[], name: string): boolean {
  return containers.find((one) => one.name === name)?.watch.cpuPercent !== null
}

function merge(judged: readonly Finding[], tracked: readonly Finding[]): Finding[] {
  const has = ({ rule, subject }: Finding) => tracked.some((one) => one.rule === rule && one.subject === subject)
  return [...tracked, ...judged.filter((finding) => !TRACKED.includes(finding.rule) && !has(finding))]
}

async function takeSnapshot(
  { health, containers, clock, log }: MonitorDeps,
  { last }: State,
  kind: 'sample' | 'glance' | 'events',
  events: readonly ContainerEvent[],
): Promise<Snapshot> {
  // What has happened is told at once, and figures may come with the next look.
  const patience = events.length > 0 || kind === 'events' ? 'short' : 'long'
  if (kind === 'sample') return health.sample(patience)
  const now = clock.now()
  const ids = [...new Set(events.map(({ id }) => id))]
  const isFresh = last !== null && now.getTime() - last.takenAt.getTime() < MAX_AGE_MS
  if (kind === 'glance' || !isFresh || last.containers.kind !== 'ok' || ids.length === 0 || ids.length > MAX_SINGLE)
    return health.glance(patience)
  try {
    const signal = AbortSignal.timeout(ONE_LIMIT_MS)
    const changed = await Promise.all(ids.map((id) => containers.readOne(id, signal)))
    const others = last.containers.value.filter(({ id }) => !ids.some((one) => one === id))
    return { ...last, takenAt: now, containers: ok([...others, ...changed.filter((one) => one !== null)]) }
  } catch (thrown) {
    log.debug({ err: asFailure(thrown) }, 'containers that were heard of not read')
    return health.glance(patience)
  }
}

async function restore({ db, clock, tracker, log }: MonitorDeps, state: State): Promise<Date | null> {
  try {
    state.judged = await readFindings(db.pool, clock.now())
    const memory = await readMemory(db.pool)
    tracker.load(memory)
    state.lastEventAt = memory.lastEventAt
  } catch (err) {
    log.warn({ err }, 'what was seen before is not known')
  }
  return state.lastEventAt
}

/** Only when something has changed: on a calm machine nothing is written. */
async function save({ db, tracker, log }: MonitorDeps, state: State): Promise<void> {
  const memory = { lastEventAt: state.lastEventAt?.toISOString() ?? null, ...tracker.save() }
  const text = JSON.stringify(memory)
  if (text === state.saved) return
  try {
    await writeMemory(db.pool, memory)
    state.saved = text
  } catch (err) {
    log.debug({ err }, 'what was seen is not remembered')
  }
}
