import { z } from 'zod'

/** What a container uses now. One sample knows no rate: the share of the processor comes from two. */
export type ContainerStats = {
  /** Of one core: 200 is two cores busy. */
  cpuPercent: number
  memoryBytes: number
  /** Null when it may take all there is. */
  memoryLimitBytes: number | null
}

export const StatsSample = z.object({
  read: z.string(),
  cpu_stats: z.object({ cpu_usage: z.object({ total_usage: z.number() }) }),
  memory_stats: z
    .object({
      usage: z.number().optional(),
      limit: z.number().optional(),
      stats: z.record(z.string(), z.number()).optional(),
    })
    .catch({}),
})
export type StatsSample = z.infer<typeof StatsSample>

const NS_PER_MS = 1_000_000

/** `machineBytes`: a limit as large as the machine is none. */
export function compareSamples(before: StatsSample, after: StatsSample, machineBytes: number): ContainerStats {
  const usedNs = after.cpu_stats.cpu_usage.total_usage - before.cpu_stats.cpu_usage.total_usage
  const tookMs = new Date(after.read).getTime() - new Date(before.read).getTime()
  const { usage = 0, limit, stats = {} } = after.memory_stats
  // The file cache is given back when somebody needs it; cgroup 2 and 1 name it differently.
  const cache = stats.inactive_file ?? stats.total_inactive_file ?? 0
  return {
    cpuPercent: tookMs > 0 ? Math.max(0, (usedNs / (tookMs * NS_PER_MS)) * 100) : 0,
    memoryBytes: Math.max(0, usage - cache),
    memoryLimitBytes: limit !== undefined && limit > 0 && limit < machineBytes ? limit : null,
  }
}
