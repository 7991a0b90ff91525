import type { Align, Brand, FontRole, Layout } from '../brand.ts'
import type { FontBook } from './font-book.ts'
import type { SetBlock } from './typeset.ts'

/** A block of text with its place: `x` is the edge or the centre that `align` speaks of, `y` the first baseline. */
export type PlacedBlock = { block: SetBlock; role: FontRole; colour: string; x: number; y: number; align: Align }
export type Arrangement = {
  blocks: PlacedBlock[]
  /** The short accent line above the title. */
  bar: { x: number; y: number; width: number; height: number; colour: string } | null
}

type Slot = NonNullable<Layout['text']>

/** Stacks title and body from cap height to last baseline, so that gaps look the same whatever the letters are. */
export function arrangeText(
  brand: Brand,
  book: FontBook,
  slot: Slot,
  blocks: { title: SetBlock; body: SetBlock | null },
): Arrangement {
  const { kit } = brand
  const measure = (role: FontRole, block: SetBlock) => ({
    rise: book.roles[role].primary.capHeightEm * block.px,
    span: (block.lines.length - 1) * block.px * kit.fonts[role].lineHeight,
  })
  const title = measure(slot.title.font, blocks.title)
  const body = blocks.body && slot.body ? measure(slot.body.font, blocks.body) : null
  const height = title.rise + title.span + (body ? slot.gap + body.rise + body.span : 0)
  const top = slot.anchor === 'top' ? slot.y : slot.anchor === 'bottom' ? slot.y - height : slot.y - height / 2
  const place = (block: SetBlock, role: FontRole, colour: Slot['title']['colour'], y: number): PlacedBlock => {
    const align = slot.align === 'left' && block.rightToLeft ? 'right' : slot.align
    return { block, role, colour: kit.colours[colour], align, x: edgeOf(slot, align), y }
  }
  const placed = [place(blocks.title, slot.title.font, slot.title.colour, top + title.rise)]
  if (blocks.body && slot.body && body) {
    const y = top + title.rise + title.span + slot.gap + body.rise
    placed.push(place(blocks.body, slot.body.font, slot.body.colour, y))
  }
  return { blocks: placed, bar: slot.bar ? placeBar(brand, slot, top, placed[0]?.align ?? slot.align) : null }
}

function edgeOf(slot: Slot, align: Align): number {
  return align === 'left' ? slot.x : align === 'right' ? slot.x + slot.width : slot.x + slot.width / 2
}

function placeBar(brand: Brand, slot: Slot, top: number, align: Align): Arrangement['bar'] {
  if (!slot.bar) return null
  const { width, height, gap } = slot.bar
  const edge = edgeOf(slot, align)
  const x = align === 'left' ? edge : align === 'right' ? edge - width : edge - width / 2
  return { x, y: top - gap - height, width, height, colour: brand.kit.colours[slot.bar.colour] }
}
