import type { BrandKit, ColourName, Layout } from '../brand.ts'
import { divide255, overlapOf, parseColour, type Rgb, type ShadowMap, type Sprite } from './raster.ts'

/**
 * Everything of a layout that does not change from slide to slide, as two arrays: a slide is `picture * a / 255 + b`.
 * Both lie in shared memory, so that all threads use one copy. Quantised with dither: no gradient shows bands.
 */
export type Plates = {
  width: number
  height: number
  /** One byte a pixel. */
  a: Uint8Array
  /** Three bytes a pixel. */
  b: Uint8Array
  /** Where the picture lies, clipped to the canvas; empty when the layout shows none. */
  picture: { x: number; y: number; width: number; height: number; focusY: number }
}

/** Smooth parts are computed at every fourth pixel and interpolated. */
const CELL = 4

/** One sample of the smooth parts: how much picture, how bright, and background and scrim in front of it. */
type Fields = {
  columns: number
  mask: Float32Array
  gain: Float32Array
  scrim: Float32Array
  ground: [Float32Array, Float32Array, Float32Array]
}

export function paintPlates(
  kit: Pick<BrandKit, 'colours'>,
  layout: Layout,
  size: { width: number; height: number; scale: number },
): Plates {
  const { width, height, scale } = size
  const plates: Plates = {
    width,
    height,
    a: new Uint8Array(new SharedArrayBuffer(width * height)),
    b: new Uint8Array(new SharedArrayBuffer(width * height * 3)),
    picture: clipPicture(layout, size),
  }
  const fields = computeFields(kit, layout, size)
  const base = parseColour(kit.colours.base)
  const lines = makeLines(width)
  for (let y = 0; y < height; y++) quantiseRow(plates, fields, lines, base, layout.background.grain, y)
  for (const rule of layout.rules) {
    drawRule(plates, kit.colours, rule, scale)
  }
  return plates
}

function clipPicture(layout: Layout, size: { width: number; height: number; scale: number }): Plates['picture'] {
  if (!layout.picture) return { x: 0, y: 0, width: 0, height: 0, focusY: 0.5 }
  const { x, y, width, height, focusY } = layout.picture
  const left = Math.max(0, Math.round(x * size.scale))
  const top = Math.max(0, Math.round(y * size.scale))
  return {
    x: left,
    y: top,
    width: Math.min(size.width, Math.round((x + width) * size.scale)) - left,
    height: Math.min(size.height, Math.round((y + height) * size.scale)) - top,
    focusY,
  }
}

function computeFields(
  kit: Pick<BrandKit, 'colours'>,
  layout: Layout,
  size: { width: number; height: number; scale: number },
): Fields {
  const columns = size.width / CELL + 1
  const rows = size.height / CELL + 1
  const count = columns * rows
  const fields: Fields = {
    columns,
    mask: new Float32Array(count),
    gain: new Float32Array(count),
    scrim: new Float32Array(count),
    ground: [new Float32Array(count), new Float32Array(count), new Float32Array(count)],
  }
  const unit = CELL / size.scale
  const height = size.height / size.scale
  const colour = (name: ColourName): Rgb => parseColour(kit.colours[name])
  const top = colour(layout.background.top)
  const bottom = colour(layout.background.bottom)
  const glows = layout.background.glows.map((glow) => ({ ...glow, rgb: colour(glow.colour) }))
  const base = colour('base')
  for (let row = 0, at = 0; row < rows; row++) {
    const y = row * unit
    const scrim = scrimAt(layout, y, height)
    const fade = fadeAt(layout, y)
    const t = smoothStep(0, height, y)
    for (let column = 0; column < columns; column++, at++) {
      const x = column * unit
      fields.mask[at] = fade
      fields.gain[at] = gainAt(layout, x, y)
      fields.scrim[at] = scrim
      let red = mix(top[0], bottom[0], t)
      let green = mix(top[1], bottom[1], t)
      let blue = mix(top[2], bottom[2], t)
      for (const glow of glows) {
        const squared = ((x - glow.x) ** 2 + (y - glow.y) ** 2) / glow.radius ** 2
        if (squared >= 1) continue
        const strength = glow.strength * (1 - squared) ** 2
        red = mix(red, glow.rgb[0], strength)
        green = mix(green, glow.rgb[1], strength)
        blue = mix(blue, glow.rgb[2], strength)
      }
      fields.ground[0][at] = mix(red, base[0], scrim)
      fields.ground[1][at] = mix(green, base[1], scrim)
      fields.ground[2][at] = mix(blue, base[2], scrim)
    }
  }
  return fields
}

