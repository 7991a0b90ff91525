import { coverage, dab, glow, line, type Point } from './brush.ts'
import { addScaled, clamp01, mix, shade, smooth } from './canvas.ts'
import { mixColor, WHITE } from './palette.ts'
import type { Scene } from './scene.ts'
import { paintAir } from './sky.ts'

/** A processor from above, its wires leaving in bundles, packets of light on their way. */
export function paintChip(scene: Scene): void {
  const { canvas, random, focus, palette } = scene
  paintAir(scene, 0.5)
  const half = random.between(118, 140)
  const pitch = 19
  const perSide = Math.floor((half * 2 - 24) / pitch)
  for (let side = 0; side < 4; side++) {
    for (let i = 0; i < perSide; i++)
      paintWire(scene, {
        half,
        side,
        offset: (i - (perSide - 1) / 2) * pitch,
        spread: (i - (perSide - 1) / 2) / perSide,
      })
  }
  glow(canvas, focus.x, focus.y, half * 3.4, palette.mid, 0.55)
  shade(
    canvas,
    (x, y, pixel) => {
      const dx = Math.abs(x - focus.x)
      const dy = Math.abs(y - focus.y)
      const edge = Math.sqrt(Math.max(0, dx - half + 14) ** 2 + Math.max(0, dy - half + 14) ** 2) - 14
      const solid = coverage(edge)
      const inner = Math.max(dx, dy) - half * 0.6
      const cell = Math.max(dx, dy) < half * 0.6 ? dieLight(scene, x, y) : 0
      pixel.r *= 1 - solid * 0.94
      pixel.g *= 1 - solid * 0.94
      pixel.b *= 1 - solid * 0.94
      addScaled(pixel, palette.deep, solid * 0.1)
      addScaled(
        pixel,
        palette.mid,
        Math.exp(-Math.abs(edge) / 1.6) * 1.1 + Math.exp(-Math.abs(inner) / 1.4) * 0.7 * solid,
      )
      addScaled(pixel, palette.bright, cell * 0.75)
      addScaled(pixel, palette.spark, solid * Math.exp(-(dx * dx + dy * dy) / (half * half * 0.1)) * 0.9)
    },
    { left: focus.x - half - 12, right: focus.x + half + 12, top: focus.y - half - 12, bottom: focus.y + half + 12 },
  )
  dab(canvas, focus.x, focus.y, 17, mixColor(palette.spark, WHITE, 0.7), 2.6)
}

/** Blocks of logic on the die: a grid whose cells are lit by chance. */
function dieLight(scene: Scene, x: number, y: number): number {
  const size = 11
  const u = (x - scene.focus.x) / size + 200
  const v = (y - scene.focus.y) / size + 200
  const lamp = scene.noise.at(Math.floor(u) * 1.37, Math.floor(v) * 1.71)
  const inside = Math.min(u % 1, 1 - (u % 1), v % 1, 1 - (v % 1)) * size
  return clamp01(inside - 1.2) * smooth(-0.1, 0.75, lamp)
}

function paintWire(scene: Scene, wire: { half: number; side: number; offset: number; spread: number }): void {
  const { canvas, random, focus, palette } = scene
  const cos = Math.round(Math.cos((wire.side * Math.PI) / 2))
  const sin = Math.round(Math.sin((wire.side * Math.PI) / 2))
  const place = (out: number, aside: number): Point => ({
    x: focus.x + cos * out - sin * aside,
    y: focus.y + sin * out + cos * aside,
  })
  const straight = wire.half + 26 + (0.5 - Math.abs(wire.spread)) * 120 + random.index(3) * 12
  const jog = wire.spread * random.between(300, 470)
  const end = straight + Math.abs(jog) + random.between(60, 620)
  const points = [
    place(wire.half, wire.offset),
    place(straight, wire.offset),
    place(straight + Math.abs(jog), wire.offset + jog),
    place(end, wire.offset + jog),
  ]
  const live = random.next()
  const color = live > 0.9 ? palette.spark : mixColor(palette.mid, palette.bright, random.next() * 0.6)
  const base = 0.2 + 0.4 * live
  points.forEach((point, i) => {
    const next = points[i + 1]
    if (!next) return
    line(canvas, point, next, 1.7, color, base * mix(1, 0.55, i / 3))
    if (random.next() > 0.42) return
    const t = random.next()
    const at = { x: mix(point.x, next.x, t), y: mix(point.y, next.y, t) }
    const tail = Math.min(t, 46 / (1 + Math.hypot(next.x - point.x, next.y - point.y)))
    line(canvas, { x: mix(point.x, next.x, t - tail), y: mix(point.y, next.y, t - tail) }, at, 2.4, color, 1.1)
    glow(canvas, at.x, at.y, 36, color, 0.9)
    dab(canvas, at.x, at.y, 4, WHITE, 1.8)
  })
  const last = points[3]
  if (!last) return
  dab(canvas, last.x, last.y, 8, color, base * 1.5)
  const pad = place(wire.half + 5, wire.offset)
  dab(canvas, pad.x, pad.y, 6, palette.bright, 0.9)
}
