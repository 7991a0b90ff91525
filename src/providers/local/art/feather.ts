import { dab, glow, type Point, stroke } from './brush.ts'
import { mix, smooth } from './canvas.ts'
import { paintMotes } from './helix.ts'
import { mixColor, WHITE } from './palette.ts'
import type { Scene } from './scene.ts'
import { paintAir } from './sky.ts'

/** One feather, every barb a thread of light, shimmering from the palette's blue to its warm colour. */
export function paintFeather(scene: Scene): void {
  const { canvas, random, palette, focus } = scene
  const flip = random.next() < 0.5 ? -1 : 1
  const zoom = scene.role === 'mechanism' ? 1.5 : 1
  const from = { x: focus.x - flip * 235 * zoom, y: focus.y + 370 * zoom }
  const to = { x: focus.x + flip * 150 * zoom, y: focus.y - 330 * zoom }
  const bend = flip * random.between(0.1, 0.17)
  const middle = { x: (from.x + to.x) / 2 - (to.y - from.y) * bend, y: (from.y + to.y) / 2 + (to.x - from.x) * bend }
  const at = (t: number): Point => ({
    x: (1 - t) ** 2 * from.x + 2 * t * (1 - t) * middle.x + t * t * to.x,
    y: (1 - t) ** 2 * from.y + 2 * t * (1 - t) * middle.y + t * t * to.y,
  })
  paintAir(scene, 0.7)
  paintMotes(scene, 60)
  glow(canvas, focus.x, focus.y, 480, palette.mid, 0.4)
  const count = Math.round(190 * zoom)
  for (let i = 0; i < count; i++) {
    const t = mix(0.14, 1, i / count)
    const spot = at(t)
    const ahead = at(Math.min(1, t + 0.01))
    const heading = Math.atan2(ahead.y - spot.y || to.y - from.y, ahead.x - spot.x || to.x - from.x)
    const down = smooth(0.14, 0.24, t)
    for (const side of [-1, 1]) {
      const long =
        zoom * (side === flip ? 118 : 178) * Math.sin(Math.min(1, (1.02 - t) * 2.6 + 0.16) * 1.571) * mix(0.7, 1, down)
      paintBarb(scene, spot, heading, { side, long, t, fluffy: 1 - down })
    }
  }
  stroke(canvas, 900, mixColor(palette.bright, WHITE, 0.5), (t, out) => {
    Object.assign(out, at(t))
    out.radius = mix(4.6, 1.2, t) * zoom
    out.amount = 0.95
  })
}

type Barb = { side: number; long: number; t: number; fluffy: number }

function paintBarb(scene: Scene, spot: Point, heading: number, barb: Barb): void {
  const { canvas, random, palette, focus } = scene
  const gap = random.next() < 0.03 ? 0.3 : 0
  const open = barb.side * (mix(0.62, 1.1, barb.fluffy) + random.bell() * (0.02 + 0.3 * barb.fluffy) + gap)
  const away = Math.hypot(spot.x - focus.x, spot.y - focus.y)
  const light = 0.25 + Math.exp(-(away * away) / 70000)
  const eye = Math.exp(-(((barb.t - 0.68) / 0.11) ** 2))
  const cold = mixColor(palette.mid, palette.bright, random.next())
  const color = mixColor(cold, palette.spark, eye * 0.85)
  const long = barb.long * random.between(0.94, 1.03)
  stroke(canvas, long, color, (t, out) => {
    const angle = heading + open * (1 - 0.45 * t)
    out.x = spot.x + Math.cos(angle) * long * t
    out.y = spot.y + Math.sin(angle) * long * t
    out.radius = mix(1.9, 1.1, t)
    out.amount = light * mix(0.34, 0.62, smooth(0.2, 0.9, t)) * smooth(1.02, 0.9, t)
  })
  if (barb.fluffy < 0.1 && random.next() < 0.05) dab(canvas, spot.x, spot.y, 3, palette.bright, 0.8)
}
