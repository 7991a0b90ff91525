import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import type { z } from 'zod'
import { Failure } from '../../src/failure.ts'
import { End, Head, isRow, TableHead } from './format.ts'

/** Reads a backup line by line, whoever wrote it. */

export type Reader = {
  head(head: Head): Promise<void> | void
  table(table: TableHead): Promise<void> | void
  /** `line`: the JSON text of the row, known to be one. */
  row(line: string): Promise<void> | void
  end(end: End): Promise<void> | void
}

export type ReadBack = { sha256: string; rows: Record<string, number> }

/**
 * Hands everything in the file to `reader`, and makes sure of what the file says of itself.
 * @throws Failure bad_input when it is not a backup, not whole, or damaged
 */
export async function readBackup(path: string, reader: Partial<Reader>, signal: AbortSignal): Promise<ReadBack> {
  const hash = createHash('sha256')
  const source = createReadStream(path)
  source.on('data', (chunk) => hash.update(chunk))
  const text = new PassThrough({ encoding: 'utf8' })
  const streaming = pipeline(source, createGunzip(), text, { signal })
  // Awaited below; until then its error is that of the lines.
  streaming.catch(() => undefined)
  try {
    const rows = await readLines(splitLines(text), reader)
    await streaming
    return { sha256: hash.digest('hex'), rows }
  } catch (thrown) {
    text.destroy()
    throw explain(thrown)
  }
}

/** Far above any row: what is longer was not written by a backup, and would not fit into memory for long. */
const MAX_LINE_CHARS = 64_000_000

/**
 * Only at line feeds: Node's own reader of lines also breaks at separators that a text in a row may hold. A long line is put
 * together once, at its end.
 */
async function* splitLines(text: AsyncIterable<string>): AsyncGenerator<string> {
  let parts: string[] = []
  let held = 0
  for await (const chunk of text) {
    const [first = '', ...more] = chunk.split('\n')
    parts.push(first)
    held += first.length
    if (held > MAX_LINE_CHARS) throw damaged('has a line that is too long to be one of a backup')
    const rest = more.pop()
    if (rest === undefined) continue
    yield parts.join('')
    yield* more
    parts = [rest]
    held = rest.length
  }
  if (held > 0) yield parts.join('')
}

async function readLines(lines: AsyncIterable<string>, reader: Partial<Reader>): Promise<Record<string, number>> {
  const rows: Record<string, number> = {}
  let table: TableHead | null = null
  let end: End | null = null
  let first = true
  for await (const line of lines) {
    if (end) throw damaged('goes on behind its end')
    if (first) await reader.head?.(parse(Head, line, 'does not begin like a backup of Nexus'))
    else if (isRow(line)) {
      if (!table || countColumns(line) !== table.columns.length) throw damaged('has a row that fits no table')
      rows[table.table] = (rows[table.table] ?? 0) + 1
      await reader.row?.(line)
    } else if (line.startsWith('{"end"')) {
      end = parse(End, line, 'has an end that is none')
      await reader.end?.(end)
    } else {
      table = parse(TableHead, line, 'has a table that is none')
      rows[table.table] = 0
      await reader.table?.(table)
    }
    first = false
  }
  if (!end) throw damaged('has no end: it is not whole')
  if (!isSame(rows, end.rows)) throw damaged('does not have as many rows as it says')
  return rows
}

/** By hand: there are millions of rows, and a schema costs ten times as much. -1 when it is no row. */
function countColumns(line: string): number {
  try {
    const values: unknown = JSON.parse(line)
    if (!Array.isArray(values)) return -1
    return values.every((value) => value === null || typeof value === 'string') ? values.length : -1
  } catch {
    return -1
  }
}

function isSame(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...names].every((name) => a[name] === b[name])
}

function parse<T>(schema: z.ZodType<T>, line: string, problem: string): T {
  try {
    const parsed = schema.safeParse(JSON.parse(line))
    if (parsed.success) return parsed.data
  } catch {
    // told below
  }
  throw damaged(problem)
}

function explain(thrown: unknown): unknown {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
  if (code === 'ENOENT') return new Failure('There is no such backup.', { code: 'not_found', cause: thrown })
  return code.startsWith('Z_') ? damaged('is damaged: it cannot be unpacked') : thrown
}

function damaged(problem: string): Failure {
  return new Failure(`The backup ${problem}.`, { code: 'bad_input' })
}
