import { readdir } from 'node:fs/promises'
import { MIGRATIONS_DIR } from './migrate.ts'
import type { Queryable } from './pool.ts'

/** What a database is like, without changing it. */
export type DatabaseFindings = {
  /** As the server says it, for example "17.11". */
  version: string
  /** Null when the server does not have the extension. */
  pgvector: string | null
  migrations: { applied: number; waiting: string[] }
}

export async function inspectDatabase(db: Queryable): Promise<DatabaseFindings> {
  const { rows } = await db.query<{ version: string; pgvector: string | null; migrated: boolean }>(
    `select current_setting('server_version') as version, to_regclass('migration') is not null as migrated,
       (select coalesce(installed_version, default_version) from pg_available_extensions where name = 'vector') as pgvector`,
  )
  const [found] = rows
  const applied = found?.migrated
    ? (await db.query<{ name: string }>('select name from migration')).rows.map((row) => row.name)
    : []
  const known = (await readdir(MIGRATIONS_DIR)).filter((file) => file.endsWith('.sql')).map((file) => file.slice(0, -4))
  const waiting = known.filter((name) => !applied.includes(name)).sort()
  const version = found?.version.split(' ')[0] ?? 'unknown'
  return { version, pgvector: found?.pgvector ?? null, migrations: { applied: applied.length, waiting } }
}
