import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { inSnapshot, listMigrations, listTables, readRows, readSequences } from '../../src/db/dump.ts'
import type { Tx } from '../../src/transaction.ts'
import type { BackupDeps } from './deps.ts'
import type { End, Head, TableHead } from './format.ts'

/** Lines are gathered up to about this size: a chunk for each row would cost more than the row. */
const CHUNK_CHARS = 64_000

export type Written = { sha256: string; bytes: number; rows: Record<string, number> }

/** Streams everything into a new file, which only its owner may read, and syncs it. Memory does not grow with the database. */
export async function writeBackup(
  { db, clock, configuration }: Pick<BackupDeps, 'db' | 'clock' | 'configuration'>,
  path: string,
  signal: AbortSignal,
): Promise<Written> {
  return inSnapshot(db.pool, async (tx) => {
    const rows: Record<string, number> = {}
    const head = { madeAt: clock.now().toISOString(), configuration }
    const { sha256, bytes } = await writeFile(path, inChunks(describeAll(tx, head, rows, signal)), signal)
    return { sha256, bytes, rows }
  })
}

async function* describeAll(
  tx: Tx,
  { madeAt, configuration }: Pick<Head, 'madeAt' | 'configuration'>,
  rows: Record<string, number>,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const head: Head = { kind: 'nexus-backup', format: 1, madeAt, migrations: await listMigrations(tx), configuration }
  yield JSON.stringify(head)
  for (const table of await listTables(tx)) {
    const tableHead: TableHead = { table: table.name, columns: table.columns.map(({ name }) => name) }
    yield JSON.stringify(tableHead)
    let count = 0
    for await (const line of readRows(tx, table, signal)) {
      count++
      yield line
    }
    rows[table.name] = count
  }
  const end: End = { end: true, rows, sequences: await readSequences(tx) }
  yield JSON.stringify(end)
}

async function* inChunks(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let chunk = ''
  for await (const line of lines) {
    chunk += `${line}\n`
    if (chunk.length < CHUNK_CHARS) continue
    yield chunk
    chunk = ''
  }
  yield chunk
}

async function writeFile(
  path: string,
  chunks: AsyncIterable<string>,
  signal: AbortSignal,
): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256')
  let bytes = 0
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      bytes += chunk.length
      done(null, chunk)
    },
  })
  // Synced before it is closed: the name that it gets must not stand for a file that a power cut empties.
  const out = createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true })
  await pipeline(Readable.from(chunks), createGzip(), measure, out, { signal })
  return { sha256: hash.digest('hex'), bytes }
}
