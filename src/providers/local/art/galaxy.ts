import { dab, glow } from './brush.ts'
import { addScaled, setMix, shadeSoft, smooth } from './canvas.ts'
import { mixColor, WHITE } from './palette.ts'
import type { Scene } from './scene.ts'
import { paintNebula, paintStars } from './sky.ts'

type Disc = { turn: number; squash: number; size: number; wind: number; spin: number }

/** A spiral galaxy at a slant: arms of young blue stars, dust on their inner edge, an old warm core. */
export function paintGalaxy(scene: Scene): void {
  const { canvas, random, focus, palette } = scene
  const disc: Disc = {
    turn: random.between(-0.7, 0.7),
    squash: random.between(0.38, 0.6),
    size: random.between(195, 235),
    wind: random.between(2.5, 3.3),
    spin: random.next() < 0.5 ? 1 : -1,
  }
  paintNebula(scene, { scale: 2, light: 0.22, reachPx: 700, dust: 0.5 })
  paintStars(scene, 1300)
  paintDisc(scene, disc)
  sprinkleStars(scene, disc)
  glow(canvas, focus.x, focus.y, 260, mixColor(palette.spark, WHITE, 0.5), 0.8)
  dab(canvas, focus.x, focus.y, 26, mixColor(palette.spark, WHITE, 0.75), 2.2)
}

function paintDisc(scene: Scene, disc: Disc): void {
  const { canvas, noise, palette, focus } = scene
  const cos = Math.cos(disc.turn)
  const sin = Math.sin(disc.turn)
  const warm = mixColor(palette.spark, WHITE, 0.4)
  shadeSoft(canvas, (x, y, pixel) => {
    const along = ((x - focus.x) * cos + (y - focus.y) * sin) / disc.size
    const up = (-(x - focus.x) * sin + (y - focus.y) * cos) / (disc.size * disc.squash)
    const r = Math.sqrt(along * along + up * up)
    if (r > 4.2) return
    const clump = noise.cloud(along * 2.6 + 11, up * 2.6, 4)
    const phase = Math.atan2(up, along) * disc.spin - Math.log(r + 0.08) * disc.wind + clump * 0.55
    const arm = (0.5 + 0.5 * Math.cos(2 * phase)) ** 2
    const dust = (0.5 + 0.5 * Math.cos(2 * phase + 0.95)) ** 5 * smooth(0.15, 0.5, r)
    const fade = 1.5 * Math.exp(-r * 0.95) * smooth(4.2, 2.4, r)
    const dense = fade * (0.12 + 1.5 * arm * smooth(-0.7, 0.6, clump)) * (1 - 0.8 * dust)
    setMix(pixel, palette.mid, palette.deep, smooth(0.5, 2.6, r))
    pixel.r *= dense
    pixel.g *= dense
    pixel.b *= dense
    addScaled(pixel, palette.haze, fade * 0.35)
    addScaled(pixel, palette.bright, dense * arm * smooth(0.1, 0.7, clump) * 1.2)
    addScaled(pixel, warm, Math.exp(-r * 3.4) * 1.15 * (1 - 0.5 * dust))
  })
}

function sprinkleStars(scene: Scene, disc: Disc): void {
  const { canvas, random, palette, focus } = scene
  const cos = Math.cos(disc.turn)
  const sin = Math.sin(disc.turn)
  for (let i = 0; i < 2600; i++) {
    const r = 0.2 + 2.8 * random.next() ** 1.4
    const arm = random.index(2) * Math.PI
    const angle = (Math.log(r + 0.08) * disc.wind + arm + random.bell() * 0.24) * disc.spin
    const along = Math.cos(angle) * r * disc.size
    const up = Math.sin(angle) * r * disc.size * disc.squash
    const birth = random.next() < 0.03
    const color = birth ? palette.spark : mixColor(palette.bright, WHITE, random.next() * 0.6)
    const amount = (0.1 + 0.9 * random.next() ** 5) * (birth ? 0.9 : 1) * smooth(3.2, 1, r)
    dab(canvas, focus.x + along * cos - up * sin, focus.y + along * sin + up * cos, birth ? 3 : 1.3, color, amount)
  }
}
