import { memoryShares } from '../../snapshot/machine.ts'
import { isStopSignal } from '../../stop-signals.ts'
import { describeBytes } from '../../words.ts'
import type { Candidate, Rule } from '../candidate.ts'
import { type Facts, hasEnded, isDown, type Target } from '../facts.ts'
import type { SuggestedAction } from '../types.ts'
import { findLastWords, keysOf, quote, searchLog } from './search.ts'

/** How it ended: exit codes, signals, memory. */

/** More restarts by the engine than this, and another one changes nothing. */
export const LOOP_RESTARTS = 3
const SIGNALLED = 128
/** 128 + the number of the signal, from 130 on. */
const CODE = {
  notExecutable: 126,
  notFound: 127,
  interrupted: 130,
  aborted: 134,
  killed: 137,
  segfault: 139,
  ended: 143,
}

const MEBIBYTE = 1_048_576

const isLooping = ({ container }: Target) => container.restarts >= LOOP_RESTARTS

/** Brings back what is down, once: not what the engine tries again and again anyway. */
export function startOnce(target: Target, why: string): SuggestedAction[] {
  const { container } = target
  return isDown(container) && !isLooping(target) ? [{ kind: 'start', containerName: container.name, why }] : []
}

export const ruleOutOfMemory: Rule = (facts) => {
  const { target } = facts
  if (!target) return []
  const { container } = target
  const event = findOutOfMemory(target)
  const ended = hasEnded(container)
  // While one runs, the engine's mark is still that of the run before.
  const isMarked = container.oomKilled && (ended || container.restarts > 0)
  if (isMarked || event.length > 0) {
    const weight = ended && container.exitCode === CODE.killed ? 0.96 : ended || container.restarts > 0 ? 0.88 : 0.75
    return [outOfMemory(target, weight, ['state', ...event.slice(-1), 'past', 'usage', 'memory'])]
  }
  const words = searchLog(
    facts,
    /heap out of memory|java\.lang\.OutOfMemoryError|\bMemoryError\b|std::bad_alloc|Cannot allocate memory|: Out of memory\b/i,
  )
  if (words.length > 0 && ended && container.exitCode !== 0)
    return [outOfMemory(target, 0.85, [...keysOf(words, 2), 'state', 'usage'])]
  const isShort = machineMemory(facts) >= 92
  if (ended && container.exitCode === CODE.killed && isShort && findOrder(target).length === 0)
    return [outOfMemory(target, 0.6, ['state', 'memory'])]
  return []
}

/** What happened in a run before is over, unless it is the engine that starts it again and again. */
function findOutOfMemory({ container, events }: Target): string[] {
  const since = container.restarts > 0 ? null : container.startedAt
  return events.flatMap(({ action, at }, index) =>
    action === 'oom' && (since === null || at >= since) ? [`event:${index}`] : [],
  )
}

function outOfMemory(target: Target, weight: number, rests: string[]): Candidate {
  const { container, details } = target
  const limit = details?.memoryLimitBytes ?? target.usage?.memoryLimitBytes ?? null
  const may = limit === null ? 'The machine had none left' : `It may take ${describeBytes(limit)}`
  const again = isLooping(target) ? ' It runs into it again after every restart.' : ''
  const how =
    limit === null ? 'Give it a limit of its own' : `Give it a higher limit${describeRaise(container.name, limit)}`
  return {
    cause: 'oom-kill',
    weight,
    severity: 'critical',
    summary: `${quote(container.name)} needed more memory than it may take, and was killed.`,
    rootCause: `${may}, and wanted more.${again} ${how}, or find what grows in it.`,
    rests,
    actions: startOnce(target, 'It runs until it needs as much again.'),
    prevention: 'Set a limit that fits its peak, and watch its memory (nexus.memory-percent) to hear of it before.',
  }
}

/** Half as much again, in the engine's own unit. A name is typed as it stands, so one that a shell would read is left out. */
function describeRaise(name: string, limitBytes: number): string {
  if (!/^[\w.-]+$/.test(name)) return ''
  const size = `${Math.ceil((limitBytes * 1.5) / MEBIBYTE)}m`
  return ` (“docker update --memory ${size} --memory-swap ${size} ${name}”, and in its compose file)`
}

