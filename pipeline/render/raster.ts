/** Small drawing on raw pixels: what sits on a slide in a few places only does not need an image library. */

/** Straight (not premultiplied) RGBA with its place on the canvas, in device pixels. */
export type Sprite = { x: number; y: number; width: number; height: number; rgba: Uint8Array }
/** How much of the canvas stays dark under a soft shadow; 255 hides it. */
export type ShadowMap = { x: number; y: number; width: number; height: number; alpha: Uint8Array }
export type Canvas = { width: number; height: number; rgb: Uint8Array }
export type Rgb = readonly [number, number, number]

export function parseColour(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16)
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255]
}

/** Exact integer division by 255 for products of two bytes. */
export function divide255(product: number): number {
  return ((product + 128) * 257) >>> 16
}

export type Overlap = { left: number; top: number; right: number; bottom: number }

/** The part of a placed box that lies on the canvas. */
export function overlapOf(box: Omit<Sprite, 'rgba'>, canvas: { width: number; height: number }): Overlap {
  return {
    left: Math.max(0, box.x),
    top: Math.max(0, box.y),
    right: Math.min(canvas.width, box.x + box.width),
    bottom: Math.min(canvas.height, box.y + box.height),
  }
}

export function drawSprite(canvas: Canvas, sprite: Sprite): void {
  const { left, top, right, bottom } = overlapOf(sprite, canvas)
  const { rgb } = canvas
  const { rgba } = sprite
  for (let y = top; y < bottom; y++) {
    let from = ((y - sprite.y) * sprite.width + left - sprite.x) * 4
    let to = (y * canvas.width + left) * 3
    for (let x = left; x < right; x++, from += 4, to += 3) {
      const alpha = rgba[from + 3] as number
      if (alpha === 0) continue
      const rest = 255 - alpha
      rgb[to] = divide255((rgba[from] as number) * alpha + (rgb[to] as number) * rest)
      rgb[to + 1] = divide255((rgba[from + 1] as number) * alpha + (rgb[to + 1] as number) * rest)
      rgb[to + 2] = divide255((rgba[from + 2] as number) * alpha + (rgb[to + 2] as number) * rest)
    }
  }
}

export function drawShadow(canvas: Canvas, shadow: ShadowMap): void {
  const { left, top, right, bottom } = overlapOf(shadow, canvas)
  const { rgb } = canvas
  for (let y = top; y < bottom; y++) {
    let from = (y - shadow.y) * shadow.width + left - shadow.x
    let to = (y * canvas.width + left) * 3
    for (let x = left; x < right; x++, from++, to += 3) {
      const alpha = shadow.alpha[from] as number
      if (alpha === 0) continue
      const rest = 255 - alpha
      rgb[to] = divide255((rgb[to] as number) * rest)
      rgb[to + 1] = divide255((rgb[to + 1] as number) * rest)
      rgb[to + 2] = divide255((rgb[to + 2] as number) * rest)
    }
  }
}

/** A bar with round ends and antialiased edges. */
export function drawPill(x: number, y: number, width: number, height: number, colour: Rgb, opacity = 1): Sprite {
  const [columns, rows] = [Math.ceil(width), Math.ceil(height)]
  const rgba = new Uint8Array(columns * rows * 4)
  const radius = Math.min(width, height) / 2
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const dx = Math.max(radius - (column + 0.5), column + 0.5 - (width - radius), 0)
      const dy = Math.max(radius - (row + 0.5), row + 0.5 - (height - radius), 0)
      const coverage = Math.min(1, Math.max(0, radius - Math.hypot(dx, dy) + 0.5))
      rgba.set([...colour, Math.round(255 * coverage * opacity)], (row * columns + column) * 4)
    }
  }
  return { x: Math.round(x), y: Math.round(y), width: columns, height: rows, rgba }
}

/** Shadows are soft, so a quarter of the resolution in each direction is enough and sixteen times cheaper. */
const SHRINK = 4

