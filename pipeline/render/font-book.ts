import { fileURLToPath } from 'node:url'
import type { Brand, FontRole } from '../brand.ts'
import { type FontFile, readFontFile } from './font-file.ts'

/** The fonts of a brand by role, each with what stands in for glyphs it lacks, in order. */
export type FontBook = { roles: Record<FontRole, FontFace>; emoji: FontFile }
export type FontFace = { primary: FontFile; fallbacks: FontFile[] }

/** A stretch of text that one font draws. */
export type Run = { text: string; font: FontFile; emoji: boolean }

const EMOJI_FILE = shared('nexus-emoji.ttf')
const STRUT_FILE = shared('nexus-strut.ttf')
const REGULAR_FILES = ['nexus-sans-regular.ttf', 'nexus-hebrew-regular.ttf', 'nexus-arabic-regular.ttf'].map(shared)
const BOLD_FILES = ['nexus-sans-bold.ttf', 'nexus-hebrew-bold.ttf', 'nexus-arabic-bold.ttf'].map(shared)
const SIGN_FILES = ['nexus-math-regular.ttf', 'nexus-symbols-regular.ttf'].map(shared)
const BOLD_FROM_WEIGHT = 600

/** Every file that drawing may need, for registration with Pango. */
export function listFontFiles(brand: Brand): string[] {
  const own = [...Object.values(brand.fontFiles), ...brand.fallbackFiles]
  return [...new Set([...own, ...REGULAR_FILES, ...BOLD_FILES, ...SIGN_FILES, EMOJI_FILE, STRUT_FILE])]
}

/** @throws Failure bad_config naming the file that is no font */
export async function openFontBook(brand: Brand): Promise<FontBook> {
  const opened = new Map<string, Promise<FontFile>>()
  const open = (path: string): Promise<FontFile> => {
    const font = opened.get(path) ?? readFontFile(path)
    opened.set(path, font)
    return font
  }
  const openFace = async (role: FontRole): Promise<FontFace> => {
    const primary = await open(brand.fontFiles[role])
    const shared = primary.weight >= BOLD_FROM_WEIGHT ? BOLD_FILES : REGULAR_FILES
    return { primary, fallbacks: await Promise.all([...brand.fallbackFiles, ...shared, ...SIGN_FILES].map(open)) }
  }
  return {
    roles: { title: await openFace('title'), body: await openFace('body'), label: await openFace('label') },
    emoji: await open(EMOJI_FILE),
  }
}

/** Joiners, direction marks and variation selectors steer shaping and need no glyph. */
const INVISIBLE = /^(?:[\u200c-\u200f\u2060\u2066-\u2069]|[\ufe00-\ufe0f])$/u
const EMOJI = /\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f/u
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** Splits a text into runs of one font; what no font can draw is listed instead of becoming a box. */
export function splitIntoRuns(text: string, face: FontFace, emoji: FontFile): { runs: Run[]; missing: string[] } {
  const runs: Run[] = []
  const missing = new Set<string>()
  for (const { segment } of graphemes.segment(text)) {
    const isEmoji = EMOJI.test(segment)
    const candidates = isEmoji ? [emoji] : [face.primary, ...face.fallbacks]
    const font = candidates.find((candidate) => hasGlyphs(candidate, segment))
    if (!font) {
      missing.add(segment)
      continue
    }
    const last = runs.at(-1)
    if (last && last.font === font) last.text += segment
    else runs.push({ text: segment, font, emoji: isEmoji })
  }
  return { runs, missing: [...missing] }
}

/** A composed and a decomposed spelling are both tried: a font may have only one of them. */
function hasGlyphs(font: FontFile, grapheme: string): boolean {
  return [grapheme.normalize('NFC'), grapheme.normalize('NFD')].some((spelling) =>
    [...spelling].every((character) => INVISIBLE.test(character) || font.glyphOf(character.codePointAt(0) ?? 0) !== 0),
  )
}

function shared(name: string): string {
  return fileURLToPath(new URL(`../../templates/fonts/${name}`, import.meta.url))
}
