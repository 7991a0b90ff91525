import { dab, glow, stroke } from './brush.ts'
import { addScaled, makeField, mix, readField, setMix, shadeSoft, smooth } from './canvas.ts'
import { paintBelow, shadeSky } from './landscape.ts'
import { hslToLinear, mixColor, WHITE } from './palette.ts'
import type { Scene } from './scene.ts'
import { paintStars } from './sky.ts'

/** A black cone, its crater alight: a fountain of lava, rivers down the flanks, ash lit from below. */
export function paintVolcano(scene: Scene): void {
  const { canvas, random, palette, focus, noise } = scene
  const lava = hslToLinear(16, 1, 0.52)
  const mouth = { x: focus.x, y: focus.y + random.between(60, 90), half: random.between(44, 58) }
  shadeSky(scene, mixColor(palette.haze, lava, 0.25), 0.5)
  paintStars(scene, 900)
  paintPlume(scene, mouth, lava)
  glow(canvas, mouth.x, mouth.y, 520, lava, 0.75)
  for (let i = 0; i < 90; i++) paintJet(scene, mouth, lava)
  const tops = Float32Array.from({ length: canvas.width }, (_, x) => {
    const away = Math.max(0, Math.abs(x - mouth.x) - mouth.half)
    const rough = noise.cloud(x / 90, 4, 4)
    const lip = Math.abs(x - mouth.x) < mouth.half ? 9 + rough * 8 : 0
    return mouth.y + 560 * (1 - Math.exp(-away / 330)) + rough * (8 + away * 0.06) + lip
  })
  paintBelow(scene, tops, (x, y, below, color) => {
    const fold = noise.crease(x / 150 + below / 900, y / 330, 3)
    const hot = Math.exp(-((x - mouth.x) ** 2 + (y - mouth.y) ** 2) / 26000)
    setMix(color, palette.base, palette.deep, 0.05 + 0.12 * smooth(0.6, 1, fold) * Math.exp(-below / 300))
    addScaled(color, lava, hot * 0.3 * smooth(0.45, 1, fold) + Math.exp(-below / 3) * hot * 0.9)
    addScaled(color, palette.mid, Math.exp(-below / 2.4) * 0.12)
  })
  for (let i = 0; i < 7; i++) paintRiver(scene, mouth, tops, mix(-1, 1, i / 6) + random.bell() * 0.06, lava)
  glow(canvas, mouth.x, mouth.y, 150, mixColor(lava, WHITE, 0.3), 1.3)
}

type Mouth = { x: number; y: number; half: number }

function paintPlume(scene: Scene, mouth: Mouth, lava: { r: number; g: number; b: number }): void {
  const { canvas, noise, palette, random } = scene
  const drift = random.between(-0.55, 0.2)
  const bend = makeField(canvas, 16, (x, y) => noise.cloud(x / 210, y / 210 + 20, 3))
  shadeSoft(
    canvas,
    (x, y, pixel) => {
      const rise = (mouth.y - y) / 420
      if (rise < 0) return
      const warp = readField(bend, x, y)
      const axis = mouth.x + drift * 250 * rise ** 1.4 + warp * 70 * rise
      const wide = 50 + 195 * rise ** 0.8
      const body = smooth(1.15, 0.25, Math.abs(x - axis) / wide + warp * 0.25)
      const puff = noise.crease(x / 105 + warp * 1.5, y / 105 + warp, 4)
      const cloud = body * smooth(0.35, 1.0, puff)
      const heat = Math.exp(-Math.max(0, rise) * 2.3)
      addScaled(pixel, palette.haze, cloud * 0.7 * smooth(1.3, 0.2, rise * 0.8))
      addScaled(pixel, palette.mid, cloud * cloud * 0.22)
      addScaled(pixel, lava, cloud * heat * 1.1)
    },
    3,
  )
}

function paintJet(scene: Scene, mouth: Mouth, lava: { r: number; g: number; b: number }): void {
  const { canvas, random } = scene
  const aside = random.bell() * 62
  const up = random.between(150, 460)
  const span = random.between(0.25, 1)
  const from = random.between(0, 0.5)
  stroke(canvas, up, mixColor(lava, WHITE, random.next() * 0.4), (t, out) => {
    const s = from + span * t * 0.7
    out.x = mouth.x + random.between(-1, 1) + aside * s * 1.5
    out.y = mouth.y + 14 - up * (s * 2 - s * s * 1.25)
    out.radius = 1.3
    out.amount = 0.75 * (1 - t) * Math.exp(-s)
  })
  dab(
    canvas,
    mouth.x + aside * random.between(0.6, 3),
    mouth.y - up * random.next() * 1.1,
    random.between(1.2, 2.8),
    lava,
    1.4,
  )
}

function paintRiver(
  scene: Scene,
  mouth: Mouth,
  tops: Float32Array,
  side: number,
  lava: { r: number; g: number; b: number },
): void {
  const { canvas, noise, random } = scene
  const seed = random.between(0, 90)
  const long = random.between(170, 400)
  stroke(canvas, long, lava, (t, out) => {
    const spread = side * (mouth.half * 0.8 + 260 * t) + 34 * noise.cloud(t * 5, seed, 2) * (0.3 + t)
    out.x = mouth.x + spread
    const column = Math.max(0, Math.min(tops.length - 1, Math.round(out.x)))
    out.y = Math.max(tops[column] as number, mouth.y + 8 + long * t)
    out.radius = Math.max(1.2, 5 * (1 - t))
    out.amount = 1.25 * (1 - t) ** 1.2
  })
}
