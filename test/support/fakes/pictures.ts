import { createHash } from 'node:crypto'
import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'
import type { Behaviour } from './http-fake.ts'

const WIDTH = 1024
const HEIGHT = 1280
const VARIANTS = 12

export type Picture = { bytes: Buffer; mime: string }

const made = new Map<string, Promise<Buffer>>()

/** A real picture of 1024x1280: a cold gradient with grain, another for another prompt (of twelve, made once each). */
export function pictureFor(prompt: string, format: 'png' | 'jpeg' = 'png'): Promise<Buffer> {
  const variant = createHash('sha256').update(prompt).digest().readUInt16BE(0) % VARIANTS
  const key = `${variant}.${format}`
  const known = made.get(key)
  if (known !== undefined) return known
  const fresh = paint(variant, format)
  made.set(key, fresh)
  return fresh
}

/** Computed at half size: a fake may share its process with what is measured. */
function paint(variant: number, format: 'png' | 'jpeg'): Promise<Buffer> {
  const width = WIDTH / 2
  const height = HEIGHT / 2
  const raw = Buffer.alloc(width * height * 3)
  const cx = width * (0.25 + 0.5 * ((variant * 0.37) % 1))
  const cy = height * (0.2 + 0.5 * ((variant * 0.61) % 1))
  let grain = variant + 1
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      grain = (Math.imul(grain, 1_103_515_245) + 12_345) >>> 0
      const light = Math.max(0, 1 - Math.hypot(x - cx, y - cy) / (210 + variant * 10)) * 190 + ((grain >>> 24) & 15)
      const at = (y * width + x) * 3
      raw[at] = light * (0.3 + variant / 40)
      raw[at + 1] = light * 0.7 + 8
      raw[at + 2] = light + 20
    }
  }
  const image = sharp(raw, { raw: { width, height, channels: 3 } }).resize(WIDTH, HEIGHT, { kernel: 'nearest' })
  return format === 'png' ? image.png({ compressionLevel: 2 }).toBuffer() : image.jpeg({ quality: 88 }).toBuffer()
}

/** What was scripted instead of a good picture, or null. */
export async function scriptedPicture(behaviour: Behaviour | null, prompt: string): Promise<Picture | null> {
  switch (behaviour?.kind) {
    case 'bytes':
      return { bytes: behaviour.bytes, mime: behaviour.mime }
    case 'image-bomb':
      return { bytes: imageBomb(), mime: 'image/png' }
    case 'svg':
      return { bytes: Buffer.from(SVG), mime: 'image/png' }
    case 'html':
      return { bytes: Buffer.from('<!doctype html><title>Sorry</title><p>Something went wrong'), mime: 'image/png' }
    case 'truncated-image': {
      const whole = await pictureFor(prompt)
      return { bytes: whole.subarray(0, Math.floor(whole.length * 0.6)), mime: 'image/png' }
    }
    default:
      return null
  }
}

const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" width="1024" height="1280"><rect width="1024" height="1280"/></svg>'

/** A genuine PNG of 10,000x10,000 pixels in a few kilobytes: a hundred megapixels once decoded. */
export function imageBomb(sidePx = 10_000): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(sidePx, 0)
  header.writeUInt32BE(sidePx, 4)
  header.set([1, 0, 0, 0, 0], 8)
  const rows = Buffer.alloc((Math.ceil(sidePx / 8) + 1) * sidePx)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, checksum])
}
