import { readFile } from 'node:fs/promises'
import { Failure } from '../../src/failure.ts'

/**
 * The few facts of a TrueType or OpenType file that typesetting needs before anything is drawn: which characters it has,
 * how far each advances, how it is called. Layout of the tables: the OpenType specification 1.9.
 */
export type FontFile = {
  path: string
  family: string
  /** 100–900 */
  weight: number
  italic: boolean
  capHeightEm: number
  /** 0 when the font has no glyph for the code point. */
  glyphOf(codePoint: number): number
  advanceEm(glyph: number): number
}

const FAMILY_NAME_ID = 1
const TYPOGRAPHIC_FAMILY_NAME_ID = 16
const WINDOWS_PLATFORM = 3
const DEFAULT_CAP_HEIGHT_EM = 0.7

/** @throws Failure bad_config when the file is missing or is no font */
export async function readFontFile(path: string): Promise<FontFile> {
  try {
    return parseFont(path, await readFile(path))
  } catch (cause) {
    throw new Failure(`font file cannot be used: ${path}`, { code: 'bad_config', cause })
  }
}

function parseFont(path: string, bytes: Buffer): FontFile {
  const tables = readDirectory(bytes)
  const table = (tag: string): Buffer => {
    const found = tables.get(tag)
    if (!found) throw new Error(`no ${tag} table`)
    return found
  }
  const unitsPerEm = table('head').readUInt16BE(18)
  const metricCount = table('hhea').readUInt16BE(34)
  const metrics = table('hmtx')
  const os2 = table('OS/2')
  const capHeight = os2.readUInt16BE(0) >= 2 ? os2.readInt16BE(88) / unitsPerEm : 0
  return {
    path,
    family: readFamily(table('name')),
    weight: os2.readUInt16BE(4),
    italic: (os2.readUInt16BE(62) & 1) === 1,
    capHeightEm: capHeight > 0 ? capHeight : DEFAULT_CAP_HEIGHT_EM,
    glyphOf: readCharacterMap(table('cmap')),
    advanceEm: (glyph) => metrics.readUInt16BE(4 * Math.min(glyph, metricCount - 1)) / unitsPerEm,
  }
}

function readDirectory(bytes: Buffer): Map<string, Buffer> {
  const signature = bytes.readUInt32BE(0)
  if (signature !== 0x00010000 && signature !== 0x4f54544f) throw new Error('neither TrueType nor OpenType')
  const tables = new Map<string, Buffer>()
  for (let index = 0; index < bytes.readUInt16BE(4); index++) {
    const entry = 12 + 16 * index
    const start = bytes.readUInt32BE(entry + 8)
    tables.set(
      bytes.toString('latin1', entry, entry + 4),
      bytes.subarray(start, start + bytes.readUInt32BE(entry + 12)),
    )
  }
  return tables
}

function readFamily(names: Buffer): string {
  const strings = names.readUInt16BE(4)
  let family = ''
  for (let index = 0; index < names.readUInt16BE(2); index++) {
    const record = 6 + 12 * index
    const id = names.readUInt16BE(record + 6)
    if (names.readUInt16BE(record) !== WINDOWS_PLATFORM) continue
    if (id !== TYPOGRAPHIC_FAMILY_NAME_ID && (id !== FAMILY_NAME_ID || family !== '')) continue
    const start = strings + names.readUInt16BE(record + 10)
    family = Buffer.from(names.subarray(start, start + names.readUInt16BE(record + 8)))
      .swap16()
      .toString('utf16le')
  }
  if (family === '') throw new Error('no family name')
  return family
}

/** Prefers the full-range format 12 to the 16-bit format 4; other formats are not met in fonts of today. */
function readCharacterMap(cmap: Buffer): (codePoint: number) => number {
  let format4: Buffer | undefined
  for (let index = 0; index < cmap.readUInt16BE(2); index++) {
    const subtable = cmap.subarray(cmap.readUInt32BE(4 + 8 * index + 4))
    const format = subtable.readUInt16BE(0)
    if (format === 12) return (codePoint) => lookUpFormat12(subtable, codePoint)
    if (format === 4) format4 = subtable
  }
  if (!format4) throw new Error('no usable character map')
  const table = format4
  return (codePoint) => (codePoint > 0xffff ? 0 : lookUpFormat4(table, codePoint))
}

function lookUpFormat12(table: Buffer, codePoint: number): number {
  let low = 0
  let high = table.readUInt32BE(12) - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const group = 16 + 12 * middle
    if (codePoint > table.readUInt32BE(group + 4)) low = middle + 1
    else if (codePoint < table.readUInt32BE(group)) high = middle - 1
    else return table.readUInt32BE(group + 8) + codePoint - table.readUInt32BE(group)
  }
  return 0
}

function lookUpFormat4(table: Buffer, codePoint: number): number {
  const doubledCount = table.readUInt16BE(6)
  const [ends, starts] = [14, 16 + doubledCount]
  const [deltas, offsets] = [starts + doubledCount, starts + 2 * doubledCount]
  for (let at = 0; at < doubledCount; at += 2) {
    if (codePoint > table.readUInt16BE(ends + at)) continue
    const start = table.readUInt16BE(starts + at)
    if (codePoint < start) return 0
    const delta = table.readUInt16BE(deltas + at)
    const offset = table.readUInt16BE(offsets + at)
    if (offset === 0) return (codePoint + delta) & 0xffff
    const glyph = table.readUInt16BE(offsets + at + offset + 2 * (codePoint - start))
    return glyph === 0 ? 0 : (glyph + delta) & 0xffff
  }
  return 0
}
