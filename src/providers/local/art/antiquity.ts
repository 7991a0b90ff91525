import { glow } from './brush.ts'
import {
  addScaled,
  clamp01,
  makeField,
  mix,
  type Rgb,
  readField,
  scale,
  setMix,
  shade,
  shadeSoft,
  smooth,
} from './canvas.ts'
import { paintBelow, shadeSky } from './landscape.ts'
import { mixColor } from './palette.ts'
import type { Scene } from './scene.ts'
import { paintStars } from './sky.ts'

/** Pyramids under the Milky Way: three plain shapes, one lit face each. */
export function paintPyramids(scene: Scene): void {
  const { canvas, random, palette, focus } = scene
  const ground = canvas.height * random.between(0.56, 0.59)
  shadeSky(scene, palette.mid, 0.4)
  paintMilkyWay(scene, random.between(-0.95, -0.65))
  paintStars(scene, 2400)
  glow(canvas, focus.x - 130, ground - 20, 560, mixColor(palette.mid, palette.spark, 0.35), 0.6)
  const flip = random.next() < 0.5
  for (const [offset, height, dim] of [
    [-330, 150, 0.7],
    [-150, 205, 0.85],
    [110, random.between(285, 330), 1],
  ] as const) {
    paintPyramid(scene, { x: focus.x + offset, y: ground - height }, height, dim, flip)
  }
  paintDunes(scene, ground)
}

/** Two faces, one in the light, with the courses of its stones; the foot is lost in haze. */
function paintPyramid(scene: Scene, apex: { x: number; y: number }, height: number, dim: number, flip: boolean): void {
  const { canvas, noise, palette } = scene
  const half = height * 1.24
  const split = flip ? 0.34 : -0.3
  const stone: Rgb = { r: 0, g: 0, b: 0 }
  shade(
    canvas,
    (x, y, pixel) => {
      const t = (y - apex.y) / height
      const aside = x - apex.x
      const cover = clamp01((t * half - Math.abs(aside)) * 0.78 + 0.5)
      if (t < -0.01 || cover <= 0) return
      const joint = smooth(0.2, 0.5, Math.abs(((y / 6.5) % 1) - 0.5))
      const course = 0.86 + 0.14 * joint + 0.2 * noise.cloud(x / 26, y / 9, 3)
      const shadow = smooth(-1.2, 1.2, (aside - split * half * t) * (flip ? -1 : 1))
      const edge = Math.exp(-Math.abs(aside - split * half * t) / 2.4) * 0.11
      const bright = mix(0.3, 0.012, shadow) * course * dim + edge
      scale(stone, 0)
      addScaled(stone, palette.mid, bright + 0.05 * smooth(0.35, 1.05, t))
      addScaled(stone, palette.spark, bright * 0.3)
      setMix(pixel, pixel, stone, cover)
    },
    { left: apex.x - half - 2, right: apex.x + half + 2, top: apex.y - 2, bottom: apex.y + height + 40 },
  )
}

function paintDunes(scene: Scene, ground: number): void {
  const { canvas, noise, palette, random } = scene
  for (let i = 0; i < 3; i++) {
    const seed = random.between(0, 99)
    const tops = Float32Array.from(
      { length: canvas.width },
      (_, x) => ground + i * 85 + 34 * noise.cloud(x / (360 - i * 50) + seed, seed, 2),
    )
    paintBelow(scene, tops, (_x, _y, below, color) => {
      const lit = Math.exp(-below / 3) * 0.3 + Math.exp(-below / 42) * 0.09
      setMix(color, palette.base, palette.mid, (lit + 0.008) / (1 + i * 0.9))
      addScaled(color, palette.spark, (Math.exp(-below / 9) * 0.06) / (1 + i))
    })
  }
}

