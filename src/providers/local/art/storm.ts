import { dab, glow } from './brush.ts'
import { addScaled, mix, shadeSoft, smooth } from './canvas.ts'
import { dim, paintRanges } from './landscape.ts'
import { mixColor, WHITE } from './palette.ts'
import type { Scene } from './scene.ts'

/** A bolt from lit clouds to a dark ridge. */
export function paintStorm(scene: Scene): void {
  const { canvas, random, noise, palette, focus } = scene
  const foot = { x: focus.x + random.between(-90, 60), y: canvas.height * 0.6 }
  const unit = 2.6 / canvas.width
  shadeSoft(
    canvas,
    (x, y, pixel) => {
      const bend = noise.cloud(x * unit, y * unit * 1.5, 3)
      const billow = smooth(-0.5, 0.55, noise.cloud(x * unit * 1.2 + bend * 1.3, y * unit * 2 + bend * 1.3 + 40, 5))
      const roof = smooth(0.56, 0.12, y / canvas.height)
      const lit = Math.exp(-((x - focus.x) ** 2 / 90000 + (y - canvas.height * 0.2) ** 2 / 70000))
      addScaled(pixel, palette.base, 1)
      addScaled(pixel, palette.deep, 0.05 + billow * roof * 0.32 + 0.1 * smooth(0.3, 0.6, y / canvas.height))
      addScaled(pixel, palette.haze, billow * roof * 0.5 + lit * 0.3)
      addScaled(pixel, palette.mid, lit * billow * billow * 1.3)
      addScaled(pixel, palette.bright, lit * lit * billow ** 4 * 1.5)
    },
    3,
  )
  glow(canvas, focus.x, canvas.height * 0.3, 480, palette.mid, 0.35)
  paintBolt(scene, { x: focus.x, y: canvas.height * 0.11 }, foot, 3.2, 0)
  glow(canvas, foot.x, foot.y, 300, mixColor(palette.bright, palette.spark, 0.3), 1)
  paintRanges(scene, {
    from: 0.6,
    light: dim(palette.mid, 0.25),
    far: dim(palette.deep, 0.06),
    near: dim(palette.deep, 0.004),
    rough: 0.7,
    mist: 0.6,
  })
}

type Spot = { x: number; y: number }

function paintBolt(scene: Scene, from: Spot, to: Spot, radius: number, level: number): void {
  const { random, canvas, palette } = scene
  let points = [from, to]
  let jitter = Math.hypot(to.x - from.x, to.y - from.y) * 0.16
  while (points.length < (level === 0 ? 130 : 34)) {
    const finer: Spot[] = []
    points.forEach((point, i) => {
      const next = points[i + 1]
      finer.push(point)
      if (next)
        finer.push({
          x: (point.x + next.x) / 2 + random.bell() * jitter * 0.7,
          y: (point.y + next.y) / 2 + random.bell() * jitter * 0.3,
        })
    })
    points = finer
    jitter *= 0.53
  }
  points.forEach((point, i) => {
    const next = points[i + 1]
    if (!next) return
    const t = i / points.length
    const wide = radius * (level === 0 ? 1 : 1 - 0.8 * t)
    for (let k = 0; k < 4; k++) {
      const x = mix(point.x, next.x, k / 4)
      const y = mix(point.y, next.y, k / 4)
      dab(canvas, x, y, Math.max(1.1, wide), WHITE, level === 0 ? 2 : 0.8 * (1 - t))
      dab(canvas, x, y, wide * 5, palette.bright, (level === 0 ? 0.12 : 0.05) * (1 - 0.4 * t))
    }
    if (level < 2 && random.next() < (level === 0 ? 0.05 : 0.04)) {
      const side = random.next() < 0.5 ? -1 : 1
      const reach = random.between(90, 280) / (level + 1)
      paintBolt(
        scene,
        point,
        { x: point.x + side * reach, y: point.y + reach * random.between(0.5, 1.2) },
        wide * 0.5,
        level + 1,
      )
    }
  })
}
