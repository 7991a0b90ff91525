import { glow } from './brush.ts'
import { addScaled, clamp01, mix, type Rgb, setMix, shade, smooth } from './canvas.ts'
import { mixColor, WHITE } from './palette.ts'
import type { Scene } from './scene.ts'
import { paintNebula, paintStars } from './sky.ts'

type Globe = { x: number; y: number; radius: number; tilt: number; light: { x: number; y: number; z: number } }
type Ring = { tilt: number; squash: number; inner: number; outer: number; bands: Float32Array }

/** A banded world in a nebula, lit from one side, with thin air on its rim. */
export function paintPlanet(scene: Scene): void {
  paintWorld(scene, placeGlobe(scene, scene.random.between(215, 265)), null)
}

/** The same with rings of ice: for Saturn, and for nothing else. */
export function paintRingedPlanet(scene: Scene): void {
  paintWorld(scene, placeGlobe(scene, scene.random.between(168, 200)), makeRing(scene))
}

function paintWorld(scene: Scene, globe: Globe, ring: Ring | null): void {
  const { focus } = scene
  paintNebula(scene, { scale: 2.3, light: 0.8, reachPx: 520, dust: 0.75 })
  paintStars(scene, 1500)
  const sun = { x: globe.x + globe.light.x * 900, y: globe.y + globe.light.y * 900 }
  glow(scene.canvas, mix(focus.x, sun.x, 0.55), mix(focus.y, sun.y, 0.55), 520, scene.palette.mid, 0.16)
  if (ring) paintRing(scene, globe, ring, 'behind')
  paintGlobe(scene, globe)
  if (ring) paintRing(scene, globe, ring, 'front')
}

export function placeGlobe(scene: Scene, radius: number): Globe {
  const { random, focus } = scene
  const angle = random.between(-0.75, 0.55) + (random.next() < 0.5 ? Math.PI : 0)
  const depth = random.between(0.2, 0.5)
  const flat = Math.sqrt(1 - depth * depth)
  return {
    x: focus.x,
    y: focus.y,
    radius,
    tilt: random.between(-0.5, 0.5),
    light: { x: Math.cos(angle) * flat, y: Math.sin(angle) * flat * 0.8 - 0.15, z: depth },
  }
}

function paintGlobe(scene: Scene, globe: Globe): void {
  const { palette, noise, random } = scene
  const bandCount = random.between(2.6, 4.6)
  const shift = random.between(0, 50)
  const cos = Math.cos(globe.tilt)
  const sin = Math.sin(globe.tilt)
  const pale = mixColor(palette.bright, WHITE, 0.25)
  const warm = mixColor(palette.haze, palette.spark, 0.35)
  paintGlobeWith(scene, globe, (nx, ny, nz, skin) => {
    const across = nx * cos + ny * sin
    const latitude = -nx * sin + ny * cos
    const longitude = Math.atan2(across, nz + 0.25) + shift
    const swirl = noise.cloud(longitude * 1.1, latitude * 3.2 + shift, 3)
    const fine = noise.cloud(longitude * 1.6 + swirl * 0.9, latitude * 9 + swirl * 1.6, 4)
    const band = noise.at(shift * 3, latitude * bandCount + swirl * 0.42 + fine * 0.12)
    setMix(skin, palette.deep, palette.mid, smooth(-0.5, 0.35, band + fine * 0.3))
    const cream = smooth(0.05, 0.6, band + fine * 0.45)
    addScaled(skin, pale, cream * 0.5)
    addScaled(skin, warm, smooth(0.1, 0.7, -band + fine * 0.5) * 0.6)
  })
}

/** Writes the colour of the ground in full daylight at a point of the unit sphere; z is towards the eye. */
type SkinPainter = (nx: number, ny: number, nz: number, skin: Rgb) => void

