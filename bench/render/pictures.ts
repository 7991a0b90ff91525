import { join } from 'node:path'
import sharp from 'sharp'

/** Five 1024x1024 PNGs with clouds, stars and grain, like those that the pipeline gets: not too easy to encode. */
export async function makeBenchPictures(dir: string, count = 5): Promise<string[]> {
  const paths: string[] = []
  for (let index = 0; index < count; index++) {
    const path = join(dir, `picture-${index + 1}.png`)
    await sharp(paintClouds(1024, index + 1), { raw: { width: 1024, height: 1024, channels: 3 } })
      .png()
      .toFile(path)
    paths.push(path)
  }
  return paths
}

/** Sums of smooth value noise in two colours, with bright points. The same seed gives the same bytes. */
export function paintClouds(size: number, seed: number): Buffer {
  const out = Buffer.alloc(size * size * 3)
  const near = [40 + ((seed * 67) % 160), 60 + ((seed * 131) % 170), 90 + ((seed * 37) % 160)] as const
  for (let y = 0, at = 0; y < size; y++) {
    for (let x = 0; x < size; x++, at += 3) {
      const cloud = Math.max(0, cloudAt(x / size, y / size, seed) * 2.2 - 0.8)
      const star = hash(x, y, seed + 99) > 0.9994 ? 200 : 0
      const grain = hash(x, y, seed) * 8
      for (let channel = 0; channel < 3; channel++) {
        out[at + channel] = Math.min(255, cloud * (near[channel] as number) * 1.4 + star + grain + 6)
      }
    }
  }
  return out
}

function cloudAt(x: number, y: number, seed: number): number {
  let [sum, weight] = [0, 0]
  for (let octave = 0; octave < 6; octave++) {
    const cells = 3 * 2 ** octave
    sum += valueAt(x * cells, y * cells, seed + octave) / 2 ** octave
    weight += 1 / 2 ** octave
  }
  return sum / weight
}

function valueAt(x: number, y: number, seed: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)]
  const across = ease(x - left)
  const upper = hash(left, top, seed) * (1 - across) + hash(left + 1, top, seed) * across
  const lower = hash(left, top + 1, seed) * (1 - across) + hash(left + 1, top + 1, seed) * across
  return upper + (lower - upper) * ease(y - top)
}

function ease(t: number): number {
  return t * t * (3 - 2 * t)
}

/** 0–1. */
function hash(x: number, y: number, seed: number): number {
  let value = Math.imul(x + 1, 0x9e3779b1) ^ Math.imul(y + 1, 0x85ebca6b) ^ Math.imul(seed + 1, 0xc2b2ae35)
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d)
  value = Math.imul(value ^ (value >>> 12), 0x297a2d39)
  return ((value ^ (value >>> 15)) >>> 0) / 2 ** 32
}
