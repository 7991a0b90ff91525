import { beforeAll, describe, expect, it } from 'vitest'
import type { Brand, ColourName, Layout, LayoutName } from '../../../pipeline/brand.ts'
import { arrangeText } from '../../../pipeline/render/arrange.ts'
import { type FontBook, listFontFiles, openFontBook } from '../../../pipeline/render/font-book.ts'
import { enlargeAndBlend } from '../../../pipeline/render/kernel.ts'
import { paintPlates } from '../../../pipeline/render/plates.ts'
import { parseColour, type Rgb, type Sprite } from '../../../pipeline/render/raster.ts'
import { toLineSpec, toProgressSpecs, toTextSpec } from '../../../pipeline/render/specs.ts'
import type { TextSpec } from '../../../pipeline/render/tasks.ts'
import { drawText, placeText, registerFonts } from '../../../pipeline/render/text-image.ts'
import { fitText } from '../../../pipeline/render/typeset.ts'
import type { SlideCopy } from '../../../src/content.ts'
import { hideHostFonts } from '../../../src/host-fonts.ts'
import { BRAND_NAMES, COPY, LONG_COPY, openBrand } from './support.ts'

/** Half size: one device pixel a layout unit. */
const SLIDE = { width: 1080, height: 1350, scale: 1 }
const STORY = { width: 1080, height: 1920, scale: 1 }

const CASES: [LayoutName, SlideCopy][] = [
  ['hook', COPY.hook],
  ['hook', LONG_COPY.hook],
  ['reveal', COPY.reveal],
  ['reveal', LONG_COPY.reveal],
  ['reveal', LONG_COPY.mechanism],
  ['reveal', LONG_COPY.twist],
  ['closing', COPY.hook],
  ['story', LONG_COPY.hook],
]

hideHostFonts()

describe.each(BRAND_NAMES)('every text of %s', (name) => {
  let brand: Brand
  let book: FontBook

  beforeAll(async () => {
    brand = await openBrand(name)
    book = await openFontBook(brand)
    await registerFonts(listFontFiles(brand))
  })

  it.each(CASES)(
    'has a contrast of 4.5 to its ground on the %s slide, over white and over black pictures',
    async (layoutName, copy) => {
      const size = layoutName === 'story' ? STORY : SLIDE
      const texts = describeTexts(brand, book, layoutName, copy)
      for (const shade of [255, 0]) {
        const ground = paintGround(brand, layoutName, shade)
        for (const text of texts) {
          const box = await drawBox(text)
          const ratio = worstContrast(ground, size.width, box, parseColour(text.colour))
          expect(ratio, `"${wordsOf(text)}" over ${shade}`).toBeGreaterThanOrEqual(4.5)
        }
      }
    },
  )

  it.each(CASES)('stays inside the margins on the %s slide', async (layoutName, copy) => {
    for (const text of describeTexts(brand, book, layoutName, copy)) {
      const box = await drawBox(text)
      expect(box.left, wordsOf(text)).toBeGreaterThanOrEqual(72)
      expect(box.right, wordsOf(text)).toBeLessThanOrEqual(1008)
      expect(box.top, wordsOf(text)).toBeGreaterThanOrEqual(layoutName === 'story' ? 250 : 56)
      expect(box.bottom, wordsOf(text)).toBeLessThanOrEqual(layoutName === 'story' ? 1600 : 1310)
    }
  })

  it.each(CASES)('keeps clear of every other on the %s slide', async (layoutName, copy) => {
    const boxes = await Promise.all(describeTexts(brand, book, layoutName, copy).map(drawBox))
    for (const [index, one] of boxes.entries()) {
      for (const other of boxes.slice(index + 1)) {
        const apart =
          one.right < other.left || other.right < one.left || one.bottom < other.top || other.bottom < one.top
        expect(apart, JSON.stringify([one, other])).toBe(true)
      }
    }
  })
})

