import { dab, glow, type Point, stroke } from './brush.ts'
import { addScaled, mix, type Rgb, shadeSoft, smooth } from './canvas.ts'
import { mixColor, WHITE } from './palette.ts'
import type { Scene } from './scene.ts'
import { paintAir } from './sky.ts'

/** One cell filling the frame, arms branching out of focus; others far behind. */
export function paintNeuron(scene: Scene): void {
  const { canvas, random, focus, palette } = scene
  paintAir(scene, 0.75, 2.8)
  for (let i = 0; i < 5; i++) {
    const x = random.between(0, canvas.width)
    const y = random.between(0, canvas.height * 0.7)
    if (Math.hypot(x - focus.x, y - focus.y) > 300)
      growCell(scene, { x, y }, random.between(9, 15), palette.mid, 2.2 + random.next() * 2)
  }
  growCell(scene, focus, random.between(40, 50), palette.bright, 0)
}

function growCell(scene: Scene, at: Point, size: number, color: Rgb, blurPx: number): void {
  const { canvas, random, palette } = scene
  const arms = 6 + random.index(3)
  const start = random.between(0, 6.3)
  const core = blurPx > 0 ? palette.mid : mixColor(palette.spark, palette.bright, 0.25)
  for (let arm = 0; arm < arms; arm++) {
    const angle = start + ((arm + random.between(-0.25, 0.25)) / arms) * Math.PI * 2
    growArm(scene, at, angle, { length: size * random.between(5, 7.5), radius: size * 0.34, blurPx, level: 0 }, color)
  }
  const dim = 1 / (1 + blurPx * 0.6)
  glow(canvas, at.x, at.y, size * 6.5, mixColor(color, core, 0.5), 0.55 * dim)
  dab(canvas, at.x, at.y, size * 1.25 + blurPx * 3, color, 0.55 * dim)
  dab(canvas, at.x - size * 0.1, at.y - size * 0.08, size * 0.72 + blurPx, core, 1.6 * dim)
  dab(canvas, at.x - size * 0.14, at.y - size * 0.12, size * 0.3 + blurPx, mixColor(core, WHITE, 0.7), 2.2 * dim)
}

type Arm = { length: number; radius: number; blurPx: number; level: number }

function growArm(scene: Scene, from: Point, angle: number, arm: Arm, color: Rgb): void {
  const { canvas, random, palette, noise } = scene
  const bend = random.between(-0.5, 0.5)
  const wobble = random.between(0, 90)
  const end: Point = { x: from.x, y: from.y }
  let heading = angle
  let walked = 0
  const dim = (arm.level === 0 ? 0.6 : 0.5) / (1 + arm.blurPx * 0.5)
  const tint = mixColor(color, palette.mid, Math.min(1, arm.level * 0.35))
  stroke(canvas, arm.length, tint, (t, out) => {
    const step = (t - walked) * arm.length
    walked = t
    heading = angle + bend * t + noise.at(wobble, t * 3.2) * 0.9
    end.x += Math.cos(heading) * step
    end.y += Math.sin(heading) * step
    out.x = end.x
    out.y = end.y
    out.radius = Math.max(1, mix(arm.radius, arm.radius * 0.36, Math.sqrt(t))) + arm.blurPx
    out.amount = dim * mix(1, 0.7, t)
  })
  if (arm.level >= 4 || arm.radius < 0.7) {
    dab(canvas, end.x, end.y, 3.5 + arm.blurPx, palette.bright, 0.7 / (1 + arm.blurPx))
    return
  }
  const spread = random.between(0.32, 0.6)
  for (const side of [-1, 1]) {
    const next = {
      ...arm,
      length: arm.length * random.between(0.55, 0.78),
      radius: arm.radius * 0.42,
      level: arm.level + 1,
      blurPx: arm.blurPx + (arm.blurPx > 0 ? 0.2 : 0.25),
    }
    growArm(scene, end, heading + side * spread, next, color)
  }
}

/** Two endings face to face across a gap, a bolt of messengers between: bold enough for a thumb-sized picture. */
export function paintSynapse(scene: Scene): void {
  const { canvas, random, focus, palette } = scene
  paintAir(scene, 0.85)
  const tilt = random.between(-0.5, -0.2)
  const across = { x: Math.cos(tilt), y: Math.sin(tilt) }
  for (const side of [-1, 1]) paintEnding(scene, across, side)
  for (let i = 0; i < 260; i++) {
    const along = random.bell() * 40
    const aside = random.bell() * 62
    const x = focus.x + across.x * along - across.y * aside
    const y = focus.y + across.y * along + across.x * aside
    const near = Math.exp(-(along * along) / 1600 - (aside * aside) / 5000)
    dab(
      canvas,
      x,
      y,
      random.between(1.8, 5.5),
      mixColor(palette.spark, WHITE, near * 0.5),
      random.between(0.3, 1.6) * near,
    )
  }
  glow(canvas, focus.x, focus.y, 330, palette.spark, 0.75)
}

/** A swollen nerve ending, glassy: bright rim, fibres inside, vesicles waiting at the gap. */
function paintEnding(scene: Scene, across: Point, side: number): void {
  const { canvas, random, focus, palette, noise } = scene
  const seed = random.between(0, 90)
  const halfWidth = (along: number): number => {
    const head = Math.exp(-(((along - 105) / 150) ** 2))
    return mix(46 + along * 0.06, 150, head) + 22 * noise.at(seed, along / 130)
  }
  shadeSoft(canvas, (x, y, pixel) => {
    const along = ((x - focus.x) * across.x + (y - focus.y) * across.y) * side
    if (along < 0 || along > 900) return
    const aside =
      -(x - focus.x) * across.y +
      (y - focus.y) * across.x +
      60 * noise.at(seed + 9, along / 420) * smooth(120, 500, along)
    const front = 34 + 96 * (1 - Math.sqrt(Math.max(0, 1 - (aside / 165) ** 2)))
    const inside = Math.min(halfWidth(along) - Math.abs(aside), (along - front) * 0.9)
    const fade = smooth(820, 250, along)
    const grain = noise.cloud(x / 26, y / 26, 3)
    const strand = noise.crease(aside / 30 + seed, along / 330, 2)
    const solid = smooth(-2, 3, inside)
    const rim = Math.exp(-Math.abs(inside) / 3) * 0.85 + solid * Math.exp(-Math.max(0, inside) / 26) * 0.5
    addScaled(pixel, palette.bright, rim * fade * (0.35 + 0.65 * smooth(420, 60, along)))
    addScaled(
      pixel,
      palette.mid,
      solid * fade * (0.1 + 0.14 * grain + 0.4 * smooth(0.55, 0.8, strand)) +
        Math.exp(-Math.abs(inside) / 22) * 0.18 * fade,
    )
    addScaled(pixel, palette.deep, solid * 0.3 * fade)
    addScaled(pixel, palette.spark, solid * Math.exp(-along / 85) * (0.35 + 0.3 * grain))
  })
  for (let i = 0; i < 46; i++) {
    const along = 75 + 150 * random.next() ** 1.4
    const aside = random.between(-0.82, 0.82) * 120
    const x = focus.x + side * across.x * along - across.y * aside
    const y = focus.y + side * across.y * along + across.x * aside
    const hot = Math.exp(-(along - 75) / 60)
    dab(canvas, x, y, random.between(9, 15), mixColor(palette.bright, palette.spark, hot), 0.5 + 0.5 * hot)
  }
}