/** The blurred, shifted silhouette of a sprite. `blur` is the distance in pixels over which the shadow dies away. */
export function castShadow(sprite: Sprite, options: { offset: number; blur: number; opacity: number }): ShadowMap {
  const margin = Math.ceil(options.blur / SHRINK) + 1
  const width = Math.ceil(sprite.width / SHRINK) + 2 * margin
  const height = Math.ceil(sprite.height / SHRINK) + 2 * margin
  const small = shrinkAlpha(sprite, width, height, margin)
  const radius = Math.max(1, Math.round(options.blur / SHRINK / 3))
  for (let pass = 0; pass < 3; pass++) {
    blurRows(small, width, height, radius)
    blurColumns(small, width, height, radius)
  }
  return {
    x: sprite.x - margin * SHRINK + Math.round(options.offset),
    y: sprite.y - margin * SHRINK + Math.round(options.offset),
    width: (width - 1) * SHRINK,
    height: (height - 1) * SHRINK,
    alpha: enlarge(small, width, height, options.opacity),
  }
}

function shrinkAlpha(sprite: Sprite, width: number, height: number, margin: number): Float32Array {
  const small = new Float32Array(width * height)
  for (let y = 0; y < sprite.height; y++) {
    const row = ((y >> 2) + margin) * width + margin
    for (let x = 0, from = y * sprite.width * 4 + 3; x < sprite.width; x++, from += 4) {
      const alpha = sprite.rgba[from] as number
      if (alpha !== 0) small[row + (x >> 2)] = (small[row + (x >> 2)] as number) + alpha / 16
    }
  }
  return small
}

function blurRows(plane: Float32Array, width: number, height: number, radius: number): void {
  const line = new Float32Array(width)
  for (let y = 0; y < height; y++) blurLine(plane, line, y * width, 1, width, radius)
}

function blurColumns(plane: Float32Array, width: number, height: number, radius: number): void {
  const line = new Float32Array(height)
  for (let x = 0; x < width; x++) blurLine(plane, line, x, width, height, radius)
}

/** A box filter with a running sum; three of them are close to a Gaussian. */
function blurLine(
  plane: Float32Array,
  line: Float32Array,
  start: number,
  step: number,
  count: number,
  radius: number,
): void {
  for (let i = 0; i < count; i++) line[i] = plane[start + i * step] as number
  let sum = 0
  for (let i = 0; i < radius && i < count; i++) sum += line[i] as number
  for (let i = 0; i < count; i++) {
    if (i + radius < count) sum += line[i + radius] as number
    if (i - radius > 0) sum -= line[i - radius - 1] as number
    plane[start + i * step] = sum / (2 * radius + 1)
  }
}

/** Linear interpolation back to full size, with the opacity applied. */
function enlarge(small: Float32Array, width: number, height: number, opacity: number): Uint8Array {
  const [fullWidth, fullHeight] = [(width - 1) * SHRINK, (height - 1) * SHRINK]
  const full = new Uint8Array(fullWidth * fullHeight)
  const line = new Float32Array(width)
  for (let y = 0; y < fullHeight; y++) {
    const share = (y & 3) / SHRINK
    const row = (y >> 2) * width
    let any = 0
    for (let x = 0; x < width; x++) {
      const value = (small[row + x] as number) * (1 - share) + (small[row + width + x] as number) * share
      line[x] = value * opacity
      any += value
    }
    if (any > 0) enlargeLine(line, full.subarray(y * fullWidth, (y + 1) * fullWidth))
  }
  return full
}

function enlargeLine(line: Float32Array, full: Uint8Array): void {
  for (let x = 0, at = 0; at < full.length; x++, at += 4) {
    const left = line[x] as number
    const step = ((line[x + 1] as number) - left) / SHRINK
    full[at] = left + 0.5
    full[at + 1] = left + step + 0.5
    full[at + 2] = left + 2 * step + 0.5
    full[at + 3] = left + 3 * step + 0.5
  }
}
