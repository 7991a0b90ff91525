import { glow } from './brush.ts'
import { clamp01, mix, type Rgb, shade, smooth } from './canvas.ts'
import { mixColor, WHITE } from './palette.ts'
import type { Scene } from './scene.ts'
import { paintAir } from './sky.ts'

type Grid = { tile: number; columns: number; heightPx: number }

/** A city of data: blocks in rows, tall where much happens, one of them hot. */
export function paintDataCity(scene: Scene): void {
  const { random, noise, focus, canvas, palette } = scene
  paintAir(scene, 0.7)
  const bold = scene.role === 'twist'
  const grid: Grid = { tile: bold ? 66 : 42, columns: bold ? 17 : 26, heightPx: bold ? 330 : 300 }
  const seed = random.between(0, 99)
  const hot = { column: Math.floor(grid.columns / 2), row: Math.floor(grid.columns / 2) }
  for (let sum = 0; sum <= (grid.columns - 1) * 2; sum++) {
    for (let column = Math.max(0, sum - grid.columns + 1); column <= Math.min(sum, grid.columns - 1); column++) {
      const row = sum - column
      const away = Math.hypot(column - hot.column, row - hot.row)
      const isHot = column === hot.column && row === hot.row
      const wave = smooth(-0.5, 0.7, noise.cloud(column * 0.21 + seed, row * 0.21, 3))
      const rise = isHot
        ? 1.12
        : (0.06 + 0.9 * wave * (0.35 + 0.65 * random.next())) * Math.exp((-away * away) / (grid.columns * 2.4))
      paintBlockTower(scene, grid, {
        column: column - hot.column,
        row: row - hot.row,
        rise: rise * grid.heightPx,
        hot: isHot,
        lit: random.next(),
        away,
      })
    }
  }
  const top = { x: focus.x, y: focus.y + 90 - 1.12 * grid.heightPx }
  glow(canvas, top.x, top.y + 30, 260, palette.spark, 0.7)
}

type Tower = { column: number; row: number; rise: number; hot: boolean; lit: number; away: number }

function paintBlockTower(scene: Scene, grid: Grid, tower: Tower): void {
  const { focus, canvas, palette } = scene
  const wide = grid.tile * 0.86
  const flat = wide * 0.5
  const x = focus.x + (tower.column - tower.row) * grid.tile
  const foot = focus.y + 90 + (tower.column + tower.row) * grid.tile * 0.5
  const top = foot - tower.rise
  if (x < -wide || x > canvas.width + wide || top > canvas.height || foot + flat < 0) return
  const near = 0.08 + Math.exp((-tower.away * tower.away) / 42)
  const color: Rgb = tower.hot ? palette.spark : mixColor(palette.deep, palette.mid, tower.lit)
  const edge = tower.hot ? mixColor(palette.spark, WHITE, 0.5) : mixColor(palette.mid, palette.bright, tower.lit)
  shade(
    canvas,
    (px, py, pixel) => {
      const dx = (px - x) / wide
      const roof = 1 - Math.abs(dx) - Math.abs(py - top) / flat
      const inColumn = wide - Math.abs(px - x)
      const bottomEdge = foot + flat * (1 - Math.abs(dx)) - py
      const wall = Math.min(inColumn, py - top, bottomEdge)
      const roofDistance = roof * flat * 0.9
      const cover = clamp01(Math.max(roofDistance, wall) + 0.5)
      if (cover <= 0) return
      const onRoof = clamp01(roofDistance + 0.5)
      const down = (py - top) / (tower.rise + flat)
      const side = dx < 0 ? 0.2 : 0.075
      const windows = 0.55 + 0.45 * smooth(0.25, 0.4, Math.abs((((py - top - Math.abs(px - x) * -0.5) / 9) % 1) - 0.5))
      const face = mix(side * (1 - 0.8 * down) * windows, 0.34, onRoof) * (tower.hot ? 2.6 : 1) * near
      const rim =
        Math.exp(-Math.abs(roofDistance) / 1.3) * 0.75 * near +
        Math.exp(-Math.abs(px - x) / 1.2) * (1 - onRoof) * 0.3 * near * (1 - down)
      pixel.r = mix(pixel.r, palette.base.r + color.r * face + edge.r * rim, cover)
      pixel.g = mix(pixel.g, palette.base.g + color.g * face + edge.g * rim, cover)
      pixel.b = mix(pixel.b, palette.base.b + color.b * face + edge.b * rim, cover)
    },
    { left: x - wide - 1, right: x + wide + 1, top: top - flat - 1, bottom: Math.min(foot + flat + 1, canvas.height) },
  )
}
