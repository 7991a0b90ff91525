import { dab, glow, line, stroke } from './brush.ts'
import { addScaled, type Rgb, scale, setMix, shadeSoft, smooth } from './canvas.ts'
import { paintMotes } from './helix.ts'
import { mixColor, WHITE } from './palette.ts'
import type { Scene } from './scene.ts'
import { paintAir } from './sky.ts'

const CELL_COUNT = 1024

/** Where each cell of an endless jittered grid has its nucleus (share of its square), and its own shade. */
type Tissue = { seedX: Float32Array; seedY: Float32Array; tone: Float32Array }
type Nearest = { cell: number; center: number; gap: number }

function cellOf(column: number, row: number): number {
  return ((row + 64) * 31 + column + 64) & (CELL_COUNT - 1)
}

function makeTissue(scene: Scene): Tissue {
  const { random } = scene
  const fill = (low: number, high: number) => Float32Array.from({ length: CELL_COUNT }, () => random.between(low, high))
  return { seedX: fill(0.14, 0.86), seedY: fill(0.14, 0.86), tone: fill(0, 1) }
}

/** Which nucleus is nearest, how far it is, and how much farther the next one is: 0 on a membrane. Grid units. */
function findNearest(tissue: Tissue, x: number, y: number, out: Nearest): void {
  let nearest = 9
  let second = 9
  const column = Math.floor(x)
  const row = Math.floor(y)
  for (let dr = -1; dr <= 1; dr++) {
    for (let dc = -1; dc <= 1; dc++) {
      const index = cellOf(column + dc, row + dr)
      const dx = column + dc + (tissue.seedX[index] as number) - x
      const dy = row + dr + (tissue.seedY[index] as number) - y
      const away = dx * dx + dy * dy
      if (away < nearest) {
        second = nearest
        nearest = away
        out.cell = index
      } else if (away < second) second = away
    }
  }
  out.center = Math.sqrt(nearest)
  out.gap = Math.sqrt(second) - out.center
}

/** Tissue under a fluorescence microscope: membranes, nuclei, one cell that answers differently. */
export function paintTissue(scene: Scene): void {
  const { canvas, random, noise, palette, focus } = scene
  const size = scene.role === 'mechanism' ? 240 : 165
  const stretch = random.between(0.85, 1.15)
  const tissue = makeTissue(scene)
  const oddCell = cellOf(Math.floor(focus.x / size), Math.floor((focus.y * stretch) / size))
  const found: Nearest = { cell: 0, center: 0, gap: 0 }
  shadeSoft(canvas, (px, py, pixel) => {
    const x = (px + 34 * noise.cloud(px / 130, py / 130, 2)) / size
    const y = ((py + 34 * noise.cloud(px / 130 + 50, py / 130, 2)) * stretch) / size
    findNearest(tissue, x, y, found)
    const edgePx = found.gap * size
    const odd = found.cell === oddCell
    const own = tissue.tone[found.cell] as number
    const grain = noise.cloud(px / 15, py / 15, 3)
    const near = 0.16 + Math.exp(-((px - focus.x) ** 2 + (py - focus.y) ** 2) / (400 * 400))
    const membrane = Math.exp(-edgePx / 5) * 0.9 + Math.exp(-edgePx / 24) * 0.3
    const nucleus = smooth(0.235, 0.17, found.center + 0.025 * grain + own * 0.03)
    const body = smooth(0, 0.4, found.gap) * (0.3 + 0.45 * own + 0.35 * grain)
    setMix(pixel, palette.deep, palette.haze, own)
    scale(pixel, Math.max(0.02, body) * near * 0.8)
    addScaled(pixel, palette.base, 1)
    addScaled(pixel, palette.mid, membrane * near * (0.8 + 0.5 * grain))
    addScaled(pixel, palette.bright, Math.exp(-edgePx / 2.2) * near * 0.6)
    const kernel = odd ? palette.spark : own > 0.5 ? palette.bright : palette.mid
    addScaled(pixel, kernel, nucleus * near * (odd ? 1.5 : 0.32 + 0.35 * own) * (0.75 + 0.6 * grain))
    if (odd) addScaled(pixel, palette.spark, Math.max(0, body) * 0.35 + Math.exp(-edgePx / 9) * 0.2)
  })
  glow(canvas, focus.x, focus.y, 420, palette.spark, 0.13)
}

