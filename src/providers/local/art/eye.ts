import { dab, glow, stroke } from './brush.ts'
import { addScaled, clamp01, mix, scale, shade, smooth } from './canvas.ts'
import { mixColor, WHITE } from './palette.ts'
import type { Scene } from './scene.ts'
import { paintAir } from './sky.ts'

/** A human eye close up: fibres of the iris, warm round the pupil, under a dark lid. */
export function paintEye(scene: Scene): void {
  paintGaze(scene, 1)
}

/** The eye of an animal of the night: an upright slit. */
export function paintSlitEye(scene: Scene): void {
  paintGaze(scene, 0.26)
}

function paintGaze(scene: Scene, slit: number): void {
  const { canvas, random, palette, focus } = scene
  const radius = scene.role === 'mechanism' ? random.between(300, 330) : random.between(205, 230)
  const wide = radius * 1.72
  const upper = radius * random.between(0.8, 0.92)
  const lower = radius * random.between(0.74, 0.84)
  paintAir(scene, 0.35)
  glow(canvas, focus.x, focus.y, radius * 2.6, palette.mid, 0.3)
  paintIris(scene, { radius, slit, wide, upper, lower })
  for (const [sign, tall] of [
    [-1, upper],
    [1, lower],
  ] as const) {
    stroke(canvas, wide * 2.2, palette.bright, (t, out) => {
      const u = t * 2 - 1
      out.x = focus.x + u * wide
      out.y = focus.y + sign * tall * lidAt(u) + radius * 0.14 * u * (sign < 0 ? 0.6 : 0.9)
      out.radius = sign < 0 ? 2.6 : 1.8
      out.amount = (sign < 0 ? 0.85 : 0.5) * smooth(1, 0.4, Math.abs(u))
    })
  }
  const window = { x: focus.x - radius * 0.3, y: focus.y - radius * 0.34 }
  dab(canvas, window.x, window.y, radius * 0.15, WHITE, 2.6)
  dab(canvas, focus.x + radius * 0.34, focus.y + radius * 0.36, radius * 0.08, palette.bright, 0.9)
}

function lidAt(u: number): number {
  return Math.max(0, 1 - u * u) ** 0.82
}

type Gaze = { radius: number; slit: number; wide: number; upper: number; lower: number }

function paintIris(scene: Scene, gaze: Gaze): void {
  const { canvas, noise, palette, focus, random } = scene
  const { radius } = gaze
  const warm = mixColor(palette.spark, WHITE, 0.1)
  const twist = random.between(-0.6, 0.6)
  shade(
    canvas,
    (x, y, pixel) => {
      const dx = (x - focus.x) / radius
      const dy = (y - focus.y) / radius
      const u = (x - focus.x) / gaze.wide
      const tilt = 0.14 * u
      const open = Math.min(
        (dy - tilt * 0.6) * radius + gaze.upper * lidAt(u),
        gaze.lower * lidAt(u) - (dy - tilt * 0.9) * radius,
      )
      const inside = clamp01(open / 2 + 0.5)
      if (inside <= 0) return
      const r = Math.sqrt(dx * dx + dy * dy) + 0.001
      const shadow = smooth(0, radius * 0.42, (dy - tilt) * radius + gaze.upper * lidAt(u)) * 0.85 + 0.15
      const white = (0.045 + 0.06 * noise.cloud(x / 60, y / 60, 3)) * smooth(1.9, 1, r)
      scale(pixel, 1 - inside)
      addScaled(pixel, palette.base, inside)
      addScaled(pixel, palette.bright, inside * shadow * white * smooth(0.98, 1.05, r))
      if (r > 1.02) return
      const cos = dx / r
      const sin = dy / r
      const turn = r * twist
      const fibre = noise.crease((cos - sin * turn) * 9, (sin + cos * turn) * 9 + r * 0.8, 3)
      const fine = noise.cloud(cos * 34, sin * 34 + r * 1.6, 2)
      const hole = gaze.slit < 1 ? Math.hypot(dx / 0.13, dy / 0.82) : r / 0.36
      const collar = Math.exp(-(((hole - 1.22) / 0.3) ** 2))
      const light = smooth(0.35, 1.02, fibre + fine * 0.3) * smooth(0.94, 1.12, hole) * smooth(1, 0.86, r)
      const lamp = mix(0.6, 1.3, smooth(-0.8, 0.8, dy)) * shadow * inside
      addScaled(pixel, palette.deep, light * 0.7 * lamp + 0.12 * smooth(1, 0.9, r) * smooth(0.9, 1.1, hole) * inside)
      addScaled(pixel, palette.mid, light * light * mix(1.1, 0.45, r) * lamp)
      addScaled(pixel, palette.bright, light ** 3 * 0.6 * smooth(0.95, 0.55, r) * lamp)
      addScaled(pixel, warm, collar * light * 1.3 * lamp)
    },
    {
      left: focus.x - gaze.wide,
      right: focus.x + gaze.wide,
      top: focus.y - gaze.upper - radius * 0.2,
      bottom: focus.y + gaze.lower + radius * 0.2,
    },
  )
}
