import { z } from 'zod'
import type { ContainerEvent } from '../../src/docker/events.ts'
import { describeEnd, type Trouble } from '../rules/containers.ts'
import { STOP_SIGNALS } from '../stop-signals.ts'

/** What is remembered of one container between two looks, from what the engine told of it. Times are ms since 1970. */

const At = z.number()

export const Track = z.object({
  name: z.string(),
  /** Of the container that has the name now. */
  id: z.string(),
  /** Kept until it has been well for a while. `lastAt`: when it was last bad. */
  trouble: z
    .object({
      rule: z.enum(['container-down', 'container-died', 'container-oom', 'container-unhealthy']),
      words: z.string(),
      value: z.number().nullable(),
      since: At,
      lastAt: At,
    })
    .nullable(),
  /** When it ended by itself with an error, and when it did so in peace; of the last ten minutes. */
  ends: z.array(At),
  peacefulEnds: z.array(At),
  loopSince: At.nullable(),
  stormSince: At.nullable(),
  oomAt: At.nullable(),
  /** Somebody sent it a signal that means "stop". */
  askedAt: At.nullable(),
  /** It ended because of that. Forgotten at the next start. */
  stoppedAt: At.nullable(),
  healthyAt: At.nullable(),
  /** Since when each look has found it well. */
  wellSince: At.nullable(),
  goneAt: At.nullable(),
})
export type Track = z.infer<typeof Track>

/** Between the polite signal and the end. Whoever waits for longer sends SIGKILL, or is told of by the stop event. */
export const STOP_GRACE_MS = 60_000
/** The stop event follows the end that it is about at once. */
const STOP_FOLLOWS_MS = 5_000
/** The kernel tells of the killing before the engine tells of the end. */
const OOM_FOLLOWS_MS = 10_000
const MAX_ENDS = 60

export function createTrack(name: string, id: string): Track {
  return {
    name,
    id,
    trouble: null,
    ends: [],
    peacefulEnds: [],
    loopSince: null,
    stormSince: null,
    oomAt: null,
    askedAt: null,
    stoppedAt: null,
    healthyAt: null,
    wellSince: null,
    goneAt: null,
  }
}

/** Most signals mean nothing to anybody but the program: thousands of them are no reason to look. */
export function matters({ action, signal }: ContainerEvent): boolean {
  return action !== 'kill' || signal === null || STOP_SIGNALS.includes(signal)
}

/** `trusted` is false where the container's labels hide the event's own fields. */
export function takeEvent(track: Track, event: ContainerEvent, trusted: boolean): Track {
  const at = event.at.getTime()
  switch (event.action) {
    case 'kill':
      return trusted && STOP_SIGNALS.includes(event.signal ?? 0) ? { ...track, askedAt: at } : track
    case 'die':
      return takeEnd(track, at, trusted ? event.exitCode : null)
    case 'oom':
      return { ...track, oomAt: at, trouble: renew(track.trouble, OOM, at), wellSince: null }
    case 'stop':
      return takeStop(track, at)
    case 'start':
      return { ...track, askedAt: null, stoppedAt: null, goneAt: null, wellSince: null }
    case 'destroy':
      return { ...track, goneAt: at }
    case 'health_status':
      return event.health === 'healthy' ? { ...track, healthyAt: at } : track
    default:
      return track
  }
}

/** Its first program may go on without the one that was killed. */
const OOM = {
  rule: 'container-oom',
  words: 'Container {} ran out of memory: one of its programs was killed',
  value: null,
} as const

function takeEnd(track: Track, at: number, exitCode: number | null): Track {
  const ended = { ...track, wellSince: null }
  if (track.askedAt !== null && at - track.askedAt <= STOP_GRACE_MS) return { ...ended, stoppedAt: at }
  const oomKilled = track.oomAt !== null && at - track.oomAt <= OOM_FOLLOWS_MS
  if (exitCode === 0 && !oomKilled) return { ...ended, peacefulEnds: [...track.peacefulEnds, at].slice(-MAX_ENDS) }
  const ends = [...track.ends, at].slice(-MAX_ENDS)
  // Without a code nobody knows whether it is bad: how it looks now says so.
  if (exitCode === null && !oomKilled) return { ...ended, ends }
  return { ...ended, ends, trouble: renew(track.trouble, describeEnd(exitCode, oomKilled), at) }
}

/** The end just before was no accident. */
function takeStop(track: Track, at: number): Track {
  const recent = (end: number) => at - end <= STOP_FOLLOWS_MS
  const isNew = track.trouble?.rule === 'container-died' && recent(track.trouble.since)
  return {
    ...track,
    stoppedAt: at,
    ends: track.ends.filter((end) => !recent(end)),
    peacefulEnds: track.peacefulEnds.filter((end) => !recent(end)),
    trouble: isNew ? null : track.trouble,
  }
}

/** The same trouble goes on; another one begins. */
export function renew(before: Track['trouble'], now: Trouble, at: number): NonNullable<Track['trouble']> {
  return { ...now, since: before?.rule === now.rule ? before.since : at, lastAt: at }
}
