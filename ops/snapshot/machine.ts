import { readFile } from 'node:fs/promises'
import { availableParallelism, loadavg, uptime } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** Processor, memory, network and uptime, read from where the kernel says them: no program is started for it. */

export type Cpu = { percent: number; cores: number; load: [number, number, number] }
export type Memory = { totalBytes: number; availableBytes: number; swapTotalBytes: number; swapFreeBytes: number }
export type Network = { interfaces: string[]; receivedPerSecond: number; sentPerSecond: number }
export type Uptime = { machineSeconds: number; botSeconds: number | null }

/** Ticks of all processors together, and bytes since boot, at a moment of a clock that is never set. */
export type Counters = {
  atMs: number
  totalTicks: number
  idleTicks: number
  interfaces: string[]
  received: number
  sent: number
}

/** A tick is 10 ms: below this a share would be a guess. */
const MIN_WINDOW_MS = 500
/** An older mark would say how it was, not how it is. */
const MAX_WINDOW_MS = 150_000
/** Traffic of these is counted a second time where it leaves the machine. */
const VIRTUAL = /^(lo$|docker\d|br\d|br-|veth|virbr|vnet|tun|tap|wg|tailscale|zt|cni|flannel|cali|dummy|bond|ifb)|\./

export type Meter = {
  /** Shares since the last mark, or over half a second where there is none. */
  measure(): Promise<{ cpuPercent: number; network: Network }>
  /** The next measurement begins here. */
  mark(): Promise<void>
}

export function createMeter(procDir = '/proc', nowMs: () => number = () => performance.now()): Meter {
  let base: Counters | null = null
  return {
    measure: async () => {
      const age = base === null ? Number.POSITIVE_INFINITY : nowMs() - base.atMs
      const from = base === null || age > MAX_WINDOW_MS ? await readCounters(procDir, nowMs()) : base
      const openMs = nowMs() - from.atMs
      if (openMs < MIN_WINDOW_MS) await pause(MIN_WINDOW_MS - openMs)
      return compareCounters(from, await readCounters(procDir, nowMs()))
    },
    mark: async () => {
      base = await readCounters(procDir, nowMs())
    },
  }
}

async function readCounters(procDir: string, atMs: number): Promise<Counters> {
  const [stat, net] = await Promise.all([
    readFile(join(procDir, 'stat'), 'utf8'),
    readFile(join(procDir, 'net/dev'), 'utf8').catch(() => ''),
  ])
  return { atMs, ...parseStat(stat), ...parseNetDev(net) }
}

export function compareCounters(from: Counters, to: Counters): { cpuPercent: number; network: Network } {
  const ticks = to.totalTicks - from.totalTicks
  const busy = ticks - (to.idleTicks - from.idleTicks)
  const seconds = Math.max((to.atMs - from.atMs) / 1000, 0.001)
  // A counter that went back belongs to an interface that was made anew.
  const rate = (before: number, after: number) => Math.max(0, after - before) / seconds
  return {
    cpuPercent: ticks <= 0 ? 0 : Math.min(100, Math.max(0, (busy / ticks) * 100)),
    network: {
      interfaces: to.interfaces,
      receivedPerSecond: rate(from.received, to.received),
      sentPerSecond: rate(from.sent, to.sent),
    },
  }
}

/** First line of /proc/stat: user nice system idle iowait irq softirq steal (guests are in the first two already). */
export function parseStat(text: string): { totalTicks: number; idleTicks: number } {
  const fields = (/^cpu\s+(.*)$/m.exec(text)?.[1] ?? '').trim().split(/\s+/).slice(0, 8).map(Number)
  if (fields.length < 4 || fields.some(Number.isNaN)) throw new Error('/proc/stat cannot be read')
  const [, , , idle = 0, waiting = 0] = fields
  return { totalTicks: fields.reduce((sum, ticks) => sum + ticks, 0), idleTicks: idle + waiting }
}

export function parseNetDev(text: string): { interfaces: string[]; received: number; sent: number } {
  const rows = text.split('\n').flatMap((line) => {
    const [, name = '', figures = ''] = /^\s*([^:\s]+):\s*(.*)$/.exec(line) ?? []
    if (name === '' || VIRTUAL.test(name)) return []
    const fields = figures.trim().split(/\s+/).map(Number)
    return [{ name, received: fields[0] ?? 0, sent: fields[8] ?? 0 }]
  })
  return {
    interfaces: rows.map((row) => row.name),
    received: rows.reduce((sum, row) => sum + row.received, 0),
    sent: rows.reduce((sum, row) => sum + row.sent, 0),
  }
}

/** Percent used; `swap` is null where there is none. */
export function memoryShares(memory: Memory): { memory: number; swap: number | null } {
  const { totalBytes, availableBytes, swapTotalBytes, swapFreeBytes } = memory
  const swap = swapTotalBytes === 0 ? null : ((swapTotalBytes - swapFreeBytes) * 100) / swapTotalBytes
  return { memory: ((totalBytes - availableBytes) * 100) / totalBytes, swap }
}

export async function readMemory(procDir = '/proc'): Promise<Memory> {
  return parseMemInfo(await readFile(join(procDir, 'meminfo'), 'utf8'))
}

/** `available` is what the kernel could give to programs; caches count as free, as they are. */
export function parseMemInfo(text: string): Memory {
  const bytes = (name: string) => {
    const found = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]
    return found === undefined ? null : Number(found) * 1024
  }
  const totalBytes = bytes('MemTotal')
  const availableBytes = bytes('MemAvailable')
  if (!totalBytes || availableBytes === null) throw new Error('/proc/meminfo cannot be read')
  return { totalBytes, availableBytes, swapTotalBytes: bytes('SwapTotal') ?? 0, swapFreeBytes: bytes('SwapFree') ?? 0 }
}

export function readLoad(): Pick<Cpu, 'cores' | 'load'> {
  const [one = 0, five = 0, fifteen = 0] = loadavg()
  return { cores: availableParallelism(), load: [one, five, fifteen] }
}

export function readMachineUptime(): number {
  return uptime()
}
