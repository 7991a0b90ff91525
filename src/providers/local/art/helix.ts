import { dab, glow, line, type Point, stroke } from './brush.ts'
import { mix } from './canvas.ts'
import { mixColor, WHITE } from './palette.ts'
import type { Scene } from './scene.ts'
import { paintAir } from './sky.ts'

/** The double helix, lit like a hologram: near parts large and sharp, far parts dim and soft. */
export function paintHelix(scene: Scene): void {
  const { canvas, random, focus, palette } = scene
  paintAir(scene, 0.8)
  paintMotes(scene, 70)
  const bold = scene.role === 'twist' ? 1.45 : 1
  const helix = {
    tilt: random.between(0.5, 0.95) * (random.next() < 0.5 ? 1 : -1),
    radius: 132 * bold,
    turnPx: 470 * bold,
    phase: random.between(0, 6.3),
  }
  const reach = 1150
  const place = (along: number, offset: number): Point & { z: number } => {
    const angle = (along / helix.turnPx) * Math.PI * 2 + helix.phase + offset
    const aside = Math.cos(angle) * helix.radius
    const z = Math.sin(angle)
    const size = 1 + z * 0.13
    return {
      x: focus.x + (Math.sin(helix.tilt) * along + Math.cos(helix.tilt) * aside) * size,
      y: focus.y + (-Math.cos(helix.tilt) * along + Math.sin(helix.tilt) * aside) * size,
      z,
    }
  }
  for (const front of [false, true]) {
    for (let along = -reach; along <= reach; along += 42 * bold)
      paintRung(scene, place(along, 0), place(along, 2.3), front, Math.abs(along) < 60 * bold, bold)
    for (const offset of [0, 2.3]) {
      for (const [width, color, amount] of [
        [13, palette.mid, 0.42],
        [4, mixColor(palette.bright, WHITE, 0.4), 0.85],
      ] as const) {
        stroke(canvas, reach * 3, color, (t, out) => {
          const at = place((t * 2 - 1) * reach, offset)
          const far = Math.abs(t * 2 - 1)
          out.x = at.x
          out.y = at.y
          out.radius = width * bold * (1 + 0.35 * at.z) + far * far * 6
          out.amount = at.z > 0 === front ? amount * (0.5 + 0.5 * at.z + 0.12) * (1 - far * 0.75) : 0
        })
      }
    }
  }
  glow(canvas, focus.x, focus.y, 330, palette.mid, 0.4)
}

function paintRung(
  scene: Scene,
  a: Point & { z: number },
  b: Point & { z: number },
  front: boolean,
  odd: boolean,
  bold: number,
): void {
  const { canvas, palette, random } = scene
  if (a.z + b.z > 0 !== front) return
  const middle = { x: mix(a.x, b.x, 0.5), y: mix(a.y, b.y, 0.5) }
  const lit = 0.75 + 0.35 * (a.z + b.z) * 0.5
  const swap = random.next() < 0.5
  const one = odd ? palette.spark : swap ? palette.mid : mixColor(palette.haze, palette.mid, 0.4)
  const two = odd ? palette.spark : swap ? mixColor(palette.haze, palette.spark, 0.3) : palette.bright
  line(canvas, a, middle, 5.5 * bold, one, lit * (odd ? 1.6 : 0.75))
  line(canvas, middle, b, 5.5 * bold, two, lit * (odd ? 1.6 : 0.75))
  for (const end of [a, b]) {
    dab(
      canvas,
      end.x,
      end.y,
      15 * bold * (1 + 0.3 * end.z),
      mixColor(palette.bright, WHITE, 0.3),
      0.55 * (0.7 + 0.5 * end.z),
    )
    if (odd) glow(canvas, end.x, end.y, 150, palette.spark, 0.7)
  }
}

export function paintMotes(scene: Scene, count: number): void {
  const { canvas, random, palette } = scene
  for (let i = 0; i < count; i++) {
    const big = random.next() ** 3
    const color = mixColor(palette.mid, palette.bright, random.next())
    dab(
      canvas,
      random.next() * canvas.width,
      random.next() * canvas.height * 0.85,
      2 + 24 * big,
      color,
      mix(0.4, 0.02, Math.sqrt(big)),
    )
  }
}