/** A lit ball with a soft edge of day and a thin shell of air; what its ground looks like is the caller's. */
export function paintGlobeWith(scene: Scene, globe: Globe, paintSkin: SkinPainter): void {
  const { canvas, palette } = scene
  const reach = globe.radius * 1.5
  const skin: Rgb = { r: 0, g: 0, b: 0 }
  const area = { left: globe.x - reach, right: globe.x + reach, top: globe.y - reach, bottom: globe.y + reach }
  shade(
    canvas,
    (x, y, pixel) => {
      const nx = (x - globe.x) / globe.radius
      const ny = (y - globe.y) / globe.radius
      const r2 = nx * nx + ny * ny
      const r = Math.sqrt(r2)
      const facing = (nx * globe.light.x + ny * globe.light.y) / Math.max(r, 0.001)
      if (r < 1.006) {
        const nz = Math.sqrt(Math.max(0, 1 - r2))
        const sunlit = nx * globe.light.x + ny * globe.light.y + nz * globe.light.z
        const day = smooth(-0.12, 0.95, sunlit) * 1.5
        const solid = clamp01((1 - r) * globe.radius + 0.5)
        if (day > 0.004) paintSkin(nx, ny, nz, skin)
        const rim = (1 - nz) ** 3
        pixel.r = mix(pixel.r, skin.r * day + palette.bright.r * rim * (day * 0.8 + 0.015), solid)
        pixel.g = mix(pixel.g, skin.g * day + palette.bright.g * rim * (day * 0.8 + 0.015), solid)
        pixel.b = mix(pixel.b, skin.b * day + palette.bright.b * rim * (day * 0.8 + 0.015), solid)
      }
      if (r > 0.985) {
        const air = Math.exp(-(r - 0.985) * 16) * 0.9 + Math.exp(-(r - 0.985) * 5) * 0.2
        addScaled(pixel, palette.mid, air * smooth(-0.35, 1, facing) * 0.8 * smooth(1.5, 1.1, r) * smooth(0.985, 1, r))
      }
    },
    area,
  )
}

function makeRing(scene: Scene): Ring {
  const { random, noise } = scene
  const seed = random.between(0, 99)
  const bands = Float32Array.from({ length: 512 }, (_, i) => {
    const t = i / 511
    const grooves = 0.55 + 0.8 * noise.cloud(t * 9, seed, 4)
    const gap = 1 - smooth(0.022, 0.008, Math.abs(t - 0.62))
    return clamp01(grooves) * gap * smooth(0, 0.1, t) * smooth(1, 0.9, t)
  })
  return { tilt: random.between(-0.42, 0.42), squash: random.between(0.2, 0.34), inner: 1.32, outer: 2.25, bands }
}

function paintRing(scene: Scene, globe: Globe, ring: Ring, part: 'behind' | 'front'): void {
  const { canvas, palette } = scene
  const cos = Math.cos(ring.tilt)
  const sin = Math.sin(ring.tilt)
  const ice = mixColor(palette.bright, WHITE, 0.3)
  const rise = Math.sqrt(1 - ring.squash * ring.squash)
  const reach = globe.radius * (ring.outer + 0.05)
  const area = { left: globe.x - reach, right: globe.x + reach, top: globe.y - reach, bottom: globe.y + reach }
  shade(
    canvas,
    (x, y, pixel) => {
      const dx = (x - globe.x) / globe.radius
      const dy = (y - globe.y) / globe.radius
      const along = dx * cos + dy * sin
      const up = (-dx * sin + dy * cos) / ring.squash
      if (up > 0 !== (part === 'front')) return
      const r = Math.sqrt(along * along + up * up)
      if (r < ring.inner || r > ring.outer) return
      const t = ((r - ring.inner) / (ring.outer - ring.inner)) * 510
      const low = Math.floor(t)
      const dense = mix(ring.bands[low] as number, ring.bands[low + 1] as number, t - low)
      const towards = dx * globe.light.x + dy * globe.light.y + up * rise * globe.light.z
      const aside = Math.sqrt(Math.max(0, r * r - towards * towards))
      const sunlit = towards < 0 ? smooth(0.95, 1.06, aside) : 1
      const lit = dense * (0.55 + (0.25 * towards) / r) * mix(0.04, 1, sunlit)
      const cover = dense * 0.82
      pixel.r = pixel.r * (1 - cover) + (ice.r * 0.7 + palette.mid.r * 0.3) * lit
      pixel.g = pixel.g * (1 - cover) + (ice.g * 0.7 + palette.mid.g * 0.3) * lit
      pixel.b = pixel.b * (1 - cover) + (ice.b * 0.7 + palette.mid.b * 0.3) * lit
    },
    area,
  )
}
