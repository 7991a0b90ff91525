import type { Plates } from './plates.ts'
import { paddedStride, padRows, planEnlargement, type RawPicture, walkRows } from './resample.ts'

/**
 * Enlarges a picture and blends it: `picture * a / 256 + b`. This is what kernel.wat does, in the same integers, for
 * machines without WebAssembly SIMD. Values between the two passes have 16 bits, 6 of them fractional.
 */
export function enlargeAndBlendPlain(plates: Plates, picture: RawPicture): Uint8Array {
  const { across, down } = planEnlargement(picture, plates.picture)
  const source = new Uint8Array(paddedStride(picture) * picture.height)
  const stride = padRows(picture, source)
  const { x: left, y: top, width } = plates.picture
  const rows = [0, 1, 2, 3].map(() => new Int16Array(width * 3))
  const row = (slot: number): Int16Array => rows[slot] as Int16Array
  const out = new Uint8Array(plates.b)

  const stretch = (sourceRow: number, slot: number): void => {
    const target = row(slot)
    for (let x = 0; x < width; x++) {
      const from = sourceRow * stride + ((across.starts[x] as number) + 2) * 3
      for (let channel = 0; channel < 3; channel++) {
        let sum = 32
        for (let tap = 0; tap < 4; tap++) {
          sum += (source[from + tap * 3 + channel] as number) * (across.weights[x * 4 + tap] as number)
        }
        target[x * 3 + channel] = sum >> 6
      }
    }
  }

  walkRows({ down, sourceHeight: picture.height }, stretch, (targetRow, slots) => {
    const [r0, r1, r2, r3] = [row(slots[0]), row(slots[1]), row(slots[2]), row(slots[3])]
    const [w0 = 0, w1 = 0, w2 = 0, w3 = 0] = down.weights.subarray(targetRow * 4, targetRow * 4 + 4)
    let at = (top + targetRow) * plates.width + left
    for (let x = 0, i = 0; x < width; x++, at++) {
      const gain = (plates.a[at] as number) << 7
      if (gain === 0) {
        i += 3
        continue
      }
      for (let to = at * 3; to < at * 3 + 3; to++, i++) {
        const sum =
          multiply(w0, r0[i] as number) +
          multiply(w1, r1[i] as number) +
          multiply(w2, r2[i] as number) +
          multiply(w3, r3[i] as number)
        const value = (multiply(gain, sum) + 32) >> 6
        out[to] = Math.min(255, Math.min(255, Math.max(0, value)) + (out[to] as number))
      }
    }
  })
  return out
}

/** i16x8.q15mulr_sat_s of one lane: both factors have 16 bits, the result is their product in 1/32768, rounded. */
function multiply(one: number, other: number): number {
  return (one * other + 0x4000) >> 15
}
