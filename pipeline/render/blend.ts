import type { Plates } from './plates.ts'
import { divide255, type Rgb } from './raster.ts'

/** The one pass over all pixels: `picture * a / 255 + b`. */
export function blendPicture(plates: Plates, picture: Uint8Array | Rgb): Uint8Array {
  const { a, b, width } = plates
  const { x: left, y: top, width: columns, height: rows } = plates.picture
  const out = new Uint8Array(b.length)
  out.set(b)
  const flat = picture instanceof Uint8Array ? null : picture
  const source = picture instanceof Uint8Array ? picture : new Uint8Array()
  for (let row = 0; row < rows; row++) {
    let at = (top + row) * width + left
    let to = at * 3
    let from = row * columns * 3
    for (const end = at + columns; at < end; at++, to += 3, from += 3) {
      const gain = a[at] as number
      if (gain === 0) continue
      const [red, green, blue] = flat ?? [
        source[from] as number,
        source[from + 1] as number,
        source[from + 2] as number,
      ]
      out[to] = Math.min(255, divide255(red * gain) + (b[to] as number))
      out[to + 1] = Math.min(255, divide255(green * gain) + (b[to + 1] as number))
      out[to + 2] = Math.min(255, divide255(blue * gain) + (b[to + 2] as number))
    }
  }
  return out
}
