import { dab, glow } from './brush.ts'
import { addScaled, makeField, mix, readField, shadeSoft, smooth } from './canvas.ts'
import { hslToLinear, mixColor, WHITE } from './palette.ts'
import type { Scene } from './scene.ts'
import { paintAir } from './sky.ts'

/** Fire in the dark: tongues that tear off as they rise, blue at the root, sparks above. */
export function paintFlame(scene: Scene): void {
  const { canvas, random, noise, palette, focus } = scene
  const foot = focus.y + 330
  const tall = random.between(560, 620)
  const wide = random.between(135, 165)
  const seed = random.between(0, 90)
  const orange = hslToLinear(20, 1, 0.52)
  const yellow = mixColor(hslToLinear(42, 1, 0.65), WHITE, 0.15)
  paintAir(scene, 0.45)
  glow(canvas, focus.x, focus.y + 120, 560, orange, 0.55)
  const warp = makeField(canvas, 8, (x, y) => noise.cloud(x / 150 + seed, y / 260 + seed, 3))
  shadeSoft(canvas, (x, y, pixel) => {
    const t = (foot - y) / tall
    if (t < -0.06 || t > 1.12) return
    const rise = Math.max(0, t)
    const bent = readField(warp, x, y)
    const axis = focus.x + bent * 170 * rise + 46 * Math.sin(rise * 3.4 + seed)
    const half = wide * Math.sin(Math.min(1, rise * 1.5 + 0.28) * 1.571) * (1 - smooth(0.25, 1.02, rise)) ** 0.8 + 3
    const lick = noise.crease(x / 62 + bent * 1.3, y / 190 + seed * 2, 3)
    const away = Math.abs(x - axis) / half + (lick - 0.55) * 0.85 * rise
    const body = smooth(1.1, 0.35, away) * smooth(-0.05, 0.05, t) * smooth(1.02, 0.8, t)
    const core = smooth(0.85, 0, away) * smooth(0.95, 0.25, rise)
    const root = Math.exp(-rise * 9)
    addScaled(pixel, orange, body * mix(0.5, 1.15, smooth(0, 0.35, rise)) * (1 - root * 0.8))
    addScaled(pixel, yellow, core * core * 1.25 * (1 - root))
    addScaled(pixel, palette.mid, body * root * 0.95)
    addScaled(pixel, palette.haze, smooth(1.7, 0.8, away) * 0.22 * smooth(1.1, 0.4, rise))
  })
  for (let i = 0; i < 80; i++) {
    const up = random.next()
    const x = focus.x + random.bell() * mix(70, 230, up)
    dab(canvas, x, foot - 120 - up * 760, random.between(1.3, 3.2), i % 3 === 0 ? yellow : orange, 1.5 * (1 - up * 0.6))
  }
}
