import { glow } from './brush.ts'
import { addScaled, clamp01, mix, type Rgb, setMix, shade, shadeSoft, smooth } from './canvas.ts'
import { hslToLinear, mixColor, WHITE } from './palette.ts'
import type { Scene } from './scene.ts'
import { paintStars } from './sky.ts'

/** Fills everything below a skyline (`tops`, one y per column); the painter gets the depth below it. */
export function paintBelow(
  scene: Scene,
  tops: Float32Array,
  painter: (x: number, y: number, below: number, color: Rgb) => void,
  hiddenBelow?: Float32Array,
): void {
  const color: Rgb = { r: 0, g: 0, b: 0 }
  const highest = tops.reduce((a, b) => Math.min(a, b))
  shade(
    scene.canvas,
    (x, y, pixel) => {
      const below = y - (tops[x] as number)
      if (below < -0.5 || (hiddenBelow && y > (hiddenBelow[x] as number) + 1)) return
      painter(x, y, below, color)
      const cover = clamp01(below + 0.5)
      pixel.r = mix(pixel.r, color.r, cover)
      pixel.g = mix(pixel.g, color.g, cover)
      pixel.b = mix(pixel.b, color.b, cover)
    },
    { left: 0, right: scene.canvas.width, top: highest - 1, bottom: scene.canvas.height },
  )
}

type Range = { baseY: number; heightPx: number; scale: number; rough: number }

function makeSkyline(scene: Scene, range: Range): Float32Array {
  const seed = scene.random.between(0, 200)
  const unit = range.scale / scene.canvas.width
  return Float32Array.from({ length: scene.canvas.width }, (_, x) => {
    const massif = scene.noise.cloud(x * unit + seed, seed, 2)
    const crest = scene.noise.crease(x * unit * 1.7 + seed, seed + 7, 6) - 0.6
    return range.baseY - range.heightPx * (0.75 * massif + range.rough * crest)
  })
}

/** Ranges behind ranges, each a little darker and lower, with mist in the valleys between. */
export function paintRanges(
  scene: Scene,
  options: { from: number; light: Rgb; far: Rgb; near: Rgb; rough: number; mist: number },
): void {
  const { canvas, noise } = scene
  const count = 6
  const skylines = Array.from({ length: count }, (_, i) => {
    const t = i / (count - 1)
    const baseY = canvas.height * mix(options.from, 0.83, t ** 1.15)
    return makeSkyline(scene, { baseY, heightPx: mix(95, 150, t), scale: mix(3.4, 1.6, t), rough: options.rough })
  })
  for (const [i, tops] of skylines.entries()) {
    const t = i / (count - 1)
    const body = mixColor(options.far, options.near, t ** 0.7)
    const mistPx = mix(110, 210, t)
    const mist = options.mist * (1 - t) ** 1.2
    paintBelow(
      scene,
      tops,
      (x, _y, below, color) => {
        const shaped = 0.72 + 0.4 * noise.at(x / 46 + below / 60 + i * 9, below / 30 + i)
        setMix(color, body, options.light, mist * smooth(-10, mistPx, below + (shaped - 0.7) * 46))
        const rim = Math.exp(-below / 2.2) * 0.5 + Math.exp(-below / 14) * 0.14 * shaped
        const lit = Math.exp(-((x - scene.focus.x) ** 2) / 120000)
        addScaled(color, options.light, rim * (0.15 + lit) * (1 - 0.75 * t))
      },
      skylines[i + 1],
    )
  }
}

