import type { Point } from './brush.ts'
import { type Canvas, clamp01, mix, type Rgb, shade } from './canvas.ts'

/** Fills a convex polygon (corners in either direction) with a colour that may differ from pixel to pixel. */
export function fillPolygon(
  canvas: Canvas,
  corners: readonly Point[],
  opacity: number,
  colorAt: (x: number, y: number, color: Rgb) => void,
): void {
  const sides = toSides(corners)
  const color: Rgb = { r: 0, g: 0, b: 0 }
  const xs = corners.map((corner) => corner.x)
  const ys = corners.map((corner) => corner.y)
  shade(
    canvas,
    (x, y, pixel) => {
      let inside = 1
      for (const side of sides) inside = Math.min(inside, clamp01(side.a * x + side.b * y + side.c + 0.5))
      if (inside <= 0) return
      colorAt(x, y, color)
      const cover = inside * opacity
      pixel.r = mix(pixel.r, color.r, cover)
      pixel.g = mix(pixel.g, color.g, cover)
      pixel.b = mix(pixel.b, color.b, cover)
    },
    { left: Math.min(...xs) - 1, right: Math.max(...xs) + 1, top: Math.min(...ys) - 1, bottom: Math.max(...ys) + 1 },
  )
}

/** Lines whose value is the distance in pixels, positive inside. */
function toSides(corners: readonly Point[]): { a: number; b: number; c: number }[] {
  const middle = {
    x: corners.reduce((sum, corner) => sum + corner.x, 0) / corners.length,
    y: corners.reduce((sum, corner) => sum + corner.y, 0) / corners.length,
  }
  return corners.map((from, i) => {
    const to = corners[(i + 1) % corners.length] ?? from
    const length = Math.hypot(to.x - from.x, to.y - from.y) || 1
    const a = -(to.y - from.y) / length
    const b = (to.x - from.x) / length
    const c = -(a * from.x + b * from.y)
    const sign = a * middle.x + b * middle.y + c < 0 ? -1 : 1
    return { a: a * sign, b: b * sign, c: c * sign }
  })
}
