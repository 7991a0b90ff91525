import sharp from 'sharp'
import { type ArtTask, paintRaw } from './art/paint.ts'

sharp.concurrency(1)
sharp.cache(false)

/** Runs in a worker thread. The dither is noise, which no filter or effort compresses: the cheapest settings win. */
export default async function paintPng(task: ArtTask): Promise<Uint8Array> {
  const { width, height, data } = paintRaw(task)
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 2, adaptiveFiltering: false })
    .toBuffer()
}
