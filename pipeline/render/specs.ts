import type { Brand, FontRole, Layout, Line } from '../brand.ts'
import type { Arrangement, PlacedBlock } from './arrange.ts'
import { type FontBook, splitIntoRuns } from './font-book.ts'
import type { PillSpec, TextSpec } from './tasks.ts'
import type { SetBlock } from './typeset.ts'

/** From layout units and brand names to what a thread draws: device pixels, hex colours, font families. */

type Shadow = NonNullable<Layout['text']>['shadow']

/** The setting of words that are not broken into lines. */
function setLine(book: FontBook, role: FontRole, words: string, px: number): SetBlock {
  return { lines: [splitIntoRuns(words, book.roles[role], book.emoji).runs], px, rightToLeft: false }
}

export function toTextSpec(brand: Brand, book: FontBook, placed: PlacedBlock, shadow: Shadow, scale: number): TextSpec {
  const { block, role } = placed
  const { family, weight, italic } = book.roles[role].primary
  const font = brand.kit.fonts[role]
  return {
    lines: block.lines.map((runs) =>
      runs.map(({ text, emoji, font: face }) => ({
        text,
        emoji,
        font: { family: face.family, weight: face.weight, italic: face.italic },
      })),
    ),
    face: { family, weight, italic },
    px: block.px * scale,
    trackingEm: font.trackingEm,
    lineHeight: font.lineHeight,
    colour: placed.colour,
    align: placed.align,
    rightToLeft: block.rightToLeft,
    x: placed.x * scale,
    y: placed.y * scale,
    shadow: shadow && {
      offset: shadow.offset * scale,
      blur: shadow.blur * scale,
      opacity: shadow.opacity,
    },
  }
}

/** Words that a layout always shows: handle, cue, the closing words. */
export function toLineSpec(brand: Brand, book: FontBook, line: Line, shadow: Shadow, scale: number): TextSpec {
  const { font: role, x, y, align } = line
  const block = setLine(book, role, line.words, line.px)
  return toTextSpec(brand, book, { block, role, colour: brand.kit.colours[line.colour], x, y, align }, shadow, scale)
}

export function toBarSpec(bar: Arrangement['bar'], scale: number): PillSpec[] {
  if (!bar) return []
  const { x, y, width, height, colour } = bar
  return [{ x: x * scale, y: y * scale, width: width * scale, height: height * scale, colour, opacity: 1 }]
}

/** The current dot is drawn this many dots wide. */
const ACTIVE_STRETCH = 3.2
const DOT_GAP = 1.1
const QUIET_OPACITY = 0.45

/** Where in the carousel a slide is: a row of dots with the current one long, or "2/5". */
export function toProgressSpecs(
  brand: Brand,
  book: FontBook,
  layout: Layout,
  position: { index: number; total: number },
  scale: number,
): { pills: PillSpec[]; texts: TextSpec[] } {
  const { progress } = layout
  if (!progress) return { pills: [], texts: [] }
  if (progress.kind === 'number') {
    const words = `${position.index}/${position.total}`
    const line: Line = { ...progress, words, colour: progress.activeColour }
    return { pills: [], texts: [toLineSpec(brand, book, line, null, scale)] }
  }
  const { px, colour, activeColour, align } = progress
  const width = px * (position.total - 1 + ACTIVE_STRETCH + (position.total - 1) * DOT_GAP)
  let x = progress.x - (align === 'right' ? width : align === 'centre' ? width / 2 : 0)
  const pills: PillSpec[] = []
  for (let index = 1; index <= position.total; index++) {
    const active = index === position.index
    const length = px * (active ? ACTIVE_STRETCH : 1)
    pills.push({
      x: x * scale,
      y: (progress.y - px) * scale,
      width: length * scale,
      height: px * scale,
      colour: brand.kit.colours[active ? activeColour : colour],
      opacity: active ? 1 : QUIET_OPACITY,
    })
    x += length + px * DOT_GAP
  }
  return { pills, texts: [] }
}
