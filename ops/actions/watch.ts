import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { CONTAINER_STATES, type Container } from '../../src/docker/container.ts'
import type { ContainerId } from '../../src/docker/container-id.ts'
import type { Docker } from '../../src/docker/engine.ts'
import { asFailure, Failure } from '../../src/failure.ts'
import { Load } from './load.ts'

/** What a container is like at one moment; stored as before and after. */
export const Evidence = z.object({
  state: z.enum(CONTAINER_STATES),
  health: z.enum(['starting', 'healthy', 'unhealthy']).nullable(),
  restarts: z.number(),
  exitCode: z.number(),
  oomKilled: z.boolean(),
  /** ISO 8601. */
  startedAt: z.string().nullable(),
  /** What it takes too much of, and what of the same it took afterwards. */
  load: z.array(Load).optional(),
})
export type Evidence = z.infer<typeof Evidence>

export function takeEvidence(container: Container): Evidence {
  const { state, health, restarts, exitCode, oomKilled, startedAt } = container
  return { state, health, restarts, exitCode, oomKilled, startedAt: startedAt?.toISOString() ?? null }
}

/** It was not simply up, nor ended in good order. */
export function isTroubled({ state, health, restarts, exitCode }: Evidence): boolean {
  if (restarts > 0 || health === 'unhealthy') return true
  return state !== 'running' && state !== 'created' && (state !== 'exited' || exitCode !== 0)
}

export type Timing = {
  /** Seen as wanted for so long, without a restart in between. */
  stableMs: number
  /** The same for one that was in trouble before: a slow crash loop looks fine for a while. */
  suspectStableMs: number
  giveUpMs: number
  everyMs: number
  /** Between two samples of what it takes: shorter says more about the moment. */
  loadEveryMs: number
  /** For a later look at what it takes. */
  laterLoadMs: number
  /** Milliseconds that only ever grow. */
  now: () => number
  pause: (ms: number, signal: AbortSignal) => Promise<unknown>
}

/** A verified outcome within 60 s of the tap, also after the grace of 10 s. */
export const TIMING: Timing = {
  stableMs: 8_000,
  suspectStableMs: 25_000,
  giveUpMs: 45_000,
  everyMs: 1_000,
  loadEveryMs: 3_000,
  laterLoadMs: 15_000,
  now: () => performance.now(),
  pause: (ms, signal) => wait(ms, undefined, { signal }),
}

export type Seen =
  | { kind: 'stable'; last: Evidence; watchedMs: number }
  /** It is not as wanted, or does not stay so. */
  | { kind: 'unstable'; last: Evidence; reason: string }
  /** Neither yet. */
  | { kind: 'unclear'; last: Evidence; reason: string }
  | { kind: 'gone' }
  | { kind: 'unreachable'; reason: string }

type Watch = { wants: 'running' | 'stopped'; suspect: boolean; timing: Timing; signal: AbortSignal }

/** Two restarts by itself are a loop. */
const LOOP_RESTARTS = 2

/** Watches until the container is as wanted and stays so, or plainly is not. @throws Failure cancelled */
export async function watchUntilStable(docker: Docker, id: ContainerId, watch: Watch): Promise<Seen> {
  const { timing, wants, signal } = watch
  const began = timing.now()
  const enoughMs = watch.suspect ? timing.suspectStableMs : timing.stableMs
  let last: Evidence | null = null
  let since = began
  let restarts = 0
  for (;;) {
    const look = await inspectOnce(docker, id, signal)
    if (look.kind === 'gone') return look
    const at = timing.now()
    const over = at - began >= timing.giveUpMs
    if (look.kind === 'unreachable') {
      if (over) return look
    } else {
      const seen = look.evidence
      if (last !== null && isRestarted(last, seen)) restarts += 1
      if (last === null || isDifferent(last, seen)) since = at
      last = seen
      const verdict = judge(seen, { wants, restarts, heldMs: at - since, enoughMs, over })
      if (verdict) return verdict
    }
    await timing.pause(timing.everyMs, signal).catch((cause) => {
      throw new Failure('watching was stopped', { code: 'cancelled', cause })
    })
  }
}

type Judged = { wants: 'running' | 'stopped'; restarts: number; heldMs: number; enoughMs: number; over: boolean }

/** Null while it is worth looking on. */
function judge(last: Evidence, { wants, restarts, heldMs, enoughMs, over }: Judged): Seen | null {
  if (isAsWanted(last, wants) && heldMs >= enoughMs) return { kind: 'stable', last, watchedMs: heldMs }
  if (wants === 'running' && restarts >= LOOP_RESTARTS)
    return { kind: 'unstable', last, reason: 'It keeps restarting.' }
  if (isDown(last) && wants === 'running' && heldMs >= Math.min(enoughMs, 3_000))
    return { kind: 'unstable', last, reason: describeEnd(last) }
  if (!over) return null
  if (isAsWanted(last, wants))
    return { kind: 'unclear', last, reason: 'It has not been seen steady for long enough yet.' }
  if (last.health === 'starting') return { kind: 'unclear', last, reason: 'Its health check has not answered yet.' }
  if (last.health === 'unhealthy') return { kind: 'unstable', last, reason: 'Its health check still fails.' }
  return { kind: 'unstable', last, reason: wants === 'running' ? 'It does not stay up.' : 'It is still running.' }
}

function isAsWanted(seen: Evidence, wants: 'running' | 'stopped'): boolean {
  if (wants === 'stopped') return isDown(seen)
  return seen.state === 'running' && (seen.health === null || seen.health === 'healthy')
}

function isDown(seen: Evidence): boolean {
  return seen.state === 'exited' || seen.state === 'dead' || seen.state === 'created'
}

function describeEnd(seen: Evidence): string {
  if (seen.oomKilled) return 'It was ended again: it takes more memory than it may.'
  return `It ended again by itself (exit code ${seen.exitCode}).`
}

function isRestarted(before: Evidence, after: Evidence): boolean {
  return before.startedAt !== after.startedAt || before.restarts !== after.restarts
}

function isDifferent(before: Evidence, after: Evidence): boolean {
  return isRestarted(before, after) || before.state !== after.state || before.health !== after.health
}

/** Why what was called fixed is not, after all; null when it held. */
export function judgeLater(then: Evidence, seen: Evidence, wants: 'running' | 'stopped'): string | null {
  if (wants === 'stopped') return isDown(seen) ? null : 'It runs again: something has started it.'
  if (isDown(seen)) return describeEnd(seen)
  if (seen.restarts > then.restarts) return describeRestarts(seen.restarts - then.restarts)
  if (isRestarted(then, seen)) return 'It has been started anew since: it does not stay up, or somebody did it.'
  if (seen.health === 'unhealthy') return 'Its health check fails again.'
  return seen.state === 'running' ? null : `It is ${seen.state} by now.`
}

export type Glimpse =
  | { kind: 'seen'; evidence: Evidence; container: Container }
  | { kind: 'gone' }
  | { kind: 'unreachable'; reason: string }

/** @throws Failure cancelled */
export async function inspectOnce(docker: Docker, id: ContainerId, signal: AbortSignal): Promise<Glimpse> {
  try {
    const container = await docker.inspect(id, signal)
    return { kind: 'seen', evidence: takeEvidence(container), container }
  } catch (thrown) {
    const failure = asFailure(thrown)
    if (failure.code === 'cancelled') throw failure
    return failure.code === 'not_found' ? { kind: 'gone' } : { kind: 'unreachable', reason: failure.message }
  }
}

function describeRestarts(times: number): string {
  return times === 1 ? 'It was restarted once more since.' : `It was restarted ${times} more times since.`
}