function scrimAt(layout: Layout, y: number, height: number): number {
  let open = 1
  for (const scrim of layout.scrims) {
    const distance = scrim.edge === 'top' ? y : height - y
    open *= 1 - scrim.strength * (1 - smoothStep(0, scrim.height, distance))
  }
  return 1 - open
}

function fadeAt(layout: Layout, y: number): number {
  const fade = layout.picture?.fade
  if (!layout.picture) return 0
  return fade ? mix(1, fade.floor, smoothStep(fade.from, fade.to, y)) : 1
}

function gainAt(layout: Layout, x: number, y: number): number {
  const { picture } = layout
  if (!picture) return 0
  const dx = (x - picture.x) / picture.width - 0.5
  const dy = (y - picture.y) / picture.height - 0.5
  return picture.brightness * (1 - picture.vignette * smoothStep(0.3, 0.75, Math.sqrt(dx * dx + dy * dy)))
}

function smoothStep(from: number, to: number, value: number): number {
  const t = Math.min(1, Math.max(0, (value - from) / (to - from)))
  return t * t * (3 - 2 * t)
}

function mix(from: number, to: number, share: number): number {
  return from + (to - from) * share
}

/** Full-width copies of one row of the fields, made once and used for every row. */
type Lines = Record<'shown' | 'gain' | 'scrim' | 'red' | 'green' | 'blue', Float32Array>

function makeLines(width: number): Lines {
  const line = (): Float32Array => new Float32Array(width)
  return { shown: line(), gain: line(), scrim: line(), red: line(), green: line(), blue: line() }
}

/** Rounds one row of pixels with dither. This runs millions of times, so it is flat on purpose. */
function quantiseRow(plates: Plates, fields: Fields, lines: Lines, base: Rgb, grain: number, y: number): void {
  const { a, b, width } = plates
  fillLines(fields, lines, plates.picture, y)
  const { shown, gain, scrim, red, green, blue } = lines
  const [baseRed, baseGreen, baseBlue] = base
  const tileRow = (y & TILE_MASK) * TILE
  const grainRow = ((y >> 1) & TILE_MASK) * TILE
  for (let x = 0, at = y * width; x < width; x++, at++) {
    const visible = shown[x] as number
    const hidden = 1 - visible
    const covered = scrim[x] as number
    const veil = covered * visible
    const speckle = grain === 0 ? 0 : grain * (GRAIN_TILE[grainRow + ((x >> 1) & TILE_MASK)] as number)
    const round = DITHER_TILE[tileRow + (x & TILE_MASK)] as number
    const roundGreen = DITHER_TILE[tileRow + ((x + 41) & TILE_MASK)] as number
    const roundBlue = DITHER_TILE[tileRow + ((x + 87) & TILE_MASK)] as number
    a[at] = visible === 0 ? 0 : Math.min(255, 255 * visible * (gain[x] as number) * (1 - covered) + round)
    b[at * 3] = clampByte(((red[x] as number) + speckle) * hidden + baseRed * veil + round)
    b[at * 3 + 1] = clampByte(((green[x] as number) + speckle) * hidden + baseGreen * veil + roundGreen)
    b[at * 3 + 2] = clampByte(((blue[x] as number) + speckle) * hidden + baseBlue * veil + roundBlue)
  }
}

