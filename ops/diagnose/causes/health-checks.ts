import type { Candidate, Rule } from '../candidate.ts'
import type { Facts, Target } from '../facts.ts'
import { findLastWords, quote } from './search.ts'

/** A health check that fails: because the program hangs, because it says no, or because the check itself is broken. */

const TIMED_OUT = /exceeded timeout|timed out|context deadline exceeded/i
const BROKEN =
  /executable file not found|exec failed|not found|no such file or directory|permission denied|not executable/i

export const ruleUnhealthy: Rule = (facts) => {
  const { target } = facts
  if (target?.container.state !== 'running') return []
  if (target.container.health !== 'unhealthy' && !comesAndGoes(facts)) return []
  const check = target.details?.check
  const failed = (check?.runs ?? []).map((run, index) => ({ ...run, index })).filter(({ exitCode }) => exitCode !== 0)
  const last = failed.at(-1)
  const rests = [...(last ? [`check:${last.index}`] : []), 'check', 'state', ...findLastWords(facts, 2)]
  if (last && TIMED_OUT.test(last.output)) return [describeHang(target, rests)]
  if (last && (last.exitCode === 126 || last.exitCode === 127 || (last.exitCode < 0 && BROKEN.test(last.output))))
    return [describeBrokenCheck(target, rests)]
  const isBack = target.container.health !== 'unhealthy'
  return [
    {
      cause: 'unhealthy-check',
      weight: isBack ? 0.55 : 0.66,
      severity: 'critical',
      summary: `${quote(target.container.name)} runs, but its health check ${isBack ? 'fails time and again' : 'fails'}.`,
      rootCause: `The check ends with code ${last?.exitCode ?? 1}. The program is there and does not do its work; a restart often gets it out of that.`,
      rests,
      actions: [restart(target, 'It may get it out of a state that it does not leave by itself.')],
    },
  ]
}

/** It was unhealthy when the rules saw it, and just now it is not. */
function comesAndGoes({ target, request }: Facts): boolean {
  if (!target) return false
  const { name } = target.container
  const told = request.findings.some(({ rule, subject }) => rule === 'container-unhealthy' && subject === name)
  return told && (target.details?.check?.runs ?? []).some(({ exitCode }) => exitCode !== 0)
}

const restart = ({ container }: Target, why: string) => ({
  kind: 'restart' as const,
  containerName: container.name,
  why,
})

function describeHang(target: Target, rests: string[]): Candidate {
  return {
    cause: 'unhealthy-check',
    weight: 0.83,
    severity: 'critical',
    summary: `${quote(target.container.name)} hangs: it runs, but does not answer its health check in time.`,
    rootCause:
      'The process is alive and answers nothing: it waits for something, or is stuck in itself. A restart frees it; if it hangs again, look at what it waits for.',
    rests: [...rests, 'usage'],
    actions: [restart(target, 'A process that hangs is freed by it.')],
    prevention: 'Give its own calls to others a time limit.',
  }
}

function describeBrokenCheck({ container }: Target, rests: string[]): Candidate {
  return {
    cause: 'unhealthy-check',
    weight: 0.84,
    severity: 'warning',
    summary: `The health check of ${quote(container.name)} cannot run; the container itself may be well.`,
    rootCause:
      'The command of the check is not in the image, or may not be run. A restart does not help: correct the check.',
    rests,
  }
}
