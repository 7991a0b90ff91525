import { dab, glow, line } from './brush.ts'
import { addScaled, makeField, mix, type Rgb, readField, setMix, shadeSoft, smooth } from './canvas.ts'
import { hslToLinear, mixColor, WHITE } from './palette.ts'
import type { Scene } from './scene.ts'

/** Features per canvas width, light, and how far the gas is lit around the focus. */
export type NebulaLook = { scale: number; light: number; reachPx: number; dust: number }

/** Gas: noise whose coordinates are bent by noise that is bent by noise. The bending is smooth, so it is kept coarse. */
export function paintNebula(scene: Scene, look: NebulaLook): void {
  const { canvas, noise, palette, focus } = scene
  const unit = look.scale / canvas.width
  const bendX = makeField(canvas, 16, (x, y) => noise.cloud(x * unit * 0.7 + 3.1, y * unit * 0.7 + 8.4, 3))
  const bendY = makeField(canvas, 16, (x, y) => noise.cloud(x * unit * 0.7 + 41.7, y * unit * 0.7 + 12.9, 3))
  const foldX = makeField(canvas, 8, (x, y) =>
    foldAt(scene, unit, x, y, readField(bendX, x, y), readField(bendY, x, y), 0),
  )
  const foldY = makeField(canvas, 8, (x, y) =>
    foldAt(scene, unit, x, y, readField(bendX, x, y), readField(bendY, x, y), 57),
  )
  const hot = mixColor(palette.bright, palette.spark, 0.55)
  shadeSoft(
    canvas,
    (x, y, pixel) => {
      const fx = readField(foldX, x, y)
      const fy = readField(foldY, x, y)
      const body = noise.cloud(x * unit + 1.9 * fx, y * unit + 1.9 * fy, 5)
      const veil = noise.crease(x * unit * 0.8 + 1.2 * fy + 20, y * unit * 0.8 - 1.2 * fx, 3)
      const away = ((x - focus.x) ** 2 + (y - focus.y) ** 2) / (look.reachPx * look.reachPx)
      const lit = 0.16 + 1.05 / (1 + away * 1.6)
      const thick = smooth(-0.35, 0.75, body + 0.35 * fx)
      const filament = smooth(0.62, 1.02, veil) ** 2
      const dark =
        1 - look.dust * smooth(0.05, 0.5, noise.cloud(x * unit * 1.3 - 2.2 * fy + 70, y * unit * 1.3 + 2.2 * fx, 3))
      setMix(pixel, palette.haze, palette.deep, smooth(-0.4, 0.4, fy))
      const glowing = thick * thick * 1.5 * lit * look.light * dark
      pixel.r *= glowing
      pixel.g *= glowing
      pixel.b *= glowing
      addScaled(pixel, palette.mid, (thick ** 4 * 0.8 + filament * thick * 0.55) * lit * look.light * dark)
      addScaled(pixel, hot, thick ** 3 * filament * lit * lit * 0.8 * look.light)
      addScaled(pixel, palette.base, 1)
    },
    3,
  )
}

function foldAt(
  scene: Scene,
  unit: number,
  x: number,
  y: number,
  bendX: number,
  bendY: number,
  offset: number,
): number {
  return scene.noise.cloud(x * unit + 1.7 * bendX + offset, y * unit + 1.7 * bendY - offset, 3)
}

/** Many faint stars in drifts, few bright ones. `push` may move or swallow (null) a star, e.g. behind a planet. */
export function paintStars(
  scene: Scene,
  count: number,
  push?: (x: number, y: number) => { x: number; y: number } | null,
): void {
  const { canvas, random, noise } = scene
  for (let i = 0; i < count; i++) {
    const x = random.next() * canvas.width
    const y = random.next() * canvas.height
    const drift = smooth(-0.5, 0.6, noise.cloud(x / 260 + 90, y / 260, 2))
    const luck = random.next()
    const warmth = random.next()
    if (luck > 0.25 + 0.75 * drift) continue
    const spot = push ? push(x, y) : { x, y }
    if (!spot) continue
    const magnitude = random.next() ** 22
    const color = hslToLinear(warmth < 0.78 ? 205 + warmth * 20 : 25 + warmth * 14, 0.75, 0.86)
    dab(canvas, spot.x, spot.y, 1.15 + magnitude * 1.3, color, 0.1 + 0.5 * random.next() ** 3 + 2 * magnitude)
    if (magnitude > 0.8) paintStarGlare(scene, spot.x, spot.y, magnitude, color)
  }
}

function paintStarGlare(scene: Scene, x: number, y: number, magnitude: number, color: Rgb): void {
  const { canvas } = scene
  glow(canvas, x, y, 10 + 22 * magnitude, color, 0.3 * magnitude)
  dab(canvas, x, y, 2 + 1.4 * magnitude, WHITE, 2.4 * magnitude)
  const reach = 12 + 30 * magnitude ** 2
  for (let arm = 0; arm < 4; arm++) {
    const dx = Math.cos(arm * (Math.PI / 2) + 0.06)
    const dy = Math.sin(arm * (Math.PI / 2) + 0.06)
    for (let part = 0; part < 6; part++) {
      const from = { x: x + (dx * reach * part) / 6, y: y + (dy * reach * part) / 6 }
      const to = { x: x + (dx * reach * (part + 1)) / 6, y: y + (dy * reach * (part + 1)) / 6 }
      line(canvas, from, to, 0.9, color, mix(0.5, 0, part / 5) * magnitude)
    }
  }
}

/** Dim coloured air for scenes that are not in space: two drifting lights and slow smoke. */
export function paintAir(scene: Scene, amount: number, scale = 2.2): void {
  const { canvas, noise, palette, focus } = scene
  const unit = scale / canvas.width
  shadeSoft(
    canvas,
    (x, y, pixel) => {
      const bend = noise.cloud(x * unit + 5, y * unit + 2, 2)
      const smoke = smooth(-0.5, 0.6, noise.cloud(x * unit + 1.3 * bend, y * unit + 1.6 * bend + 30, 4))
      const near = Math.exp(-((x - focus.x) ** 2 + (y - focus.y) ** 2) / (430 * 430))
      const left = Math.exp(-((x - 160) ** 2 + (y - 620) ** 2) / (520 * 520))
      addScaled(pixel, palette.deep, amount * (0.04 + 0.6 * near) * (0.2 + smoke * smoke))
      addScaled(pixel, palette.haze, amount * (0.05 + 0.4 * left + 0.3 * near) * (0.15 + 0.9 * smoke * smoke))
      addScaled(pixel, palette.mid, amount * near * near * smoke * smoke * 0.35)
      addScaled(pixel, palette.base, 1)
    },
    4,
  )
}
