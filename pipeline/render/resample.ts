import type { Plates } from './plates.ts'

/** RGB bytes, at most as large as the place they are meant for. */
export type RawPicture = { width: number; height: number; rgb: Uint8Array }

/** For each position of the target: the first of four source positions and what each of the four weighs. */
export type Taps = { starts: Int32Array; weights: Int16Array }

/** How a picture is enlarged to cover its place, cut where the layout says. Catmull-Rom, as libvips' and Pillow's cubic. */
export function planEnlargement(
  source: Pick<RawPicture, 'width' | 'height'>,
  target: Plates['picture'],
): { across: Taps; down: Taps } {
  const scale = Math.max(target.width / source.width, target.height / source.height)
  return {
    across: planTaps(source.width, target.width, scale, 0.5, ACROSS_ONE),
    down: planTaps(source.height, target.height, scale, target.focusY, DOWN_ONE),
  }
}

/** Weights across are in 1/4096 and summed in 32 bits; those down are in 1/32768 and multiplied in 16. */
const ACROSS_ONE = 1 << 12
const DOWN_ONE = 1 << 15

function planTaps(sourceLength: number, targetLength: number, scale: number, focus: number, one: number): Taps {
  const starts = new Int32Array(targetLength)
  const weights = new Int16Array(targetLength * 4)
  const offset = (sourceLength - targetLength / scale) * focus
  for (let index = 0; index < targetLength; index++) {
    const position = offset + (index + 0.5) / scale - 0.5
    const base = Math.floor(position)
    starts[index] = Math.min(sourceLength - 2, Math.max(-2, base - 1))
    const t = position - base
    const shares = [
      (-t + 2 * t ** 2 - t ** 3) / 2,
      (2 - 5 * t ** 2 + 3 * t ** 3) / 2,
      (t + 4 * t ** 2 - 3 * t ** 3) / 2,
    ]
    const rounded = shares.map((share) => Math.round(share * one))
    const rest = one - rounded.reduce((sum, weight) => sum + weight, 0)
    for (const [tap, weight] of [...rounded, rest].entries()) weights[index * 4 + tap] = Math.min(weight, 32767)
  }
  return { starts, weights }
}

/** Two pixels more on each side, so that no tap lies outside. */
const PAD_PIXELS = 2

/** Copies rows into `target`, repeating the outermost pixels; returns the bytes a padded row takes. */
export function padRows(source: RawPicture, target: Uint8Array): number {
  const stride = paddedStride(source)
  for (let row = 0; row < source.height; row++) {
    const from = source.rgb.subarray(row * source.width * 3, (row + 1) * source.width * 3)
    const at = row * stride
    target.set(from, at + PAD_PIXELS * 3)
    const first = from.subarray(0, 3)
    const last = from.subarray(-3)
    for (let pixel = 0; pixel < PAD_PIXELS; pixel++) {
      target.set(first, at + pixel * 3)
      target.set(last, at + (PAD_PIXELS + source.width + pixel) * 3)
    }
  }
  return stride
}

export function paddedStride(source: Pick<RawPicture, 'width'>): number {
  return (source.width + 2 * PAD_PIXELS) * 3
}

/**
 * Walks down the target. Four stretched source rows are held at a time, each in the slot of its number modulo four, and
 * are stretched once, when first needed.
 */
export function walkRows(
  plan: { down: Taps; sourceHeight: number },
  stretch: (sourceRow: number, slot: number) => void,
  blend: (targetRow: number, slots: readonly [number, number, number, number]) => void,
): void {
  const held = [-1, -1, -1, -1]
  const slotOf = (wanted: number): number => {
    const row = Math.min(plan.sourceHeight - 1, Math.max(0, wanted))
    const slot = row & 3
    if (held[slot] !== row) {
      stretch(row, slot)
      held[slot] = row
    }
    return slot
  }
  for (const [row, start] of plan.down.starts.entries()) {
    blend(row, [slotOf(start), slotOf(start + 1), slotOf(start + 2), slotOf(start + 3)])
  }
}
