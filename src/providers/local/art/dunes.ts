import { paintMilkyWay } from './antiquity.ts'
import { glow } from './brush.ts'
import { addScaled, type Rgb, setMix, smooth } from './canvas.ts'
import { paintBelow, shadeSky } from './landscape.ts'
import { mixColor } from './palette.ts'
import type { Scene } from './scene.ts'
import { paintStars } from './sky.ts'

/** Dunes under a crowded sky: knife-sharp crests, one side in the light, ripples of wind on the other. */
export function paintDesert(scene: Scene): void {
  const { canvas, random, palette, focus, noise } = scene
  const ground = canvas.height * random.between(0.5, 0.53)
  const sand = mixColor(palette.mid, palette.spark, 0.22)
  shadeSky(scene, palette.mid, 0.4)
  paintMilkyWay(scene, random.between(-1.15, -0.8))
  paintStars(scene, 1800)
  glow(canvas, focus.x - 60, ground - 10, 480, mixColor(palette.mid, palette.spark, 0.4), 0.6)
  const dunes = Array.from({ length: 4 }, (_, i) => {
    const peak = i === 1 ? focus.x + random.between(-30, 50) : random.between(-100, canvas.width + 100)
    const rise = i === 1 ? 175 : 60 + i * 16
    const seed = random.between(0, 90)
    const base = ground + ([0, 55, 150, 290][i] ?? 0)
    const tops = Float32Array.from({ length: canvas.width }, (_, x) => {
      const away = (x - peak) / (x < peak ? 520 : 330)
      return base - rise * Math.exp(-1.6 * Math.abs(away) ** 1.25) + 16 * noise.at(x / 300, seed)
    })
    return { peak, seed, tops }
  })
  for (const [i, { peak, seed, tops }] of dunes.entries()) {
    const paintSand = (x: number, y: number, below: number, color: Rgb): void => {
      const edge = peak + 62 * Math.sin(below / 92 + seed) * smooth(0, 120, below) + below * 0.42
      const shadow = smooth(-7 - below * 0.05, 7 + below * 0.05, x - edge)
      const fall = Math.exp(-below / (150 - i * 22))
      const wind = shadow < 1 ? Math.sin((y * 1.7 + x * 0.22 + 30 * noise.at(x / 110, y / 70)) / (4 + i * 1.6)) : 0
      const lit = (1 - shadow) * (0.345 + 0.045 * wind) * fall + shadow * 0.025 * fall
      setMix(color, palette.base, palette.deep, 0.06 * fall)
      addScaled(color, sand, (lit + Math.exp(-below / 2.2) * 0.16) / (1 + i * 0.62))
      addScaled(color, palette.spark, (1 - shadow) * Math.exp(-below / 60) * 0.07)
    }
    paintBelow(scene, tops, paintSand, dunes[i + 1]?.tops)
  }
}
