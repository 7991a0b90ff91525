import { dab } from './brush.ts'
import { addScaled, clamp01, mix, type Rgb, setMix, shade, shadeSoft, smooth } from './canvas.ts'
import { paintBelow, shadeSky } from './landscape.ts'
import { mixColor, WHITE } from './palette.ts'
import type { Scene } from './scene.ts'
import { paintStars } from './sky.ts'

/** Standing stones before an eclipse: black shapes on a burning ring. */
export function paintEclipse(scene: Scene): void {
  const { canvas, random, noise, palette, focus } = scene
  const radius = random.between(122, 142)
  const hot = mixColor(palette.spark, WHITE, 0.4)
  shadeSky(scene, mixColor(palette.mid, palette.deep, 0.5), 0.6)
  paintStars(scene, 1100, (x, y) => (Math.hypot(x - focus.x, y - focus.y) < radius ? null : { x, y }))
  shadeSoft(canvas, (x, y, pixel) => {
    const dx = x - focus.x
    const dy = y - focus.y
    const r = Math.sqrt(dx * dx + dy * dy)
    if (r < radius * 0.97 || r > radius * 4.2) return
    const ray = noise.cloud((dx / r) * 2.6 + 9, (dy / r) * 2.6, 3) + 0.5 * noise.at((dx / r) * 7, (dy / r) * 7 + 20)
    const far = (r - radius) / radius
    const crown = Math.exp(-far * mix(4, 1.1, smooth(-0.5, 0.7, ray))) * smooth(3.2, 1.4, far)
    addScaled(pixel, palette.mid, crown * 0.75)
    addScaled(pixel, hot, Math.exp(-far * 9) * 0.75 + crown * crown * 0.35)
  })
  shade(
    canvas,
    (x, y, pixel) => {
      const r = Math.sqrt((x - focus.x) ** 2 + (y - focus.y) ** 2)
      const inside = clamp01(radius - r + 0.5)
      pixel.r = mix(pixel.r, palette.base.r, inside)
      pixel.g = mix(pixel.g, palette.base.g, inside)
      pixel.b = mix(pixel.b, palette.base.b, inside)
      addScaled(pixel, hot, Math.exp(-Math.abs(r - radius) / 2.2) * 1.6)
    },
    {
      left: focus.x - radius - 30,
      right: focus.x + radius + 30,
      top: focus.y - radius - 30,
      bottom: focus.y + radius + 30,
    },
  )
  const bead = random.between(-0.9, -0.3)
  dab(canvas, focus.x + Math.cos(bead) * (radius + 2), focus.y + Math.sin(bead) * (radius + 2), 13, WHITE, 5)
  paintStones(scene, hot, radius)
}

function paintStones(scene: Scene, light: Rgb, sunPx: number): void {
  const { canvas, random, focus, palette, noise } = scene
  const ground = canvas.height * 0.64
  const tops = Float32Array.from(
    { length: canvas.width },
    (_, x) => ground + 12 * noise.cloud(x / 200, 3, 3) + ((x - focus.x) / 60) ** 2 * 0.1,
  )
  const fill = (x: number, _y: number, below: number, color: Rgb): void => {
    setMix(color, palette.base, palette.deep, 0.05)
    addScaled(color, light, Math.exp(-below / 1.8) * 0.3 * Math.exp(-((x - focus.x) ** 2) / 60000))
  }
  const blocks: Block[] = []
  for (const [center, wide, rise] of [
    [-430, 70, 190],
    [0, sunPx + 86, ground - focus.y + sunPx + 34],
    [430, 74, 175],
  ] as const) {
    const top = ground - rise
    const half = rise > 300 ? 46 : 24
    for (const side of [-1, 1])
      blocks.push({
        x: focus.x + center + side * wide,
        top,
        bottom: ground + 40,
        half: half * random.between(0.92, 1.1),
        lean: random.between(-4, 4),
      })
    if (rise > 300 || random.next() < 0.6)
      blocks.push({ x: focus.x + center, top: top - half * 1.5, bottom: top + 4, half: wide + half * 1.6, lean: 0 })
  }
  blocks.push({ x: focus.x - 590, top: ground - 120, bottom: ground + 40, half: 30, lean: 14 })
  for (const block of blocks) paintBlock(scene, block, light)
  paintBelow(scene, tops, fill)
}

type Block = { x: number; top: number; bottom: number; half: number; lean: number }

function paintBlock(scene: Scene, block: Block, light: Rgb): void {
  const { canvas, noise, palette, focus } = scene
  shade(
    canvas,
    (x, y, pixel) => {
      const t = (y - block.top) / (block.bottom - block.top)
      const rough = 5 * noise.cloud(x / 55, y / 55, 3)
      const side = block.half * (0.93 + 0.1 * t) + rough - Math.abs(x - block.x - block.lean * (t - 0.5))
      const inside = Math.min(side, y - block.top + rough * 0.7, block.bottom - y)
      const cover = clamp01(inside + 0.5)
      if (cover <= 0) return
      const near = Math.exp(-((x - focus.x) ** 2 + (y - focus.y) ** 2) / 60000)
      const rim = Math.exp(-inside / 2.6) * 0.5 * near + Math.exp(-inside / 12) * 0.05 * near
      const stone = 0.008 + 0.012 * (1 + noise.cloud(x / 18, y / 18, 3))
      pixel.r = mix(pixel.r, palette.base.r + palette.deep.r * stone + light.r * rim, cover)
      pixel.g = mix(pixel.g, palette.base.g + palette.deep.g * stone + light.g * rim, cover)
      pixel.b = mix(pixel.b, palette.base.b + palette.deep.b * stone + light.b * rim, cover)
    },
    {
      left: block.x - block.half - 20,
      right: block.x + block.half + 20,
      top: block.top - 12,
      bottom: block.bottom + 2,
    },
  )
}
