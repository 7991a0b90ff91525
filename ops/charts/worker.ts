import { randomUUID } from 'node:crypto'
import { open, rename, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { asFailure, Failure } from '../../src/failure.ts'

/** Turns the SVG of a chart into a PNG file, on a thread of the pool. */

export type ChartTask = { svg: string; fontFiles: string[]; path: string }

sharp.concurrency(1)
sharp.cache(false)
const registered = new Set<string>()

/** @throws Failure no_space | not_writable */
export default async function drawPicture({
  svg,
  fontFiles,
  path,
}: ChartTask): Promise<{ path: string; bytes: number }> {
  for (const file of fontFiles) await registerFont(file)
  const bytes = await sharp(Buffer.from(svg)).flatten().png({ compressionLevel: 9, palette: false }).toBuffer()
  await writeWhole(path, bytes)
  return { path, bytes: bytes.length }
}

/** Setting any text with a file makes it known to everything in this process that sets text. */
async function registerFont(file: string): Promise<void> {
  if (registered.has(file)) return
  await sharp({ text: { text: '.', font: 'Nexus', fontfile: file } }).metadata()
  registered.add(file)
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const part = join(dirname(path), `.${randomUUID()}.part`)
  try {
    const file = await open(part, 'wx')
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(part, path)
  } catch (thrown) {
    await unlink(part).catch(() => undefined)
    const { code, message } = asFailure(thrown)
    throw new Failure(`The chart cannot be written: ${message}`, { code, cause: thrown })
  }
}
