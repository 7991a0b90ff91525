import { dab, glow, line } from './brush.ts'
import { addScaled, makeField, mix, type Rgb, readField, setMix, shadeSoft, smooth } from './canvas.ts'
import { paintMotes } from './helix.ts'
import { mixColor, WHITE } from './palette.ts'
import type { Scene } from './scene.ts'
import { paintAir } from './sky.ts'

/** Centre, half-width, half-height and turn (as its cosine and sine) of a lobe, in brain units: the whole is about 2 wide. */
type Lobe = { x: number; y: number; a: number; b: number; cos: number; sin: number }
const LOBES: readonly Lobe[] = [
  makeLobe(-0.5, -0.06, 0.52, 0.46, -0.5),
  makeLobe(0.08, -0.24, 0.72, 0.55, 0.08),
  makeLobe(0.66, 0.02, 0.42, 0.4, 0.6),
  makeLobe(-0.14, 0.36, 0.52, 0.2, -0.16),
  makeLobe(0.3, 0.2, 0.4, 0.24, 0),
]
const CEREBELLUM = makeLobe(0.6, 0.42, 0.34, 0.24, 0.2)

function makeLobe(x: number, y: number, a: number, b: number, turn: number): Lobe {
  return { x, y, a, b, cos: Math.cos(turn), sin: Math.sin(turn) }
}

/** A brain from the side as a hologram: folds of light, one region awake. */
export function paintBrain(scene: Scene): void {
  const { canvas, random, focus, palette } = scene
  paintAir(scene, 0.7)
  paintMotes(scene, 60)
  const size = random.between(285, 315)
  const awake = { x: focus.x + random.between(-120, 120), y: focus.y - random.between(20, 90) }
  glow(canvas, focus.x, focus.y, size * 2, palette.mid, 0.22)
  paintStem(scene, size)
  paintFolds(scene, size, awake)
  glow(canvas, awake.x, awake.y, 230, palette.spark, 0.3)
  paintSparks(scene, size, awake)
}

/** Negative inside, about 0 at the rim, in brain units. */
function lobeDistance(lobe: Lobe, x: number, y: number): number {
  const u = ((x - lobe.x) * lobe.cos + (y - lobe.y) * lobe.sin) / lobe.a
  const v = (-(x - lobe.x) * lobe.sin + (y - lobe.y) * lobe.cos) / lobe.b
  return (Math.sqrt(u * u + v * v) - 1) * Math.min(lobe.a, lobe.b)
}

/** Union with rounded seams, so that the lobes look grown and not glued. */
function cortexDistance(x: number, y: number): number {
  let sum = 0
  for (const lobe of LOBES) sum += Math.exp(-lobeDistance(lobe, x, y) * 30)
  return -Math.log(sum) / 30
}

