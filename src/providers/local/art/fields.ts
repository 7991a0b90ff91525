import { dab, glow, type Point, stroke } from './brush.ts'
import { addScaled, shadeSoft, smooth } from './canvas.ts'
import { mixColor, WHITE } from './palette.ts'
import type { Scene } from './scene.ts'
import { paintAir, paintStars } from './sky.ts'

/** A sheet of space, drawn as a net, sagging under a bright mass. */
export function paintGravityWell(scene: Scene): void {
  const { canvas, random, focus, palette } = scene
  paintAir(scene, 0.5)
  paintStars(scene, 1100, (x, y) => (y < focus.y - 150 ? { x, y } : null))
  const well = { depth: random.between(215, 250), turn: random.between(-0.5, 0.5) }
  const lines = 17
  for (let i = -lines; i <= lines; i++) {
    for (const flip of [false, true]) {
      stroke(canvas, 2600, palette.mid, (t, out) => {
        const along = (t * 2 - 1) * 1.35
        projectNet(scene, well, flip ? along : (i / lines) * 1.35, flip ? (i / lines) * 1.35 : along, out)
      })
    }
  }
  const mass = { x: focus.x, y: focus.y + 22 }
  glow(canvas, mass.x, mass.y, 380, palette.mid, 0.35)
  glow(canvas, mass.x, mass.y, 130, mixColor(palette.spark, palette.bright, 0.25), 1.8)
  dab(canvas, mass.x, mass.y, 50, mixColor(palette.spark, WHITE, 0.45), 3)
  dab(canvas, mass.x, mass.y, 34, WHITE, 3)
}

function projectNet(
  scene: Scene,
  well: { depth: number; turn: number },
  u: number,
  v: number,
  out: Point & { radius: number; amount: number },
): void {
  const { focus } = scene
  const cos = Math.cos(well.turn + 0.6)
  const sin = Math.sin(well.turn + 0.6)
  const x = (u * cos - v * sin) * 900
  const z = (u * sin + v * cos) * 900
  const away2 = (x * x + z * z) / (135 * 135)
  const sag = well.depth / Math.sqrt(1 + away2)
  const distance = 1150 / (1150 - z * 0.75)
  out.x = focus.x + x * distance
  out.y = focus.y - 150 + (z * 0.42 + sag) * distance
  out.radius = Math.max(1, 1.15 * distance + Math.max(0, distance - 1.4) * 3)
  const lit = 0.3 + 1.6 / (1 + away2 * 0.25)
  out.amount = lit * smooth(1350, 500, Math.hypot(x, z))
}

/** Two or three sources of ripples on dark liquid, seen from above; where crests meet, the surface catches the light. */
export function paintInterference(scene: Scene): void {
  const { canvas, random, focus, palette } = scene
  const gap = random.between(120, 190)
  const turn = random.between(-0.6, 0.6)
  const sources = [-1, 1].map((side) => ({
    x: focus.x + Math.cos(turn) * gap * side,
    y: focus.y + Math.sin(turn) * gap * side,
  }))
  const wave = (2 * Math.PI) / (scene.role === 'reveal' ? random.between(34, 42) : random.between(46, 58))
  const [one, two] = sources as [Point, Point]
  shadeSoft(canvas, (x, y, pixel) => {
    const yTilt = (y - focus.y) * 1.35 + focus.y
    let slopeX = 0
    let slopeY = 0
    let height = 0
    for (const source of [one, two]) {
      const dx = x - source.x
      const dy = yTilt - (source.y - focus.y) * 1.35 - focus.y
      const away = Math.sqrt(dx * dx + dy * dy) + 8
      const strength = 1.6 / (1 + away / 190)
      const phase = away * wave
      height += Math.cos(phase) * strength
      const slope = -Math.sin(phase) * strength
      slopeX += (slope * dx) / away
      slopeY += (slope * dy) / away
    }
    const shine = Math.max(0, 0.62 - 0.34 * slopeX - 0.72 * slopeY + 0.18 * height)
    const near = Math.exp(-((x - focus.x) ** 2 + (y - focus.y) ** 2) / (430 * 430))
    addScaled(pixel, palette.base, 1)
    addScaled(pixel, palette.haze, 0.12 + 0.3 * smooth(-1.2, 1.2, height) * (0.25 + near))
    addScaled(pixel, palette.deep, shine * shine * 0.5 * (0.25 + near))
    addScaled(pixel, palette.mid, shine ** 4 * 0.42 * (0.12 + near))
    addScaled(pixel, palette.bright, shine ** 9 * 0.1 * (0.05 + near))
  })
  for (const source of [one, two]) {
    glow(canvas, source.x, source.y, 190, palette.spark, 0.9)
    dab(canvas, source.x, source.y, 15, mixColor(palette.spark, WHITE, 0.6), 4)
  }
}

/** Lines of force between two poles; light runs along them. */
export function paintFieldLines(scene: Scene): void {
  const { canvas, random, focus, palette } = scene
  paintAir(scene, 0.6)
  const turn = random.between(-0.9, 0.9)
  const gap = random.between(125, 165)
  const poles = [1, -1].map((sign) => ({
    x: focus.x + Math.cos(turn) * gap * sign,
    y: focus.y + Math.sin(turn) * gap * sign,
    sign,
  }))
  const [plus, minus] = poles as [Point & { sign: number }, Point & { sign: number }]
  const count = 54
  for (let i = 0; i < count; i++) {
    let angle = ((i + 0.5) / count) * Math.PI * 2 + turn
    let x = plus.x + Math.cos(angle) * 12
    let y = plus.y + Math.sin(angle) * 12
    const beat = random.between(0, 6)
    const strength = random.between(0.25, 0.85)
    stroke(canvas, 3600, mixColor(palette.mid, palette.bright, random.next() * 0.8), (t, out) => {
      const a = (x - plus.x) ** 2 + (y - plus.y) ** 2 + 60
      const b = (x - minus.x) ** 2 + (y - minus.y) ** 2 + 60
      const fx = (x - plus.x) / (a * Math.sqrt(a)) - (x - minus.x) / (b * Math.sqrt(b))
      const fy = (y - plus.y) / (a * Math.sqrt(a)) - (y - minus.y) / (b * Math.sqrt(b))
      if (b > 500 && t > 0) {
        angle = Math.atan2(fy, fx)
        x += Math.cos(angle) * 7
        y += Math.sin(angle) * 7
      }
      out.x = x
      out.y = y
      out.radius = 1.2
      const near = 1 / (1 + Math.min(a, b) / 26000)
      out.amount = b > 500 ? strength * (0.9 + 1.8 * near) * (0.65 + 0.35 * Math.sin(t * 42 + beat)) : 0
    })
  }
  for (const pole of [plus, minus]) {
    const color = pole.sign > 0 ? palette.spark : palette.bright
    glow(canvas, pole.x, pole.y, 200, color, 0.7)
    dab(canvas, pole.x, pole.y, 30, mixColor(color, WHITE, 0.55), 3)
  }
}
