import { dab, glow, stroke } from './brush.ts'
import { addScaled, mix, shadeSoft, smooth } from './canvas.ts'
import { mixColor, WHITE } from './palette.ts'
import type { Scene } from './scene.ts'
import { paintAir } from './sky.ts'

/** A drop over dark water, and the rings of the one before it, each crest catching the light. */
export function paintRipples(scene: Scene): void {
  const { canvas, random, noise, palette, focus } = scene
  const surface = focus.y + random.between(150, 180)
  const squash = random.between(0.26, 0.32)
  const wave = (Math.PI * 2) / random.between(50, 62)
  const skyline = surface - 250
  shadeSoft(canvas, (x, y, pixel) => {
    addScaled(pixel, palette.base, 1)
    const dx = x - focus.x
    const near = Math.exp(-(dx * dx) / (430 * 430))
    const back = Math.exp(-(((y - skyline) / 210) ** 2))
    addScaled(pixel, palette.deep, back * (0.14 + 0.45 * near))
    addScaled(pixel, palette.haze, 0.06 + back * 0.2)
    if (y < skyline) return
    const depth = smooth(skyline, skyline + 90, y)
    const dy = (y - surface) / squash
    const r = Math.sqrt(dx * dx + dy * dy) + 1
    const ring = Math.exp(-r / 330) * smooth(0, 40, r)
    const lake = 0.13 * noise.cloud(x / 160, y / 26, 3)
    const slope = -Math.sin(r * wave) * ring * (dy / r) + lake
    const shine = Math.max(0, 0.5 - 0.75 * slope)
    const lit = Math.exp(-(dx * dx) / (470 * 470) - ((y - surface) / 360) ** 2)
    addScaled(pixel, palette.deep, depth * shine * shine * 0.8 * lit)
    addScaled(pixel, palette.mid, depth * shine ** 4 * 1.25 * lit)
    addScaled(pixel, palette.bright, depth * shine ** 9 * 2.2 * lit * lit)
    addScaled(pixel, palette.spark, Math.exp(-r / 95) * 0.5 * shine * depth)
  })
  paintDrop(scene, { x: focus.x, y: focus.y - 70 }, random.between(40, 48))
  glow(canvas, focus.x, surface, 240, palette.spark, 0.55)
}

function paintDrop(scene: Scene, spot: { x: number; y: number }, radius: number): void {
  const { canvas, palette } = scene
  glow(canvas, spot.x, spot.y, 360, palette.bright, 0.8)
  shadeSoft(
    canvas,
    (x, y, pixel) => {
      const dx = (x - spot.x) / radius
      const dy = (y - spot.y) / radius
      if (dy < -2.6 || dy > 1.1 || Math.abs(dx) > 1.1) return
      const half =
        dy > 0 ? Math.sqrt(Math.max(0, 1 - dy * dy)) : Math.max(0, Math.cos(Math.min(1, -dy / 2.4) * 1.571)) ** 1.6
      const r = Math.abs(dx) / Math.max(0.02, half)
      const inside = smooth(1.05, 0.95, r)
      addScaled(pixel, palette.mid, inside * (0.1 + r ** 4 * 0.8))
      addScaled(pixel, palette.bright, inside * smooth(0.1, 0.9, dy) * smooth(0.2, 0.8, r) * 0.6)
      addScaled(pixel, palette.spark, inside * Math.exp(-((dx - 0.2) ** 2 + (dy - 0.45) ** 2) * 5) * 1.3)
    },
    1,
  )
  dab(canvas, spot.x - radius * 0.32, spot.y - radius * 0.3, radius * 0.26, WHITE, 2.4)
}

/** Sound made visible: ring after ring from one small loud source, broken by the air they cross. */
export function paintSoundRings(scene: Scene): void {
  const { canvas, random, noise, palette, focus } = scene
  const gap = random.between(40, 50)
  paintAir(scene, 0.7)
  for (let i = 1; i <= 16; i++) {
    const radius = i * gap * (1 + i * 0.012)
    const beat = random.between(0, 99)
    const loud = 0.5 + 0.5 * Math.cos(i * 1.25)
    const color = i < 3 ? palette.spark : mixColor(palette.bright, palette.mid, i / 16)
    stroke(canvas, radius * 6.3, color, (t, out) => {
      const angle = t * Math.PI * 2
      const rough = noise.cloud(Math.cos(angle) * 2.4 + beat, Math.sin(angle) * 2.4, 3)
      const fine = noise.at(Math.cos(angle) * radius * 0.09 + beat, Math.sin(angle) * radius * 0.09)
      const away = radius + rough * 9 + fine * loud * 13
      out.x = focus.x + Math.cos(angle) * away
      out.y = focus.y + Math.sin(angle) * away
      out.radius = mix(1.4, 3, loud)
      out.amount = (0.22 + 0.75 * loud) * Math.exp(-i / 8.5) * smooth(-0.7, 0.3, rough) * 1.35
    })
  }
  glow(canvas, focus.x, focus.y, 260, palette.spark, 1)
  dab(canvas, focus.x, focus.y, 24, mixColor(palette.spark, WHITE, 0.45), 3.2)
}
