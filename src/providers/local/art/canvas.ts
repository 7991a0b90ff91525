/** Linear light, not screen values: strokes and glows add up as light does, and the finish maps the sum to a screen. */
export type Rgb = { r: number; g: number; b: number }
export type Canvas = { readonly width: number; readonly height: number; readonly light: Float32Array }

/** One number per cell of a coarse grid, read back smoothly at canvas coordinates. */
export type Field = { columns: number; rows: number; step: number; values: Float32Array }

const WIDTH = 1024
const HEIGHT = 1280

export function createCanvas(width = WIDTH, height = HEIGHT): Canvas {
  return { width, height, light: new Float32Array(width * height * 3) }
}

export function clamp01(value: number): number {
  return value < 0 ? 0 : value > 1 ? 1 : value
}

/** 0 below `from`, 1 above `to`, an S between; `from` may be the larger one. */
export function smooth(from: number, to: number, value: number): number {
  const t = clamp01((value - from) / (to - from))
  return t * t * (3 - 2 * t)
}

export function mix(from: number, to: number, t: number): number {
  return from + (to - from) * t
}

export function setMix(out: Rgb, from: Rgb, to: Rgb, t: number): void {
  out.r = from.r + (to.r - from.r) * t
  out.g = from.g + (to.g - from.g) * t
  out.b = from.b + (to.b - from.b) * t
}

export function addScaled(out: Rgb, color: Rgb, amount: number): void {
  out.r += color.r * amount
  out.g += color.g * amount
  out.b += color.b * amount
}

export function scale(out: Rgb, factor: number): void {
  out.r *= factor
  out.g *= factor
  out.b *= factor
}

export function makeField(canvas: Canvas, step: number, valueAt: (x: number, y: number) => number): Field {
  const columns = Math.ceil(canvas.width / step) + 2
  const rows = Math.ceil(canvas.height / step) + 2
  const values = new Float32Array(columns * rows)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) values[row * columns + column] = valueAt(column * step, row * step)
  }
  return { columns, rows, step, values }
}

export function readField(field: Field, x: number, y: number): number {
  const fx = x < 0 ? 0 : Math.min(x / field.step, field.columns - 1.001)
  const fy = y < 0 ? 0 : Math.min(y / field.step, field.rows - 1.001)
  const column = Math.floor(fx)
  const row = Math.floor(fy)
  const at = row * field.columns + column
  const values = field.values
  const top = values[at] as number
  const bottom = values[at + field.columns] as number
  const upper = top + (fx - column) * ((values[at + 1] as number) - top)
  const lower = bottom + (fx - column) * ((values[at + field.columns + 1] as number) - bottom)
  return upper + (fy - row) * (lower - upper)
}

export type Area = { left: number; top: number; right: number; bottom: number }

/** Calls the shader once per pixel of the area with the light that is there; what it leaves in `pixel` replaces it. */
export function shade(canvas: Canvas, shader: (x: number, y: number, pixel: Rgb) => void, area?: Area): void {
  const left = Math.max(0, Math.floor(area?.left ?? 0))
  const top = Math.max(0, Math.floor(area?.top ?? 0))
  const right = Math.min(canvas.width, Math.ceil(area?.right ?? canvas.width))
  const bottom = Math.min(canvas.height, Math.ceil(area?.bottom ?? canvas.height))
  const { light, width } = canvas
  const pixel: Rgb = { r: 0, g: 0, b: 0 }
  for (let y = top; y < bottom; y++) {
    for (let x = left, at = (y * width + left) * 3; x < right; x++, at += 3) {
      pixel.r = light[at] as number
      pixel.g = light[at + 1] as number
      pixel.b = light[at + 2] as number
      shader(x, y, pixel)
      light[at] = pixel.r
      light[at + 1] = pixel.g
      light[at + 2] = pixel.b
    }
  }
}

/** Adds a picture shaded at half size: for soft things (clouds, mist) four times cheaper and not visibly different. */
export function shadeSoft(canvas: Canvas, shader: (x: number, y: number, pixel: Rgb) => void, step = 2): void {
  const columns = Math.ceil(canvas.width / step) + 1
  const rows = Math.ceil(canvas.height / step) + 1
  const coarse = new Float32Array(columns * rows * 3)
  const pixel: Rgb = { r: 0, g: 0, b: 0 }
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at += 3) {
      pixel.r = pixel.g = pixel.b = 0
      shader(column * step, row * step, pixel)
      coarse[at] = pixel.r
      coarse[at + 1] = pixel.g
      coarse[at + 2] = pixel.b
    }
  }
  addEnlarged(canvas, coarse, columns, step)
}

/** Bilinear, row by row: the coarse rows are blended once, then stretched. */
export function addEnlarged(canvas: Canvas, coarse: Float32Array, columns: number, step: number): void {
  const { light, width, height } = canvas
  const line = new Float32Array(columns * 3)
  const share = 1 / step
  for (let y = 0; y < height; y++) {
    const row = Math.floor(y * share)
    const down = y * share - row
    const upperAt = row * columns * 3
    for (let i = 0; i < line.length; i++) {
      const upper = coarse[upperAt + i] as number
      line[i] = upper + down * ((coarse[upperAt + columns * 3 + i] as number) - upper)
    }
    for (let x = 0, at = y * width * 3; x < width; x++, at += 3) {
      const column = Math.floor(x * share)
      const across = x * share - column
      const from = column * 3
      const r = line[from] as number
      const g = line[from + 1] as number
      const b = line[from + 2] as number
      light[at] = (light[at] as number) + r + across * ((line[from + 3] as number) - r)
      light[at + 1] = (light[at + 1] as number) + g + across * ((line[from + 4] as number) - g)
      light[at + 2] = (light[at + 2] as number) + b + across * ((line[from + 5] as number) - b)
    }
  }
}
