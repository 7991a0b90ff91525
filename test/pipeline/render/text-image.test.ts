import { beforeAll, describe, expect, it } from 'vitest'
import { type FontBook, listFontFiles, openFontBook, splitIntoRuns } from '../../../pipeline/render/font-book.ts'
import { drawText, registerFonts, type TextImage, type TextImageRequest } from '../../../pipeline/render/text-image.ts'
import { ALLOWED_EMOJIS } from '../../../src/content.ts'
import { hideHostFonts } from '../../../src/host-fonts.ts'
import { openBrand } from './support.ts'

let book: FontBook

beforeAll(async () => {
  hideHostFonts()
  const brand = await openBrand('factsmind')
  book = await openFontBook(brand)
  await registerFonts(listFontFiles(brand))
})

function draw(text: string, change: Partial<TextImageRequest> = {}): Promise<TextImage> {
  const face = book.roles.title.primary
  const { runs } = splitIntoRuns(text, book.roles.title, book.emoji)
  return drawText({
    lines: [runs],
    face,
    px: 64,
    trackingEm: 0,
    lineHeight: 1.2,
    colour: '#ffffff',
    align: 'left',
    rightToLeft: false,
    ...change,
  })
}

const RIGHT = { align: 'right', rightToLeft: true } as const

describe('drawn text', () => {
  it.each(ALLOWED_EMOJIS)('shows %s in colour', async (emoji) => {
    const { rgba } = await draw(emoji)
    let colourful = 0
    for (let at = 0; at < rgba.length; at += 4) {
      const channels = [...rgba.subarray(at, at + 3)]
      if ((rgba[at + 3] as number) > 200 && Math.max(...channels) - Math.min(...channels) > 24) colourful++
    }
    expect(colourful).toBeGreaterThan(50)
  })

  it('never takes a font of the host', async () => {
    const face = { family: 'DejaVu Sans', weight: 700, italic: false }
    const unknown = { family: 'No Font Of This Name', weight: 700, italic: false }
    const lines = (font: typeof face) => [[{ text: 'Hamburg', emoji: false, font }]]
    const [host, none] = await Promise.all([
      draw('', { face, lines: lines(face) }),
      draw('', { face: unknown, lines: lines(unknown) }),
    ])
    expect(Buffer.from(host.rgba).equals(Buffer.from(none.rgba))).toBe(true)
  })

  it('draws letters and signs that the main font lacks with ink, each in its own shape', async () => {
    const pictures = await Promise.all(
      [...'⁻✓∞שم'].map(async (sign) => Buffer.from((await draw(sign)).rgba).toString('base64')),
    )
    expect(new Set(pictures).size).toBe(pictures.length)
  })

  it('joins Arabic letters', async () => {
    const [joined, apart] = await Promise.all([draw('مرحبا'), draw([...'مرحبا'].join('\u200c'))])
    expect(joined.width).toBeLessThan(apart.width)
  })

  it('sets right-to-left words from the right, with the full stop at the left end', async () => {
    const [bare, stopped] = await Promise.all([draw('שלום עולם', RIGHT), draw('שלום עולם.', RIGHT)])
    expect(stopped.width).toBeGreaterThan(bare.width)
    expect(rightPart(stopped, bare.width - 8).equals(rightPart(bare, bare.width - 8))).toBe(true)
  })

  it('ends every right-to-left line at the right edge, also one that begins in Latin', async () => {
    const lines = ['שלום עולם קטן', 'NASA אמרה'].map((text) => splitIntoRuns(text, book.roles.title, book.emoji).runs)
    const image = await draw('', { ...RIGHT, lines })
    const [upper, lower] = [0, 1].map((line) => lastInk(image, line)) as [number, number]
    expect(Math.abs(upper - lower)).toBeLessThan(12)
  })

  it('keeps every line at its pitch, also one with an emoji or a foreign letter', async () => {
    const heightOf = async (...texts: string[]) =>
      (await draw('', { lines: texts.map((text) => splitIntoRuns(text, book.roles.title, book.emoji).runs) })).height
    const plain = await heightOf('one', 'two', 'three')
    expect(Math.abs((await heightOf('one', 'two 🚀', 'שלום')) - plain)).toBeLessThanOrEqual(4) // 0.06 em
  })

  it('takes words with markup in them as words', async () => {
    expect((await draw('<b>a & b</b>')).width).toBeGreaterThan((await draw('a & b')).width)
  })
})

/** The last `columns` columns of a picture. */
function rightPart(image: TextImage, columns: number): Buffer {
  const rows: Uint8Array[] = []
  for (let y = 0; y < image.height; y++) {
    const end = (y + 1) * image.width * 4
    rows.push(image.rgba.subarray(end - columns * 4, end))
  }
  return Buffer.concat(rows)
}

/** The last column with ink in one of two lines. */
function lastInk(image: TextImage, line: number): number {
  const half = image.height >> 1
  for (let x = image.width - 1; x > 0; x--) {
    for (let y = line * half; y < (line + 1) * half; y++) {
      if ((image.rgba[(y * image.width + x) * 4 + 3] as number) > 128) return x
    }
  }
  return 0
}
