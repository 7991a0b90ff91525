import type { PaintRequest } from '../../ports.ts'
import type { Canvas } from './canvas.ts'
import type { Noise } from './noise.ts'
import type { Palette } from './palette.ts'
import type { Random } from './random.ts'

/** What a composition gets: it adds light to the canvas and returns nothing. Coordinates are canvas pixels, y down. */
export type Scene = {
  canvas: Canvas
  random: Random
  noise: Noise
  palette: Palette
  role: PaintRequest['role']
  /** Where the eye should land: upper half, centre to right third, clear of the words and the handle. */
  focus: { x: number; y: number }
}

export type Composition = (scene: Scene) => void
