import { availableParallelism, totalmem } from 'node:os'
import { z } from 'zod'
import type { Clock } from '../../src/clock.ts'
import { listOpenIncidents } from '../../src/db/incidents.ts'
import type { Database } from '../../src/db/pool.ts'
import type { Container } from '../../src/docker/container.ts'
import type { ContainerId } from '../../src/docker/container-id.ts'
import type { Docker } from '../../src/docker/engine.ts'
import { type ContainerStats, compareSamples, type StatsSample } from '../../src/docker/stats.ts'
import { asFailure, Failure } from '../../src/failure.ts'
import type { Log } from '../../src/log.ts'
import { readIncident } from '../incidents/rows.ts'
import { judgeFigures, type MachineSize } from '../rules/containers.ts'
import { readFindings } from '../samples.ts'
import { toSeen } from '../snapshot/containers.ts'
import type { Timing } from './watch.ts'

/** A container that is up again and takes as much as before is not fixed: the figure that was wrong is read once more. */

const LoadRule = z.enum(['container-cpu', 'container-memory'])
/** Percent as the rule counts: of one core; of its limit, or of the machine where it has none. */
export const Load = z.object({ rule: LoadRule, percent: z.number() })
export type Load = z.infer<typeof Load>

const WORDS = { 'container-cpu': 'processor', 'container-memory': 'memory' } as const
/** Within a tenth of what it was. */
const SAME_SHARE = 0.9

/** What the rules hold it takes too much of just now. From what is stored: the engine is not asked. */
export async function findLoad(
  { db, clock, log }: { db: Pick<Database, 'pool'>; clock: Clock; log: Log },
  { id, state }: Pick<Container, 'id' | 'state'>,
): Promise<Load[]> {
  if (state !== 'running') return []
  try {
    const sampled = await readFindings(db.pool, clock.now())
    // A sample is made once a minute; what people were told of may be newer.
    const told = (await listOpenIncidents(db.pool)).flatMap((row) => readIncident(row).members)
    const found = new Map<Load['rule'], Load>()
    for (const { rule, value, containerId } of [...told, ...sampled]) {
      const known = LoadRule.safeParse(rule)
      if (containerId === id && known.success && value !== null)
        found.set(known.data, { rule: known.data, percent: value })
    }
    return [...found.values()]
  } catch (err) {
    log.info({ err }, 'whether a container takes too much could not be read')
    return []
  }
}

export type LoadSeen =
  | { kind: 'less'; load: Load[] }
  /** `reason`: "takes as much processor as before: 95 % → 94 %". */
  | { kind: 'same'; load: Load[]; reason: string }
  | { kind: 'unread' }

type LoadWatch = { before: readonly Load[]; forMs: number; timing: Timing; signal: AbortSignal }

/**
 * Reads the figures until they are well once, or `forMs` is over: what has just started may be at hard work for a while.
 * @throws Failure cancelled
 */
export async function watchLoad(docker: Docker, id: ContainerId, watch: LoadWatch): Promise<LoadSeen> {
  const { before, timing, signal } = watch
  const ends = timing.now() + watch.forMs
  let seen: LoadSeen = { kind: 'unread' }
  let from = await orNull(docker.sample(id, signal))
  do {
    await timing.pause(timing.loadEveryMs, signal).catch((cause) => {
      throw new Failure('watching was stopped', { code: 'cancelled', cause })
    })
    const to = await orNull(docker.sample(id, signal))
    const container = await orNull(docker.inspect(id, signal))
    if (from && to && container) seen = judgeLoad(container, before, { from, to })
    if (seen.kind === 'less') return seen
    from = to
  } while (timing.now() + timing.loadEveryMs <= ends)
  return seen
}

async function orNull<T>(asked: Promise<T>): Promise<T | null> {
  return asked.catch((thrown: unknown) => {
    const failure = asFailure(thrown)
    if (failure.code === 'cancelled') throw failure
    return null
  })
}

/** By the rule that has found it, with its labels and its way back. */
function judgeLoad(
  container: Container,
  before: readonly Load[],
  { from, to }: { from: StatsSample; to: StatsSample },
): LoadSeen {
  const stats = compareSamples(from, to, totalmem())
  const at = new Date(to.read)
  const earlier = before.map(({ rule, percent: value }) => {
    return { rule, severity: 'warning' as const, subject: container.name, words: '', value, since: at }
  })
  const found = judgeFigures(toSeen(container, stats), THIS_MACHINE, { earlier, at })
  const load = before.map(({ rule }) => ({ rule, percent: percentOf(rule, stats) }))
  const wrong = before.flatMap((then) => {
    const now = load.find(({ rule }) => rule === then.rule)
    return now && found.some(({ rule }) => rule === then.rule) ? [describeSame(then, now)] : []
  })
  return wrong.length === 0 ? { kind: 'less', load } : { kind: 'same', load, reason: wrong.join(', and ') }
}

const THIS_MACHINE: MachineSize = {
  cores: availableParallelism(),
  memoryPercentOf: (bytes) => (bytes * 100) / totalmem(),
}

function percentOf(rule: Load['rule'], { cpuPercent, memoryBytes, memoryLimitBytes }: ContainerStats): number {
  return rule === 'container-cpu' ? cpuPercent : (memoryBytes * 100) / (memoryLimitBytes ?? totalmem())
}

function describeSame(then: Load, now: Load): string {
  const what = WORDS[then.rule]
  const isSame = now.percent >= then.percent * SAME_SHARE
  const much = isSame ? `takes as much ${what} as before` : `still takes too much ${what}`
  return `${much}: ${describeChange(then, now)}`
}

/** "processor 95 % → 2 %" */
export function describeLess(before: readonly Load[], after: readonly Load[]): string {
  const changes = before.flatMap((then) => {
    const now = after.find(({ rule }) => rule === then.rule)
    return now ? [`${WORDS[then.rule]} ${describeChange(then, now)}`] : []
  })
  return changes.join(', ')
}

function describeChange(then: Load, now: Load): string {
  return `${Math.floor(then.percent)} % → ${Math.floor(now.percent)} %`
}

/** "processor 95 %" */
export function describeLoad(load: readonly Load[]): string {
  return load.map(({ rule, percent }) => `${WORDS[rule]} ${Math.floor(percent)} %`).join(', ')
}
