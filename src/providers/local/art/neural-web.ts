import { bow, dab, glow, type Point, stroke } from './brush.ts'
import { clamp01, mix } from './canvas.ts'
import { mixColor, WHITE } from './palette.ts'
import type { Scene } from './scene.ts'
import { paintAir } from './sky.ts'

/** `depth` 0 is in focus; farther ones are dimmer and out of focus. */
type Cell = Point & { size: number; depth: number; firing: number }

/** A web of nerve cells seen from a distance; one region fires. */
export function paintNeuralWeb(scene: Scene): void {
  const { canvas, random } = scene
  paintAir(scene, 0.8)
  const zoom = scene.role === 'reveal' ? 1.35 : 1
  for (const [depth, count] of [
    [2, 26],
    [1, 26],
    [0, 30],
  ] as const) {
    const cells = scatterCells(scene, count, depth, zoom)
    for (const cell of cells) linkToNeighbours(scene, cell, cells, zoom)
    for (const cell of cells) paintWebCell(scene, cell)
  }
  for (let i = 0; i < 26; i++) {
    const x = random.next() * canvas.width
    const y = random.next() * canvas.height * 0.8
    dab(canvas, x, y, random.between(5, 26), scene.palette.mid, random.between(0.008, 0.035))
  }
}

function scatterCells(scene: Scene, count: number, depth: number, zoom: number): Cell[] {
  const { canvas, random, focus } = scene
  const cells: Cell[] = []
  const apart = (118 - depth * 14) * zoom
  for (let attempt = 0; attempt < count * 24 && cells.length < count; attempt++) {
    const x = random.between(-60, canvas.width + 60)
    const y = random.between(-60, canvas.height * 0.82)
    if (cells.some((cell) => Math.hypot(cell.x - x, cell.y - y) < apart)) continue
    const near = Math.exp(-((x - focus.x) ** 2 + (y - focus.y) ** 2) / (250 * 250))
    const firing = depth === 0 ? clamp01(near * 1.2 + (random.next() < 0.16 ? 0.45 : 0)) : near * 0.5
    cells.push({ x, y, depth, firing, size: (random.between(5, 8) + 7 * firing * random.next()) * zoom })
  }
  return cells
}

function linkToNeighbours(scene: Scene, cell: Cell, cells: Cell[], zoom: number): void {
  const { random, palette, canvas } = scene
  const nearest = cells
    .filter((other) => other !== cell)
    .map((other) => ({ other, away: Math.hypot(other.x - cell.x, other.y - cell.y) }))
    .sort((a, b) => a.away - b.away)
    .slice(0, 4)
  for (const { other, away } of nearest) {
    if (away > 270 * zoom || (away > 130 * zoom && random.next() < 0.25)) continue
    const fibres = cell.depth === 0 ? 2 : 1
    for (let fibre = 0; fibre < fibres; fibre++) paintFibre(scene, cell, other, random.between(-0.24, 0.24))
    if (cell.depth > 0 || random.next() > 0.4 + cell.firing * 0.5) continue
    const path = bow(cell, other, random.between(-0.1, 0.1))
    const at = path(random.between(0.25, 0.75))
    const pulse = cell.firing > 0.5 ? palette.spark : palette.bright
    glow(canvas, at.x, at.y, 22 * zoom, pulse, 0.6)
    dab(canvas, at.x, at.y, 3.4, mixColor(pulse, WHITE, 0.6), 2)
  }
}

function paintFibre(scene: Scene, from: Cell, to: Cell, bend: number): void {
  const { canvas, palette, random } = scene
  const path = bow(from, to, bend)
  const firing = (from.firing + to.firing) / 2
  const color = mixColor(palette.mid, palette.bright, clamp01(firing))
  const blurPx = from.depth * 2.6
  const wave = random.between(2, 5)
  const phase = random.between(0, 6)
  const strength = (0.2 + 0.75 * firing) / (1 + from.depth * 0.9)
  stroke(canvas, Math.hypot(to.x - from.x, to.y - from.y), color, (t, out) => {
    const at = path(t)
    const middle = 4 * t * (1 - t)
    out.x = at.x + Math.sin(t * wave * 2 + phase) * 5 * middle
    out.y = at.y + Math.cos(t * wave * 2 + phase) * 5 * middle
    out.radius = mix(2.6, 1, middle) + blurPx
    out.amount = strength * mix(1, 0.55, middle)
  })
}

function paintWebCell(scene: Scene, cell: Cell): void {
  const { canvas, palette } = scene
  const hot = mixColor(palette.bright, palette.spark, cell.firing > 0.75 ? 0.75 : 0.1)
  const dim = 1 / (1 + cell.depth * 1.1)
  const soft = cell.size + cell.depth * 6
  glow(
    canvas,
    cell.x,
    cell.y,
    soft * (5 + 8 * cell.firing),
    mixColor(palette.mid, hot, cell.firing),
    dim * (0.16 + 0.9 * cell.firing),
  )
  dab(canvas, cell.x, cell.y, soft * 1.7, hot, dim * dim * (0.4 + cell.firing))
  if (cell.depth === 0) dab(canvas, cell.x, cell.y, soft * 0.95, mixColor(hot, WHITE, 0.6), 0.9 + 2.2 * cell.firing)
}
