import { type Canvas, clamp01, type Rgb } from './canvas.ts'

/** Soft round dab of light: brightest in the middle, exactly zero at `radius`, no edge to alias. */
export function dab(canvas: Canvas, x: number, y: number, radius: number, color: Rgb, amount: number): void {
  const { width, height, light } = canvas
  const left = Math.max(0, Math.ceil(x - radius))
  const right = Math.min(width - 1, Math.floor(x + radius))
  const top = Math.max(0, Math.ceil(y - radius))
  const bottom = Math.min(height - 1, Math.floor(y + radius))
  const inverse = 1 / (radius * radius)
  for (let row = top; row <= bottom; row++) {
    const rest = 1 - (row - y) * (row - y) * inverse
    for (let column = left; column <= right; column++) {
      const fall = rest - (column - x) * (column - x) * inverse
      if (fall <= 0) continue
      const weight = fall * fall * amount
      const at = (row * width + column) * 3
      light[at] = (light[at] as number) + color.r * weight
      light[at + 1] = (light[at + 1] as number) + color.g * weight
      light[at + 2] = (light[at + 2] as number) + color.b * weight
    }
  }
}

/** A lamp with air around it: a small core and a wide, quickly falling halo that reaches zero at `radius`. */
export function glow(canvas: Canvas, x: number, y: number, radius: number, color: Rgb, amount: number): void {
  const { width, height, light } = canvas
  const left = Math.max(0, Math.ceil(x - radius))
  const right = Math.min(width - 1, Math.floor(x + radius))
  const top = Math.max(0, Math.ceil(y - radius))
  const bottom = Math.min(height - 1, Math.floor(y + radius))
  const inverse = 1 / (radius * radius)
  for (let row = top; row <= bottom; row++) {
    const dy2 = (row - y) * (row - y) * inverse
    for (let column = left; column <= right; column++) {
      const d2 = dy2 + (column - x) * (column - x) * inverse
      if (d2 >= 1) continue
      const weight = (amount * (1 - d2) * (1 - d2) * 0.06) / (0.06 + d2)
      const at = (row * width + column) * 3
      light[at] = (light[at] as number) + color.r * weight
      light[at + 1] = (light[at + 1] as number) + color.g * weight
      light[at + 2] = (light[at + 2] as number) + color.b * weight
    }
  }
}

export type Point = { x: number; y: number }
/** Where a stroke is along its way (0…1), how wide (radius in pixels) and how bright it is there. */
export type StrokeAt = Point & { radius: number; amount: number }

/**
 * A line of light along a path given as a function of 0…1. Dabs are spaced by radius and weighted by spacing,
 * so the brightness depends neither on speed nor on joints. `lengthPx` may be a guess: it only sets the first step.
 */
export function stroke(canvas: Canvas, lengthPx: number, color: Rgb, pathAt: (t: number, out: StrokeAt) => void): void {
  const here: StrokeAt = { x: 0, y: 0, radius: 1, amount: 1 }
  const steps = Math.max(2, Math.ceil(lengthPx / 12))
  pathAt(0, here)
  let { x, y, radius, amount } = here
  for (let step = 1; step <= steps; step++) {
    pathAt(step / steps, here)
    drawSpan(canvas, x, y, radius, amount, here, color)
    ;({ x, y, radius, amount } = here)
  }
}

function drawSpan(
  canvas: Canvas,
  x: number,
  y: number,
  radius: number,
  amount: number,
  to: StrokeAt,
  color: Rgb,
): void {
  const length = Math.hypot(to.x - x, to.y - y)
  const spacing = Math.max(0.6, Math.min(radius, to.radius) * 0.42)
  const count = Math.max(1, Math.round(length / spacing))
  for (let i = 0; i < count; i++) {
    const t = (i + 0.5) / count
    const wide = radius + (to.radius - radius) * t
    const weight = ((amount + (to.amount - amount) * t) * (length / count)) / wide
    if (weight > 0.0008) dab(canvas, x + (to.x - x) * t, y + (to.y - y) * t, Math.max(1.1, wide), color, weight)
  }
}

export function line(canvas: Canvas, from: Point, to: Point, radius: number, color: Rgb, amount: number): void {
  drawSpan(canvas, from.x, from.y, radius, amount, { x: to.x, y: to.y, radius, amount }, color)
}

/** A quadratic bow between two points, `bend` is its sideways reach as a share of the distance. */
export function bow(from: Point, to: Point, bend: number): (t: number) => Point {
  const middleX = (from.x + to.x) / 2 - (to.y - from.y) * bend
  const middleY = (from.y + to.y) / 2 + (to.x - from.x) * bend
  return (t) => {
    const a = (1 - t) * (1 - t)
    const b = 2 * t * (1 - t)
    return { x: a * from.x + b * middleX + t * t * to.x, y: a * from.y + b * middleY + t * t * to.y }
  }
}

/** Coverage of a solid whose edge is `distance` pixels away (negative inside): a one-pixel ramp, so edges are smooth. */
export function coverage(distance: number): number {
  return clamp01(0.5 - distance)
}