function fillLines(fields: Fields, lines: Lines, picture: Plates['picture'], y: number): void {
  const { columns } = fields
  fillLine(fields.mask, columns, y, lines.shown)
  const inside = y >= picture.y && y < picture.y + picture.height
  lines.shown.fill(0, 0, inside ? picture.x : undefined)
  lines.shown.fill(0, inside ? picture.x + picture.width : 0)
  fillLine(fields.gain, columns, y, lines.gain)
  fillLine(fields.scrim, columns, y, lines.scrim)
  fillLine(fields.ground[0], columns, y, lines.red)
  fillLine(fields.ground[1], columns, y, lines.green)
  fillLine(fields.ground[2], columns, y, lines.blue)
}

/** One row of pixels between the samples of a field. */
function fillLine(plane: Float32Array, columns: number, y: number, line: Float32Array): void {
  const row = (y >> 2) * columns
  const share = (y & 3) / CELL
  let left = mix(plane[row] as number, plane[row + columns] as number, share)
  for (let cell = 1, x = 0; x < line.length; cell++, x += CELL) {
    const right = mix(plane[row + cell] as number, plane[row + columns + cell] as number, share)
    const step = (right - left) / CELL
    line[x] = left
    line[x + 1] = left + step
    line[x + 2] = left + 2 * step
    line[x + 3] = left + 3 * step
    left = right
  }
}

const TILE = 128
const TILE_MASK = TILE - 1

/** Interleaved gradient noise (Jimenez, SIGGRAPH 2014) in 0–1: spreads the rounding error evenly, in no visible pattern. */
const DITHER_TILE = makeTile((x, y) => {
  const inner = 0.06711056 * x + 0.00583715 * y
  const outer = 52.9829189 * (inner - Math.floor(inner))
  return outer - Math.floor(outer)
})

/** A hash of the position in −1–1. Used for blocks of two pixels, so that paper keeps its grain in the preview. */
const GRAIN_TILE = makeTile((x, y) => {
  let hash = Math.imul(x + 1, 0x9e3779b1) ^ Math.imul(y + 1, 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39)
  return ((hash ^ (hash >>> 15)) >>> 0) / 0x80000000 - 1
})

function makeTile(valueAt: (x: number, y: number) => number): Float32Array {
  return Float32Array.from({ length: TILE * TILE }, (_, index) => valueAt(index & TILE_MASK, index >> 7))
}

function clampByte(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value
}

function drawRule(plates: Plates, colours: BrandKit['colours'], rule: Layout['rules'][number], scale: number): void {
  const rgb = parseColour(colours[rule.colour])
  const width = Math.max(1, Math.round(rule.width * scale))
  const height = Math.max(1, Math.round(rule.height * scale))
  const rgba = new Uint8Array(width * height * 4)
  for (let at = 0; at < rgba.length; at += 4) rgba.set([...rgb, Math.round(rule.opacity * 255)], at)
  pressSprite(plates, { x: Math.round(rule.x * scale), y: Math.round(rule.y * scale), width, height, rgba })
}

/** Draws into the plates, as drawSprite does into a finished slide. */
export function pressSprite(plates: Plates, sprite: Sprite): void {
  const { left, top, right, bottom } = overlapOf(sprite, plates)
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const from = ((y - sprite.y) * sprite.width + x - sprite.x) * 4
      const alpha = sprite.rgba[from + 3] as number
      if (alpha === 0) continue
      const at = y * plates.width + x
      plates.a[at] = divide255((plates.a[at] as number) * (255 - alpha))
      for (let channel = 0; channel < 3; channel++) {
        const under = (plates.b[at * 3 + channel] as number) * (255 - alpha)
        plates.b[at * 3 + channel] = divide255((sprite.rgba[from + channel] as number) * alpha + under)
      }
    }
  }
}

export function pressShadow(plates: Plates, shadow: ShadowMap): void {
  const { left, top, right, bottom } = overlapOf(shadow, plates)
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const rest = 255 - (shadow.alpha[(y - shadow.y) * shadow.width + x - shadow.x] as number)
      if (rest === 255) continue
      const at = y * plates.width + x
      plates.a[at] = divide255((plates.a[at] as number) * rest)
      for (let channel = 0; channel < 3; channel++) {
        plates.b[at * 3 + channel] = divide255((plates.b[at * 3 + channel] as number) * rest)
      }
    }
  }
}
