import { dab, glow } from './brush.ts'
import { addScaled, clamp01, mix, type Rgb, shade, smooth } from './canvas.ts'
import { mixColor, WHITE } from './palette.ts'
import type { Scene } from './scene.ts'
import { paintAir } from './sky.ts'

type Gear = { x: number; y: number; radius: number; teeth: number; turn: number; near: number; spokes: number }

/** The works of a clock: wheels that mesh, brushed metal in cold light, one warm ruby bearing. */
export function paintGears(scene: Scene): void {
  const { canvas, random, palette, focus } = scene
  const pitch = random.between(11.2, 12.4)
  paintAir(scene, 0.5)
  glow(canvas, focus.x, focus.y, 600, palette.mid, 0.35)
  const main: Gear = {
    x: focus.x,
    y: focus.y,
    radius: pitch * 18,
    teeth: 36,
    turn: random.between(0, 1),
    near: 1,
    spokes: 5,
  }
  const start = random.between(-0.5, 0.1)
  const chain = [
    { teeth: 16, angle: start + 2.5 },
    { teeth: 24, angle: start + 4.25 },
    { teeth: 12, angle: start + 0.75 },
    { teeth: 44, angle: start + 1.7 },
  ].map(({ teeth, angle }) => mesh(main, teeth, angle, pitch))
  const far = chain.flatMap((gear, i) => (i < 3 ? [mesh(gear, 30, start + 3.4 + i * 1.9, pitch)] : []))
  for (const gear of far) paintGear(scene, { ...gear, near: 0.3, spokes: 4 })
  for (const gear of [...chain, main]) paintGear(scene, gear)
  glow(canvas, focus.x, focus.y, 150, palette.spark, 1)
  dab(canvas, focus.x, focus.y, 17, mixColor(palette.spark, WHITE, 0.35), 2.6)
}

/** A wheel beside another, turned so that its teeth stand in the other's gaps. */
function mesh(to: Gear, teeth: number, angle: number, pitch: number): Gear {
  const radius = (pitch * teeth) / 2
  const away = to.radius + radius
  const step = (Math.PI * 2) / teeth
  const phase = ((angle - to.turn) * to.teeth) / (Math.PI * 2)
  const turn = angle + Math.PI + (phase - Math.floor(phase) + 0.5) * step
  return {
    x: to.x + Math.cos(angle) * away,
    y: to.y + Math.sin(angle) * away,
    radius,
    teeth,
    turn,
    near: 0.72,
    spokes: teeth > 20 ? 6 : 0,
  }
}

function paintGear(scene: Scene, gear: Gear): void {
  const { canvas, noise, palette, focus } = scene
  const brass = mixColor(palette.mid, palette.spark, 0.2)
  const tooth = 9.5
  const reach = gear.radius + tooth + 2
  const body: Rgb = { r: 0, g: 0, b: 0 }
  shade(
    canvas,
    (x, y, pixel) => {
      const dx = x - gear.x
      const dy = y - gear.y
      const r = Math.sqrt(dx * dx + dy * dy)
      if (r > reach) return
      const angle = Math.atan2(dy, dx)
      const wave = Math.cos((angle - gear.turn) * gear.teeth)
      const outer = gear.radius + tooth * 0.85 * Math.max(-1, Math.min(1, wave * 1.9)) - r
      const web = gear.spokes === 0 ? 99 : spokeDistance(gear, r, angle)
      const hub = r - Math.min(20, gear.radius * 0.16)
      const solid = Math.min(outer, web, hub)
      const cover = clamp01(solid + 0.5)
      if (cover <= 0) return
      const near = (0.22 + Math.exp(-((x - focus.x) ** 2 + (y - focus.y) ** 2) / 130000)) * gear.near
      const brushed = 0.75 + 0.3 * noise.at(r / 2.2, angle * 1.5) + 0.25 * noise.at(r / 9, 7)
      const sheen = 0.24 + 0.75 * Math.cos(angle * 2 - 0.9) ** 8
      const edge = Math.exp(-solid / 1.8)
      const bevel = smooth(-0.4, 1, Math.cos(angle + 2.2)) * edge
      const tone = brushed * sheen * 0.75
      body.r = palette.base.r + (brass.r * tone + palette.bright.r * (bevel * 1.1 + edge * 0.22)) * near
      body.g = palette.base.g + (brass.g * tone + palette.bright.g * (bevel * 1.1 + edge * 0.22)) * near
      body.b = palette.base.b + (brass.b * tone + palette.bright.b * (bevel * 1.1 + edge * 0.22)) * near
      pixel.r = mix(pixel.r, body.r, cover)
      pixel.g = mix(pixel.g, body.g, cover)
      pixel.b = mix(pixel.b, body.b, cover)
      addScaled(pixel, palette.spark, cover * Math.exp(-r / 60) * 0.12 * gear.near)
    },
    { left: gear.x - reach, right: gear.x + reach, top: gear.y - reach, bottom: gear.y + reach },
  )
}

/** Pixels to the nearest cut-out between two spokes; positive in metal. */
function spokeDistance(gear: Gear, r: number, angle: number): number {
  const inner = gear.radius * 0.3
  const outer = gear.radius * 0.8
  const step = (Math.PI * 2) / gear.spokes
  const turned = angle - gear.turn
  const aside = Math.abs(turned - Math.round(turned / step) * step) * r
  return Math.max(aside < gear.radius ? gear.radius * 0.065 - aside : -99, inner - r, r - outer)
}