function machineMemory({ machine }: Facts): number {
  const memory = machine?.snapshot.memory
  return memory?.kind === 'ok' ? memoryShares(memory.value).memory : 0
}

export const ruleSegfault: Rule = (facts) => {
  const { target } = facts
  if (!target || !hasEnded(target.container)) return []
  const words = searchLog(facts, /segmentation fault|SIGSEGV|signal 11\b/i)
  const isCode = target.container.exitCode === CODE.segfault
  if (!isCode && (words.length === 0 || target.container.exitCode === 0)) return []
  return [
    {
      cause: 'segfault',
      weight: isCode ? 0.9 : 0.75,
      severity: 'critical',
      summary: `${quote(target.container.name)} crashed inside its own program (segmentation fault).`,
      rootCause:
        'The program touched memory that is not its own: a bug in it or in one of its libraries, or an image for another processor. If it does so again, go back to the version before.',
      rests: ['state', ...keysOf(words, 2)],
      actions: startOnce(target, 'A crash that happens once is over with a start.'),
      prevention: 'Pin the image to a version that is known to work.',
    },
  ]
}

const NOT_FOUND =
  /executable file not found|exec: "[^"]*": stat [^:]*: no such file|exec [^:]*: no such file or directory|: not found\b|command not found/i
const WRONG_MACHINE = /exec format error/i

export const ruleCommandNotFound: Rule = (facts) => {
  const { target } = facts
  if (!target || !hasEnded(target.container)) return []
  const { container, details } = target
  const error = details?.engineError ?? ''
  const wrong = [...searchLog(facts, WRONG_MACHINE)]
  if (WRONG_MACHINE.test(error) || wrong.length > 0) return [wrongMachine(target, keysOf(wrong, 1))]
  const saidByEngine = NOT_FOUND.test(error) && !/mount/i.test(error)
  if (container.exitCode !== CODE.notFound && !saidByEngine) return []
  const words = searchLog(facts, NOT_FOUND)
  return [
    {
      cause: 'command-not-found',
      weight: saidByEngine || words.length > 0 ? 0.95 : 0.85,
      severity: 'critical',
      summary: `${quote(container.name)} cannot start: the command that it should run is not in its image.`,
      rootCause:
        'Its command or entrypoint names a program that is not there: a slip of the pen, a changed image, or a file that was not copied. A restart does not help: correct the command, or go back to the image before.',
      rests: ['engine', ...keysOf(words, 2), 'state', 'command'],
      prevention: 'Pin the image to a version, and try a new one before it replaces the old.',
    },
  ]
}

function wrongMachine({ container }: Target, words: string[]): Candidate {
  return {
    cause: 'command-not-found',
    weight: 0.93,
    severity: 'critical',
    summary: `${quote(container.name)} cannot run here: its program is built for another processor.`,
    rootCause:
      'The image is for another kind of machine (amd64 and arm64 do not mix), or its script has no first line that names a shell. A restart does not help: take the image for this machine.',
    rests: ['engine', ...words, 'state', 'command'],
  }
}

export const ruleNotExecutable: Rule = ({ target }) => {
  if (!target || !hasEnded(target.container)) return []
  const error = target.details?.engineError ?? ''
  const saidByEngine = /permission denied/i.test(error)
  if (target.container.exitCode !== CODE.notExecutable && !saidByEngine) return []
  return [
    {
      cause: 'permission-denied',
      weight: saidByEngine ? 0.95 : 0.87,
      severity: 'critical',
      summary: `${quote(target.container.name)} cannot start: its command may not be run.`,
      rootCause:
        'The program or script is there, but it is not marked as executable, or the user may not run it. A restart does not help: chmod +x the file, or start it with its shell.',
      rests: ['engine', 'state', 'command'],
    },
  ]
}

/** Between the signal and the end that it led to; a stop waits 10 s before it kills. */
const BEFORE_END_MS = 60_000

