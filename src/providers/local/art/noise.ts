import type { Random } from './random.ts'

/** Gradient noise in the plane: smooth, about -1…1, features about one unit wide. */
export type Noise = {
  at(x: number, y: number): number
  /** Octaves summed, each half as strong and twice as fine; rotated so that the lattice never shows. */
  cloud(x: number, y: number, octaves: number): number
  /** Like cloud, folded at zero: bright creases (0…1), for mountain crests, filaments and dust. */
  crease(x: number, y: number, octaves: number): number
}

const CELLS = 256
const TURN_COS = Math.cos(0.65) * 2.03
const TURN_SIN = Math.sin(0.65) * 2.03

export function createNoise(random: Random): Noise {
  const order = shuffledTwice(random)
  const gradientX = new Float32Array(CELLS)
  const gradientY = new Float32Array(CELLS)
  for (let i = 0; i < CELLS; i++) {
    gradientX[i] = Math.cos((i * 2 * Math.PI) / CELLS) * 1.5
    gradientY[i] = Math.sin((i * 2 * Math.PI) / CELLS) * 1.5
  }
  const corner = (row: number, column: number, dx: number, dy: number): number => {
    const hash = order[(order[row & 255] as number) + (column & 255)] as number
    return (gradientX[hash] as number) * dx + (gradientY[hash] as number) * dy
  }
  const at = (x: number, y: number): number => {
    const column = Math.floor(x)
    const row = Math.floor(y)
    const dx = x - column
    const dy = y - row
    const sx = dx * dx * dx * (dx * (dx * 6 - 15) + 10)
    const sy = dy * dy * dy * (dy * (dy * 6 - 15) + 10)
    const top = corner(row, column, dx, dy)
    const bottom = corner(row + 1, column, dx, dy - 1)
    const upper = top + sx * (corner(row, column + 1, dx - 1, dy) - top)
    const lower = bottom + sx * (corner(row + 1, column + 1, dx - 1, dy - 1) - bottom)
    return upper + sy * (lower - upper)
  }
  return {
    at,
    cloud: (x, y, octaves) => sumCloud(at, x, y, octaves),
    crease: (x, y, octaves) => sumCrease(at, x, y, octaves),
  }
}

function shuffledTwice(random: Random): Uint8Array {
  const order = new Uint8Array(CELLS * 2)
  for (let i = 0; i < CELLS; i++) order[i] = i
  for (let i = CELLS - 1; i > 0; i--) {
    const j = random.index(i + 1)
    const kept = order[i] as number
    order[i] = order[j] as number
    order[j] = kept
  }
  order.copyWithin(CELLS, 0, CELLS)
  return order
}

function sumCloud(at: Noise['at'], startX: number, startY: number, octaves: number): number {
  let x = startX
  let y = startY
  let sum = 0
  let weight = 0.55
  for (let octave = 0; octave < octaves; octave++) {
    sum += weight * at(x, y)
    weight *= 0.5
    const turned = x * TURN_COS - y * TURN_SIN + 17.3
    y = x * TURN_SIN + y * TURN_COS + 9.1
    x = turned
  }
  return sum
}

function sumCrease(at: Noise['at'], startX: number, startY: number, octaves: number): number {
  let x = startX
  let y = startY
  let sum = 0
  let weight = 0.55
  for (let octave = 0; octave < octaves; octave++) {
    const fold = 1 - Math.abs(at(x, y))
    sum += weight * fold * fold
    weight *= 0.5
    const turned = x * TURN_COS - y * TURN_SIN + 31.7
    y = x * TURN_SIN + y * TURN_COS + 3.9
    x = turned
  }
  return sum
}
