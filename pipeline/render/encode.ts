import sharp from 'sharp'
import type { Canvas } from './raster.ts'
import type { Output } from './tasks.ts'

/**
 * Settings measured for 2160x2700: JPEG without Huffman optimisation is three times as fast and a few per cent larger;
 * PNG without filters takes half the time of adaptive ones, and level 2 (112 ms of a core, 6.8 MB a slide) a seventh less than
 * level 3 (132 ms, 6.2 MB); level 1 would be 65 ms and 9.3 MB, which is much to download on a phone.
 */
const JPEG = { quality: 92, chromaSubsampling: '4:4:4', optimiseCoding: false } as const
const PNG = { compressionLevel: 2, adaptiveFiltering: false } as const

const PREVIEW_WIDTH = 1080

/** The bytes and the end of the file's name. */
export async function encode(canvas: Canvas, output: Output): Promise<{ bytes: Buffer; suffix: string }> {
  const { width, height, rgb } = canvas
  const image = sharp(rgb, { raw: { width, height, channels: 3 } })
  switch (output) {
    case 'png':
      return { bytes: await image.png(PNG).toBuffer(), suffix: '.png' }
    case 'jpeg-master':
      return { bytes: await image.jpeg(JPEG).toBuffer(), suffix: '-master.jpg' }
    case 'jpeg-preview':
      return { bytes: await image.resize({ width: PREVIEW_WIDTH }).jpeg(JPEG).toBuffer(), suffix: '.jpg' }
  }
}