/** What a program makes of a request to end. With another code it has failed, whoever knocked before. */
const ENDED_AS_ASKED: readonly number[] = [0, CODE.interrupted, CODE.killed, CODE.ended]

/** Somebody told the engine to end it: in this run, and by a signal that means it. */
function findOrder({ container, events }: Target): string[] {
  const { startedAt, finishedAt: end, exitCode, stopSignal } = container
  if (!end) return []
  const asAsked = (signal: number | null) =>
    ENDED_AS_ASKED.includes(exitCode) || (signal !== null && exitCode === SIGNALLED + signal)
  return events.flatMap(({ action, at, signal }, index) => {
    const early = end.getTime() - at.getTime()
    if (early <= -5_000 || early >= BEFORE_END_MS || (startedAt !== null && at < startedAt)) return []
    // Where labels hide the signal, the code alone has to tell.
    const isKill = action === 'kill' && (signal === null || isStopSignal(signal, stopSignal)) && asAsked(signal)
    return isKill || action === 'stop' ? [`event:${index}`] : []
  })
}

const BROUGHT_BACK = ['always', 'unless-stopped']

export const ruleEndedInPeace: Rule = (facts) => {
  const { target } = facts
  if (target?.container.state !== 'exited' || target.container.oomKilled) return []
  const { exitCode } = target.container
  const order = findOrder(target)
  if (isBeforeBoot(facts)) return [endedByBoot(target)]
  if (target.wasStopped) return [stoppedByHand(target, 0.97, ['state', ...order.slice(-2), 'stopped'])]
  if (order.length > 0) return [stoppedByHand(target, 0.88, ['state', ...order.slice(-2)])]
  if (exitCode === CODE.ended) return [stoppedByHand(target, 0.8, ['state'])]
  if (exitCode === CODE.interrupted) return [stoppedByHand(target, 0.7, ['state'])]
  if (exitCode === CODE.killed) return [stoppedByHand(target, 0.5, ['state'])]
  if (exitCode !== 0) return []
  // The engine would have brought it back.
  if (BROUGHT_BACK.includes(target.details?.restartPolicy ?? ''))
    return [stoppedByHand(target, 0.7, ['state', 'policy'])]
  return [
    {
      cause: 'clean-exit',
      weight: 0.8,
      severity: 'info',
      summary: `${quote(target.container.name)} has done its work and ended without an error.`,
      rootCause:
        'It ended by itself with code 0. For a task that is how it should be. If it should run all the time, its command ends too early.',
      rests: ['state', 'policy', ...findLastWords(facts, 1)],
    },
  ]
}

function stoppedByHand(target: Target, weight: number, rests: string[]): Candidate {
  const { name, exitCode } = target.container
  const hard = exitCode === CODE.killed ? ' It did not end when it was asked to, or was killed at once.' : ''
  return {
    cause: 'stopped-by-hand',
    weight,
    severity: 'info',
    summary: `${quote(name)} was stopped from outside; it did not fail by itself.`,
    rootCause: `Somebody, or a program that updates or tidies up, told it to end.${hard} It stays off until it is started.`,
    rests,
    actions: startOnce(target, 'Only if it should run now.'),
  }
}

export function isBeforeBoot({ target, machine, at }: Pick<Facts, 'target' | 'machine' | 'at'>): boolean {
  const uptime = machine?.snapshot.uptime
  const end = target?.container.finishedAt
  if (uptime?.kind !== 'ok' || !end) return false
  const bootedAt = at.getTime() - uptime.value.machineSeconds * 1000
  const early = bootedAt - end.getTime()
  // What goes down with the machine ends shortly before; a clock that is set at the start may be a little off.
  return early > -15_000 && early < 180_000
}

function endedByBoot(target: Target): Candidate {
  return {
    cause: 'stopped-by-hand',
    weight: 0.89,
    severity: 'warning',
    summary: `${quote(target.container.name)} went down with the machine and was not started again.`,
    rootCause: 'It ended when the machine was restarted, and its restart policy does not bring it back.',
    rests: ['state', 'policy'],
    actions: startOnce(target, 'The machine is up again.'),
    prevention: 'Set the restart policy to unless-stopped.',
  }
}
