import { dab, glow, stroke } from './brush.ts'
import { addScaled, clamp01, mix, type Rgb, shade, smooth } from './canvas.ts'
import { paintMotes } from './helix.ts'
import { mixColor, WHITE } from './palette.ts'
import type { Scene } from './scene.ts'
import { paintAir } from './sky.ts'

type Rod = { x: number; y: number; heading: number; long: number; wide: number; near: number; color: Rgb }

/** A swarm of bacteria: glassy rods with whips, one of another colour. */
export function paintMicrobes(scene: Scene): void {
  const { canvas, random, palette, focus } = scene
  const zoom = scene.role === 'mechanism' ? 1.45 : 1
  paintAir(scene, 0.8)
  paintMotes(scene, 110)
  glow(canvas, focus.x, focus.y, 460, palette.mid, 0.35)
  const rods: Rod[] = Array.from({ length: 30 }, (_, i) => {
    const near = i / 29
    const away = mix(430, 330, near) * Math.sqrt(random.next())
    const angle = random.between(0, 6.3)
    const wide = mix(11, 36, near ** 1.5) * zoom
    return {
      x: focus.x + Math.cos(angle) * away * 1.15,
      y: focus.y + Math.sin(angle) * away,
      heading: random.between(0, 6.3),
      long: wide * random.between(1.5, 2.6),
      wide,
      near,
      color: mixColor(palette.deep, palette.mid, random.next()),
    }
  })
  for (const rod of rods) paintRod(scene, rod)
  paintRod(scene, {
    x: focus.x,
    y: focus.y,
    heading: random.between(-0.9, -0.3),
    long: 105 * zoom,
    wide: 46 * zoom,
    near: 1,
    color: palette.spark,
  })
  glow(canvas, focus.x, focus.y, 300, palette.spark, 0.7)
}

function paintRod(scene: Scene, rod: Rod): void {
  const { canvas, random, palette, noise } = scene
  const cos = Math.cos(rod.heading)
  const sin = Math.sin(rod.heading)
  const reach = rod.long + rod.wide * 1.3
  const light = mix(0.22, 1, rod.near ** 2)
  for (let i = 0; i < 5; i++) {
    const phase = random.between(0, 6.3)
    const lean = rod.heading + Math.PI + (i - 2) * 0.24
    stroke(canvas, reach * 1.6, palette.mid, (t, out) => {
      const wave = Math.sin(t * 9 + phase) * 11 * t * rod.near
      out.x = rod.x - cos * rod.long + Math.cos(lean) * reach * 1.5 * t - Math.sin(lean) * wave
      out.y = rod.y - sin * rod.long + Math.sin(lean) * reach * 1.5 * t + Math.cos(lean) * wave
      out.radius = 1.2
      out.amount = 0.36 * light * (1 - t)
    })
  }
  shade(
    canvas,
    (x, y, pixel) => {
      const u = (x - rod.x) * cos + (y - rod.y) * sin
      const v = -(x - rod.x) * sin + (y - rod.y) * cos
      const along = Math.max(0, Math.abs(u) - rod.long)
      const r = Math.sqrt(along * along + v * v) / rod.wide
      if (r > 1.1) return
      const cover = clamp01((1 - r) * rod.wide + 0.5)
      const grain = noise.cloud(x / 13, y / 13, 3)
      const core = smooth(0.75, 0.1, r) * smooth(-0.2, 0.5, grain)
      const rim = r ** 6
      const over = Math.exp(-(((v / rod.wide + 0.45) / 0.16) ** 2)) * smooth(1, 0.7, r)
      const keep = 1 - 0.8 * cover
      pixel.r *= keep
      pixel.g *= keep
      pixel.b *= keep
      addScaled(pixel, rod.color, cover * light * (0.16 + 0.55 * core + 0.7 * rim))
      addScaled(pixel, palette.bright, cover * light * (rim * 0.5 + over * 0.4))
    },
    { left: rod.x - reach, right: rod.x + reach, top: rod.y - reach, bottom: rod.y + reach },
  )
}

/** A virus: a studded ball, its spikes turned to us in the middle and seen from the side on the rim. */
export function paintVirus(scene: Scene): void {
  const { canvas, random, palette, focus, noise } = scene
  const radius = random.between(190, 215)
  paintAir(scene, 0.8)
  paintMotes(scene, 90)
  glow(canvas, focus.x, focus.y, radius * 2.6, palette.mid, 0.45)
  const spikes = Array.from({ length: 150 }, (_, i) => {
    const z = 1 - (2 * (i + 0.5)) / 150
    const ring = Math.sqrt(1 - z * z)
    const angle = i * 2.39996 + 0.4
    return { x: Math.cos(angle) * ring, y: Math.sin(angle) * ring, z }
  })
  for (const spike of spikes) if (spike.z < 0) paintSpike(scene, spike, radius)
  shade(
    canvas,
    (x, y, pixel) => {
      const nx = (x - focus.x) / radius
      const ny = (y - focus.y) / radius
      const r2 = nx * nx + ny * ny
      if (r2 > 1.02) return
      const nz = Math.sqrt(Math.max(0, 1 - r2))
      const cover = clamp01((1 - Math.sqrt(r2)) * radius + 0.5)
      const bump = noise.cloud(nx * 5 + 3, ny * 5, 4)
      const lit = smooth(-0.35, 1, -nx * 0.5 - ny * 0.6 + nz * 0.55 + bump * 0.5)
      const rim = (1 - nz) ** 2.5
      pixel.r = mix(pixel.r, palette.deep.r * lit * 0.5 + palette.mid.r * (lit * lit * 0.28 + rim * 0.6), cover)
      pixel.g = mix(pixel.g, palette.deep.g * lit * 0.5 + palette.mid.g * (lit * lit * 0.28 + rim * 0.6), cover)
      pixel.b = mix(pixel.b, palette.deep.b * lit * 0.5 + palette.mid.b * (lit * lit * 0.28 + rim * 0.6), cover)
    },
    { left: focus.x - radius, right: focus.x + radius, top: focus.y - radius, bottom: focus.y + radius },
  )
  for (const spike of spikes) if (spike.z >= 0) paintSpike(scene, spike, radius)
}

function paintSpike(scene: Scene, spike: { x: number; y: number; z: number }, radius: number): void {
  const { canvas, palette, focus } = scene
  const light = spike.z < 0 ? 0.35 : 0.55 + 0.4 * Math.sqrt(1 - spike.z)
  const foot = { x: focus.x + spike.x * radius, y: focus.y + spike.y * radius }
  const head = { x: focus.x + spike.x * radius * 1.26, y: focus.y + spike.y * radius * 1.26 }
  stroke(canvas, radius * 0.26, palette.mid, (t, out) => {
    out.x = mix(foot.x, head.x, t)
    out.y = mix(foot.y, head.y, t)
    out.radius = mix(4.5, 3, t)
    out.amount = 0.5 * light
  })
  const warm = mixColor(palette.spark, palette.bright, 0.25)
  dab(canvas, head.x, head.y, 14 + 4 * spike.z, warm, 0.85 * light)
  dab(canvas, head.x - 3, head.y - 4, 6, WHITE, 0.8 * light)
}
