import { dab, glow, type Point, stroke } from './brush.ts'
import { addScaled, mix, type Rgb, shadeSoft, smooth } from './canvas.ts'
import { mixColor, WHITE } from './palette.ts'
import type { Scene } from './scene.ts'
import { paintBubbles, paintWater } from './sea.ts'

/** A glassy bell with a warm heart, its ribs, frills and long threads, hanging in black water. */
export function paintJellyfish(scene: Scene): void {
  const { canvas, random, palette, focus, noise } = scene
  paintWater(scene, 0.62)
  const wide = random.between(215, 245)
  const tall = wide * random.between(0.82, 0.95)
  const rimY = focus.y + tall * 0.35
  const top = rimY - tall
  glow(canvas, focus.x, focus.y, 430, palette.mid, 0.5)
  shadeSoft(canvas, (x, y, pixel) => {
    const dx = (x - focus.x) / wide
    const dy = (y - rimY) / tall
    if (dy > 0.16 || dy < -1.1) return
    const r = Math.sqrt(dx * dx + Math.min(0, dy) ** 2)
    const inside = smooth(1.01, 0.98, r) * smooth(0.14, 0.02, dy + 0.05 * Math.cos(dx * 24))
    const film = smooth(0.3, 1, r) ** 2
    const grain = 0.8 + 0.4 * noise.cloud(x / 34, y / 34, 3)
    addScaled(pixel, palette.deep, inside * (0.3 + 0.5 * film) * grain)
    addScaled(
      pixel,
      palette.mid,
      inside * film * 0.55 * grain + Math.exp(-Math.abs(r - 1) * 42) * 0.4 * smooth(0.15, 0, dy),
    )
    addScaled(pixel, palette.bright, Math.exp(-Math.abs(r - 0.985) * 120) * 0.9 * smooth(0.1, -0.1, dy))
  })
  for (let i = -7; i <= 7; i++) paintRib(scene, (i / 7) * wide * 0.96, { rimY, top })
  for (let i = 0; i < 26; i++) paintThread(scene, mix(-0.94, 0.94, i / 25) * wide, rimY, random.between(330, 620), 1.1)
  for (let i = 0; i < 7; i++)
    paintThread(scene, random.between(-0.3, 0.3) * wide, rimY - 40, random.between(260, 420), 9)
  glow(canvas, focus.x, rimY - tall * 0.45, 190, palette.spark, 1.5)
  for (let i = 0; i < 4; i++) {
    const x = focus.x + (i - 1.5) * wide * 0.2
    dab(canvas, x, rimY - tall * 0.46 + Math.abs(i - 1.5) * 9, 26, mixColor(palette.spark, WHITE, 0.3), 0.95)
  }
}

function paintRib(scene: Scene, reach: number, bell: { rimY: number; top: number }): void {
  const { canvas, palette, focus } = scene
  stroke(canvas, 320, palette.bright, (t, out) => {
    const angle = (t * Math.PI) / 2
    out.x = focus.x + Math.sin(angle) * reach
    out.y = bell.rimY - Math.cos(angle) * (bell.rimY - bell.top) + 10
    out.radius = 1.2
    out.amount = 0.1 + 0.34 * t
  })
}

function paintThread(scene: Scene, offset: number, fromY: number, long: number, wide: number): void {
  const { canvas, random, palette, focus } = scene
  const phase = random.between(0, 6.3)
  const sway = random.between(16, 44)
  const color = wide > 4 ? mixColor(palette.mid, palette.spark, 0.3) : palette.bright
  stroke(canvas, long, color, (t, out) => {
    out.x = focus.x + offset * (1 - t * 0.25) + Math.sin(t * 5.2 + phase) * sway * t + t * t * 46
    out.y = fromY + long * t
    out.radius = Math.max(1, wide * (1 - t) * (wide > 4 ? 0.75 + 0.25 * Math.sin(t * 60 + phase) : 1))
    out.amount = (wide > 4 ? 0.2 : 0.42) * (1 - t) ** 1.4
  })
}

type Arm = { points: Point[]; widths: number[] }

/** Eight arms with glowing suckers, curling out of the dark below a rounded head. */
export function paintOctopus(scene: Scene): void {
  const { canvas, random, palette, focus } = scene
  paintWater(scene, 0.75)
  const head = { x: focus.x, y: focus.y - 40, wide: random.between(122, 138), tall: random.between(168, 186) }
  glow(canvas, head.x, head.y, 420, palette.mid, 0.55)
  for (const order of [0, 7, 1, 6, 2, 5, 3, 4]) {
    const side = order < 4 ? -1 : 1
    const rank = order < 4 ? order : 7 - order
    paintArm(scene, growArm(scene, head, side, rank))
  }
  paintHead(scene, head)
  paintBubbles(scene, focus.x + 240, 16)
}

