import { glow } from './brush.ts'
import { addScaled, clamp01, mix, shadeSoft, smooth } from './canvas.ts'
import { hslToLinear, mixColor, WHITE } from './palette.ts'
import type { Scene } from './scene.ts'

const ROOT_3 = Math.sqrt(3)
type Hexagon = { column: number; row: number; edge: number; x: number; y: number }

/** Which cell of a hexagonal grid (side to side 1) holds a point, how far its wall is, and the point within it. */
function findHexagon(x: number, y: number, out: Hexagon): void {
  const oneColumn = Math.round(x)
  const oneRow = Math.round(y / ROOT_3)
  const twoColumn = Math.floor(x) + 0.5
  const twoRow = Math.floor(y / ROOT_3) + 0.5
  const one = (x - oneColumn) ** 2 + (y - oneRow * ROOT_3) ** 2
  const two = (x - twoColumn) ** 2 + (y - twoRow * ROOT_3) ** 2
  out.column = one < two ? oneColumn : twoColumn
  out.row = one < two ? oneRow : twoRow
  out.x = x - out.column
  out.y = y - out.row * ROOT_3
  const aside = Math.abs(out.x)
  out.edge = 0.5 - Math.max(aside, aside * 0.5 + Math.abs(out.y) * (ROOT_3 / 2))
}

/** Wax cells in the dark; honey glows in one and is seeping into its neighbours. */
export function paintHoneycomb(scene: Scene): void {
  const { canvas, random, noise, palette, focus } = scene
  const size = scene.role === 'mechanism' ? random.between(210, 240) : random.between(128, 150)
  const turn = random.between(-0.35, 0.35)
  const cos = Math.cos(turn) / size
  const sin = Math.sin(turn) / size
  const honey = hslToLinear(36, 1, 0.52)
  const wax = mixColor(palette.mid, honey, 0.18)
  const cell: Hexagon = { column: 0, row: 0, edge: 0, x: 0, y: 0 }
  shadeSoft(canvas, (px, py, pixel) => {
    const bend = 6 * noise.at(px / 120, py / 120)
    const dx = px - focus.x + bend
    const dy = py - focus.y + bend
    findHexagon(dx * cos - dy * sin, dx * sin + dy * cos, cell)
    const away = Math.hypot(cell.column, cell.row * ROOT_3)
    const near = Math.exp(-(dx * dx + dy * dy) / (480 * 480))
    const own = noise.at(cell.column * 3.7 + 0.5, cell.row * 5.3 + 0.5)
    const fill = away < 0.1 ? 1 : Math.exp(-away * 0.85) * smooth(-0.25, 0.45, own) * 0.8
    const wall = clamp01(1.1 - (cell.edge * size) / 7)
    const lip = Math.exp(-(((cell.edge * size - 8) / 3) ** 2))
    const depth = smooth(0.02, 0.42, cell.edge)
    const lit = smooth(0.42, -0.42, cell.y)
    addScaled(pixel, palette.base, 1)
    addScaled(pixel, palette.deep, (1 - depth) * (0.1 + 0.3 * lit) * (0.1 + near))
    addScaled(pixel, wax, (wall * 0.3 + lip * mix(0.65, 0.2, lit)) * (0.08 + near))
    addScaled(pixel, palette.bright, lip * (1 - lit) * 0.35 * near)
    const gleam = Math.exp(-((cell.x + 0.14) ** 2 + (cell.y + 0.17) ** 2) * 90)
    addScaled(pixel, honey, fill * (1 - wall) * (0.35 + 0.75 * depth * (0.6 + 0.4 * lit)) * (0.2 + 0.8 * near))
    addScaled(pixel, WHITE, fill * (1 - wall) * gleam * 0.8)
  })
  glow(canvas, focus.x, focus.y, 430, honey, 0.5)
}
