import { dab, glow, stroke } from './brush.ts'
import { addScaled, clamp01, mix, type Rgb, scale, setMix, shade, shadeSoft, smooth } from './canvas.ts'
import { hslToLinear, mixColor, WHITE } from './palette.ts'
import { paintGlobeWith, placeGlobe } from './planet.ts'
import type { Scene } from './scene.ts'
import { paintNebula, paintStars } from './sky.ts'

/** A world under unbroken cloud, drawn out by winds into a sideways V: Venus. */
export function paintCloudWorld(scene: Scene): void {
  const { noise, palette, random } = scene
  const globe = placeGlobe(scene, random.between(225, 260))
  const cream = mixColor(hslToLinear(40, 0.85, 0.66), palette.bright, 0.12)
  const shadow = mixColor(hslToLinear(20, 0.7, 0.3), palette.haze, 0.35)
  const seed = random.between(0, 50)
  paintNebula(scene, { scale: 2, light: 0.55, reachPx: 520, dust: 0.8 })
  paintStars(scene, 1300)
  paintGlobeWith(scene, globe, (nx, ny, nz, skin) => {
    const across = Math.atan2(nx, nz + 0.3)
    const vee = across * 1.1 - Math.abs(ny) * 1.5
    const bend = noise.cloud(vee * 1.2 + seed, ny * 2.2, 3)
    const streak = noise.cloud(vee * 1.7 + bend * 0.8 + seed, ny * 6 + bend * 1.4, 4)
    setMix(skin, shadow, cream, smooth(-0.55, 0.55, streak + bend * 0.5))
    scale(skin, 0.85)
  })
}

/** A dry world of rust and dark plains, craters, one pale cap: Mars. */
export function paintRockWorld(scene: Scene): void {
  const { noise, palette, random } = scene
  const globe = placeGlobe(scene, random.between(225, 260))
  const rust = mixColor(hslToLinear(20, 0.62, 0.46), palette.haze, 0.2)
  const plain = mixColor(hslToLinear(10, 0.5, 0.16), palette.deep, 0.3)
  const seed = random.between(0, 50)
  paintNebula(scene, { scale: 2, light: 0.55, reachPx: 520, dust: 0.8 })
  paintStars(scene, 1300)
  paintGlobeWith(scene, globe, (nx, ny, nz, skin) => {
    const u = nx * 1.3 + seed
    const v = ny * 1.3 + nz * 0.4
    const land = noise.cloud(u * 1.6, v * 2.1, 6) + 0.18 * noise.cloud(u * 9, v * 9, 3)
    const crack = smooth(0.74, 0.98, noise.crease(u * 1.2 + land, v * 1.7, 3))
    setMix(skin, plain, rust, smooth(-0.42, 0.22, land))
    scale(skin, 1.05 - 0.6 * crack)
    const cap = smooth(0.86, 0.95, -ny + 0.06 * land)
    setMix(skin, skin, WHITE, cap * 0.85)
  })
}

/** The Moon filling half the sky: craters with lit rims, darker seas, the day ending across it. */
export function paintMoon(scene: Scene): void {
  const { canvas, noise, palette, random, focus } = scene
  const radius = scene.role === 'mechanism' ? random.between(375, 405) : random.between(285, 320)
  const globe = { ...placeGlobe(scene, radius), x: focus.x, y: focus.y }
  const gray = mixColor(WHITE, palette.bright, 0.35)
  const craters = Array.from({ length: 150 }, () => {
    const size = 0.012 + 0.085 * random.next() ** 4
    const angle = random.between(0, 6.3)
    const away = Math.sqrt(random.next()) * 0.97
    return { x: Math.cos(angle) * away, y: Math.sin(angle) * away, size }
  })
  paintStars(scene, 1500, (x, y) => (Math.hypot(x - globe.x, y - globe.y) < radius ? null : { x, y }))
  glow(canvas, globe.x + globe.light.x * 200, globe.y + globe.light.y * 200, radius * 1.9, palette.mid, 0.5)
  const relief = scatterCraters(craters, globe.light)
  paintGlobeWith(scene, globe, (nx, ny, nz, skin) => {
    const sea = smooth(-0.05, 0.4, noise.cloud(nx * 1.7 + 3, ny * 1.7, 3))
    const rough = noise.cloud(nx * 9, ny * 9, 4)
    const tone = (0.62 - 0.4 * sea + 0.16 * rough) * (0.7 + 0.3 * nz)
    scale(skin, 0)
    addScaled(skin, gray, Math.max(0.02, tone + relief(nx, ny) * (0.55 + 0.3 * (1 - sea))))
  })
}

