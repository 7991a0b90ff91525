import { readFileSync } from 'node:fs'
import { enlargeAndBlendPlain } from './plain.ts'
import type { Plates } from './plates.ts'
import { paddedStride, padRows, planEnlargement, type RawPicture, type Taps, walkRows } from './resample.ts'

type Kernel = {
  memory: WebAssembly.Memory
  stretch(row: number, table: number, target: number, count: number): void
  blend(...args: [...rows: FourOf<number>, ...weights: FourOf<number>, a: number, out: number, turns: number]): void
}
type FourOf<T> = [T, T, T, T]

/** One a thread: its memory holds one slide at a time. Null where WebAssembly or its SIMD is missing. */
let kernel: Kernel | null | undefined

/**
 * Enlarges a picture to its place and blends it with the plates.
 * The result may lie in the kernel's own memory: it is valid until the next call on this thread.
 */
export function enlargeAndBlend(plates: Plates, picture: RawPicture): Uint8Array {
  if (plates.picture.width <= 0 || plates.picture.height <= 0) return new Uint8Array(plates.b)
  kernel ??= startKernel()
  return kernel ? runKernel(kernel, plates, picture) : enlargeAndBlendPlain(plates, picture)
}

/** Null where WebAssembly or its SIMD is missing. */
export function startKernel(): Kernel | null {
  try {
    const bytes = readFileSync(new URL('kernel.wasm', import.meta.url))
    return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as unknown as Kernel
  } catch (thrown) {
    if (thrown instanceof WebAssembly.CompileError || thrown instanceof ReferenceError) return null
    throw thrown
  }
}

const PAGE_BYTES = 65_536
const TABLE_ENTRY_BYTES = 12
/** `blend` takes 16 pixels a turn and may read and write that much past the end. */
const PIXELS_A_TURN = 16
const SLACK_BYTES = 256

function runKernel(instance: Kernel, plates: Plates, picture: RawPicture): Uint8Array {
  const { x: left, y: top, width } = plates.picture
  const { across, down } = planEnlargement(picture, plates.picture)
  const turns = Math.ceil(width / PIXELS_A_TURN)
  const rowBytes = turns * PIXELS_A_TURN * 6 + SLACK_BYTES
  const [source, table, rows, a, out, end] = layOut([
    paddedStride(picture) * picture.height,
    width * TABLE_ENTRY_BYTES,
    rowBytes * 4,
    turns * PIXELS_A_TURN,
    plates.b.length,
  ])
  growTo(instance.memory, end)
  const bytes = new Uint8Array(instance.memory.buffer)
  const stride = padRows(picture, bytes.subarray(source))
  writeTable(new DataView(instance.memory.buffer, table), across)
  bytes.fill(0, a, a + turns * PIXELS_A_TURN) // a gain of 0 keeps what lies right of the picture
  bytes.set(plates.b, out)

  const slotAt = (slot: number): number => rows + slot * rowBytes
  walkRows(
    { down, sourceHeight: picture.height },
    (row, slot) => instance.stretch(source + row * stride, table, slotAt(slot), width),
    (row, [s0, s1, s2, s3]) => {
      const [w0 = 0, w1 = 0, w2 = 0, w3 = 0] = down.weights.subarray(row * 4, row * 4 + 4)
      const at = (top + row) * plates.width + left
      bytes.set(plates.a.subarray(at, at + width), a)
      instance.blend(slotAt(s0), slotAt(s1), slotAt(s2), slotAt(s3), w0, w1, w2, w3, a, out + at * 3, turns)
    },
  )
  return bytes.subarray(out, out + plates.b.length)
}

/** Start of each part, one after the other on 16-byte borders with some slack between, and the end of all. */
function layOut(sizes: FiveOf<number>): [...FiveOf<number>, number] {
  let at = 0
  const starts = sizes.map((size) => {
    const start = at
    at = (at + size + SLACK_BYTES + 15) & ~15
    return start
  }) as FiveOf<number>
  return [...starts, at]
}
type FiveOf<T> = [T, T, T, T, T]

function growTo(memory: WebAssembly.Memory, bytes: number): void {
  const missing = Math.ceil((bytes - memory.buffer.byteLength) / PAGE_BYTES)
  if (missing > 0) memory.grow(missing)
}

function writeTable(view: DataView, across: Taps): void {
  for (const [index, start] of across.starts.entries()) {
    view.setInt32(index * TABLE_ENTRY_BYTES, (start + 2) * 3, true)
    for (let tap = 0; tap < 4; tap++) {
      view.setInt16(index * TABLE_ENTRY_BYTES + 4 + tap * 2, across.weights[index * 4 + tap] as number, true)
    }
  }
}