/** The band of our galaxy across the sky: a soft ridge of light, split by dust. */
export function paintMilkyWay(scene: Scene, slope: number): void {
  const { canvas, noise, palette, focus } = scene
  const cos = Math.cos(slope)
  const sin = Math.sin(slope)
  const warm = mixColor(palette.spark, palette.bright, 0.45)
  shadeSoft(
    canvas,
    (x, y, pixel) => {
      const along = ((x - focus.x) * cos + (y - focus.y * 0.7) * sin) / 330
      const aside = (-(x - focus.x) * sin + (y - focus.y * 0.7) * cos) / 330
      const bend = noise.cloud(along * 1.2 + 4, aside * 1.2, 3)
      const cloud = noise.cloud(along * 2 + bend, aside * 3.2 + bend, 4)
      const band = Math.exp(-(((aside + bend * 0.25) / 0.42) ** 2))
      const core = Math.exp(-(((aside + bend * 0.25) / 0.2) ** 2)) * Math.exp(-along * along * 0.4)
      const dust =
        smooth(0.05, 0.5, noise.cloud(along * 1.7 + 30 + bend, aside * 3 - bend * 0.6, 4)) *
        Math.exp(-((aside / 0.24) ** 2))
      const light = band * smooth(-0.8, 0.6, cloud) * (1 - 0.85 * dust)
      addScaled(pixel, palette.haze, light * 0.85)
      addScaled(pixel, palette.deep, light * 0.7)
      addScaled(pixel, palette.mid, light * light * 0.35)
      addScaled(pixel, warm, core * (1 - dust) * (0.5 + cloud) * 0.42)
    },
    3,
  )
}

/** Land as a surveyor draws it, lines of equal height, with one buried shape that is too regular to be natural. */
export function paintRelief(scene: Scene): void {
  const { canvas, noise, palette, focus, random } = scene
  const turn = random.between(0.2, 0.9)
  const cos = Math.cos(turn)
  const sin = Math.sin(turn)
  const land = makeField(canvas, 4, (x, y) => {
    const bend = noise.cloud(x / 520, y / 520 + 9, 2)
    const hills = noise.cloud(x / 430 + bend * 0.7, y / 360 + bend * 0.7, 3) * 2.6 + 0.12 * noise.at(x / 60, y / 60)
    const u = Math.abs((x - focus.x) * cos + (y - focus.y) * sin)
    const v = Math.abs(-(x - focus.x) * sin + (y - focus.y) * cos)
    const box = Math.max(u, v)
    return mix(hills, 1.4 + 1.3 * smooth(150, 30, box) + 0.08 * hills, smooth(185, 145, box))
  })
  shade(canvas, (x, y, pixel) => {
    const height = readField(land, x, y)
    const slopeX = (readField(land, x + 4, y) - readField(land, x - 4, y)) / 8
    const slopeY = (readField(land, x, y + 4) - readField(land, x, y - 4)) / 8
    const steep = Math.sqrt(slopeX * slopeX + slopeY * slopeY) + 0.0006
    const level = height * 6.5
    const gap = Math.abs(level - Math.round(level)) / (steep * 6.5)
    const strong = Math.round(level) % 5 === 0
    const ink = clamp01((strong ? 1.5 : 0.95) - gap + 0.3) * (strong ? 0.9 : 0.42)
    const hill = clamp01(0.5 - slopeX * 26 - slopeY * 34)
    const away = Math.max(
      Math.abs((x - focus.x) * cos + (y - focus.y) * sin),
      Math.abs(-(x - focus.x) * sin + (y - focus.y) * cos),
    )
    const site = smooth(200, 120, away)
    const near = 0.2 + Math.exp(-((x - focus.x) ** 2 + (y - focus.y) ** 2) / 190000)
    setMix(pixel, palette.base, palette.deep, hill * hill * 0.55 * near)
    addScaled(pixel, palette.haze, smooth(0.3, -1.2, height) * 0.22 * near + hill * 0.06)
    addScaled(pixel, palette.mid, (ink * (1 - site) + Math.exp(-gap / 5) * 0.08) * near)
    addScaled(pixel, palette.spark, (ink * 1.6 + 0.16 * hill) * site)
  })
  glow(canvas, focus.x, focus.y, 330, palette.spark, 0.35)
}
