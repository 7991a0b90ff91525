import { totalmem } from 'node:os'
import type { Container } from '../../src/docker/container.ts'
import type { ContainerId } from '../../src/docker/container-id.ts'
import type { Docker } from '../../src/docker/engine.ts'
import { compareSamples, type StatsSample } from '../../src/docker/stats.ts'

/** What containers use of processor and memory. On a machine in trouble the engine is slow to say so, and then it matters. */

export type Figures = {
  /** Of one core. Null when it was not seen before: the share comes from two samples. */
  cpuPercent: number | null
  memoryBytes: number | null
  /** Null when it may take all there is. */
  memoryLimitBytes: number | null
}

/** How long somebody waits for figures: a person for an answer, or the watching, which has a minute. */
export type Patience = 'short' | 'long'

export type FiguresReader = {
  /**
   * Of those that run; who did not answer lately is left out. Never throws. What comes in after the wait counts for the next
   * read. `hurried` ends the wait.
   */
  read(docker: Pick<Docker, 'sample'>, containers: readonly Container[], wait: Wait): Promise<Map<ContainerId, Figures>>
}
export type Wait = { patience: Patience; hurried: AbortSignal | null }

/** The short one stays below a probe's limit, so that slow figures cost themselves and not the list. */
export const FIGURES_WAIT_MS: Record<Patience, number> = { short: 600, long: 5_000 }
const FIGURES_AT_ONCE = 4
/** Read within the last look or the one before: still how it is now. */
const MAX_FIGURES_AGE_MS = 90_000
/** An older sample says how it was on average since then, not how it is. */
const MAX_SAMPLE_AGE_MS = 150_000
/** Two that are closer say more about the moment than about the container. */
const MIN_SAMPLE_AGE_MS = 1_000

/** `sample`: what the next one is compared with. `at`: of this process's own clock, which nobody sets. */
type Known = { sample: StatsSample; figures: Figures; at: number }
type State = {
  known: Map<ContainerId, Known>
  /** Who had its turn when, counted in turns: whoever answered, or had a whole round for it. */
  turns: Map<ContainerId, number>
  turn: number
}

export function createFiguresReader(): FiguresReader {
  const state: State = { known: new Map(), turns: new Map(), turn: 0 }
  let round: Promise<void> | null = null
  return {
    read: async (docker, containers, { patience, hurried }) => {
      const running = containers.filter((container) => container.state === 'running')
      forgetOthers(state, running)
      const waitMs = FIGURES_WAIT_MS[patience]
      // One at a time, whoever asks: the engine has enough to do.
      round ??= readRound(docker, running, state, waitMs).finally(() => {
        round = null
      })
      await waitFor(round, waitMs, hurried)
      return collect(state, running)
    },
  }
}

function forgetOthers({ known, turns }: State, running: readonly Container[]): void {
  const ids = new Set(running.map(({ id }) => id))
  for (const map of [known, turns]) for (const id of map.keys()) if (!ids.has(id)) map.delete(id)
}

async function waitFor(round: Promise<void>, waitMs: number, hurried: AbortSignal | null): Promise<void> {
  const { promise: over, resolve } = Promise.withResolvers<void>()
  const end = () => resolve()
  const timer = setTimeout(end, waitMs)
  hurried?.addEventListener('abort', end)
  if (hurried?.aborted) end()
  try {
    await Promise.race([round, over])
  } finally {
    clearTimeout(timer)
    hurried?.removeEventListener('abort', end)
  }
}

/** Those first whose turn is longest ago, so that a round that is cut off never leaves out the same ones again. */
async function readRound(
  docker: Pick<Docker, 'sample'>,
  running: readonly Container[],
  state: State,
  limitMs: number,
): Promise<void> {
  const left = running.map(({ id }) => id).toSorted((a, b) => turnOf(state, a) - turnOf(state, b))
  const first = new Set(left.slice(0, FIGURES_AT_ONCE))
  const limit = new AbortController()
  const { promise: over, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(() => {
    limit.abort()
    resolve()
  }, limitMs)
  const work = async () => {
    for (let id = left.shift(); id !== undefined && !limit.signal.aborted; id = left.shift()) {
      const sample = await docker.sample(id, limit.signal).catch(() => null)
      if (sample) state.known.set(id, toKnown(state.known.get(id), sample))
      // Cut off before it had a whole round: that was no turn. One that never answers has had its.
      if (sample || first.has(id) || !limit.signal.aborted) state.turns.set(id, ++state.turn)
    }
  }
  await Promise.race([Promise.all(Array.from({ length: FIGURES_AT_ONCE }, work)), over])
  clearTimeout(timer)
}

const turnOf = ({ turns }: State, id: ContainerId) => turns.get(id) ?? 0

/** Compared with the sample of the look before, so that nobody waits for a second one. */
function toKnown(before: Known | undefined, sample: StatsSample): Known {
  const at = performance.now()
  const ageMs = before ? new Date(sample.read).getTime() - new Date(before.sample.read).getTime() : Number.NaN
  const { cpuPercent, ...memory } = compareSamples(before?.sample ?? sample, sample, totalmem())
  if (before && ageMs < MIN_SAMPLE_AGE_MS) {
    const figures = { ...memory, cpuPercent: before.figures.cpuPercent }
    return { sample: before.sample, figures, at }
  }
  return { sample, figures: { ...memory, cpuPercent: ageMs <= MAX_SAMPLE_AGE_MS ? cpuPercent : null }, at }
}

/** Those of before a restart are of another program. */
function collect({ known }: State, running: readonly Container[]): Map<ContainerId, Figures> {
  const now = performance.now()
  const found = running.flatMap(({ id, startedAt }): [ContainerId, Figures][] => {
    const one = known.get(id)
    const isCurrent =
      one && now - one.at < MAX_FIGURES_AGE_MS && new Date(one.sample.read) >= (startedAt ?? new Date(0))
    return isCurrent ? [[id, one.figures]] : []
  })
  return new Map(found)
}