function paintFolds(scene: Scene, size: number, awake: { x: number; y: number }): void {
  const { canvas, noise, palette, focus } = scene
  const toX = (x: number) => (x - focus.x) / size
  const toY = (y: number) => (y - focus.y) / size
  const cortex = makeField(canvas, 6, (x, y) => cortexDistance(toX(x), toY(y)))
  const bendX = makeField(canvas, 8, (x, y) => noise.cloud(toX(x) * 2.1 + 5, toY(y) * 2.1, 2))
  const bendY = makeField(canvas, 8, (x, y) => noise.cloud(toX(x) * 2.1 + 55, toY(y) * 2.1, 2))
  shadeSoft(canvas, (px, py, pixel) => {
    const x = toX(px)
    const y = toY(py)
    if (Math.abs(x) > 1.35 || Math.abs(y) > 1.1) return
    const little = lobeDistance(CEREBELLUM, x, y)
    const edge = readField(cortex, px, py)
    const rimPx = edge * size
    const inside = smooth(2, -4, rimPx)
    const u = x * 5.6 + readField(bendX, px, py) * 1.7
    const v = y * 5.6 + readField(bendY, px, py) * 1.7
    const groove = grooveAt(noise, u, v)
    const ridge = smooth(0.01, 0.34, groove)
    const lean = inside > 0 ? smooth(0.01, 0.34, grooveAt(noise, u + 0.07, v + 0.11)) - ridge : 0
    const round = Math.min(1, Math.max(0, -edge) / 0.42)
    const light = (0.3 + 0.7 * smooth(0.6, -0.7, y + 0.35 * x)) * Math.max(0.08, 0.62 + 1.5 * lean)
    const waking = Math.exp(-((px - awake.x) ** 2 + (py - awake.y) ** 2) / (92 * 92))
    setMix(pixel, palette.haze, palette.deep, ridge)
    const body = inside * light * (0.03 + 0.6 * ridge) * (0.5 + 0.5 * round)
    pixel.r *= body
    pixel.g *= body
    pixel.b *= body
    const crest = ridge * ridge * smooth(0.42, 0.16, groove)
    addScaled(pixel, palette.mid, inside * (ridge * light * light * 0.42 + (1 - round) ** 4 * 0.32))
    addScaled(pixel, palette.bright, inside * crest * light ** 3 * 0.35 + Math.exp(-Math.abs(rimPx) / 2.4) * 0.5)
    addScaled(pixel, palette.spark, inside * waking * (0.06 + 0.95 * ridge * light))
    addScaled(pixel, palette.mid, Math.exp(-Math.max(0, rimPx) / 20) * (1 - inside) * 0.25)
    if (little < 0.04 && inside < 0.5)
      addCerebellum(scene, little, little * size, noise.at(x * 9, y * 9), 1 - inside, pixel)
  })
}

/** 0 at the bottom of a furrow between two folds. */
function grooveAt(noise: Scene['noise'], u: number, v: number): number {
  return Math.abs(noise.at(u, v) + 0.25 * noise.at(u * 2.1 + 9, v * 2.1))
}

/** The little brain is finely leaved: stripes that follow its rim. */
function addCerebellum(scene: Scene, depth: number, rimPx: number, wave: number, shown: number, pixel: Rgb): void {
  const leaf = 0.5 + 0.5 * Math.sin(depth * 190 + wave * 1.4)
  const own = smooth(0.008, -0.008, depth) * shown
  addScaled(pixel, scene.palette.mid, own * (0.1 + 0.5 * leaf * leaf))
  addScaled(pixel, scene.palette.bright, Math.exp(-Math.abs(rimPx) / 2.2) * 0.55 * shown)
}

function paintStem(scene: Scene, size: number): void {
  const { canvas, focus, palette } = scene
  for (let fibre = -5; fibre <= 5; fibre++) {
    const from = { x: focus.x + (0.24 + fibre * 0.022) * size, y: focus.y + 0.4 * size }
    const to = { x: focus.x + (0.36 + fibre * 0.012) * size, y: focus.y + 0.95 * size }
    for (let i = 0; i < 6; i++) {
      const a = { x: mix(from.x, to.x, i / 6), y: mix(from.y, to.y, i / 6) }
      const b = { x: mix(from.x, to.x, (i + 1) / 6), y: mix(from.y, to.y, (i + 1) / 6) }
      line(
        canvas,
        a,
        b,
        2.2,
        palette.mid,
        0.42 * (1 - i / 5) * (0.3 + 0.7 * Math.min(1, i)) * (Math.abs(fibre) === 5 ? 1.4 : 0.7),
      )
    }
  }
}

/** Thoughts: points of light within the rim, crowded round the region that is awake. */
function paintSparks(scene: Scene, size: number, awake: { x: number; y: number }): void {
  const { canvas, random, focus, palette } = scene
  for (let i = 0; i < 240; i++) {
    const near = random.next() < 0.45
    const x = near ? awake.x + random.bell() * 75 : focus.x + random.between(-1.1, 1.1) * size
    const y = near ? awake.y + random.bell() * 60 : focus.y + random.between(-0.8, 0.6) * size
    if (cortexDistance((x - focus.x) / size, (y - focus.y) / size) > -0.03) continue
    const power = random.next() ** 4
    const color = near ? mixColor(palette.spark, WHITE, 0.5) : palette.bright
    dab(canvas, x, y, 1.6 + 2.4 * power, color, 0.5 + 1.8 * power)
    if (power > 0.5) glow(canvas, x, y, 34, color, 0.45)
  }
}
