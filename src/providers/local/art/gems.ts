import { dab, glow, line, type Point } from './brush.ts'
import { addScaled, mix, type Rgb, scale, setMix, smooth } from './canvas.ts'
import { paintMotes } from './helix.ts'
import { mixColor, WHITE } from './palette.ts'
import { fillPolygon } from './polygon.ts'
import type { Scene } from './scene.ts'
import { paintAir } from './sky.ts'

/** A brilliant seen from above: table, stars, kites and girdle facets, each with its own light. */
export function paintGem(scene: Scene): void {
  const { canvas, random, palette, focus } = scene
  const radius = random.between(290, 325)
  const turn = random.between(0, 0.78)
  const at = (share: number, step: number): Point => ({
    x: focus.x + Math.cos(turn + (step * Math.PI) / 8) * radius * share,
    y: focus.y + Math.sin(turn + (step * Math.PI) / 8) * radius * share,
  })
  paintAir(scene, 0.7)
  paintMotes(scene, 60)
  glow(canvas, focus.x, focus.y, radius * 1.7, palette.mid, 0.5)
  for (let i = 0; i < 16; i += 2) {
    facet(scene, [at(0.56, i), at(0.56, i + 2), at(0, 0)], 0.5)
    facet(scene, [at(0.3, i + 1), at(0.56, i), at(0.56, i + 2)], 0.75)
    facet(scene, [at(0.56, i), at(0.56, i + 2), at(0.72, i + 1)], 1)
    facet(scene, [at(0.56, i), at(0.72, i - 1), at(1, i), at(0.72, i + 1)], 1)
    facet(scene, [at(0.72, i + 1), at(1, i), at(1, i + 1)], 0.8)
    facet(scene, [at(0.72, i + 1), at(1, i + 1), at(1, i + 2)], 0.8)
  }
  for (let i = 0; i < 5; i++) {
    const spot = at(random.between(0.3, 0.95), random.between(0, 16))
    glow(canvas, spot.x, spot.y, 90, palette.bright, 0.8)
    dab(canvas, spot.x, spot.y, 5, WHITE, 3)
  }
  glow(canvas, focus.x, focus.y, 150, palette.spark, 1)
}

function facet(scene: Scene, corners: readonly Point[], light: number): void {
  const { canvas, random, palette, focus } = scene
  const luck = random.next()
  const tint = random.next() < 0.13 ? palette.spark : mixColor(palette.mid, palette.bright, random.next())
  const tone = light * (luck < 0.4 ? 0.05 : luck < 0.78 ? 0.22 : 0.75)
  const slant = { x: random.between(-1, 1) / 130, y: random.between(-1, 1) / 130 }
  const first = corners[0] ?? focus
  fillPolygon(canvas, corners, 0.93, (x, y, color) => {
    const ramp = 0.75 + (x - first.x) * slant.x + (y - first.y) * slant.y
    setMix(color, palette.base, palette.deep, 0.16 * light)
    addScaled(color, tint, Math.max(0.01, tone * ramp))
  })
  for (const [i, from] of corners.entries())
    line(canvas, from, corners[(i + 1) % corners.length] ?? from, 1.2, palette.bright, 0.24 + 0.22 * light * luck)
}

/** Crystals that grew out of one seed, clear six-sided prisms with a warm light in their root. */
export function paintCrystals(scene: Scene): void {
  const { canvas, random, palette, focus } = scene
  const root = { x: focus.x, y: focus.y + 235 }
  paintAir(scene, 0.7)
  paintMotes(scene, 70)
  glow(canvas, focus.x, focus.y + 60, 520, palette.mid, 0.5)
  const count = 15
  const order = Array.from({ length: count }, (_, i) => (i % 2 === 0 ? -1 : 1) * (1 - i / count))
  for (const share of order) {
    const lean = share * 1.15 + random.bell() * 0.06
    const long = mix(500, 225, Math.abs(share) ** 0.8) * random.between(0.82, 1.1)
    paintPrism(scene, { x: root.x + share * 120, y: root.y + Math.abs(share) * 26 }, lean, long, random.between(24, 44))
  }
  glow(canvas, root.x, root.y - 30, 260, palette.spark, 1.1)
}

function paintPrism(scene: Scene, root: Point, lean: number, long: number, wide: number): void {
  const { canvas, random, palette, noise } = scene
  const along = { x: Math.sin(lean), y: -Math.cos(lean) }
  const at = (up: number, aside: number): Point => ({
    x: root.x + along.x * up - along.y * aside,
    y: root.y + along.y * up + along.x * aside,
  })
  const tip = at(long, wide * random.between(-0.25, 0.25))
  const edges = [-1, -0.38, 0.45, 1]
  const shoulder = long - wide * 1.5
  for (let face = 0; face < 3; face++) {
    const left = edges[face] ?? 0
    const right = edges[face + 1] ?? 0
    const tone = [0.16, 0.5, 0.07][face] ?? 0
    const rise = shoulder + (face === 1 ? -wide * 0.35 : 0)
    const paintFace = (factor: number) => (x: number, y: number, color: Rgb) => {
      const up = ((x - root.x) * along.x + (y - root.y) * along.y) / long
      const veil = 0.75 + 0.5 * noise.cloud(x / 34, y / 60, 3)
      setMix(color, palette.deep, mixColor(palette.mid, palette.bright, up), smooth(-0.1, 0.9, up))
      scale(color, (0.05 + tone * factor) * veil * mix(0.5, 1.15, up))
      addScaled(color, palette.spark, Math.exp(-up * 4.5) * 0.5 * (0.3 + tone))
    }
    const low = at(0, wide * left)
    const lowRight = at(0, wide * right)
    const high = at(rise + (left === -0.38 ? 0 : wide * 0.2), wide * left)
    const highRight = at(rise + (right === 0.45 ? 0 : wide * 0.2), wide * right)
    fillPolygon(canvas, [low, high, highRight, lowRight], 0.86, paintFace(1))
    fillPolygon(canvas, [high, tip, highRight], 0.9, paintFace(1.7))
    line(canvas, low, high, 1.3, palette.bright, 0.3)
    line(canvas, high, tip, 1.3, palette.bright, 0.55)
    line(canvas, high, highRight, 1.1, palette.bright, 0.4)
    if (face === 2) line(canvas, lowRight, highRight, 1.3, palette.bright, 0.35)
    if (face === 2) line(canvas, highRight, tip, 1.3, palette.bright, 0.4)
  }
  dab(canvas, tip.x, tip.y, 5, mixColor(palette.bright, WHITE, 0.5), 1.1)
}
