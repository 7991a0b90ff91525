import { dab, glow, line, stroke } from './brush.ts'
import { mix, type Rgb } from './canvas.ts'
import { mixColor, WHITE } from './palette.ts'
import type { Scene } from './scene.ts'
import { paintAir } from './sky.ts'

/** Tracks of charged particles bursting from one point, bent by a magnet, inside the rings of a detector. */
export function paintCollision(scene: Scene): void {
  const { canvas, random, focus, palette } = scene
  paintAir(scene, 0.45)
  const zoom = scene.role === 'twist' ? 1.5 : 1
  paintDetector(scene, zoom)
  const jets = [random.between(0, 6.3)]
  jets.push((jets[0] ?? 0) + Math.PI + random.between(-0.5, 0.5), random.between(0, 6.3))
  const count = scene.role === 'twist' ? 90 : 150
  for (let i = 0; i < count; i++) {
    const inJet = random.next() < 0.62
    const angle = inJet ? (jets[random.index(3)] ?? 0) + random.bell() * 0.17 : random.between(0, 6.3)
    const momentum = inJet ? random.between(0.4, 1) : random.next() ** 1.6
    const tone = random.next()
    const color = tone < 0.16 ? palette.spark : mixColor(palette.mid, palette.bright, random.next())
    paintTrack(scene, { angle, momentum, zoom, strength: tone < 0.16 ? 0.85 : random.between(0.12, 0.6) }, color)
  }
  glow(canvas, focus.x, focus.y, 300 * zoom, palette.mid, 0.9)
  glow(canvas, focus.x, focus.y, 90 * zoom, mixColor(palette.bright, WHITE, 0.5), 2.4)
}

function paintTrack(
  scene: Scene,
  track: { angle: number; momentum: number; zoom: number; strength: number },
  color: Rgb,
): void {
  const { canvas, random, focus } = scene
  const turnPx = (70 + 1500 * track.momentum ** 2) * (random.next() < 0.5 ? 1 : -1) * track.zoom
  const lengthPx = Math.min(
    mix(380, 1000, track.momentum) * random.between(0.6, 1.1) * track.zoom,
    Math.abs(turnPx) * 9,
  )
  const loss = track.momentum < 0.35 ? 0.75 : 0.1
  const thick = random.between(0.9, 1.7) * Math.sqrt(track.zoom)
  let x = focus.x
  let y = focus.y
  let walked = 0
  let heading = track.angle
  stroke(canvas, lengthPx * 1.6, color, (t, out) => {
    const step = (t - walked) * lengthPx
    walked = t
    heading += step / (turnPx * (1 - loss * t))
    x += Math.cos(heading) * step
    y += Math.sin(heading) * step
    out.x = x
    out.y = y
    out.radius = thick
    out.amount = track.strength * (1 - t) ** 0.8 * 1.5
  })
  if (random.next() < 0.5) dab(canvas, x, y, 4, color, 0.5 * track.strength)
}

function paintDetector(scene: Scene, zoom: number): void {
  const { canvas, random, focus, palette } = scene
  for (const ring of [150, 232, 330, 348, 470]) {
    const radius = ring * zoom
    const squash = 0.985
    stroke(canvas, radius * 6.28, palette.mid, (t, out) => {
      out.x = focus.x + Math.cos(t * 6.2832) * radius
      out.y = focus.y + Math.sin(t * 6.2832) * radius * squash
      out.radius = 1
      out.amount = 0.1 + 0.06 * Math.sin(t * 37)
    })
  }
  for (let i = 0; i < 120; i++) {
    const angle = (i / 120) * Math.PI * 2
    const energy = random.next() ** 7
    const inner = 352 * zoom
    const outer = inner + (8 + 105 * energy) * zoom
    const cos = Math.cos(angle)
    const sin = Math.sin(angle)
    const from = { x: focus.x + cos * inner, y: focus.y + sin * inner }
    const to = { x: focus.x + cos * outer, y: focus.y + sin * outer }
    line(canvas, from, to, 3.6 * zoom, energy > 0.35 ? palette.spark : palette.mid, 0.09 + 0.5 * energy)
  }
}
