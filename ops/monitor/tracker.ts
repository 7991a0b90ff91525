import type { Container } from '../../src/docker/container.ts'
import type { ContainerEvent } from '../../src/docker/events.ts'
import { findTrouble } from '../rules/containers.ts'
import type { Finding } from '../rules.ts'
import type { SeenContainer } from '../snapshot/containers.ts'
import { createTrack, renew, STOP_GRACE_MS, type Track, takeEvent } from './track.ts'

/**
 * What containers have been through. A look sees a container that crashed a second ago and runs again as well; this one does
 * not call it so before it has stayed up for a while.
 */
export type Tracker = {
  /** `trusted` is false where labels hide the fields of the event. */
  take(event: ContainerEvent, trusted: boolean): void
  /** `seen`: all containers as they are; null when nobody could look. */
  judge(seen: readonly SeenContainer[] | null, now: Date): Judgement
  /** Whether somebody stopped it, so that its exit code means nothing. */
  wasStopped(container: Pick<Container, 'id' | 'finishedAt'>): boolean
  /** Docker was here a day ago at most: when it is not to be found, it has gone, and nobody calls that well. */
  expectsDocker(now: Date): boolean
  /** For the next process. */
  save(): Tracked
  load(tracked: Tracked): void
}

/** `dockerAt`: when Docker answered last, to the hour: what is remembered changes with it. */
export type Tracked = { tracks: Track[]; dockerAt: number | null }

export type Judgement = {
  findings: Finding[]
  /** In trouble until they were removed: that is an end, but no recovery. */
  removed: string[]
  /** Stopped by somebody, and off since. */
  stopped: string[]
  /** Something may be over soon, and nobody will tell. */
  waiting: boolean
}

/** Up and well for so long, it has recovered. */
const STEADY_MS = 60_000
/** Between the stop and the start of a restart: not yet a stop. */
const SETTLE_MS = 5_000
/** Somebody who removes a container often makes it anew. */
const REMADE_WITHIN_MS = 60_000
const WINDOW_MS = 10 * 60_000
const LOOP_ENDS = 3
/** As the product's facts have it: more than five restarts. */
const STORM_ENDS = 6
const MAX_TRACKS = 300
const HOUR_MS = 3_600_000
/** Whoever takes Docker away for good is not told of it for ever. */
const MISSED_FOR_MS = 24 * HOUR_MS

export function createTracker(): Tracker {
  let tracks = new Map<string, Track>()
  let dockerAt: number | null = null
  const take = (event: ContainerEvent, trusted: boolean) => {
    const known = findById(tracks, event.id)
    if (event.action === 'rename') return moveTrack(tracks, known, event.name)
    // Of a container whose name another one has already, nothing more is of interest.
    if (!known && tracks.has(event.name) && event.action === 'destroy') return
    const track = known ?? takeOver(tracks.get(event.name), event)
    tracks.set(track.name, takeEvent(track, event, trusted))
    forgetOldest(tracks)
  }
  const judge = (seen: readonly SeenContainer[] | null, now: Date): Judgement => {
    const at = now.getTime()
    if (seen) dockerAt = Math.floor(at / HOUR_MS) * HOUR_MS
    if (seen) for (const container of seen) adopt(tracks, container, at)
    const names = new Set(seen?.map(({ name }) => name))
    const next = [...tracks.values()].map((track) =>
      settle(seen && !names.has(track.name) ? miss(track, at) : track, at),
    )
    const removed = next.filter((track) => isLost(track, at) && isBad(track)).map(({ name }) => name)
    tracks = new Map(
      next.filter((track) => !isLost(track, at) && isOfInterest(track)).map((track) => [track.name, track]),
    )
    const findings = [...tracks.values()].flatMap(toFindings)
    const stopped = [...tracks.values()].filter(isStoppedForGood).map(({ name }) => name)
    return { findings, removed, stopped, waiting: tracks.values().some(isWaiting) }
  }
  return {
    take,
    judge,
    wasStopped: ({ id, finishedAt }) => {
      const stoppedAt = findById(tracks, id)?.stoppedAt ?? null
      return stoppedAt !== null && (finishedAt?.getTime() ?? 0) <= stoppedAt + SETTLE_MS
    },
    expectsDocker: (now) => dockerAt !== null && now.getTime() - dockerAt < MISSED_FOR_MS,
    save: () => ({ tracks: [...tracks.values()], dockerAt }),
    load: (stored) => {
      tracks = new Map(stored.tracks.slice(0, MAX_TRACKS).map((track) => [track.name, track]))
      dockerAt = stored.dockerAt
    },
  }
}

function findById(tracks: ReadonlyMap<string, Track>, id: string): Track | undefined {
  return tracks.values().find((track) => track.id === id)
}

/** A container made anew goes on where the one of the same name has ended. */
function takeOver(before: Track | undefined, { name, id }: ContainerEvent): Track {
  return before ? { ...before, id, goneAt: null } : createTrack(name, id)
}

/** Compose puts an old container aside as "0123456789ab_name" when it makes a new one: the trouble stays with the name. */
function moveTrack(tracks: Map<string, Track>, track: Track | undefined, name: string): void {
  if (!track || name === `${track.id.slice(0, 12)}_${track.name}`) return
  tracks.delete(track.name)
  tracks.set(name, { ...track, name })
}

function forgetOldest(tracks: Map<string, Track>): void {
  if (tracks.size <= MAX_TRACKS) return
  const [first] = tracks.keys()
  const name = tracks.values().find((track) => !isBad(track))?.name ?? first
  if (name !== undefined) tracks.delete(name)
}

