import { dab, glow } from './brush.ts'
import { addScaled, clamp01, mix, shade, shadeSoft, smooth } from './canvas.ts'
import { mixColor, WHITE } from './palette.ts'
import type { Scene } from './scene.ts'

type Trunk = { x: number; half: number; lean: number; near: number; foot: number; seed: number }

/** Trunks behind trunks in blue mist, a light between them, sparks over the forest floor. */
export function paintForest(scene: Scene): void {
  const { canvas, random, noise, palette, focus } = scene
  const floor = canvas.height * 0.6
  const warm = mixColor(palette.spark, WHITE, 0.15)
  shadeSoft(
    canvas,
    (x, y, pixel) => {
      const near = Math.exp(-((x - focus.x) ** 2) / (260 * 260) - (y - focus.y - 60) ** 2 / (330 * 330))
      const mist = 0.75 + 0.6 * noise.cloud(x / 300, y / 120, 3)
      const t = y / floor
      addScaled(pixel, palette.base, 1)
      addScaled(pixel, palette.deep, (0.12 + 0.6 * near) * mist * smooth(1.5, 0.9, t) * smooth(0, 0.5, t))
      addScaled(pixel, palette.mid, near * near * 0.75 * mist)
      addScaled(pixel, palette.bright, near ** 4 * 0.35)
    },
    4,
  )
  glow(canvas, focus.x, focus.y + 50, 420, palette.bright, 0.45)
  const trunks: Trunk[] = []
  for (let layer = 0; layer < 4; layer++) {
    const near = layer / 3
    const count = [17, 12, 8, 5][layer] ?? 5
    for (let i = 0; i < count; i++) {
      const x = ((i + random.between(0.15, 0.85)) / count) * (canvas.width + 160) - 80
      if (layer > 1 && Math.abs(x - focus.x) < 70 + layer * 34) continue
      const half = mix(7, 44, near ** 1.6) * random.between(0.75, 1.25)
      trunks.push({
        x,
        half,
        lean: random.bell() * 22,
        near,
        foot: floor + near * 190 + random.between(0, 26),
        seed: random.between(0, 99),
      })
    }
  }
  for (const trunk of trunks) paintTrunk(scene, trunk)
  paintFloor(scene, floor)
  for (let i = 0; i < 70; i++) {
    const x = focus.x + random.bell() * 210
    const y = floor - 20 + random.bell() * 105
    const size = random.between(1.6, 3.4)
    dab(canvas, x, y, size, warm, 1.5)
    if (i % 4 === 0) glow(canvas, x, y, 46, palette.spark, 0.5)
  }
}

function paintTrunk(scene: Scene, trunk: Trunk): void {
  const { canvas, noise, palette, focus } = scene
  const far = 1 - trunk.near
  const halves = Float32Array.from({ length: canvas.height }, (_, y) => {
    const flare = 1 + 0.9 * Math.exp(-(trunk.foot - y) / (trunk.half * 2.2))
    return trunk.half * ((0.78 + (0.22 * y) / trunk.foot) * flare + noise.at(y / 60, trunk.seed) * 0.14)
  })
  shade(
    canvas,
    (x, y, pixel) => {
      const t = y / trunk.foot
      const center = trunk.x + trunk.lean * (1 - t)
      const half = halves[y] as number
      if (Math.abs(x - center) > half + 1) return
      const cover = clamp01(half - Math.abs(x - center) + 0.5) * smooth(0, -16 * trunk.near - 4, y - trunk.foot)
      if (cover <= 0) return
      const aside = (x - center) / half
      const bark = trunk.near < 0.5 ? 1 : 0.6 + 0.7 * noise.crease((aside * trunk.half) / 13 + trunk.seed, y / 95, 2)
      const toLight = focus.x > center ? aside : -aside
      const lit = Math.exp(-((center - focus.x) ** 2) / 90000) * Math.exp(-((y - focus.y - 60) ** 2) / 120000)
      const rim = smooth(0.35, 1, toLight) ** 2 * bark * (0.04 + 0.55 * lit)
      const fog = far * far * 0.2 * (0.25 + lit)
      pixel.r = mix(pixel.r, palette.base.r + palette.deep.r * fog + palette.mid.r * (rim + fog * 0.5), cover)
      pixel.g = mix(pixel.g, palette.base.g + palette.deep.g * fog + palette.mid.g * (rim + fog * 0.5), cover)
      pixel.b = mix(pixel.b, palette.base.b + palette.deep.b * fog + palette.mid.b * (rim + fog * 0.5), cover)
    },
    {
      left: trunk.x - trunk.half * 2.2 - 40,
      right: trunk.x + trunk.half * 2.2 + 40,
      top: 0,
      bottom: trunk.foot + 2,
    },
  )
}

/** Lit haze over the ground, and moss that glows in patches. */
function paintFloor(scene: Scene, floor: number): void {
  const { canvas, noise, palette, focus } = scene
  shadeSoft(canvas, (x, y, pixel) => {
    const below = y - floor
    if (below < -60 || below > 330) return
    const near = Math.exp(-((x - focus.x) ** 2) / (270 * 270))
    const haze = smooth(-0.3, 0.7, noise.cloud(x / 170, y / 50, 3)) * Math.exp(-((below - 20) ** 2) / 5200)
    const moss = smooth(0.1, 0.7, noise.cloud(x / 40, y / 15, 3)) * smooth(0, 50, below) * Math.exp(-below / 105)
    addScaled(pixel, palette.mid, haze * near * 0.4)
    addScaled(pixel, palette.spark, moss * near * 0.6)
    addScaled(pixel, palette.deep, haze * 0.1)
  })
}
