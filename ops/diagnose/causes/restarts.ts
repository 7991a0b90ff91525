import { describeSpan } from '../../words.ts'
import type { Rule } from '../candidate.ts'
import { type Facts, hasEnded, isDown, lastRunMs, type Target } from '../facts.ts'
import { LOOP_RESTARTS, startOnce } from './endings.ts'
import { findLastWords, quote } from './search.ts'

/** How often it begins and ends, where no better reason is found. */

/** What ends sooner than this has not got beyond its start. */
const START_MS = 10_000
/** One that runs for so long is no loop, however often it was restarted in its life. */
const SETTLED_MS = 10 * 60_000
const STORM_WINDOW_MS = 10 * 60_000
const STORM_RESTARTS = 3
/** Ends that somebody asked for. */
const ASKED_FOR = [0, 130, 137, 143]

const seconds = (ms: number) => (ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : describeSpan(ms / 1000))

export const ruleCrash: Rule = (facts) => {
  const { target } = facts
  if (!target || !hasEnded(target.container)) return []
  const { container } = target
  if (isLoop(target, facts.at) || ASKED_FOR.includes(container.exitCode)) return []
  const ran = lastRunMs(container)
  const rests = ['engine', ...findLastWords(facts), 'state']
  const prevention = 'Send its log to where it is kept: the lines before the end are the only witnesses.'
  if (container.startedAt === null)
    return [
      {
        cause: 'crash-at-start',
        weight: 0.5,
        severity: 'critical',
        summary: `Docker could not start ${quote(container.name)}.`,
        rootCause: 'It never ran. What Docker said about it is below; a restart says the same again.',
        rests,
      },
    ]
  if (ran !== null && ran < START_MS)
    return [
      {
        cause: 'crash-at-start',
        weight: 0.6,
        severity: 'critical',
        summary: `${quote(container.name)} ended ${seconds(ran)} after its start, with code ${container.exitCode}.`,
        rootCause:
          'It does not get beyond its start: most likely its settings, its files or what it needs around it. Its last lines say more; a restart alone seldom helps.',
        rests,
        prevention,
      },
    ]
  return [
    {
      cause: 'unknown',
      weight: 0.4,
      severity: 'critical',
      summary: `${quote(container.name)} ended by itself with code ${container.exitCode}${ran === null ? '' : `, after ${seconds(ran)}`}.`,
      rootCause: 'It worked for a while before. Its last lines are the best trace; often it simply runs again.',
      rests,
      actions: startOnce(target, 'It had worked for a while.'),
      prevention,
    },
  ]
}

/** The engine starts it again and again; ended or not, it is between two crashes. */
function isLoop({ container }: Target, now: Date): boolean {
  if (container.state === 'restarting') return container.restarts >= LOOP_RESTARTS - 1
  if (container.restarts < LOOP_RESTARTS) return false
  return container.state !== 'running' || !isSettled({ container }, now)
}

export function isSettled({ container }: Pick<Target, 'container'>, now: Date): boolean {
  const { state, startedAt } = container
  return state === 'running' && startedAt !== null && now.getTime() - startedAt.getTime() >= SETTLED_MS
}

export const ruleCrashLoop: Rule = (facts) => {
  const { target } = facts
  if (!target || isStorm(target, facts.at)) return []
  const { container, events } = target
  const told = facts.request.findings.some(
    ({ rule, subject }) => subject === container.name && (rule === 'container-loop' || rule === 'container-restarts'),
  )
  const isSure = told || isLoop(target, facts.at)
  // Restarted once or twice so far: it may be over, and it may be the beginning.
  // What lies down is not brought back any more, and has crashed like any other.
  if (!isSure && (container.restarts === 0 || isDown(container) || isSettled(target, facts.at))) return []
  const ends = events.flatMap(({ action, exitCode }, index) =>
    action === 'die' && exitCode !== 0 ? [{ key: `event:${index}`, exitCode }] : [],
  )
  const code = ends.at(-1)?.exitCode ?? (container.state === 'running' ? null : container.exitCode)
  const how = code === null ? '' : `, with code ${code}`
  const known = Math.max(ends.length, countEnds(facts, target), container.restarts)
  const again = known >= 2 ? 'Each start ends like the one before' : 'Where the next start ends like this one'
  return [
    {
      cause: 'crash-loop',
      weight: isSure ? (ends.length >= 2 || container.state !== 'running' ? 0.62 : 0.5) : 0.42,
      severity: 'critical',
      summary: isSure
        ? `${quote(container.name)} keeps crashing${howOften(facts, target)}${how}.`
        : `${quote(container.name)} crashed${how}, and Docker has restarted it; it may be the beginning of a loop.`,
      rootCause: `${again}, ${known >= 2 ? 'so ' : ''}one more restart changes nothing. Its last lines say what it does not like; correct that, or stop it until somebody has time.`,
      rests: [...findLastWords(facts), 'state', ...ends.slice(-2).map(({ key }) => key)],
      ...(isBroughtBack(target)
        ? { prevention: 'Use on-failure with a number as restart policy, so that it gives up and says so.' }
        : {}),
    },
  ]
}

