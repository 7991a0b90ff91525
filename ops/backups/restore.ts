import { listMigrations, listTables, type Table } from '../../src/db/dump.ts'
import { insertRows, lockEmptyTables, setSequences, suspendChecks } from '../../src/db/load.ts'
import { Failure } from '../../src/failure.ts'
import { type Database, inTransaction, type Tx } from '../../src/transaction.ts'
import type { Head, TableHead } from './format.ts'
import { readBackup } from './read.ts'

/** A backup back into an empty database. One transaction: whatever goes wrong, the database is as empty as before. */

export type Restored = { madeAt: Date; rows: Record<string, number> }

export type RestoreDeps = {
  db: Pick<Database, 'pool'>
  /** Brings a database without tables to the state that the backup's tables belong to. */
  migrateTo: (migrations: readonly string[]) => Promise<void>
}

/** About this much goes to the database at once. */
const BATCH_CHARS = 500_000
const BATCH_ROWS = 500

/** @throws Failure bad_input when the file is damaged or belongs to another version, conflict when the database is not empty */
export async function restoreBackup(deps: RestoreDeps, file: string, signal: AbortSignal): Promise<Restored> {
  // Once through before anything is touched: most of what can be wrong is found here.
  const head = await readHead(file, signal)
  if ((await listMigrations(deps.db.pool)).length === 0) await deps.migrateTo(head.migrations)
  await requireSameSchema(deps, head)
  const { rows } = await inTransaction(deps.db.pool, (tx) => load(tx, file, signal))
  return { madeAt: new Date(head.madeAt), rows }
}

async function readHead(file: string, signal: AbortSignal): Promise<Head> {
  let head: Head | null = null
  const keep = (read: Head) => {
    head = read
  }
  await readBackup(file, { head: keep }, signal)
  if (!head) throw new Failure('The backup has no head.', { code: 'bad_input' })
  return head
}

async function requireSameSchema({ db }: Pick<RestoreDeps, 'db'>, { migrations }: Head): Promise<void> {
  const here = await listMigrations(db.pool)
  if (here.join() === migrations.join()) return
  throw new Failure(
    `The backup is of schema ${migrations.at(-1)}, this database of ${here.at(-1)}. ` +
      'Restore into a database without any tables: it gets the right ones first.',
    { code: 'bad_input' },
  )
}

async function load(tx: Tx, file: string, signal: AbortSignal): Promise<{ rows: Record<string, number> }> {
  const tables = await listTables(tx)
  const used = await lockEmptyTables(tx, tables)
  if (used !== null)
    throw new Failure(
      `The database is not empty: table ${used} has rows. Nothing was changed. Restore into a new, empty database.`,
      { code: 'conflict' },
    )
  const resumeChecks = await suspendChecks(tx, tables)
  let table: Table | null = null
  let batch: string[] = []
  let chars = 0
  const flush = async () => {
    if (table) await insertRows(tx, table, batch)
    batch = []
    chars = 0
  }
  const read = await readBackup(
    file,
    {
      table: async (found) => {
        await flush()
        table = matchTable(tables, found)
      },
      row: async (line) => {
        batch.push(line)
        chars += line.length
        if (batch.length >= BATCH_ROWS || chars >= BATCH_CHARS) await flush()
      },
      end: async ({ sequences }) => {
        await flush()
        await setSequences(tx, sequences)
      },
    },
    signal,
  )
  await resumeChecks()
  return read
}

/** The file names columns in its own order; the types and the names are those of the database. */
function matchTable(tables: readonly Table[], found: TableHead): Table {
  const table = tables.find(({ name }) => name === found.table)
  const columns = found.columns.flatMap((wanted) => table?.columns.filter(({ name }) => name === wanted) ?? [])
  if (!table || columns.length !== found.columns.length)
    throw new Failure('The backup has a table that this database has not, or not so.', { code: 'bad_input' })
  return { ...table, columns }
}
