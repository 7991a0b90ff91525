import { toStorableJson } from '../messaging/storable.ts'
import type { Queryable } from './pool.ts'

/** How the machine was, once a minute. */

export type Sample = {
  /** Full minute. */
  minute: Date
  cpuPercent: number | null
  load1: number | null
  memoryPercent: number | null
  swapPercent: number | null
  temperatureC: number | null
  receivedPerSecond: number | null
  sentPerSecond: number | null
  /** By mount. */
  disks: Record<string, { used: number; free: number }>
  containers: Record<string, StoredContainer>
  /** Read back by their writer, with its own schema. */
  findings: unknown
}

/** Processor in % of one core, memory in bytes, its limit in bytes, restarts, state as Docker says it unless it is running. */
export type StoredContainer = [
  cpuPercent: number | null,
  memoryBytes: number | null,
  memoryLimitBytes: number | null,
  restarts: number,
  state?: string,
]

/** False when the minute has one already. */
export async function insertSample(db: Queryable, sample: Sample): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into sample (minute, cpu_percent, load1, memory_percent, swap_percent, temperature_c, received_per_second,
       sent_per_second, disks, containers, findings)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10::json, $11::jsonb) on conflict (minute) do nothing`,
    [
      sample.minute,
      sample.cpuPercent,
      sample.load1,
      sample.memoryPercent,
      sample.swapPercent,
      sample.temperatureC,
      sample.receivedPerSecond,
      sample.sentPerSecond,
      toStorableJson(sample.disks),
      toStorableJson(sample.containers),
      toStorableJson(sample.findings),
    ],
  )
  return rowCount === 1
}

/** What the rules held at the newest sample since `after`; null when there is none. */
export async function findLastFindings(
  db: Queryable,
  after: Date,
): Promise<{ minute: Date; findings: unknown } | null> {
  const { rows } = await db.query<{ minute: Date; findings: unknown }>(
    'select minute, findings from sample where minute > $1 order by minute desc limit 1',
    [after],
  )
  return rows[0] ?? null
}

/** Bytes used by mount, the first sample of each hour, oldest first. */
export async function listHourlyDisks(db: Queryable, after: Date): Promise<{ minute: Date; disks: Sample['disks'] }[]> {
  const { rows } = await db.query<{ minute: Date; disks: Sample['disks'] }>(
    `select distinct on (date_trunc('hour', minute)) minute, disks from sample
     where minute > $1 order by date_trunc('hour', minute), minute`,
    [after],
  )
  return rows
}
