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
  picture: { x: number; y: number; width: number; height: number }
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
  for (let y = 0; y < height; y++) quantiseRow(plates, fields, base, layout.background.grain, y)
  for (const rule of layout.rules) {
    drawRule(plates, kit.colours, rule, scale)
  }
  return plates
}

function clipPicture(layout: Layout, size: { width: number; height: number; scale: number }): Plates['picture'] {
  if (!layout.picture) return { x: 0, y: 0, width: 0, height: 0 }
  const { x, y, width, height } = layout.picture
  const left = Math.max(0, Math.round(x * size.scale))
  const top = Math.max(0, Math.round(y * size.scale))
  return {
    x: left,
    y: top,
    width: Math.min(size.width, Math.round((x + width) * size.scale)) - left,
    height: Math.min(size.height, Math.round((y + height) * size.scale)) - top,
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
      for (let channel = 0; channel < 3; channel++) {
        let value = mix(top[channel] as number, bottom[channel] as number, t)
        for (const glow of glows) {
          const distance = Math.hypot(x - glow.x, y - glow.y) / glow.radius
          if (distance < 1)
            value = mix(value, glow.rgb[channel] as number, glow.strength * (1 - distance * distance) ** 2)
        }
        const plane = fields.ground[channel] as Float32Array
        plane[at] = mix(value, base[channel] as number, scrim)
      }
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
  return picture.brightness * (1 - picture.vignette * smoothStep(0.3, 0.75, Math.hypot(dx, dy)))
}

function smoothStep(from: number, to: number, value: number): number {
  const t = Math.min(1, Math.max(0, (value - from) / (to - from)))
  return t * t * (3 - 2 * t)
}

function mix(from: number, to: number, share: number): number {
  return from + (to - from) * share
}

/** Interpolates the fields along one row of pixels and rounds with dither. */
function quantiseRow(plates: Plates, fields: Fields, base: Rgb, grain: number, y: number): void {
  const { a, b, width, picture } = plates
  const mask = lerpRow(fields.mask, fields.columns, y)
  const gain = lerpRow(fields.gain, fields.columns, y)
  const scrim = lerpRow(fields.scrim, fields.columns, y)
  const ground = fields.ground.map((plane) => lerpRow(plane, fields.columns, y))
  const insideRow = y >= picture.y && y < picture.y + picture.height
  for (let x = 0, at = y * width; x < width; x++, at++) {
    const cell = x >> 2
    const share = (x & 3) / CELL
    const inside = insideRow && x >= picture.x && x < picture.x + picture.width
    const shown = inside ? lerp(mask, cell, share) : 0
    const covered = lerp(scrim, cell, share)
    const noise = ditherAt(x, y)
    const speckle = grain === 0 ? 0 : grain * grainAt(x, y)
    a[at] = clampByte(255 * shown * lerp(gain, cell, share) * (1 - covered) + noise)
    for (let channel = 0; channel < 3; channel++) {
      const behind = lerp(ground[channel] as Float32Array, cell, share) + speckle
      const value = behind * (1 - shown) + (base[channel] as number) * covered * shown
      b[at * 3 + channel] = clampByte(value + ditherAt(x + 17 * channel + 5, y + 31 * channel))
    }
  }
}

function lerpRow(plane: Float32Array, columns: number, y: number): Float32Array {
  const row = (y >> 2) * columns
  const share = (y & 3) / CELL
  const line = new Float32Array(columns)
  for (let x = 0; x < columns; x++) line[x] = mix(plane[row + x] as number, plane[row + columns + x] as number, share)
  return line
}

function lerp(line: Float32Array, cell: number, share: number): number {
  const left = line[cell] as number
  return left + ((line[cell + 1] as number) - left) * share
}

/** Interleaved gradient noise (Jimenez, SIGGRAPH 2014), in 0–1: spreads the rounding error evenly, in no visible pattern. */
function ditherAt(x: number, y: number): number {
  const inner = 0.06711056 * x + 0.00583715 * y
  const outer = 52.9829189 * (inner - Math.floor(inner))
  return outer - Math.floor(outer)
}

/** A hash of the position in −1–1, over blocks of two pixels so that it survives the preview's downsizing. */
function grainAt(x: number, y: number): number {
  let hash = Math.imul((x >> 1) + 1, 0x9e3779b1) ^ Math.imul((y >> 1) + 1, 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return ((hash ^ (hash >>> 13)) >>> 0) / 0x80000000 - 1
}

function clampByte(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : Math.floor(value)
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
