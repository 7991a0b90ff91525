import type { Queryable } from './pool.ts'

/** What the record says about the past of one thing. */

export type ContainerMinute = { at: Date; cpuPercent: number | null; memoryBytes: number | null; restarts: number }

/** A container's figures by the minute, oldest first; minutes in which it was not there are left out. */
export async function listContainerMinutes(db: Queryable, name: string, after: Date): Promise<ContainerMinute[]> {
  const { rows } = await db.query<ContainerMinute>(
    `select minute as at, (containers->$1->>0)::float8 as "cpuPercent", (containers->$1->>1)::float8 as "memoryBytes",
       coalesce((containers->$1->>3)::int, 0) as restarts
     from sample where minute > $2 and containers->$1 is not null order by minute`,
    [name, after],
  )
  return rows
}

export type ProviderFigures = { provider: string; calls: number; failed: number; lastCode: string | null }

/** Services that failed at least once since `after`, the worst first; `lastCode` is why the newest call failed, if it did. */
export async function listProviderTroubles(db: Queryable, after: Date): Promise<ProviderFigures[]> {
  const { rows } = await db.query<ProviderFigures>(
    `select provider, count(*)::int as calls, (count(*) filter (where status in ('failed', 'unknown')))::int as failed,
       (array_agg(error_code order by started_at desc) filter (where error_code is not null))[1] as "lastCode"
     from provider_call where started_at > $1 and status <> 'started'
     group by provider having count(*) filter (where status in ('failed', 'unknown')) > 0
     order by failed desc, provider`,
    [after],
  )
  return rows
}
