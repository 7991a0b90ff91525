import { addEnlarged, type Canvas, smooth } from './canvas.ts'
import type { Random } from './random.ts'

const BLOOM_STEP = 4
const CURVE_SIZE = 8192
const CURVE_MAX = 12

/** Light to screen value: a shoulder that never clips, gamma, floor at the brand's near-black; indexed by the root of the light. */
const CURVE = Float32Array.from({ length: CURVE_SIZE }, (_, i) => {
  const value = (i / (CURVE_SIZE - 1)) ** 2 * CURVE_MAX
  return 2 + 250 * (1 - Math.exp(-1.15 * value)) ** (1 / 2.2)
})

/** Raw 8-bit RGB, three bytes a pixel, rows from the top. */
export type RawPicture = { width: number; height: number; data: Uint8Array }

/** Bloom, quiet zones for the handle and the words, exposure curve, dither: the same last look for every composition. */
export function develop(canvas: Canvas, random: Random): RawPicture {
  addBloom(canvas)
  return { width: canvas.width, height: canvas.height, data: toScreen(canvas, random) }
}

/** Bright light spills: narrow around lamps, wide as air. Done at a quarter of the size, where a blur is cheap. */
function addBloom(canvas: Canvas): void {
  const columns = canvas.width / BLOOM_STEP + 1
  const rows = canvas.height / BLOOM_STEP + 1
  const small = shrink(canvas, columns, rows)
  blur(small, columns, rows, 3)
  const wide = small.slice()
  blur(wide, columns, rows, 12)
  for (let i = 0; i < small.length; i++) small[i] = 0.3 * (small[i] as number) + 0.38 * (wide[i] as number)
  addEnlarged(canvas, small, columns, BLOOM_STEP)
}

/** Averages blocks; light below about 0.3 hardly counts, so dark areas keep their contrast. */
function shrink(canvas: Canvas, columns: number, rows: number): Float32Array {
  const { light, width, height } = canvas
  const small = new Float32Array(columns * rows * 3)
  for (let y = 0; y < height; y++) {
    const rowAt = (y >> 2) * columns * 3
    for (let x = 0, at = y * width * 3; x < width; x++) {
      const to = rowAt + (x >> 2) * 3
      for (let channel = 0; channel < 3; channel++, at++) {
        const value = light[at] as number
        small[to + channel] = (small[to + channel] as number) + (value * value * 0.0625) / (0.35 + value)
      }
    }
  }
  copyLastRowAndColumn(small, columns, rows)
  return small
}

/** The grid has one row and column more than blocks, for the enlargement to read past the last one. */
function copyLastRowAndColumn(small: Float32Array, columns: number, rows: number): void {
  for (let row = 0; row < rows; row++) {
    const last = (row * columns + columns - 1) * 3
    small.copyWithin(last, last - 3, last)
  }
  small.copyWithin((rows - 1) * columns * 3, (rows - 2) * columns * 3, (rows - 1) * columns * 3)
}

/** Three running averages each way are a bell curve to the eye. */
function blur(pixels: Float32Array, columns: number, rows: number, radius: number): void {
  const line = new Float32Array(Math.max(columns, rows))
  for (let pass = 0; pass < 3; pass++) {
    for (let row = 0; row < rows; row++) {
      for (let c = 0; c < 3; c++) average(pixels, line, row * columns * 3 + c, 3, columns, radius)
    }
    for (let column = 0; column < columns; column++) {
      for (let c = 0; c < 3; c++) average(pixels, line, column * 3 + c, columns * 3, rows, radius)
    }
  }
}

function average(
  pixels: Float32Array,
  line: Float32Array,
  start: number,
  stride: number,
  count: number,
  radius: number,
): void {
  for (let i = 0, at = start; i < count; i++, at += stride) line[i] = pixels[at] as number
  const share = 1 / (2 * radius + 1)
  let sum = 0
  for (let i = -radius; i <= radius; i++) sum += line[Math.min(count - 1, Math.max(0, i))] as number
  for (let i = 0, at = start; i < count; i++, at += stride) {
    pixels[at] = sum * share
    sum += (line[Math.min(count - 1, i + radius + 1)] as number) - (line[Math.max(0, i - radius)] as number)
  }
}

function toScreen(canvas: Canvas, random: Random): Uint8Array {
  const { light, width, height } = canvas
  const data = new Uint8Array(light.length)
  const grain = makeGrain(random)
  const toIndex = (CURVE_SIZE - 1) / Math.sqrt(CURVE_MAX)
  const acrossLeft = Float32Array.from({ length: width }, (_, x) => smooth(0.1, 0.62, x / width))
  const acrossEdge = Float32Array.from({ length: width }, (_, x) => Math.sqrt(1 - 0.3 * ((2 * x) / width - 1) ** 4))
  for (let y = 0, at = 0; y < height; y++) {
    const down = y / height
    const words = 1 - 0.56 * smooth(0.5, 0.86, down)
    const handle = 0.37 * smooth(0.17, 0.04, down)
    let grainAt = random.index(grain.length - width * 3)
    for (let x = 0; x < width; x++) {
      const root = toIndex * words * (acrossEdge[x] as number) * (1 - handle * (1 - (acrossLeft[x] as number)))
      for (let channel = 0; channel < 3; channel++, at++) {
        const index = Math.sqrt(light[at] as number) * root
        data[at] = (CURVE[index < CURVE_SIZE - 1 ? index | 0 : CURVE_SIZE - 1] as number) + (grain[grainAt++] as number)
      }
    }
  }
  return data
}

/** Triangular noise of two steps, with the half step that makes truncation rounding: smooth skies show no bands. */
function makeGrain(random: Random): Float32Array {
  return Float32Array.from({ length: 40_000 }, () => random.next() + random.next() - 0.5)
}