/** What a look finds: also trouble that no event told of, as of a container that was down before the bot came up. */
function adopt(tracks: Map<string, Track>, container: SeenContainer, at: number): void {
  const known = tracks.get(container.name)
  if (!known && !findTrouble(container)) return
  const track = noteStop(
    { ...(known ?? createTrack(container.name, container.id)), id: container.id, goneAt: null },
    container,
  )
  const isStopped = container.state === 'exited' && track.stoppedAt !== null
  const trouble = isStopped ? null : findTrouble(container)
  if (trouble) {
    tracks.set(track.name, { ...track, wellSince: null, trouble: renew(track.trouble, trouble, at) })
    return
  }
  const done = endWhereDone(track, container, isStopped, at)
  tracks.set(track.name, { ...done, wellSince: findWellSince(track, container, at) })
}

/**
 * The end may be seen before it is told of, and a start may be missed. One that failed is newer than the stop, since it takes
 * a stop to start again, and no event tells of it.
 */
function noteStop(track: Track, { startedAt, finishedAt, state, failedToStart }: SeenContainer): Track {
  const { askedAt, stoppedAt } = track
  if (failedToStart) return { ...track, askedAt: null, stoppedAt: null }
  const begun = startedAt?.getTime() ?? 0
  if (state !== 'exited')
    return stoppedAt !== null && begun > stoppedAt ? { ...track, askedAt: null, stoppedAt: null } : track
  const ended = finishedAt?.getTime() ?? 0
  if (stoppedAt !== null) return ended <= stoppedAt + SETTLE_MS ? track : { ...track, stoppedAt: null }
  return askedAt !== null && ended >= askedAt && ended - askedAt <= STOP_GRACE_MS
    ? { ...track, stoppedAt: ended }
    : track
}

/** It has done its work, or somebody stopped it, and nobody starts it again right away. */
function endWhereDone(
  track: Track,
  { state, finished, finishedAt }: SeenContainer,
  isStopped: boolean,
  at: number,
): Track {
  const since = track.stoppedAt ?? finishedAt?.getTime() ?? 0
  const isDone = state === 'exited' && (finished || isStopped) && at - since >= SETTLE_MS
  return isDone ? { ...track, trouble: null, loopSince: null, stormSince: null, ends: [], peacefulEnds: [] } : track
}

function findWellSince(track: Track, { state, health, startedAt }: SeenContainer, at: number): number | null {
  if (state !== 'running' || (health !== 'none' && health !== 'healthy')) return null
  const startAt = startedAt?.getTime() ?? at
  if (track.wellSince !== null && track.wellSince >= startAt) return track.wellSince
  if (health === 'none') return startAt
  return track.healthyAt !== null && track.healthyAt >= startAt ? track.healthyAt : at
}

const miss = (track: Track, at: number): Track => ({ ...track, goneAt: track.goneAt ?? at })

function settle(track: Track, at: number): Track {
  const isRecent = (end: number) => at - end < WINDOW_MS
  const ends = track.ends.filter(isRecent)
  const peacefulEnds = track.peacefulEnds.filter(isRecent)
  const isLoop = ends.length >= LOOP_ENDS || (track.loopSince !== null && ends.length > 0)
  const all = ends.length + peacefulEnds.length
  const isStorm = all >= STORM_ENDS || (track.stormSince !== null && all > 0)
  const steadyFrom = Math.max(track.wellSince ?? Number.POSITIVE_INFINITY, track.trouble?.lastAt ?? 0)
  return {
    ...track,
    ends,
    peacefulEnds,
    loopSince: isLoop ? (track.loopSince ?? at) : null,
    stormSince: isStorm ? (track.stormSince ?? at) : null,
    trouble: at - steadyFrom >= STEADY_MS ? null : track.trouble,
  }
}

const isStoppedForGood = (track: Track) => track.stoppedAt !== null && track.goneAt === null && !isBad(track)

const isLost = ({ goneAt }: Track, at: number) => goneAt !== null && at - goneAt >= REMADE_WITHIN_MS

function isBad({ trouble, loopSince, stormSince }: Track): boolean {
  return trouble !== null || loopSince !== null || stormSince !== null
}

/** On its way to an end that no event tells of. */
function isWaiting({ trouble, wellSince, stoppedAt, goneAt }: Track): boolean {
  return trouble !== null && (wellSince !== null || stoppedAt !== null || goneAt !== null)
}

function isOfInterest(track: Track): boolean {
  return (
    isBad(track) ||
    track.ends.length + track.peacefulEnds.length > 0 ||
    track.askedAt !== null ||
    track.stoppedAt !== null
  )
}

function toFindings({ name, id, trouble, loopSince, stormSince, ends, peacefulEnds }: Track): Finding[] {
  const base = { severity: 'critical' as const, subject: name, containerId: id }
  const found: Finding[] = []
  if (trouble) {
    const { rule, words, value, since } = trouble
    found.push({ ...base, rule, words, value, since: new Date(since) })
  }
  if (loopSince !== null) {
    const words = `Container {} keeps crashing${howOften(ends.length, LOOP_ENDS)}`
    found.push({ ...base, rule: 'container-loop', words, value: ends.length, since: new Date(loopSince) })
  } else if (stormSince !== null) {
    const value = ends.length + peacefulEnds.length
    const words = `Container {} keeps ending and coming back${howOften(value, STORM_ENDS)}`
    found.push({ ...base, rule: 'container-restarts', words, value, since: new Date(stormSince) })
  }
  return found
}

/** It is still held when fewer are left: such a figure would speak against the word. */
const howOften = (count: number, least: number) => (count < least ? '' : `: ${count} times in ten minutes`)
