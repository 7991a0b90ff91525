import { z } from 'zod'
import { noteImages } from '../src/db/history.ts'
import {
  findLastFindings,
  insertSample,
  listHourlyDisks,
  type Sample,
  type StoredContainer,
} from '../src/db/samples.ts'
import type { Queryable } from '../src/transaction.ts'
import { forecastFullDays, type Point } from './forecast.ts'
import { type Finding, judge, RULES } from './rules.ts'
import type { SeenContainer } from './snapshot/containers.ts'
import { memoryShares } from './snapshot/machine.ts'
import type { Snapshot } from './snapshot/snapshot.ts'

/** The past: a sample a minute, what the rules made of it, and where the disks are going. */

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
const FORECAST_DAYS = 7
/** After a longer silence nobody knows whether it lasted: what is wrong then is new. */
const MAX_SILENCE_MS = 10 * MINUTE_MS

const StoredFindings = z.array(
  z.object({
    rule: z.enum(RULES),
    severity: z.enum(['warning', 'critical']),
    subject: z.string(),
    words: z.string(),
    value: z.number().nullable(),
    since: z.iso.datetime().transform((text) => new Date(text)),
    containerId: z.string().optional(),
  }),
)

/** What the rules held at the newest sample; [] when there is none, or it is too old to go on from. */
export async function readFindings(db: Queryable, now: Date): Promise<Finding[]> {
  const last = await findLastFindings(db, new Date(now.getTime() - MAX_SILENCE_MS))
  return parseFindings(last?.findings)
}

/** [] when they are of a version with other rules. */
export function parseFindings(stored: unknown): Finding[] {
  const parsed = StoredFindings.safeParse(stored)
  return parsed.success ? parsed.data : []
}

/** Stores the sample of this minute, unless it is there, and which images the containers run on. */
export async function storeSample(db: Queryable, snapshot: Snapshot): Promise<void> {
  const findings = judge(snapshot, await readFindings(db, snapshot.takenAt))
  await insertSample(db, toSample(snapshot, findings))
  await noteImages(db, snapshot.takenAt, given(snapshot.containers) ?? [])
}

function toSample(snapshot: Snapshot, findings: readonly Finding[]): Sample {
  const cpu = given(snapshot.cpu)
  const memory = given(snapshot.memory)
  const network = given(snapshot.network)
  const disks = given(snapshot.disks)?.disks ?? []
  const shares = memory ? memoryShares(memory) : null
  return {
    minute: new Date(Math.floor(snapshot.takenAt.getTime() / MINUTE_MS) * MINUTE_MS),
    cpuPercent: cpu?.percent ?? null,
    load1: cpu?.load[0] ?? null,
    memoryPercent: shares?.memory ?? null,
    swapPercent: shares?.swap ?? null,
    temperatureC: given(snapshot.temperature),
    receivedPerSecond: network?.receivedPerSecond ?? null,
    sentPerSecond: network?.sentPerSecond ?? null,
    disks: Object.fromEntries(disks.map((disk) => [disk.mount, { used: disk.usedBytes, free: disk.freeBytes }])),
    containers: Object.fromEntries((given(snapshot.containers) ?? []).map((seen) => [seen.name, toStored(seen)])),
    findings,
  }
}

/** Short numbers: ten containers are ten of these every minute for 90 days. */
function toStored({ cpuPercent, memoryBytes, memoryLimitBytes, restarts, state }: SeenContainer): StoredContainer {
  const percent = cpuPercent === null ? null : Math.round(cpuPercent * 10) / 10
  const figures = [percent, memoryBytes, memoryLimitBytes, restarts] as const
  return state === 'running' ? [...figures] : [...figures, state]
}

function given<T>(reading: { kind: 'ok'; value: T } | { kind: 'absent' | 'failed' }): T | null {
  return reading.kind === 'ok' ? reading.value : null
}

/** Days until full, by mount; a disk that is not filling, or too new to tell, is left out. */
export async function forecastDisks(db: Queryable, snapshot: Snapshot): Promise<Map<string, number>> {
  const disks = given(snapshot.disks)?.disks ?? []
  const after = new Date(snapshot.takenAt.getTime() - FORECAST_DAYS * DAY_MS)
  const rows = await listHourlyDisks(db, after)
  const forecasts = disks.flatMap(({ mount, usedBytes, freeBytes }): [string, number][] => {
    const past = rows.flatMap(({ minute, disks: then }): Point[] => {
      const seen = then[mount]
      return seen ? [{ at: minute, usedBytes: seen.used }] : []
    })
    const days = forecastFullDays([...past, { at: snapshot.takenAt, usedBytes }], freeBytes)
    return days === null ? [] : [[mount, days]]
  })
  return new Map(forecasts)
}
