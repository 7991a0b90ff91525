import { dab, glow, line, stroke } from './brush.ts'
import { type Rgb, smooth } from './canvas.ts'
import { mixColor, WHITE } from './palette.ts'
import type { Scene } from './scene.ts'
import { paintAir, paintStars } from './sky.ts'

/** A brass star-clock: graduated rings, an ecliptic set off-centre, pointers and named-by-nobody stars, engraved in light. */
export function paintAstrolabe(scene: Scene): void {
  const { canvas, random, focus, palette } = scene
  const gold = mixColor(palette.spark, WHITE, 0.18)
  const zoom = scene.role === 'mechanism' ? 1.45 : 1
  const R = 375 * zoom
  paintAir(scene, 0.6)
  paintStars(scene, 500)
  glow(canvas, focus.x, focus.y, R * 1.35, palette.mid, 0.25)
  const turn = random.between(0, 6.3)
  for (const [radius, amount, wide] of [
    [1, 0.8, 2],
    [0.93, 0.4, 1.1],
    [0.84, 0.65, 1.4],
    [0.62, 0.3, 1],
    [0.4, 0.3, 1],
    [0.06, 0.9, 1.6],
  ] as const)
    ring(scene, focus.x, focus.y, R * radius, wide * Math.sqrt(zoom), gold, amount)
  for (let i = 0; i < 360; i += 2) {
    const long = i % 30 === 0 ? 0.09 : i % 10 === 0 ? 0.055 : 0.03
    spoke(
      scene,
      (i * Math.PI) / 180 + turn,
      R * (0.93 - (i % 30 === 0 ? long : 0)),
      R * (i % 30 === 0 ? 1 : 0.93 + long),
      i % 10 === 0 ? 1.4 : 1,
      i % 10 === 0 ? 0.75 : 0.34,
      gold,
    )
  }
  paintEcliptic(scene, R, turn)
  for (let i = 0; i < 9; i++) paintAlmucantar(scene, R, turn, i, gold)
  for (const angle of [turn + 0.7, turn + 0.7 + Math.PI]) spoke(scene, angle, R * 0.06, R * 0.9, 3, 0.75, gold)
  paintConstellation(scene, R)
  glow(canvas, focus.x, focus.y, 130, palette.spark, 0.7)
  dab(canvas, focus.x, focus.y, 11, mixColor(gold, WHITE, 0.6), 3)
}

/** The sun's yearly way: a graduated circle set off-centre. */
function paintEcliptic(scene: Scene, R: number, turn: number): void {
  const { canvas, focus, palette } = scene
  const off = { x: focus.x + Math.cos(turn) * R * 0.26, y: focus.y + Math.sin(turn) * R * 0.26 }
  ring(scene, off.x, off.y, R * 0.58, 3, palette.mid, 0.75)
  ring(scene, off.x, off.y, R * 0.51, 1.1, palette.mid, 0.5)
  for (let i = 0; i < 72; i++) {
    const angle = (i / 72) * Math.PI * 2
    const from = { x: off.x + Math.cos(angle) * R * 0.51, y: off.y + Math.sin(angle) * R * 0.51 }
    line(
      canvas,
      from,
      {
        x: off.x + Math.cos(angle) * R * (i % 6 === 0 ? 0.58 : 0.535),
        y: off.y + Math.sin(angle) * R * (i % 6 === 0 ? 0.58 : 0.535),
      },
      1,
      palette.mid,
      0.5,
    )
  }
}

function ring(scene: Scene, x: number, y: number, radius: number, wide: number, color: Rgb, amount: number): void {
  stroke(scene.canvas, radius * 6.3, color, (t, out) => {
    out.x = x + Math.cos(t * Math.PI * 2) * radius
    out.y = y + Math.sin(t * Math.PI * 2) * radius
    out.radius = wide
    out.amount = amount * (0.72 + 0.4 * Math.cos(t * Math.PI * 4 - 1.2))
  })
}

function spoke(
  scene: Scene,
  angle: number,
  inner: number,
  outer: number,
  wide: number,
  amount: number,
  color: Rgb,
): void {
  const { focus, canvas } = scene
  const cos = Math.cos(angle)
  const sin = Math.sin(angle)
  line(
    canvas,
    { x: focus.x + cos * inner, y: focus.y + sin * inner },
    { x: focus.x + cos * outer, y: focus.y + sin * outer },
    wide,
    color,
    amount,
  )
}

/** Circles of equal height above the horizon: ever smaller, ever farther off-centre, cut by the plate's edge. */
function paintAlmucantar(scene: Scene, R: number, turn: number, i: number, color: Rgb): void {
  const { focus } = scene
  const radius = R * (0.86 - i * 0.09)
  const shift = R * (0.34 + i * 0.012)
  const x = focus.x - Math.cos(turn + 1.9) * shift
  const y = focus.y - Math.sin(turn + 1.9) * shift
  stroke(scene.canvas, radius * 6.3, color, (t, out) => {
    out.x = x + Math.cos(t * Math.PI * 2) * radius
    out.y = y + Math.sin(t * Math.PI * 2) * radius
    out.radius = 1
    out.amount = 0.24 * smooth(R * 0.845, R * 0.835, Math.hypot(out.x - focus.x, out.y - focus.y))
  })
}

function paintConstellation(scene: Scene, R: number): void {
  const { canvas, random, focus, palette } = scene
  let angle = random.between(0, 6.3)
  let last: { x: number; y: number } | null = null
  for (let i = 0; i < 11; i++) {
    angle += random.between(0.35, 0.75)
    const away = R * random.between(0.25, 0.8)
    const star = { x: focus.x + Math.cos(angle) * away, y: focus.y + Math.sin(angle) * away }
    if (last && i % 5 !== 4) line(canvas, last, star, 1, palette.bright, 0.34)
    glow(canvas, star.x, star.y, 44, palette.bright, 0.7)
    dab(canvas, star.x, star.y, 4.2, WHITE, 1.9)
    last = star
  }
}
