import type { PaintRequest } from '../../ports.ts'
import type { Rgb } from './canvas.ts'
import type { Random } from './random.ts'

/** Linear-light colours of one carousel. The brand is cold; `spark` is the one warm or odd colour, kept for the focal anomaly. */
export type Palette = { base: Rgb; haze: Rgb; deep: Rgb; mid: Rgb; bright: Rgb; spark: Rgb }

/** Hue in degrees; the first scheme is the brand's own #482A6E, #3AAFFF, #75E8FF. */
type Scheme = { haze: number; deep: number; mid: number; bright: number; spark: number }
const SCHEMES: readonly [Scheme, ...Scheme[]] = [
  { haze: 266, deep: 222, mid: 205, bright: 190, spark: 28 },
  { haze: 248, deep: 196, mid: 176, bright: 184, spark: 22 },
  { haze: 282, deep: 240, mid: 222, bright: 190, spark: 318 },
  { haze: 286, deep: 232, mid: 212, bright: 194, spark: 312 },
  { haze: 262, deep: 212, mid: 192, bright: 200, spark: 42 },
]

/** The scheme follows the carousel's seed; each role leans it a little, so that four slides are siblings and not twins. */
const ROLE_TURN_DEGREES = { hook: 0, reveal: -13, mechanism: 12, twist: 22 } as const

export function makePalette(random: Random, role: PaintRequest['role']): Palette {
  const scheme = random.pick(SCHEMES)
  const turn = ROLE_TURN_DEGREES[role] + random.between(-6, 6)
  return {
    base: hexToLinear('#020308'),
    haze: hslToLinear(Math.min(288, scheme.haze + turn * 0.6), 0.5, 0.3),
    deep: hslToLinear(Math.min(250, scheme.deep + turn), 0.78, 0.34),
    mid: hslToLinear(Math.max(172, scheme.mid + turn), 0.95, 0.55),
    bright: hslToLinear(scheme.bright + turn * 0.5, 1, 0.74),
    spark: hslToLinear(scheme.spark, 1, 0.6),
  }
}

function hexToLinear(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16)
  return { r: toLinear((value >> 16) / 255), g: toLinear(((value >> 8) & 255) / 255), b: toLinear((value & 255) / 255) }
}

export function hslToLinear(hue: number, saturation: number, lightness: number): Rgb {
  const reach = saturation * Math.min(lightness, 1 - lightness)
  const channel = (offset: number) => {
    const k = (((offset + hue / 30) % 12) + 12) % 12
    return toLinear(lightness - reach * Math.max(-1, Math.min(k - 3, 9 - k, 1)))
  }
  return { r: channel(0), g: channel(8), b: channel(4) }
}

export function mixColor(from: Rgb, to: Rgb, t: number): Rgb {
  return { r: from.r + (to.r - from.r) * t, g: from.g + (to.g - from.g) * t, b: from.b + (to.b - from.b) * t }
}

export const WHITE: Rgb = { r: 1, g: 1, b: 1 }

function toLinear(screen: number): number {
  return screen <= 0.04045 ? screen / 12.92 : ((screen + 0.055) / 1.055) ** 2.4
}
