import { quote, type Table } from './dump.ts'
import type { Tx } from './pool.ts'

/** Puts rows back as they were. All of it in one transaction: half a database is worse than none. */

/** The first table that has a row, under a lock that keeps others out until the end; null when all are empty. */
export async function lockEmptyTables(tx: Tx, tables: readonly Table[]): Promise<string | null> {
  for (const { name } of tables) {
    await tx.query(`lock table ${quote(name)} in access exclusive mode`)
    const { rows } = await tx.query<{ used: boolean }>(`select exists (select from ${quote(name)}) as used`)
    if (rows[0]?.used) return name
  }
  return null
}

/**
 * Lets rows in in any order: without foreign keys, and without triggers that would make something of them. What it gives
 * back puts both in place again, and fails where a row points to nothing.
 */
export async function suspendChecks(tx: Tx, tables: readonly Table[]): Promise<() => Promise<void>> {
  const { rows: keys } = await tx.query<{ table: string; name: string; definition: string }>(
    `select conrelid::regclass::text as table, quote_ident(conname) as name, pg_get_constraintdef(oid) as definition
     from pg_constraint where contype = 'f' and connamespace = current_schema()::regnamespace order by conname`,
  )
  for (const { table, name } of keys) await tx.query(`alter table ${table} drop constraint ${name}`)
  for (const { name } of tables) await tx.query(`alter table ${quote(name)} disable trigger user`)
  return async () => {
    for (const { name } of tables) await tx.query(`alter table ${quote(name)} enable trigger user`)
    for (const { table, name, definition } of keys)
      await tx.query(`alter table ${table} add constraint ${name} ${definition}`)
  }
}

/** `lines`: as readRows gave them. The types are those of this database. */
export async function insertRows(tx: Tx, table: Table, lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return
  const names = table.columns.map(({ name }) => quote(name)).join(', ')
  const values = table.columns.map(({ type }, place) => `(line->>${place})::${type}`).join(', ')
  await tx.query(
    `insert into ${quote(table.name)} (${names}) overriding system value
     select ${values} from jsonb_array_elements($1::jsonb) as line`,
    [`[${lines.join(',')}]`],
  )
}

/** The next number is a new one. */
export async function setSequences(tx: Tx, last: Readonly<Record<string, number>>): Promise<void> {
  for (const [name, value] of Object.entries(last))
    await tx.query('select setval($1::regclass, $2)', [quote(name), value])
}
