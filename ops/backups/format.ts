import { z } from 'zod'

/**
 * A backup is gzipped text, one JSON value a line: the head, then each table (its name and columns, then a line a row), then
 * the end, which says how much there must have been. A file without its end is not whole.
 */

export const Head = z.object({
  kind: z.literal('nexus-backup'),
  format: z.literal(1),
  madeAt: z.iso.datetime(),
  /** Migrations that the tables belong to. */
  migrations: z.array(z.string()),
  configuration: z.record(z.string(), z.unknown()),
})
export type Head = z.infer<typeof Head>

export const TableHead = z.object({ table: z.string(), columns: z.array(z.string()) })
export type TableHead = z.infer<typeof TableHead>

export const End = z.object({
  end: z.literal(true),
  /** By table. */
  rows: z.record(z.string(), z.int().nonnegative()),
  sequences: z.record(z.string(), z.number()),
})
export type End = z.infer<typeof End>

/** A row, or a head or end: told apart by their first character. */
export function isRow(line: string): boolean {
  return line.startsWith('[')
}
