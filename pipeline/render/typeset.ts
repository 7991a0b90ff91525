import type { TextSize } from '../brand.ts'
import { type FontFace, type Run, splitIntoRuns } from './font-book.ts'
import type { FontFile } from './font-file.ts'

/** One block of text, broken into lines at a size at which it fits. */
export type SetBlock = { lines: Run[][]; px: number; rightToLeft: boolean }
export type Fit = { ok: true; block: SetBlock } | { ok: false; problem: string }

export type FitRequest = {
  text: string
  face: FontFace
  emoji: FontFile
  size: Pick<TextSize, 'maxPx' | 'minPx' | 'maxLines'>
  trackingEm: number
  /** Width of the column, in the same units as the sizes. */
  width: number
}

/** Emojis are drawn a little smaller than the letters beside them: their square reaches from descender to ascender. */
export const EMOJI_SCALE = 0.82

const PX_STEP = 2
/** Smaller letters are better than a line of less than this share of the longest; it is only allowed when nothing else fits. */
const SHORTEST_LINE = 0.45
/** Letters may shrink to this share to need one line less. */
const LINE_WORTH = 0.88
/** Kerning is not in the estimate of a width; it only ever makes lines a little shorter in running text. */
const WIDTH_MARGIN = 1.005

/** Tidies what a writer typed: one space between words, real quotes and dashes, a trailing emoji tied to its word. */
export function polishText(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[\s\u200b\ufeff]+/gu, (gap) => (gap.includes('\u00a0') ? '\u00a0' : ' '))
    .replace(/[\p{Cc}\u202a-\u202e]/gu, '')
    .replace(/(\p{Emoji_Presentation})\ufe0f/gu, '$1')
    .replace(/\.\.\./gu, '…')
    .replace(/(\s)--?(\s)/gu, '$1–$2')
    .replace(/(?<=[\p{L}\p{N}])'(?=\p{L})/gu, '’')
    .replace(/(^|[\s(])"(?=\S)/gu, '$1“')
    .replace(/"/gu, '”')
    .replace(/(^|[\s(“])'(?=\S)/gu, '$1‘')
    .replace(/'/gu, '’')
    .trim()
    .replace(/ (?=(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f)+$)/u, '\u00a0')
}

/** The largest size at which the text fits its column, with lines of about equal length and no single word at the end. */
export function fitText(request: FitRequest): Fit {
  const { face, emoji } = request
  const text = polishText(request.text)
  const { missing } = splitIntoRuns(text, face, emoji)
  if (missing.length > 0) return { ok: false, problem: describeMissing(missing) }
  const words = measureWords(text, request)
  const set = findLargest(words, request, SHORTEST_LINE) ?? findLargest(words, request, 0)
  if (set) return { ok: true, block: toBlock(set.lines, set.px, request) }
  return { ok: false, problem: describeMisfit(words, request) }
}

/** The first size that works, or one a little smaller that saves a line. */
function findLargest(
  words: Word[],
  { size, width }: FitRequest,
  shortest: number,
): { lines: Word[][]; px: number } | null {
  let found: { lines: Word[][]; px: number } | null = null
  for (let px = size.maxPx; px >= Math.max(size.minPx, (found?.px ?? 0) * LINE_WORTH); px -= PX_STEP) {
    const lines = breakLines(words, width / px / WIDTH_MARGIN, size.maxLines)
    if (!lines || !isEven(lines, shortest)) continue
    if (!found) found = { lines, px }
    else if (lines.length < found.lines.length) return { lines, px }
  }
  return found
}

type Word = { text: string; widthEm: number; spaceEm: number }

/** Scripts without spaces may break between the words that the locale's dictionary finds. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u
const wordSegmenter = new Intl.Segmenter('ja', { granularity: 'word' })

function measureWords(text: string, request: FitRequest): Word[] {
  const spaceEm = measureEm(' ', request)
  const words: Word[] = []
  for (const token of text.split(' ').filter((part) => part !== '')) {
    const pieces = UNSPACED.test(token) ? splitUnspaced(token) : [token]
    for (const [index, piece] of pieces.entries()) {
      words.push({ text: piece, widthEm: measureEm(piece, request), spaceEm: index === 0 ? spaceEm : 0 })
    }
  }
  return words
}

/** Punctuation stays with the word before it. */
function splitUnspaced(token: string): string[] {
  const pieces: string[] = []
  for (const { segment, isWordLike } of wordSegmenter.segment(token)) {
    const last = pieces.length - 1
    if (isWordLike || last < 0) pieces.push(segment)
    else pieces[last] += segment
  }
  return pieces
}

function measureEm(text: string, request: Pick<FitRequest, 'face' | 'emoji' | 'trackingEm'>): number {
  let sum = 0
  for (const run of splitIntoRuns(text, request.face, request.emoji).runs) {
    for (const character of run.text.normalize('NFC')) {
      const glyph = run.font.glyphOf(character.codePointAt(0) ?? 0)
      if (glyph === 0) continue
      sum += run.font.advanceEm(glyph) * (run.emoji ? EMOJI_SCALE : 1) + request.trackingEm
    }
  }
  return sum
}

/** The best way to set the words in the fewest lines that hold them, or null. */
function breakLines(words: Word[], widthEm: number, maxLines: number): Word[][] | null {
  const total = lineWidth(words)
  const fewest = Math.max(1, Math.ceil(total / widthEm))
  for (let count = fewest; count <= maxLines; count++) {
    const best = balance(words, widthEm, count, total / count)
    if (best) return best.lines
  }
  return null
}

type Setting = { cost: number; lines: Word[][] }

/** Exhaustive over the last line's start, remembering the rest: n words in k lines cost n² k steps, with n below 50. */
function balance(words: Word[], widthEm: number, count: number, meanEm: number): Setting | null {
  const known = new Map<number, Setting | null>()
  const solve = (end: number, lines: number): Setting | null => {
    if (lines === 0) return end === 0 ? { cost: 0, lines: [] } : null
    const key = end * 16 + lines
    const remembered = known.get(key)
    if (remembered !== undefined) return remembered
    let best: Setting | null = null
    for (let start = end - 1; start >= lines - 1; start--) {
      const line = words.slice(start, end)
      if (lineWidth(line) > widthEm) break
      if (end === words.length && count > 1 && isLonely(line)) continue
      const before = solve(start, lines - 1)
      if (!before) continue
      const cost = before.cost + costOf(line, meanEm, end === words.length)
      if (!best || cost < best.cost) best = { cost, lines: [...before.lines, line] }
    }
    known.set(key, best)
    return best
  }
  return solve(words.length, count)
}

function isEven(lines: Word[][], shortest: number): boolean {
  const widths = lines.map(lineWidth)
  return Math.min(...widths) >= shortest * Math.max(...widths)
}

function lineWidth(line: readonly Word[]): number {
  return line.reduce((sum, word, index) => sum + word.widthEm + (index === 0 ? 0 : word.spaceEm), 0)
}

/** A last line of one word looks forgotten. Unspaced scripts count characters instead. */
function isLonely(line: Word[]): boolean {
  const words = line.filter((word) => /[\p{L}\p{N}]/u.test(word.text))
  if (words.some((word) => UNSPACED.test(word.text))) return words.map((word) => word.text).join('').length < 3
  return words.length < 2
}

const WEAK_END = /^(?:a|an|the|of|to|in|on|at|by|and|or|is|its|as|for|el|la|los|las|un|una|de|del|en|y|o)$/iu
const STRONG_END = /[.,;:!?–—…]$/u
const NUMBER_END = /^[~≈]?\d[\d.,]*$/u

/** How far a line is from the mean, plus what a reader stumbles over: an article or a number cut off from its noun. */
function costOf(line: Word[], meanEm: number, isLast: boolean): number {
  const unevenness = ((lineWidth(line) - meanEm) / meanEm) ** 2
  const end = line.at(-1)?.text ?? ''
  if (isLast) return unevenness
  if (WEAK_END.test(end)) return unevenness + 0.06
  if (NUMBER_END.test(end)) return unevenness + 0.12
  return STRONG_END.test(end) ? unevenness - 0.03 : unevenness
}

function toBlock(lines: Word[][], px: number, request: FitRequest): SetBlock {
  const texts = lines.map((line) =>
    line.reduce((text, word, i) => text + (i > 0 && word.spaceEm > 0 ? ' ' : '') + word.text, ''),
  )
  return {
    px,
    rightToLeft: isRightToLeft(texts.join(' ')),
    lines: texts.map((text) => splitIntoRuns(text, request.face, request.emoji).runs),
  }
}

const RIGHT_TO_LEFT = /^\P{L}*[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]/u

/** The first letter decides, as in the Unicode bidirectional algorithm. */
function isRightToLeft(text: string): boolean {
  return RIGHT_TO_LEFT.test(text)
}

function describeMissing(missing: string[]): string {
  const named = missing.map((grapheme) => {
    const codes = [...grapheme].map((c) => `U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`)
    return `"${grapheme}" (${codes.join(' ')})`
  })
  const shown = named.slice(0, 5).join(', ') + (named.length > 5 ? ` and ${named.length - 5} more` : '')
  return `uses what none of the brand's fonts can draw: ${shown}; write it another way`
}

function describeMisfit(words: Word[], request: FitRequest): string {
  const { size, width } = request
  const roomEm = width / size.minPx / WIDTH_MARGIN
  const tooWide = words.find((word) => word.widthEm > roomEm)
  if (tooWide) return `has a word wider than the slide at ${size.minPx} px: "${tooWide.text}"; use a shorter one`
  const characters = words.reduce((sum, word) => sum + word.text.length + 1, -1)
  const needed = countGreedyLines(words, roomEm)
  if (needed <= size.maxLines) return 'ends in a line of a single word however it is broken; reword it'
  const target = Math.floor((size.maxLines * roomEm * 0.92 * characters) / lineWidth(words) / 5) * 5
  return `needs ${needed} lines at ${size.minPx} px; at most ${size.maxLines} lines: shorten to about ${target} characters`
}

function countGreedyLines(words: Word[], roomEm: number): number {
  let [lines, used] = [1, 0]
  for (const word of words) {
    const next = used === 0 ? word.widthEm : used + word.spaceEm + word.widthEm
    if (next > roomEm) [lines, used] = [lines + 1, word.widthEm]
    else used = next
  }
  return lines
}
