import PQueue from 'p-queue'
import sharp from 'sharp'
import { Failure } from '../failure.ts'
import type { Painting } from './ports.ts'

export type ImageLimits = { maxBytes: number; maxPixels: number; minSidePx: number }

/**
 * Twice a slide's master (5.8 megapixels): an interlaced picture is held whole while it is decoded, up to 8 bytes a pixel.
 * Below 512 px a slide turns to mush.
 */
export const IMAGE_LIMITS: ImageLimits = { maxBytes: 20_000_000, maxPixels: 12_000_000, minSidePx: 512 }

export type CheckedImage = { width: number; height: number; mime: Painting['mime'] }

const PROBE_PX = 32
/** The four pictures of a carousel come together: one after the other they need the memory of one. */
const decoding = new PQueue({ concurrency: 1 })

/**
 * Lets through a still PNG, JPEG or WebP picture within the limits that decodes to its last row. Sizes in pixels.
 * @throws Failure bad_image whose message says what was wrong
 */
export async function validateImage(bytes: Buffer, limits: ImageLimits = IMAGE_LIMITS): Promise<CheckedImage> {
  if (bytes.length === 0) throw badImage('The picture is empty')
  if (bytes.length > limits.maxBytes) throw badImage(`The picture is larger than ${limits.maxBytes / 1e6} MB`)
  // By its first bytes and before any decoder: an SVG must never reach one that could load what it points to.
  const mime = mimeOf(bytes)
  if (mime === null) throw badImage(`This is not a PNG, JPEG or WebP picture${kindOf(bytes)}`)
  const { width, height } = await measure(bytes, mime)
  if (width * height > limits.maxPixels) {
    throw badImage(`The picture has ${width}x${height} pixels: more than ${limits.maxPixels / 1e6} megapixels`)
  }
  if (Math.min(width, height) < limits.minSidePx) {
    throw badImage(`The picture has ${width}x${height} pixels: the shorter side must have ${limits.minSidePx}`)
  }
  await decoding.add(() => decode(bytes, limits))
  return { width, height, mime }
}

async function measure(bytes: Buffer, mime: Painting['mime']): Promise<{ width: number; height: number }> {
  // Reads the header only, so a bomb costs nothing; the limit is checked by us, for a message with the figures.
  const metadata = await sharp(bytes, { limitInputPixels: false, failOn: 'error' })
    .metadata()
    .catch((cause: unknown) => {
      throw badImage('The picture cannot be opened: it is damaged', cause)
    })
  if (`image/${metadata.format}` !== mime) throw badImage('The picture is not of the kind that it begins as')
  if ((metadata.pages ?? 1) > 1) throw badImage('The picture is animated')
  return { width: metadata.width, height: metadata.height }
}

/** Goes through every row with little memory: the reading is sequential and the result tiny. */
async function decode(bytes: Buffer, limits: ImageLimits): Promise<void> {
  try {
    await sharp(bytes, { limitInputPixels: limits.maxPixels, failOn: 'error', sequentialRead: true })
      .resize(PROBE_PX, PROBE_PX, { fit: 'fill', fastShrinkOnLoad: false })
      .raw()
      .toBuffer()
  } catch (cause) {
    throw badImage('The picture is damaged or cut off', cause)
  }
}

function mimeOf(bytes: Buffer): Painting['mime'] | null {
  if (bytes.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))) return 'image/png'
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'image/jpeg'
  const riff = bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP'
  return riff ? 'image/webp' : null
}

/** For the message: what somebody sent instead. */
function kindOf(bytes: Buffer): string {
  const start = bytes.toString('latin1', 0, 300).trimStart().toLowerCase()
  if (start.startsWith('gif8')) return ' but a GIF'
  if (start.includes('<svg')) return ' but an SVG drawing'
  if (start.startsWith('<!doctype html') || start.startsWith('<html')) return ' but a web page'
  return start.startsWith('{') ? ' but JSON' : ''
}

function badImage(message: string, cause?: unknown): Failure {
  return new Failure(message, { code: 'bad_image', cause })
}
