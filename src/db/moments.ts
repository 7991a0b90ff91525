import type { Queryable } from './pool.ts'
import type { StoredContainer } from './samples.ts'

/** The machine at one moment of the past, and over a stretch of it. */

export type StoredMoment = {
  minute: Date
  cpuPercent: number | null
  memoryPercent: number | null
  swapPercent: number | null
  temperatureC: number | null
  disks: Record<string, { used: number; free: number }>
  containers: Record<string, StoredContainer>
  /** Read back by their writer, with its own schema. */
  findings: unknown
}

/** The sample nearest to `at`, not further away than `withinSeconds`. */
export async function findMoment(db: Queryable, at: Date, withinSeconds: number): Promise<StoredMoment | null> {
  const { rows } = await db.query<StoredMoment>(
    `select minute, cpu_percent as "cpuPercent", memory_percent as "memoryPercent", swap_percent as "swapPercent",
       temperature_c as "temperatureC", disks, containers, findings
     from sample where minute between $1::timestamptz - $2 * interval '1 second' and $1::timestamptz + $2 * interval '1 second'
     order by abs(extract(epoch from minute - $1::timestamptz)) limit 1`,
    [at, withinSeconds],
  )
  return rows[0] ?? null
}

export type Period = {
  /** Of how many minutes there is a sample. */
  minutes: number
  cpuPercent: number | null
  memoryPercent: number | null
  temperatureC: number | null
  temperatureMaxC: number | null
  /** Carousels that became ready for review, that were approved, that failed. */
  made: number
  approved: number
  failed: number
  spentUsd: number
}

/** Means and counts from `from` up to, not including, `to`. */
export async function readPeriod(db: Queryable, from: Date, to: Date): Promise<Period> {
  const { rows } = await db.query<Period>(
    `select count(*)::int as minutes, avg(cpu_percent) as "cpuPercent", avg(memory_percent) as "memoryPercent",
       avg(temperature_c) as "temperatureC", max(temperature_c) as "temperatureMaxC",
       (select count(*) from run where ready_at >= $1 and ready_at < $2) as made,
       (select count(*) from decision where kind = 'approve' and made_at >= $1 and made_at < $2) as approved,
       (select count(*) from run where status = 'failed' and finished_at >= $1 and finished_at < $2) as failed,
       (select coalesce(sum(coalesce(cost_usd, reserved_usd)), 0) from provider_call
          where started_at >= $1 and started_at < $2) as "spentUsd"
     from sample where minute >= $1 and minute < $2`,
    [from, to],
  )
  const [found] = rows
  if (!found) throw new Error('the database gave no row')
  return found
}
