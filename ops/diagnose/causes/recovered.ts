import type { PastEvent } from '../../../src/docker/details.ts'
import type { Candidate, Rule } from '../candidate.ts'
import { type Facts, findEndBefore, type Target } from '../facts.ts'
import { type Clockface, describeMoment } from '../moments.ts'
import { rankCandidates } from '../rank.ts'
import {
  isBeforeBoot,
  ruleCommandNotFound,
  ruleEndedInPeace,
  ruleNotExecutable,
  ruleOutOfMemory,
  ruleSegfault,
} from './endings.ts'
import { ruleNetwork } from './network.ts'
import { isSettled, ruleCrash } from './restarts.ts'
import { quote } from './search.ts'
import { ruleClock, ruleDenied, ruleMissingSetting, ruleMount, rulePort } from './settings.ts'
import { ruleDisk, ruleReadOnly } from './storage.ts'

/** One that is well now, and ended a short while ago: what is true of it, and why it ended then. */

/** An end is told of at once. */
const TOLD_WITHIN_MS = 10_000
/** What the kernel does where there is no memory left; the engine's mark of it stays until the next end. */
const KILLED = 137

/** Findings that are about an end, and are held for a while after it. */
const OF_AN_END = ['container-died', 'container-down', 'container-oom']

const ENDING_RULES: readonly Rule[] = [
  ruleOutOfMemory,
  rulePort,
  ruleMount,
  ruleCommandNotFound,
  ruleNotExecutable,
  ruleDisk,
  ruleReadOnly,
  ruleMissingSetting,
  ruleDenied,
  ruleClock,
  ruleNetwork,
  ruleSegfault,
  ruleEndedInPeace,
  ruleCrash,
]

/** Those that go by its own words, whatever its code was. */
const TOLD_RULES: readonly Rule[] = [ruleDisk, ruleReadOnly, ruleMissingSetting, ruleDenied, ruleClock]
/** Further up, with a code that nobody knows, it may have gone on after it. */
const LAST_LINES = 5
const FAILED = 1

export const ruleRunsAgain: Rule = (facts) => {
  const { target, at, request } = facts
  if (!target || !isWell(target, at)) return []
  const { name } = target.container
  const own = request.findings.filter(({ subject }) => subject === name)
  const end = findLastEnd(target, at)
  if (!end || own.some(({ rule }) => !OF_AN_END.includes(rule))) return []
  const exitCode = end.exitCode ?? own.find(({ rule }) => rule === 'container-died')?.value ?? null
  const code = exitCode ?? (target.container.oomKilled ? KILLED : null)
  const best = code === null ? explainByWords(facts, end) : explainEnd(facts, end, code)
  const why = isBeforeBoot(facts)
    ? 'It went down with the machine, and came back with it.'
    : best && `${code === null ? 'Before that end it had said so' : 'That end'}: ${best.summary}`
  const told = request.findings.flatMap(({ subject }, index) => (subject === name ? [`finding:${index}`] : []))
  return [describe(target, { clock: facts, end: { ...end, exitCode }, why, best, told })]
}

function isWell(target: Target, now: Date): boolean {
  const { state, health, restarts } = target.container
  // One that the engine has just restarted may be between two crashes.
  return state === 'running' && (health === null || health === 'healthy') && (restarts === 0 || isSettled(target, now))
}

/** `runAt`: when the run that ended had begun. Both are null when nobody remembers. */
type End = { at: Date; exitCode: number | null; runAt: Date | null }

/** The engine keeps the moment of the last end while the next run goes on, but not its code: that is in its events. */
function findLastEnd({ container, events }: Target, now: Date): End | null {
  const at = findEndBefore(container, now)
  if (at === null) return null
  const isIt = ({ action, at: toldAt }: PastEvent) =>
    action === 'die' && Math.abs(toldAt.getTime() - at.getTime()) <= TOLD_WITHIN_MS
  const die = events.findLast((event) => isIt(event) && event.at <= (container.startedAt ?? now))
  const start = events.findLast((event) => event.action === 'start' && die !== undefined && event.at < die.at)
  return { at, exitCode: die?.exitCode ?? null, runAt: start?.at ?? null }
}

/** Null when no rule knows more than that it ended. */
function explainEnd(facts: Facts, end: End, exitCode: number): Candidate | null {
  const [best] = rankCandidates(toPast(facts, end, exitCode), ENDING_RULES)
  return best === undefined || best.cause === 'unknown' ? null : best
}

/** Where the engine has forgotten the code: it may have been stopped as well, so only its very last words count. */
function explainByWords(facts: Facts, end: End): Candidate | null {
  const count = facts.target?.before?.lines.length ?? 0
  const last = new Set(Array.from({ length: LAST_LINES }, (_, index) => `log:${count - 1 - index}`))
  const told = rankCandidates(toPast(facts, end, FAILED), TOLD_RULES)
  return told.find(({ rests }) => rests.some((key) => last.has(key))) ?? null
}

/** The same container at its end. What the others and the machine were like then, nobody knows. */
function toPast(facts: Facts, end: End, exitCode: number): Facts {
  const { target, request } = facts
  if (!target) return facts
  const { container, events, before } = target
  const isBefore = ({ at }: PastEvent) => at <= (container.startedAt ?? end.at)
  const seen = events.filter(isBefore)
  return {
    ...facts,
    machine: null,
    siblings: [],
    request: { ...request, findings: [] },
    target: {
      ...target,
      container: {
        ...container,
        state: 'exited',
        health: null,
        exitCode,
        restarts: 0,
        startedAt: end.runAt ?? container.createdAt,
        finishedAt: end.at,
      },
      events: seen,
      log: before,
      usage: null,
      logBytesPerSecond: null,
      past: [],
    },
  }
}

type Story = { clock: Clockface; end: End; why: string | null; best: Candidate | null; told: readonly string[] }

const UNEXPLAINED =
  'Nothing that I know explains that end; its last words before it are the best trace. There is nothing to do now.'

function describe({ container, before }: Target, { clock, end, why, best, told }: Story): Candidate {
  const since = container.startedAt === null ? '' : `, up since ${describeMoment(container.startedAt, clock)}`
  const code = end.exitCode === null ? '' : ` with code ${end.exitCode}`
  const well = container.health === 'healthy' ? 'is healthy' : 'runs'
  const last = (before?.lines ?? []).map((_, index) => `before:${index}`).slice(-2)
  const rests = (best?.rests ?? []).map((key) => key.replace(/^log:/, 'before:'))
  return {
    cause: best?.cause ?? 'unknown',
    weight: 0.58,
    severity: told.length > 0 ? 'warning' : 'info',
    summary: `${quote(container.name)} ${well}${since}; it ended at ${describeMoment(end.at, clock)}${code}, and was started again.`,
    rootCause: why === null ? UNEXPLAINED : `${why} There is nothing to do now.`,
    rests: [...told, 'state', ...rests.filter((key) => /^(?:before|event):/.test(key)), ...(why === null ? last : [])],
    ...(best?.prevention === undefined ? {} : { prevention: best.prevention }),
  }
}