/** Curtains of northern light over a range of mountains. */
export function paintAurora(scene: Scene): void {
  const { canvas, random, palette } = scene
  const low = hslToLinear(random.between(150, 176), 0.95, 0.55)
  shadeSky(scene, palette.deep, 0.14)
  paintStars(scene, 1300)
  const curtains = [1.25, 0.7, 0.45].map((strength, i) => ({
    strength,
    seed: random.between(0, 200),
    base: canvas.height * (0.44 - i * 0.07),
  }))
  shadeSoft(
    canvas,
    (x, y, pixel) => {
      for (const curtain of curtains) addCurtain(scene, curtain, low, x, y, pixel)
    },
    3,
  )
  const light = mixColor(low, palette.mid, 0.5)
  paintRanges(scene, {
    from: 0.5,
    light: { r: light.r * 0.3, g: light.g * 0.3, b: light.b * 0.3 },
    far: dim(palette.deep, 0.16),
    near: dim(palette.deep, 0.006),
    rough: 0.9,
    mist: 0.5,
  })
}

type Curtain = { strength: number; seed: number; base: number }

/** Rays rise from a folded foot: sharp below, fading upwards, green turning to the palette's blue and violet. */
function addCurtain(scene: Scene, { strength, seed, base }: Curtain, low: Rgb, x: number, y: number, pixel: Rgb): void {
  const { noise, palette, focus } = scene
  if (y > base + 300) return
  const fold = noise.cloud(x / 420 + seed, y / 2600 + seed, 3)
  const above = base - fold * 230 - (x - focus.x) * 0.12 - y
  if (above < -150 || above > 620) return
  const bent = x + 120 * fold + above * 0.12
  const ray = smooth(-0.55, 0.75, noise.cloud(bent / 34, seed + above / 1400, 3))
  const swath = smooth(-0.45, 0.55, noise.at(bent / 190 + 7, seed))
  const rise = smooth(-150, 40, above) * Math.exp(-Math.max(0, above) / mix(90, 230, ray))
  const bright = strength * rise * (0.12 + ray) * (0.15 + swath) * smooth(620, 400, above)
  const height = smooth(40, 190, above)
  addScaled(pixel, low, bright * (1 - height))
  addScaled(pixel, palette.mid, bright * height)
  addScaled(pixel, palette.haze, bright * smooth(90, 380, above) * 3)
  addScaled(pixel, WHITE, rise * ray * strength * 0.12 * smooth(70, 0, above) * smooth(-60, 0, above))
}

/** Ridges in mist under a low sun or moon. */
export function paintMist(scene: Scene): void {
  const { canvas, random, palette, focus } = scene
  const disc = random.between(58, 84)
  const color = mixColor(palette.spark, WHITE, 0.3)
  shadeSky(scene, palette.mid, 0.55)
  paintStars(scene, 500)
  glow(canvas, focus.x, focus.y, 560, mixColor(palette.spark, palette.mid, 0.55), 0.9)
  shade(
    canvas,
    (x, y, pixel) => {
      const inside = clamp01(disc - Math.sqrt((x - focus.x) ** 2 + (y - focus.y) ** 2) + 0.5)
      const spots = 0.8 + 0.25 * scene.noise.cloud(x / 42, y / 42, 4)
      addScaled(pixel, color, inside * spots * 1.5)
    },
    { left: focus.x - disc - 2, right: focus.x + disc + 2, top: focus.y - disc - 2, bottom: focus.y + disc + 2 },
  )
  const light = mixColor(palette.mid, palette.spark, 0.16)
  paintRanges(scene, {
    from: 0.4,
    light: dim(light, 0.55),
    far: dim(palette.mid, 0.2),
    near: dim(palette.deep, 0.012),
    rough: 0.62,
    mist: 0.95,
  })
}

export function shadeSky(scene: Scene, horizon: Rgb, amount: number): void {
  const { canvas, palette, focus } = scene
  shadeSoft(
    canvas,
    (x, y, pixel) => {
      const t = y / canvas.height
      const near = Math.exp(-((x - focus.x) ** 2) / 500000)
      addScaled(pixel, palette.base, 1)
      addScaled(pixel, palette.haze, 0.1 + 0.16 * t)
      addScaled(pixel, horizon, amount * smooth(0.05, 0.55, t) ** 2 * (0.35 + 0.65 * near))
    },
    8,
  )
}

export function dim(color: Rgb, factor: number): Rgb {
  return { r: color.r * factor, g: color.g * factor, b: color.b * factor }
}