/** One living cell, close: membrane, grainy plasma, a glowing nucleus and the small engines round it. */
export function paintCell(scene: Scene): void {
  const { canvas, random, noise, palette, focus } = scene
  paintAir(scene, 0.6)
  paintMotes(scene, 60)
  const radius = random.between(285, 330)
  const squash = random.between(0.86, 0.98)
  const core = { x: focus.x + random.between(-50, 50), y: focus.y + random.between(-40, 30), radius: radius * 0.33 }
  const warm = mixColor(palette.spark, palette.bright, 0.15)
  shadeSoft(canvas, (x, y, pixel) => {
    const dx = x - focus.x
    const dy = (y - focus.y) / squash
    const r = Math.sqrt(dx * dx + dy * dy)
    if (r > radius * 1.7) return
    const wobble = noise.cloud((dx / (r + 1)) * 1.3 + 7, (dy / (r + 1)) * 1.3, 2) * 44
    const edge = r - radius - wobble
    const grain = noise.cloud(x / 20, y / 20, 4)
    const fold = noise.crease(x / 120 + grain * 0.14, y / 120, 3)
    const inside = smooth(3, -3, edge)
    const depth = Math.max(0, -edge) / radius
    addScaled(pixel, palette.bright, Math.exp(-((edge / 3.4) ** 2)) * 0.95 + Math.exp(-(((edge + 13) / 3) ** 2)) * 0.35)
    addScaled(pixel, palette.mid, Math.exp(-Math.abs(edge) / 26) * 0.36 + inside * Math.exp(-depth * 6) * 0.25)
    addScaled(pixel, palette.deep, inside * (0.22 + 0.5 * grain * grain + 0.16 * grain))
    addScaled(pixel, palette.haze, inside * smooth(0.6, 1, fold) * 0.9)
    const cx = x - core.x
    const cy = y - core.y
    const away = Math.sqrt(cx * cx + cy * cy) + noise.at(x / 70, y / 70) * 7 - core.radius
    const kernel = smooth(3, -3, away)
    addScaled(
      pixel,
      warm,
      kernel * (0.22 + 0.5 * smooth(-0.2, 0.55, grain) + 0.3 * (1 + away / core.radius)) +
        Math.exp(-((away / 3) ** 2)) * 0.9,
    )
    addScaled(pixel, warm, Math.exp(-Math.max(0, away) / 34) * 0.2 * (1 - kernel))
  })
  dab(
    canvas,
    core.x - core.radius * 0.2,
    core.y - core.radius * 0.15,
    core.radius * 0.42,
    mixColor(warm, WHITE, 0.5),
    1.5,
  )
  for (let i = 0; i < 34; i++) paintEngine(scene, core, radius)
}

function paintEngine(scene: Scene, core: { x: number; y: number; radius: number }, radius: number): void {
  const { canvas, random, palette, focus } = scene
  const angle = random.between(0, 6.3)
  const away = radius * Math.sqrt(random.between(0.22, 0.74))
  const x = focus.x + Math.cos(angle) * away
  const y = focus.y + Math.sin(angle) * away * 0.9
  if (Math.hypot(x - core.x, y - core.y) < core.radius * 1.25) return
  const heading = random.between(0, 6.3)
  const reach = random.between(10, 26)
  const color: Rgb = random.next() < 0.3 ? palette.bright : palette.mid
  const curl = random.between(-0.6, 0.6)
  stroke(canvas, reach * 2, color, (t, out) => {
    const turned = heading + curl * (t - 0.5)
    out.x = x + Math.cos(turned) * reach * (t * 2 - 1)
    out.y = y + Math.sin(turned) * reach * (t * 2 - 1)
    out.radius = 8
    out.amount = 0.42
  })
  line(
    canvas,
    { x: x - Math.cos(heading) * reach * 0.8, y: y - Math.sin(heading) * reach * 0.8 },
    { x: x + Math.cos(heading) * reach * 0.8, y: y + Math.sin(heading) * reach * 0.8 },
    2,
    palette.bright,
    0.4,
  )
}
