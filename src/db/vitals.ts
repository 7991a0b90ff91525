import type { Database, Queryable } from './pool.ts'

/** What the database says about itself and about the work of the bot. */

export type DatabaseVitals = {
  kind: 'postgres' | 'embedded'
  /** As the server says it, for example "17.11". */
  version: string
  sizeBytes: number
  /** Of the whole server; null for the embedded one, which has a single user. */
  connections: { used: number; max: number } | null
  /** Seconds; of this database, this question left out. Null when nothing else runs, or where it cannot be known. */
  longestQuerySeconds: number | null
  /** Of any table, by hand or by itself. Null when there was none, or where it cannot be known. */
  lastVacuumAt: Date | null
}

export async function readDatabaseVitals(database: Pick<Database, 'pool' | 'kind'>): Promise<DatabaseVitals> {
  const { pool, kind } = database
  const { rows } = await pool.query<{ version: string; sizeBytes: number; lastVacuumAt: Date | null }>(
    `select current_setting('server_version') as version, pg_database_size(current_database()) as "sizeBytes",
       (select max(greatest(last_vacuum, last_autovacuum)) from pg_stat_user_tables) as "lastVacuumAt"`,
  )
  const version = rows[0]?.version.split(' ')[0] ?? 'unknown'
  const base = { kind, version, sizeBytes: rows[0]?.sizeBytes ?? 0, lastVacuumAt: rows[0]?.lastVacuumAt ?? null }
  if (kind === 'embedded') return { ...base, connections: null, longestQuerySeconds: null }
  return { ...base, ...(await readActivity(pool)) }
}

async function readActivity(db: Queryable): Promise<Pick<DatabaseVitals, 'connections' | 'longestQuerySeconds'>> {
  const { rows } = await db.query<{ used: number; max: number; longest: number | null }>(
    `select count(*) filter (where backend_type = 'client backend') as used,
       current_setting('max_connections')::int as max,
       extract(epoch from max(now() - query_start) filter (
         where datname = current_database() and state = 'active' and pid <> pg_backend_pid()
           and backend_type = 'client backend'))::float8 as longest
     from pg_stat_activity`,
  )
  const [found] = rows
  return {
    connections: found ? { used: found.used, max: found.max } : null,
    longestQuerySeconds: found?.longest ?? null,
  }
}

export type BotVitals = {
  updatesWaiting: number
  outboxWaiting: number
  /** Messages that Telegram refused in the last 24 h. */
  outboxRefused: number
  /** Runs by status; statuses without a run are left out. */
  runs: Record<string, number>
  /** When a carousel was last ready for review; null when none ever was. */
  lastReadyAt: Date | null
  /** Seconds from start to card of the newest new carousel of the last 24 h; what people had redone is not counted. */
  lastGenerationSeconds: number | null
  /** Seconds that the oldest new carousel under way has taken so far. */
  openGenerationSeconds: number | null
  /** Runs that failed in the last 24 h. */
  failedRuns: number
  /** Runs that failed since the last one that was ready, in the last week; what the command line made is not counted. */
  failedInRow: number
}

export async function readBotVitals(db: Queryable): Promise<BotVitals> {
  const { rows } = await db.query<BotVitals>(
    `select
       (select count(*) from telegram_update where status = 'pending') as "updatesWaiting",
       (select count(*) from outbox where status in ('pending', 'sending')) as "outboxWaiting",
       (select count(*) from outbox where status = 'failed' and created_at > now() - interval '24 hours') as "outboxRefused",
       (select coalesce(jsonb_object_agg(status, n), '{}') from (
          select status, count(*) as n from run group by status) as counted) as runs,
       (select max(ready_at) from run) as "lastReadyAt",
       (select extract(epoch from ready_at - started_at)::float8 from run
          where revision = 1 and ready_at > now() - interval '24 hours'
          order by ready_at desc limit 1) as "lastGenerationSeconds",
       (select extract(epoch from now() - min(started_at))::float8 from run
          where revision = 1 and status = 'running' and source <> 'cli') as "openGenerationSeconds",
       (select count(*) from run where status = 'failed' and finished_at > now() - interval '24 hours') as "failedRuns",
       (select count(*) from run where status = 'failed' and source <> 'cli'
          and finished_at > greatest(now() - interval '7 days', (select max(ready_at) from run))) as "failedInRow"`,
  )
  const [found] = rows
  if (!found) throw new Error('the database gave no row')
  return found
}
