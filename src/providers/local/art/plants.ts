import { dab, glow, stroke } from './brush.ts'
import { addScaled, clamp01, mix, type Rgb, setMix, shade, smooth } from './canvas.ts'
import { paintMotes } from './helix.ts'
import { hslToLinear, mixColor, WHITE } from './palette.ts'
import type { Scene } from './scene.ts'
import { paintAir } from './sky.ts'

/** A leaf held against the light: midrib, arched side veins, the fine net between them, drops of dew. */
export function paintLeaf(scene: Scene): void {
  const { canvas, random, noise, palette, focus } = scene
  const macro = scene.role === 'mechanism'
  const long = macro ? 760 : random.between(400, 440)
  const wide = long * random.between(0.42, 0.5)
  const turn = random.between(-1.15, -0.75)
  const cos = Math.cos(turn)
  const sin = Math.sin(turn)
  const green = mixColor(hslToLinear(random.between(140, 165), 0.62, 0.28), palette.deep, 0.4)
  const light = mixColor(hslToLinear(95, 0.9, 0.62), palette.bright, 0.35)
  paintAir(scene, 0.6)
  if (!macro) paintMotes(scene, 70)
  glow(canvas, focus.x, focus.y, 520, mixColor(palette.mid, green, 0.4), 0.6)
  const blade: Rgb = { r: 0, g: 0, b: 0 }
  shade(canvas, (x, y, pixel) => {
    const u = ((x - focus.x) * cos + (y - focus.y) * sin) / long
    if (u < -1.02 || u > 1.02) return
    const v = (-(x - focus.x) * sin + (y - focus.y) * cos) / wide - 0.1 * Math.sin(u * 2)
    const half = Math.max(0, 1 - u * u) ** 0.85 * (1 - 0.3 * u)
    const cover = clamp01((half - Math.abs(v)) * wide * 0.9 + 0.5)
    if (cover <= 0) return
    const aside = Math.abs(v)
    const branch = (u - aside * 0.62 + aside * aside * 0.16) * 7 + (v > 0 ? 0.4 : 0)
    const vein = Math.abs(branch - Math.round(branch))
    const rib = Math.exp(-aside * wide * (0.13 + 0.12 * (u + 1)))
    const side = Math.exp(-(((vein * long) / (19 - 10 * aside)) ** 2)) * smooth(1, 0.7, aside / (half + 0.01))
    const net = smooth(0.8, 0.99, noise.crease(x / 27, y / 27, 2))
    const near = 0.12 + Math.exp(-((x - focus.x) ** 2 + (y - focus.y) ** 2) / 110000)
    const pillow = smooth(0, 0.42, vein)
    setMix(blade, palette.base, green, (0.25 + 0.75 * pillow) * near)
    addScaled(blade, light, (rib * 0.9 + side * 0.55 + net * 0.13) * near)
    addScaled(blade, palette.mid, Math.exp((-(half - aside) * wide) / 5) * 0.4 * near)
    setMix(pixel, pixel, blade, cover)
  })
  const along = random.between(0.12, 0.3)
  for (const [up, away, size] of [
    [along, 0.34, 30],
    [along - 0.34, -0.3, 18],
    [along + 0.2, -0.2, 12],
  ] as const) {
    const spot = { x: focus.x + up * long * cos - away * wide * sin, y: focus.y + up * long * sin + away * wide * cos }
    paintDew(scene, spot, macro ? size * 1.5 : size)
  }
}

function paintDew(scene: Scene, spot: { x: number; y: number }, size: number): void {
  const { canvas, palette } = scene
  glow(canvas, spot.x, spot.y, size * 4, palette.spark, 0.6)
  stroke(canvas, size * 6.3, palette.bright, (t, out) => {
    out.x = spot.x + Math.cos(t * 6.2832) * size
    out.y = spot.y + Math.sin(t * 6.2832) * size
    out.radius = 1.6
    out.amount = 0.5 + 0.35 * Math.sin(t * 6.2832)
  })
  dab(canvas, spot.x + size * 0.25, spot.y + size * 0.35, size * 0.6, palette.spark, 0.9)
  dab(canvas, spot.x - size * 0.35, spot.y - size * 0.4, size * 0.24 + 1, WHITE, 2.4)
}

/** A blossom opening in the dark, petal behind petal, drawn in its own veins. */
export function paintFlower(scene: Scene): void {
  const { canvas, random, palette, focus } = scene
  const zoom = scene.role === 'mechanism' ? 1.35 : 1
  const turn = random.between(0, 1)
  const petals = random.pick([7, 8, 9])
  paintAir(scene, 0.75)
  paintMotes(scene, 60)
  glow(canvas, focus.x, focus.y, 520 * zoom, palette.mid, 0.35)
  for (const [ring, reach, wide] of [
    [0, 350, 0.42],
    [1, 275, 0.4],
    [2, 195, 0.4],
    [3, 118, 0.42],
  ] as const) {
    const color = mixColor(mixColor(palette.haze, palette.mid, ring / 2.2), palette.bright, ring / 7)
    for (let i = 0; i < petals; i++) {
      const heading = turn + ((i + (ring % 2) / 2) / petals) * Math.PI * 2
      paintPetal(
        scene,
        heading,
        reach * zoom * random.between(0.95, 1.04),
        wide,
        mixColor(color, palette.spark, ring === 3 ? 0.5 : 0.03),
      )
    }
  }
  for (let i = 0; i < 90; i++) {
    const away = Math.sqrt(i / 90) * 52 * zoom
    const spot = { x: focus.x + Math.cos(i * 2.39996) * away, y: focus.y + Math.sin(i * 2.39996) * away }
    dab(canvas, spot.x, spot.y, 4.4, mixColor(palette.spark, WHITE, 0.3), 1.1)
  }
  glow(canvas, focus.x, focus.y, 190, palette.spark, 1.1)
}

function paintPetal(scene: Scene, heading: number, reach: number, wide: number, color: Rgb): void {
  const { canvas, focus, palette } = scene
  const cos = Math.cos(heading)
  const sin = Math.sin(heading)
  for (let i = -8; i <= 8; i++) {
    const share = i / 8
    const edge = Math.abs(share) === 1
    stroke(canvas, reach, edge ? mixColor(color, palette.bright, 0.5) : color, (t, out) => {
      const along = reach * (0.14 + 0.86 * t) * (1 - 0.05 * share * share)
      const aside = reach * wide * share * Math.sin(Math.PI * t ** 1.25) * 0.92
      out.x = focus.x + cos * along - sin * aside
      out.y = focus.y + sin * along + cos * aside
      out.radius = edge ? 1.7 : mix(2.4, 1.4, t)
      out.amount = edge ? 0.72 : mix(0.5, 0.13, t) * (0.7 + 0.3 * Math.cos(share * 3))
    })
  }
}
