import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { assemble } from '../../../bench/render/assemble.ts'
import { paintClouds } from '../../../bench/render/pictures.ts'
import { enlargeAndBlend, startKernel } from '../../../pipeline/render/kernel.ts'
import { enlargeAndBlendPlain } from '../../../pipeline/render/plain.ts'
import { type Plates, paintPlates } from '../../../pipeline/render/plates.ts'
import { openBrand } from './support.ts'

const FOLDER = new URL('../../../pipeline/render/', import.meta.url)

describe('the WebAssembly kernel', () => {
  it('is what its source says: assembling kernel.wat gives the bytes of kernel.wasm', async () => {
    const source = await readFile(new URL('kernel.wat', FOLDER), 'utf8')
    const bytes = await readFile(new URL('kernel.wasm', FOLDER))
    expect(Buffer.from(assemble(source)).equals(bytes)).toBe(true)
  })

  it('runs on this machine', () => {
    expect(startKernel()).not.toBeNull()
  })

  it.each([
    ['a square picture on the hook', 'hook', 2, 320, 320],
    ['a tall one on the reveal', 'reveal', 2, 256, 320],
    ['a wide one on the closing slide', 'closing', 2, 300, 120],
    ['a single pixel', 'hook', 2, 1, 1],
    ['a story, whose width is no multiple of 16', 'story', 1, 200, 333],
  ] as const)('paints the same as the plain version: %s', async (_, layoutName, scale, width, height) => {
    const { kit } = await openBrand('factsmind')
    const size = layoutName === 'story' ? { width: 1080, height: 1920 } : { width: 2160, height: 2700 }
    const plates = paintPlates(kit, kit.layouts[layoutName], { ...size, scale })
    const rgb = new Uint8Array(paintClouds(Math.max(width, height), 3).subarray(0, width * height * 3))
    const fast = Buffer.from(enlargeAndBlend(plates, { width, height, rgb }))
    const plain = Buffer.from(enlargeAndBlendPlain(plates, { width, height, rgb }))
    expect(fast.equals(plain)).toBe(true)
  })

  it('keeps a framed picture inside its frame', async () => {
    const { kit } = await openBrand('marginalia')
    const plates = paintPlates(kit, kit.layouts.hook, { width: 2160, height: 2700, scale: 2 })
    const white = { width: 2, height: 2, rgb: new Uint8Array(12).fill(255) }
    const out = enlargeAndBlend(plates, white)
    const differs = (x: number, y: number): boolean => pixel(out, plates, x, y) !== pixel(plates.b, plates, x, y)
    const { x, y, width, height } = plates.picture
    expect([differs(x, y), differs(x + width - 1, y + height - 1)]).toEqual([true, true])
    expect([differs(x - 1, y), differs(x, y - 1), differs(x, y + height), differs(0, y + height)]).toEqual([
      false,
      false,
      false,
      false,
    ])
  })

  it('enlarges a flat colour to the same flat colour', () => {
    const side = 64
    const plates: Plates = {
      width: side,
      height: side,
      a: new Uint8Array(side * side).fill(255),
      b: new Uint8Array(side * side * 3),
      picture: { x: 0, y: 0, width: side, height: side, focusY: 0.5 },
    }
    const grey = { width: 5, height: 7, rgb: new Uint8Array(5 * 7 * 3).fill(128) }
    expect(new Set(enlargeAndBlend(plates, grey)).size).toBe(1)
  })
})

function pixel(rgb: Uint8Array, plates: Plates, x: number, y: number): string {
  const at = (y * plates.width + x) * 3
  return rgb.subarray(at, at + 3).join(',')
}
