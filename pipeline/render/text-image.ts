import sharp from 'sharp'
import type { Align } from '../brand.ts'
import type { Run } from './font-book.ts'
import type { FontFile } from './font-file.ts'
import type { Sprite } from './raster.ts'
import { EMOJI_SCALE } from './typeset.ts'

/** Text through sharp's own text input (Pango, HarfBuzz, FriBidi): shaping, ligatures and directions are theirs. */

type Face = Pick<FontFile, 'family' | 'weight' | 'italic'>
export type TextImageRequest = {
  lines: (Pick<Run, 'text' | 'emoji'> & { font: Face })[][]
  face: Face
  /** Device pixels. */
  px: number
  trackingEm: number
  lineHeight: number
  colour: string
  align: Align
  rightToLeft: boolean
}

/** `baseline` is the first line's, `origin` where its column begins; both from the image's top left corner. */
export type TextImage = { width: number; height: number; rgba: Uint8Array; baseline: number; origin: number }

/**
 * libvips crops text to its ink, which loses the baseline. Every line therefore begins with an invisible glyph of our
 * own font that is taller than any letter and has no width: it reaches 1.2 em up and 0.1 em to the left. Its
 * character is one without a direction of its own, so that the words decide the direction of the line.
 */
const STRUT = '<span font_family="Nexus Strut" weight="400" letter_spacing="0" fgalpha="1">\u2502</span>'
const STRUT_RISE_EM = 1.2
const STRUT_LEFT_EM = 0.1

/** At 96 dpi a point is 4/3 pixel; Pango counts in 1/1024 point. */
const DPI = 96
const PANGO_UNITS_PER_PX = (72 / DPI) * 1024

export async function drawText(request: TextImageRequest): Promise<TextImage> {
  const { data, info } = await sharp({
    text: {
      text: toMarkup(request),
      rgba: true,
      dpi: DPI,
      wrap: 'none',
      align: toPangoAlign(request),
    },
  })
    .raw()
    .toBuffer({ resolveWithObject: true })
  return {
    width: info.width,
    height: info.height,
    rgba: data,
    baseline: STRUT_RISE_EM * request.px,
    origin: STRUT_LEFT_EM * request.px,
  }
}

/** Places a text so that its column starts, is centred or ends at `x` and its first baseline is `y`. */
export function placeText(image: TextImage, x: number, y: number, align: Align): Sprite {
  const inkWidth = image.width - image.origin
  const column = align === 'left' ? x : align === 'right' ? x - inkWidth : x - inkWidth / 2
  return {
    x: Math.round(column - image.origin),
    y: Math.round(y - image.baseline),
    width: image.width,
    height: image.height,
    rgba: image.rgba,
  }
}

/** In right-to-left lines, Pango takes left for right and right for left. */
function toPangoAlign({ align, rightToLeft }: TextImageRequest): 'left' | 'centre' | 'right' {
  if (align === 'centre' || !rightToLeft) return align
  return align === 'left' ? 'right' : 'left'
}

const registered = new Set<string>()

/** Makes font files known to Pango, in this process, whatever the host has installed. */
export async function registerFonts(files: readonly string[]): Promise<void> {
  for (const fontfile of files) {
    if (registered.has(fontfile)) continue
    await sharp({ text: { text: '.', font: 'Nexus Strut', fontfile, dpi: DPI } }).metadata()
    registered.add(fontfile)
  }
}

function toMarkup(request: TextImageRequest): string {
  const { face, px, lineHeight } = request
  // Every line of a block runs the same way, also one that begins with a word of another script.
  const direction = request.rightToLeft ? '\u200f' : '\u200e'
  const lines = request.lines.map((runs) => direction + STRUT + runs.map((run) => toSpan(run, face)).join(''))
  const pitch = Math.round(px * lineHeight * 1024)
  const spacing = Math.round(request.trackingEm * px * PANGO_UNITS_PER_PX)
  const size = Math.round(px * PANGO_UNITS_PER_PX)
  const style = `size="${size}" line_height="${pitch}" letter_spacing="${spacing}" foreground="${request.colour}"`
  return `<span ${describeFace(face)} ${style}>${lines.join('\n')}</span>`
}

function toSpan(run: TextImageRequest['lines'][number][number], face: Face): string {
  const text = escapeMarkup(run.text)
  if (run.font.family === face.family && run.font.weight === face.weight) return text
  const size = run.emoji ? ` size="${Math.round(EMOJI_SCALE * 100)}%"` : ''
  return `<span ${describeFace(run.font)}${size}>${text}</span>`
}

function describeFace(face: Face): string {
  return `font_family="${escapeMarkup(face.family)}" weight="${face.weight}" style="${face.italic ? 'italic' : 'normal'}"`
}

function escapeMarkup(text: string): string {
  return text.replace(/[&<>"]/gu, (character) => `&#${character.codePointAt(0)};`)
}