/** By the engine itself. What somebody or a program starts again is in a loop as well, and the engine does not count it. */
const isBroughtBack = ({ container }: Target) =>
  container.restarts > 0 && (container.state === 'restarting' || container.restartPolicy !== 'no')

function howOften(facts: Facts, target: Target): string {
  const { restarts } = target.container
  if (isBroughtBack(target) && restarts >= 2) return `: Docker has restarted it ${restarts} times`
  const count = countEnds(facts, target)
  return count >= 2 ? `: it ended ${count} times in ten minutes` : ''
}

/** Crashes within the last ten minutes, by the engine's events or by whoever watches: each may have missed some. */
function countEnds({ request, at }: Facts, { container, events }: Target): number {
  const seen = request.findings.find(({ rule, subject }) => rule === 'container-loop' && subject === container.name)
  const told = events.filter(
    ({ action, exitCode, at: endedAt }) =>
      action === 'die' && exitCode !== 0 && at.getTime() - endedAt.getTime() < STORM_WINDOW_MS,
  )
  return Math.max(told.length, seen?.value ?? 0)
}

/** Starts that somebody asks for, or ends without an error that a policy answers with a start. */
function isStorm(target: Target, now: Date): boolean {
  return findAsked(target, now).length >= STORM_RESTARTS || endsInPeace(target, now)
}

function findAsked({ events }: Target, now: Date): string[] {
  return events.flatMap(({ action, at }, index) =>
    action === 'restart' && now.getTime() - at.getTime() < STORM_WINDOW_MS ? [`event:${index}`] : [],
  )
}

/** The engine's memory of events is short; the code of an end that is not followed by a start yet says it as well. */
function endsInPeace(target: Target, now: Date): boolean {
  const { state, restarts, exitCode } = target.container
  if (findPeacefulEnds(target, now).length >= STORM_RESTARTS) return true
  return state === 'restarting' && restarts >= STORM_RESTARTS && exitCode === 0
}

function findPeacefulEnds({ container, events }: Target, now: Date): string[] {
  if (container.restarts < STORM_RESTARTS) return []
  return events.flatMap(({ action, exitCode, at }, index) =>
    action === 'die' && exitCode === 0 && now.getTime() - at.getTime() < STORM_WINDOW_MS ? [`event:${index}`] : [],
  )
}

export const ruleRestartStorm: Rule = ({ target, at }) => {
  if (!target) return []
  const { name, restarts } = target.container
  const asked = findAsked(target, at)
  if (asked.length >= STORM_RESTARTS)
    return [
      {
        cause: 'restart-storm',
        weight: 0.86,
        severity: 'critical',
        summary: `Something keeps restarting ${quote(name)}: ${asked.length} times in the last minutes.`,
        rootCause:
          'These restarts come from outside, not from a crash: a watchdog, an updater or a script that is not content with it. Find and pause that first; another restart only adds to it.',
        rests: [...asked.slice(-3), 'state'],
        prevention: 'Let one program alone restart containers, and give it a limit.',
      },
    ]
  if (!endsInPeace(target, at)) return []
  const ends = findPeacefulEnds(target, at)
  return [
    {
      cause: 'restart-storm',
      weight: 0.82,
      severity: 'critical',
      summary: `${quote(name)} ends without an error, and Docker starts it again each time (${restarts} times).`,
      rootCause:
        'Its command comes to its end, and the restart policy takes that for a failure. If it is a task, set the policy to no or on-failure; if it is a service, its command must stay in the foreground.',
      rests: [...ends.slice(-2), 'policy', 'state', 'command'],
    },
  ]
}

export const ruleSlowStart: Rule = ({ target, at }) => {
  const check = target?.details?.check
  if (!target || !check || target.container.state !== 'running' || target.container.health !== 'starting') return []
  const { name, startedAt, restarts } = target.container
  if (startedAt === null || restarts >= LOOP_RESTARTS) return []
  const allowedMs = check.startPeriodMs + (check.intervalMs + check.timeoutMs) * check.retries
  const upMs = at.getTime() - startedAt.getTime()
  if (upMs > allowedMs) return []
  return [
    {
      cause: 'slow-start',
      weight: 0.87,
      severity: 'info',
      summary: `${quote(name)} is still starting; its health check has time until ${seconds(allowedMs)} after the start.`,
      rootCause: `It is up for ${seconds(upMs)}. Nothing has failed yet: wait, and do not restart it, or it begins anew.`,
      rests: ['state', 'check'],
    },
  ]
}
