import { addScaled, mix, type Rgb, scale, setMix, shade, smooth } from './canvas.ts'
import { mixColor, WHITE } from './palette.ts'
import type { Scene } from './scene.ts'
import { paintNebula, paintStars } from './sky.ts'

/** Lengths in Schwarzschild radii. Light that passes closer than √27/2 falls in. */
const CRITICAL = Math.sqrt(27) / 2
const DISC_INNER = 2.7
const DISC_OUTER = 9.5
const ANGLES = 384
const IMPACTS = 512
const IMPACT_MAX = 12
const FULL_ANGLE = Math.PI * 2

/** 1/distance along each light path, by how far it passes (rows) and the angle travelled round the hole (columns). */
type Paths = Float32Array

/**
 * Light really bends here: every path round the hole is integrated once (u'' = 3/2·u² − u, all paths are alike but for
 * their impact parameter), then each pixel looks up where its path meets the disc: first in front, then round the back.
 */
export function paintBlackHole(scene: Scene): void {
  const { canvas, focus, random } = scene
  const unit = random.between(52, 60)
  const shadow = unit * CRITICAL
  paintNebula(scene, { scale: 1.9, light: 0.55, reachPx: 620, dust: 0.6 })
  paintStars(scene, 1700, (x, y) => {
    const away = Math.hypot(x - focus.x, y - focus.y)
    const bent = (away + Math.sqrt(away * away + 4 * shadow * shadow)) / 2
    return { x: focus.x + ((x - focus.x) / away) * bent, y: focus.y + ((y - focus.y) / away) * bent }
  })
  const paths = tracePaths()
  const camera = { unit, elevation: random.between(0.1, 0.2), roll: random.between(-0.32, 0.32) }
  const reach = unit * IMPACT_MAX
  const area = { left: focus.x - reach, right: focus.x + reach, top: focus.y - reach, bottom: focus.y + reach }
  shade(canvas, makeHoleShader(scene, paths, camera), area)
}

function tracePaths(): Paths {
  const paths = new Float32Array(ANGLES * IMPACTS)
  const step = FULL_ANGLE / (ANGLES - 1) / 2
  for (let row = 0; row < IMPACTS; row++) {
    const impact = ((row + 0.5) / IMPACTS) * IMPACT_MAX
    let u = 0
    let slope = 1 / impact
    for (let i = 0; i < ANGLES * 2; i++) {
      if (i % 2 === 0) paths[row * ANGLES + i / 2] = u
      const middle = u + (slope * step) / 2
      slope += (1.5 * middle * middle - middle) * step
      u += slope * step
      if (u > 1.2 || u < 0) break
    }
  }
  return paths
}

function distanceAt(paths: Paths, impact: number, angle: number): number {
  const fRow = Math.min(IMPACTS - 1.001, Math.max(0, (impact / IMPACT_MAX) * IMPACTS - 0.5))
  const fColumn = Math.min(ANGLES - 1.001, (angle / FULL_ANGLE) * (ANGLES - 1))
  const row = Math.floor(fRow)
  const column = Math.floor(fColumn)
  const at = row * ANGLES + column
  const near = mix(paths[at] as number, paths[at + 1] as number, fColumn - column)
  const far = mix(paths[at + ANGLES] as number, paths[at + ANGLES + 1] as number, fColumn - column)
  const u = mix(near, far, fRow - row)
  return u > 0.02 ? 1 / u : 1e3
}

type Camera = { unit: number; elevation: number; roll: number }

type DiscPainter = (pixel: Rgb, cos: number, sin: number, angle: number, r: number) => number

/** Adds the light of one point of the disc, given where its path crossed it; returns how dense the gas is there. */
function makeDiscPainter(scene: Scene, camera: Camera): DiscPainter {
  const { palette, noise, random } = scene
  const sinE = Math.sin(camera.elevation)
  const cosE = Math.cos(camera.elevation)
  const spin = random.next() < 0.5 ? 1 : -1
  const ember = mixColor(palette.spark, palette.mid, 0.15)
  const hottest = mixColor(palette.bright, WHITE, 0.5)
  const light: Rgb = { r: 0, g: 0, b: 0 }
  return (pixel: Rgb, cos: number, sin: number, angle: number, r: number): number => {
    const x = r * Math.sin(angle) * cos
    const z = r * (Math.cos(angle) * cosE - Math.sin(angle) * sin * sinE)
    const turn = Math.atan2(z, x) + (spin * 7) / Math.sqrt(r)
    const lanes =
      noise.cloud(r * 1.9, 40 + Math.cos(turn) * 0.9, 3) +
      noise.cloud(Math.cos(turn) * 1.6 + r * 0.6, Math.sin(turn) * 1.6 - 9, 2)
    const t = (r - DISC_INNER) / (DISC_OUTER - DISC_INNER)
    const dense = smooth(0, 0.05, t) * smooth(1, 0.25, t) * smooth(-0.75, 0.65, lanes)
    const beaming = (1 + (0.52 * spin * x) / r) ** 3
    const heat = (DISC_INNER / r) ** 1.7 * beaming * 2.1
    setMix(light, ember, palette.mid, smooth(0.75, 0.12, heat * 0.6))
    addScaled(light, hottest, smooth(0.5, 2.6, heat) * 0.9)
    addScaled(pixel, light, dense * heat)
    return dense
  }
}

function makeHoleShader(scene: Scene, paths: Paths, camera: Camera): (x: number, y: number, pixel: Rgb) => void {
  const { focus, palette } = scene
  const sinE = Math.sin(camera.elevation)
  const cosE = Math.cos(camera.elevation)
  const cosR = Math.cos(camera.roll)
  const sinR = Math.sin(camera.roll)
  const before: Rgb = { r: 0, g: 0, b: 0 }
  const addDisc = makeDiscPainter(scene, camera)
  return (px, py, pixel) => {
    const dx = (px - focus.x) / camera.unit
    const dy = (focus.y - py) / camera.unit
    const right = dx * cosR - dy * sinR
    const up = dx * sinR + dy * cosR
    const impact = Math.sqrt(right * right + up * up)
    if (impact > IMPACT_MAX - 0.1 || impact < 0.001) return
    const first = Math.atan2(sinE, (-cosE * up) / impact)
    scale(pixel, smooth(CRITICAL - 0.03, CRITICAL + 0.03, impact))
    const ring = Math.exp(-(((impact - CRITICAL - 0.03) * 22) ** 2)) * 0.9
    addScaled(pixel, palette.bright, ring)
    const behind = distanceAt(paths, impact, first + Math.PI)
    if (behind > DISC_INNER && behind < DISC_OUTER) addDisc(pixel, right / impact, up / impact, first + Math.PI, behind)
    const front = distanceAt(paths, impact, first)
    if (front < DISC_INNER || front > DISC_OUTER) return
    setMix(before, pixel, pixel, 0)
    pixel.r = pixel.g = pixel.b = 0
    const dense = addDisc(pixel, right / impact, up / impact, first, front)
    addScaled(pixel, before, 1 - 0.85 * dense)
  }
}