/** Bowls kept in a coarse grid, so that each pixel asks only its neighbours. */
function scatterCraters(
  craters: readonly { x: number; y: number; size: number }[],
  light: { x: number; y: number },
): (x: number, y: number) => number {
  const cells = 24
  const grid: { x: number; y: number; size: number }[][] = Array.from({ length: cells * cells }, () => [])
  const cellAt = (value: number): number => Math.min(cells - 1, Math.max(0, Math.floor(((value + 1) / 2) * cells)))
  for (const crater of craters) {
    const reach = crater.size * 1.5
    for (let row = cellAt(crater.y - reach); row <= cellAt(crater.y + reach); row++)
      for (let column = cellAt(crater.x - reach); column <= cellAt(crater.x + reach); column++)
        grid[row * cells + column]?.push(crater)
  }
  return (x, y) => {
    let sum = 0
    for (const crater of grid[cellAt(y) * cells + cellAt(x)] ?? []) {
      const dx = (x - crater.x) / crater.size
      const dy = (y - crater.y) / crater.size
      const r2 = dx * dx + dy * dy
      if (r2 > 2.2) continue
      const r = Math.sqrt(r2)
      const towards = (dx * light.x + dy * light.y) / Math.max(r, 0.05)
      const wall = Math.exp(-(((r - 0.88) / 0.17) ** 2))
      sum += -towards * wall * 0.5 + Math.exp(-(((r - 1.06) / 0.12) ** 2)) * towards * 0.4 - smooth(0.95, 0.4, r) * 0.07
    }
    return sum
  }
}

/** A star close up: boiling grains, dark spots, arches of fire on its rim. */
export function paintSun(scene: Scene): void {
  const { canvas, random, noise, palette, focus } = scene
  const radius = scene.role === 'mechanism' ? random.between(380, 420) : random.between(235, 275)
  const fire: Rgb = hslToLinear(24, 1, 0.5)
  const hot = hslToLinear(42, 1, 0.68)
  paintStars(scene, 1100, (x, y) => (Math.hypot(x - focus.x, y - focus.y) < radius ? null : { x, y }))
  shadeSoft(canvas, (x, y, pixel) => {
    const dx = x - focus.x
    const dy = y - focus.y
    const r = Math.sqrt(dx * dx + dy * dy) + 0.01
    const far = (r - radius) / radius
    addScaled(pixel, palette.base, 1)
    addScaled(pixel, palette.haze, 0.06)
    if (far < -0.02 || far > 2.2) return
    const ray = noise.cloud((dx / r) * 3 + 4, (dy / r) * 3 + far * 0.5, 4)
    const crown = Math.exp(-far * mix(8, 2.6, smooth(-0.5, 0.7, ray)))
    addScaled(pixel, fire, crown * 0.55)
    addScaled(pixel, hot, crown ** 3 * 0.3)
    addScaled(pixel, palette.mid, crown * 0.12)
  })
  shade(
    canvas,
    (x, y, pixel) => {
      const nx = (x - focus.x) / radius
      const ny = (y - focus.y) / radius
      const r2 = nx * nx + ny * ny
      if (r2 > 1.02) return
      const nz = Math.sqrt(Math.max(0, 1 - r2))
      const spread = 1 / (0.45 + nz)
      const bend = noise.cloud(nx * 2.2 * spread + 8, ny * 2.2 * spread, 2)
      const grain = noise.crease(nx * 13 * spread + bend, ny * 13 * spread + bend, 2)
      const spot = smooth(0.34, 0.6, noise.cloud(nx * 2.6 + 30, ny * 4, 3))
      const heat = (0.34 + 0.6 * smooth(0.3, 0.8, grain)) * (1 - 0.85 * spot) * (0.55 + 0.5 * nz)
      const cover = clamp01((1 - Math.sqrt(r2)) * radius + 0.5)
      pixel.r = mix(pixel.r, fire.r * heat + hot.r * heat * heat * 0.9, cover)
      pixel.g = mix(pixel.g, fire.g * heat + hot.g * heat * heat * 0.9, cover)
      pixel.b = mix(pixel.b, fire.b * heat + hot.b * heat * heat * 0.9 + palette.haze.b * 0.1, cover)
      addScaled(pixel, hot, cover * (1 - nz) ** 5 * 0.9)
    },
    {
      left: focus.x - radius - 2,
      right: focus.x + radius + 2,
      top: focus.y - radius - 2,
      bottom: focus.y + radius + 2,
    },
  )
  for (let i = 0; i < 5; i++) paintArch(scene, radius, fire, hot)
}

function paintArch(scene: Scene, radius: number, fire: Rgb, hot: Rgb): void {
  const { canvas, random, focus } = scene
  const middle = random.between(-2.6, 0.9)
  const half = random.between(0.06, 0.16)
  const rise = radius * random.between(0.08, 0.17)
  for (let strand = 0; strand < 5; strand++) {
    const lift = rise * (0.75 + strand * 0.09)
    stroke(canvas, rise * 4, strand % 2 === 0 ? fire : hot, (t, out) => {
      const angle = middle + (t * 2 - 1) * half * (1 + strand * 0.06)
      const away = radius + lift * Math.sin(t * Math.PI) ** 0.8 - 3
      out.x = focus.x + Math.cos(angle) * away
      out.y = focus.y + Math.sin(angle) * away
      out.radius = 3.4
      out.amount = 0.4
    })
  }
  dab(canvas, focus.x + Math.cos(middle) * radius, focus.y + Math.sin(middle) * radius, 40, hot, 0.4)
}