function growArm(scene: Scene, head: { x: number; y: number; tall: number }, side: number, rank: number): Arm {
  const { random } = scene
  let heading = Math.PI / 2 - side * mix(1.35, 0.2, rank / 3) + random.between(-0.1, 0.1)
  let x = head.x + side * mix(74, 16, rank / 3)
  let y = head.y + head.tall * mix(0.52, 0.72, rank / 3)
  const curl = -side * random.between(1.1, 2.3) * (rank % 2 === 0 ? -1 : 1)
  const long = random.between(400, 520)
  const arm: Arm = { points: [], widths: [] }
  for (let i = 0; i <= 90; i++) {
    const t = i / 90
    arm.points.push({ x, y })
    arm.widths.push(mix(31, 2, t ** 0.8))
    heading += (curl * t ** 2.2 * 7 + Math.sin(t * 6 + rank) * 0.5) / 90
    x += (Math.cos(heading) * long) / 90
    y += (Math.sin(heading) * long * 0.86) / 90
  }
  return arm
}

function paintArm(scene: Scene, arm: Arm): void {
  const { canvas, palette, focus } = scene
  const at = (t: number): { spot: Point; normal: Point; wide: number } => {
    const i = Math.min(arm.points.length - 2, Math.floor(t * (arm.points.length - 1)))
    const share = t * (arm.points.length - 1) - i
    const a = arm.points[i] as Point
    const b = arm.points[i + 1] as Point
    const length = Math.hypot(b.x - a.x, b.y - a.y) || 1
    return {
      spot: { x: mix(a.x, b.x, share), y: mix(a.y, b.y, share) },
      normal: { x: -(b.y - a.y) / length, y: (b.x - a.x) / length },
      wide: arm.widths[i] as number,
    }
  }
  const along = (color: Rgb, shift: number, radius: number, amount: number): void =>
    stroke(canvas, 620, color, (t, out) => {
      const { spot, normal, wide } = at(t)
      const lit = 1 / (1 + ((spot.x - focus.x) ** 2 + (spot.y - focus.y) ** 2) / 200000)
      out.x = spot.x + normal.x * wide * shift
      out.y = spot.y + normal.y * wide * shift
      out.radius = Math.max(1, radius === 0 ? wide : radius)
      out.amount = amount * lit
    })
  along(palette.deep, 0, 0, 0.34)
  along(palette.bright, -0.82, 1.7, 0.95)
  along(palette.mid, 0.82, 2.2, 0.6)
  for (let t = 0.06; t < 0.97; t += 0.02 + 0.012 * (1 - t)) {
    const { spot, normal, wide } = at(t)
    const lit = 1 / (1 + ((spot.x - focus.x) ** 2 + (spot.y - focus.y) ** 2) / 160000)
    const cup = { x: spot.x + normal.x * wide * 0.36, y: spot.y + normal.y * wide * 0.36 }
    dab(canvas, cup.x, cup.y, Math.max(1.6, wide * 0.36), mixColor(palette.bright, palette.spark, 0.4), 0.75 * lit)
  }
}

function paintHead(scene: Scene, head: { x: number; y: number; wide: number; tall: number }): void {
  const { canvas, palette, noise } = scene
  shadeSoft(canvas, (x, y, pixel) => {
    const dy = (y - head.y) / head.tall
    const narrow = dy > 0 ? 1 - 0.42 * smooth(0, 0.75, dy) : 1
    const dx = (x - head.x) / (head.wide * narrow)
    const r = Math.sqrt(dx * dx + dy * dy)
    if (r > 1.3 || dy > 0.95) return
    const inside = smooth(1.01, 0.97, r)
    const spots = smooth(0.12, 0.5, noise.cloud(x / 26, y / 26, 2))
    const open = smooth(0.95, 0.6, dy)
    addScaled(pixel, palette.deep, inside * (0.35 + 0.35 * r) * open)
    addScaled(pixel, palette.mid, inside * r ** 4 * 0.7 * open + inside * spots * 0.22)
    addScaled(pixel, palette.bright, Math.exp(-Math.abs(r - 0.99) * 70) * 0.85 * open)
  })
  for (const side of [-1, 1]) {
    const eye = { x: head.x + side * head.wide * 0.5, y: head.y + head.tall * 0.52 }
    glow(canvas, eye.x, eye.y, 70, palette.spark, 0.7)
    dab(canvas, eye.x, eye.y, 13, mixColor(palette.spark, WHITE, 0.35), 1.4)
  }
}