function describeTexts(brand: Brand, book: FontBook, layoutName: LayoutName, copy: SlideCopy): TextSpec[] {
  const layout: Layout = brand.kit.layouts[layoutName]
  const lines = layout.lines.map((line) => toLineSpec(brand, book, line, null, 1))
  const progress = toProgressSpecs(brand, book, layout, { index: 4, total: 5 }, 1).texts
  const slot = layout.text
  if (!slot) return [...lines, ...progress]
  const set = (
    text: string,
    size: { font: 'title' | 'body' | 'label'; colour: ColourName; maxPx: number; minPx: number; maxLines: number },
  ) => {
    const face = book.roles[size.font]
    const trackingEm = brand.kit.fonts[size.font].trackingEm
    const result = fitText({ text, face, emoji: book.emoji, size, trackingEm, width: slot.width })
    if (!result.ok) throw new Error(result.problem)
    return result.block
  }
  const blocks = { title: set(copy.title, slot.title), body: slot.body ? set(copy.body, slot.body) : null }
  const { blocks: placed } = arrangeText(brand, book, slot, blocks)
  return [...lines, ...progress, ...placed.map((block) => toTextSpec(brand, book, block, null, 1))]
}

function paintGround(brand: Brand, layoutName: LayoutName, shade: number): Uint8Array {
  const plates = paintPlates(brand.kit, brand.kit.layouts[layoutName], layoutName === 'story' ? STORY : SLIDE)
  const picture = { width: 1, height: 1, rgb: Uint8Array.from([shade, shade, shade]) }
  return new Uint8Array(enlargeAndBlend(plates, picture))
}

type Box = { left: number; top: number; right: number; bottom: number }

/** Where a text really has ink, the invisible strut not counted. */
async function drawBox(text: TextSpec): Promise<Box> {
  const sprite: Sprite = placeText(await drawText(text), text.x, text.y, text.align)
  const box = { left: Number.POSITIVE_INFINITY, top: Number.POSITIVE_INFINITY, right: 0, bottom: 0 }
  for (let y = 0; y < sprite.height; y++) {
    for (let x = 0; x < sprite.width; x++) {
      if ((sprite.rgba[(y * sprite.width + x) * 4 + 3] as number) < 32) continue
      box.left = Math.min(box.left, sprite.x + x)
      box.right = Math.max(box.right, sprite.x + x)
      box.top = Math.min(box.top, sprite.y + y)
      box.bottom = Math.max(box.bottom, sprite.y + y)
    }
  }
  return box
}

/** The lowest contrast (WCAG 2) of a colour to the mean of any 16x16 part of the ground under the box. */
function worstContrast(rgb: Uint8Array, width: number, box: Box, colour: Rgb): number {
  let worst = 21
  for (let y = box.top; y < box.bottom; y += 16) {
    for (let x = box.left; x < box.right; x += 16) worst = Math.min(worst, contrast(meanOf(rgb, width, x, y), colour))
  }
  return worst
}

function meanOf(rgb: Uint8Array, width: number, left: number, top: number): Rgb {
  const sum: [number, number, number] = [0, 0, 0]
  for (let y = top; y < top + 16; y++) {
    for (let x = left; x < left + 16; x++) {
      for (let channel = 0; channel < 3; channel++) {
        sum[channel] = (sum[channel] as number) + (rgb[(y * width + x) * 3 + channel] as number) / 256
      }
    }
  }
  return sum
}

function contrast(one: Rgb, other: Rgb): number {
  const [light, dark] = [luminance(one), luminance(other)].toSorted((a, b) => b - a) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

function luminance([red, green, blue]: Rgb): number {
  const linear = [red, green, blue].map((value) =>
    value / 255 <= 0.03928 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4,
  )
  return 0.2126 * (linear[0] as number) + 0.7152 * (linear[1] as number) + 0.0722 * (linear[2] as number)
}

function wordsOf(text: TextSpec): string {
  return text.lines.map((runs) => runs.map((run) => run.text).join('')).join(' / ')
}
