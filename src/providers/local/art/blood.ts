import { dab, glow, stroke } from './brush.ts'
import { addScaled, clamp01, mix, type Rgb, shade, shadeSoft, smooth } from './canvas.ts'
import { hslToLinear, mixColor, WHITE } from './palette.ts'
import type { Scene } from './scene.ts'
import { paintAir } from './sky.ts'

/** Down the inside of a vessel: red discs tumble past towards a light at its bend. */
export function paintVessel(scene: Scene): void {
  const { canvas, noise, palette, focus, random } = scene
  shadeSoft(
    canvas,
    (x, y, pixel) => {
      const dx = x - focus.x
      const dy = y - focus.y
      const r = Math.sqrt(dx * dx + dy * dy) + 4
      const depth = 300 / (r + 26)
      const wall = noise.crease((dx / r) * 1.7 + 5, (dy / r) * 1.7 + depth * 1.6, 3)
      const fold = 0.5 + 0.5 * Math.sin(depth * 7 + 2.2 * noise.cloud((dx / r) * 1.5, (dy / r) * 1.5 + depth, 2))
      const lit = Math.exp(-r / 260) + 0.05
      addScaled(pixel, palette.base, 1)
      addScaled(pixel, palette.haze, (0.12 + 0.6 * smooth(0.5, 1, wall)) * lit * 0.9)
      addScaled(pixel, palette.deep, fold * fold * lit * 1.2)
      addScaled(pixel, palette.mid, fold ** 4 * lit * 0.5 + Math.exp(-r / 60) * 0.6)
    },
    3,
  )
  glow(canvas, focus.x, focus.y, 260, palette.bright, 0.8)
  const cells = Array.from({ length: 46 }, () => ({
    angle: random.between(0, 6.3),
    near: random.next(),
    aside: random.between(0.3, 1),
  })).sort((a, b) => a.near - b.near)
  for (const cell of cells) {
    const away = mix(26, 560, cell.near ** 1.7) * mix(0.55, 1, cell.aside)
    const spot = { x: focus.x + Math.cos(cell.angle) * away, y: focus.y + Math.sin(cell.angle) * away * 0.95 }
    paintDisc(scene, spot, mix(9, 92, cell.near ** 1.5), cell.near)
  }
}

/** A red cell: a dimpled disc at any tilt, its rim catching the cold light of the vessel. */
function paintDisc(scene: Scene, spot: { x: number; y: number }, radius: number, near: number): void {
  const { canvas, random, palette, focus } = scene
  const red: Rgb = hslToLinear(352, 0.85, 0.42)
  const turn = random.between(0, 3.2)
  const flat = random.between(0.35, 0.95)
  const cos = Math.cos(turn)
  const sin = Math.sin(turn)
  const toLight = Math.atan2(focus.y - spot.y, focus.x - spot.x)
  const light = mix(0.95, 0.42, near)
  shade(
    canvas,
    (x, y, pixel) => {
      const u = ((x - spot.x) * cos + (y - spot.y) * sin) / radius
      const v = (-(x - spot.x) * sin + (y - spot.y) * cos) / (radius * flat)
      const r = Math.sqrt(u * u + v * v)
      const cover = clamp01((1 - r) * radius * flat * 0.8 + 0.5)
      if (cover <= 0) return
      const facing = ((x - spot.x) * Math.cos(toLight) + (y - spot.y) * Math.sin(toLight)) / radius
      const dimple = smooth(0.62, 0.12, r)
      const ridge = Math.exp(-(((r - 0.7) / 0.2) ** 2))
      const body = (0.22 + 0.55 * ridge * (0.55 + 0.5 * facing) - 0.12 * dimple * (1 - facing)) * light
      const rim = smooth(0.78, 1, r) * smooth(-0.2, 0.9, facing) * 0.8 * light
      pixel.r = mix(pixel.r, red.r * body * 1.5 + palette.mid.r * rim, cover)
      pixel.g = mix(pixel.g, red.g * body * 1.5 + palette.mid.g * rim, cover)
      pixel.b = mix(pixel.b, red.b * body * 1.5 + palette.mid.b * rim, cover)
    },
    { left: spot.x - radius, right: spot.x + radius, top: spot.y - radius, bottom: spot.y + radius },
  )
}

/** A heartbeat as a line of light, the beats before it fading out behind. */
export function paintPulse(scene: Scene): void {
  const { canvas, random, palette, focus } = scene
  const beat = random.between(330, 380)
  const tall = random.between(215, 250)
  paintAir(scene, 0.75)
  for (let i = 0; i < 27; i++) {
    stroke(canvas, 1000, palette.deep, (t, out) => {
      const upright = i >= 11
      out.x = upright ? ((i - 10.5) / 16) * canvas.width : t * canvas.width
      out.y = upright ? mix(90, 780, t) : 90 + i * 69
      out.radius = 1
      out.amount = 0.3 * Math.exp(-((out.x - focus.x) ** 2 + (out.y - focus.y) ** 2) / 150000)
    })
  }
  const heightAt = (x: number): number => {
    const s = (x - focus.x) / beat
    const phase = s - Math.floor(s + 0.5)
    const bump = (at: number, wide: number) => Math.exp(-(((phase - at) / wide) ** 2))
    return (
      0.13 * bump(-0.2, 0.045) -
      0.14 * bump(-0.045, 0.014) +
      bump(0, 0.016) -
      0.34 * bump(0.042, 0.017) +
      0.2 * bump(0.27, 0.06)
    )
  }
  for (const [color, radius, amount] of [
    [palette.mid, 16, 0.16],
    [palette.mid, 5, 0.6],
    [mixColor(palette.bright, WHITE, 0.4), 2.2, 1.4],
  ] as const) {
    stroke(canvas, canvas.width * 7, color, (t, out) => {
      out.x = t * canvas.width
      out.y = focus.y + 60 - heightAt(out.x) * tall
      out.radius = radius
      out.amount = amount * (0.14 + Math.exp(-(((out.x - focus.x) / 300) ** 2)))
    })
  }
  glow(canvas, focus.x, focus.y + 60 - tall, 220, palette.spark, 1)
  dab(canvas, focus.x, focus.y + 60 - tall, 15, mixColor(palette.spark, WHITE, 0.5), 3.5)
}
