import type pg from 'pg'
import type { Queryable, Tx } from './pool.ts'

/** All that is in the database, as text, table by table; the same on both databases, without any program of theirs. */

export type Table = {
  name: string
  /** Those that can be written: a generated column follows from the others. */
  columns: { name: string; type: string }[]
}

/** Made and filled by the migrations themselves. */
const SCHEMA_TABLES = ['migration', 'run_transition']
const ROWS_AT_ONCE = 200

/** Names of the migrations that were applied, oldest first; [] in a database that nobody has migrated. */
export async function listMigrations(db: Queryable): Promise<string[]> {
  const { rows: found } = await db.query<{ here: boolean }>(`select to_regclass('migration') is not null as here`)
  if (!found[0]?.here) return []
  const { rows } = await db.query<{ name: string }>('select name from migration order by id')
  return rows.map(({ name }) => name)
}

export async function listTables(db: Queryable): Promise<Table[]> {
  const { rows } = await db.query<Table>(
    `select c.relname as name,
       jsonb_agg(jsonb_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod)) order by a.attnum) as columns
     from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r' and c.relname <> all ($1)
       and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
     group by c.relname order by c.relname`,
    [SCHEMA_TABLES],
  )
  return rows
}

/** Everything inside sees the database as it was at the first look, whatever others write meanwhile. */
export async function inSnapshot<T>(pool: pg.Pool, work: (tx: Tx) => Promise<T>): Promise<T> {
  const tx = await pool.connect()
  try {
    await tx.query('begin isolation level repeatable read, read only')
    // As text, a moment and a number must not depend on how the server is set up.
    await tx.query(`set local timezone = 'UTC'; set local datestyle = 'ISO'; set local extra_float_digits = 1`)
    return await work(tx)
  } finally {
    const broken = await tx.query('rollback').then(
      () => undefined,
      (err: Error) => err,
    )
    tx.release(broken)
  }
}

/** Each row as the JSON text of an array: its columns in order, as text or null. */
export async function* readRows(tx: Tx, table: Table, signal: AbortSignal): AsyncGenerator<string> {
  const columns = table.columns.map(({ name }) => `${quote(name)}::text`).join(', ')
  await tx.query(
    `declare dump_rows no scroll cursor for select json_build_array(${columns})::text as line from ${quote(table.name)}`,
  )
  for (;;) {
    signal.throwIfAborted()
    const { rows } = await tx.query<{ line: string }>(`fetch ${ROWS_AT_ONCE} from dump_rows`)
    for (const { line } of rows) yield line
    if (rows.length < ROWS_AT_ONCE) break
  }
  await tx.query('close dump_rows')
}

/** The last number that each sequence gave; one that gave none is left out. */
export async function readSequences(db: Queryable): Promise<Record<string, number>> {
  const { rows } = await db.query<{ name: string; last: number }>(
    `select sequencename as name, last_value as last from pg_sequences
     where schemaname = current_schema() and last_value is not null
       and sequencename <> 'migration_id_seq' order by sequencename`,
  )
  return Object.fromEntries(rows.map(({ name, last }) => [name, last]))
}

/** An identifier as SQL wants it. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
