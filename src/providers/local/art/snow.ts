import { dab, glow, line, type Point } from './brush.ts'
import { mix } from './canvas.ts'
import { paintMotes } from './helix.ts'
import { mixColor, WHITE } from './palette.ts'
import type { Scene } from './scene.ts'
import { paintAir } from './sky.ts'

type Branch = { at: number; length: number; twigs: number }

/** One snow crystal under a macro lens: six arms that grew through the same air and so are alike. */
export function paintSnowCrystal(scene: Scene): void {
  const { canvas, random, focus, palette } = scene
  paintAir(scene, 0.85)
  paintMotes(scene, 90)
  const reach = random.between(335, 375)
  const start = random.between(0, 1)
  const plate = random.between(0.14, 0.24)
  const branches: Branch[] = Array.from({ length: 9 }, (_, i) => {
    const at = 0.2 + (i / 9) * 0.74
    return { at, length: (0.12 + 0.42 * random.next()) * (1.05 - at) * 1.25, twigs: random.index(4) }
  })
  glow(canvas, focus.x, focus.y, reach * 1.5, palette.mid, 0.4)
  for (let arm = 0; arm < 6; arm++) paintArm(scene, start + (arm * Math.PI) / 3, reach, branches)
  for (const size of [plate, plate * 0.62, plate * 0.3]) paintHexagon(scene, reach * size, start)
  glow(canvas, focus.x, focus.y, 150, palette.spark, 0.8)
  dab(canvas, focus.x, focus.y, 12, WHITE, 2.2)
}

function paintArm(scene: Scene, angle: number, reach: number, branches: Branch[]): void {
  const { focus, palette } = scene
  const along = (t: number): Point => ({
    x: focus.x + Math.cos(angle) * reach * t,
    y: focus.y + Math.sin(angle) * reach * t,
  })
  facet(scene, along(0.04), along(1), 6, 2)
  for (const branch of branches) {
    for (const side of [-1, 1]) {
      const heading = angle + (side * Math.PI) / 3
      const from = along(branch.at)
      const length = reach * branch.length
      const point = (t: number): Point => ({
        x: from.x + Math.cos(heading) * length * t,
        y: from.y + Math.sin(heading) * length * t,
      })
      facet(scene, from, point(1), 4.2, 1.5)
      for (let i = 1; i <= branch.twigs; i++) {
        for (const turn of [-1, 1]) {
          const base = point(i / (branch.twigs + 1))
          const tip = heading + (turn * Math.PI) / 3
          const long = length * 0.3 * (1.1 - i / (branch.twigs + 1))
          facet(scene, base, { x: base.x + Math.cos(tip) * long, y: base.y + Math.sin(tip) * long }, 2.6, 1.1)
        }
      }
      dab(scene.canvas, point(1).x, point(1).y, 6, mixColor(palette.bright, WHITE, 0.5), 0.9)
    }
  }
}

/** Ice is clear: its edges catch the light more than its body. */
function facet(scene: Scene, from: Point, to: Point, wide: number, thin: number): void {
  const { canvas, palette, focus } = scene
  const away = Math.hypot(to.x - focus.x, to.y - focus.y) / 380
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1
  const side = { x: (-(to.y - from.y) / length) * wide * 0.72, y: ((to.x - from.x) / length) * wide * 0.72 }
  line(canvas, from, to, wide * 1.7, palette.mid, mix(0.3, 0.16, away))
  for (const sign of [-1, 1]) {
    const edge = sign > 0 ? palette.bright : mixColor(palette.mid, palette.bright, 0.4)
    line(
      canvas,
      { x: from.x + side.x * sign, y: from.y + side.y * sign },
      { x: to.x + side.x * sign * 0.3, y: to.y + side.y * sign * 0.3 },
      thin,
      edge,
      sign > 0 ? 0.95 : 0.5,
    )
  }
}

function paintHexagon(scene: Scene, radius: number, start: number): void {
  const { focus } = scene
  const corner = (i: number): Point => ({
    x: focus.x + Math.cos(start + (i * Math.PI) / 3) * radius,
    y: focus.y + Math.sin(start + (i * Math.PI) / 3) * radius,
  })
  for (let i = 0; i < 6; i++) facet(scene, corner(i), corner(i + 1), 3.4, 1.4)
}
