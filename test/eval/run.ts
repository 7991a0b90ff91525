import type { Timing } from '../../ops/actions/watch.ts'
import { judge, type Verdict } from './judge.ts'
import { play } from './play.ts'
import type { Scenario } from './scenario.ts'
import { startWorld, type World } from './world.ts'

/** Plays scenarios beside each other on one engine; most of their time is waiting. */

export type RunOptions = {
  atOnce: number
  timing?: Partial<Timing>
  holdsMs?: number
  onVerdict?: (verdict: Verdict) => void
}

const HOLDS_MS = 15_000

export async function runScenarios(scenarios: readonly Scenario[], options: RunOptions): Promise<Verdict[]> {
  const world = await startWorld(options.timing ? { timing: options.timing } : {})
  try {
    const together = scenarios.filter(({ alone }) => !alone)
    // Those that take long first, so that none is left at the end alone.
    const queue = together.toSorted((a, b) => b.developsMs - a.developsMs)
    const verdicts = new Map<string, Verdict>()
    const playNext = async () => {
      for (let next = queue.shift(); next; next = queue.shift())
        verdicts.set(next.name, await playOne(world, next, options))
    }
    await Promise.all(Array.from({ length: options.atOnce }, playNext))
    for (const one of scenarios.filter(({ alone }) => alone)) verdicts.set(one.name, await playOne(world, one, options))
    return scenarios.flatMap(({ name }) => verdicts.get(name) ?? [])
  } finally {
    await world.close()
  }
}

async function playOne(
  world: World,
  scenario: Scenario,
  { onVerdict, holdsMs = HOLDS_MS }: RunOptions,
): Promise<Verdict> {
  const prefix = scenario.name.toLowerCase().replace(/[^a-z0-9]+/g, '-')
  const played = await play(world, scenario, prefix, holdsMs)
  const verdict = judge(scenario, played, (short) => `${prefix}-${short}`)
  onVerdict?.(verdict)
  return verdict
}
