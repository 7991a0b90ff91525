import { dab, glow } from './brush.ts'
import { addScaled, mix, shade, smooth } from './canvas.ts'
import { mixColor, WHITE } from './palette.ts'
import type { Scene } from './scene.ts'
import { paintNebula, paintStars } from './sky.ts'

/** The limb of a huge world, its thin air lit by a sun that is just rising: one bold arc. */
export function paintHorizon(scene: Scene): void {
  const { canvas, random, noise, palette } = scene
  const radius = random.between(1150, 1500)
  const lean = random.between(-0.22, -0.12)
  const top = { x: canvas.width * 0.5, y: canvas.height * random.between(0.4, 0.44) }
  const center = { x: top.x + Math.sin(lean) * radius, y: top.y + Math.cos(lean) * radius }
  const rise = Math.atan2(canvas.width * random.between(0.62, 0.74) - center.x, radius)
  const sun = { x: center.x + Math.sin(rise) * radius, y: center.y - Math.cos(rise) * radius }
  paintNebula(scene, { scale: 2.1, light: 0.5, reachPx: 600, dust: 0.7 })
  paintStars(scene, 1300, (x, y) => (Math.hypot(x - center.x, y - center.y) < radius ? null : { x, y }))
  glow(canvas, sun.x, sun.y, 640, mixColor(palette.mid, WHITE, 0.2), 0.9)
  const land = mixColor(palette.deep, palette.mid, 0.4)
  shade(
    canvas,
    (x, y, pixel) => {
      const height = Math.sqrt((x - center.x) ** 2 + (y - center.y) ** 2) - radius
      if (height > 420) return
      const near = 1 / (1 + ((x - sun.x) ** 2 + (y - sun.y) ** 2) / 52000)
      const solid = smooth(0.8, -0.8, height)
      if (solid > 0) {
        const depth = Math.max(0, -height)
        const relief = depth < 240 ? noise.cloud(x / 120, (y + depth * 1.6) / 60, 4) : 0
        const cloudy = smooth(0.02, 0.6, relief) * Math.exp(-depth / 150)
        const day = (Math.exp(-depth / 34) * 0.8 + Math.exp(-depth / 130) * 0.22) * (0.12 + near)
        pixel.r = mix(pixel.r, palette.base.r + land.r * day + palette.bright.r * cloudy * day, solid)
        pixel.g = mix(pixel.g, palette.base.g + land.g * day + palette.bright.g * cloudy * day, solid)
        pixel.b = mix(pixel.b, palette.base.b + land.b * day + palette.bright.b * cloudy * day, solid)
      }
      const air = Math.abs(height)
      const reach = 0.1 + 1.5 * near
      addScaled(pixel, palette.bright, Math.exp(-air / 2.6) * reach * 0.9)
      addScaled(pixel, palette.mid, Math.exp(-air / (height > 0 ? 17 : 8)) * reach * 0.7)
      if (height > 0) addScaled(pixel, palette.deep, Math.exp(-air / 75) * reach * 0.8)
    },
    { left: 0, right: canvas.width, top: top.y - 260, bottom: canvas.height },
  )
  glow(canvas, sun.x, sun.y, 190, mixColor(palette.spark, WHITE, 0.35), 2.2)
  dab(canvas, sun.x, sun.y - 3, 24, WHITE, 7)
}
