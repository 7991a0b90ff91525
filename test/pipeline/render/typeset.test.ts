import { beforeAll, describe, expect, it } from 'vitest'
import { type FontBook, openFontBook } from '../../../pipeline/render/font-book.ts'
import type { FontFile } from '../../../pipeline/render/font-file.ts'
import { type Fit, fitText, polishText } from '../../../pipeline/render/typeset.ts'
import { openBrand } from './support.ts'

let book: FontBook

beforeAll(async () => {
  book = await openFontBook(await openBrand('factsmind'))
})

function setText(text: string, size = { maxPx: 72, minPx: 48, maxLines: 3 }, width = 920): Fit {
  return fitText({ text, face: book.roles.title, emoji: book.emoji, size, trackingEm: 0, width })
}

function lines(text: string): string[] {
  const result = setText(text)
  if (!result.ok) throw new Error(result.problem)
  return result.block.lines.map((runs) => runs.map((run) => run.text).join(''))
}

describe('polishing what a writer typed', () => {
  it.each([
    ['spaces and line breaks become one space', ' a \n\t b  ', 'a b'],
    ['straight quotes become real ones', `"It's" (said 'he')`, '“It’s” (said ‘he’)'],
    ['three dots become an ellipsis', 'wait...', 'wait…'],
    ['a hyphen between spaces becomes a dash', 'fast - and slow', 'fast – and slow'],
    ['a trailing emoji is tied to its word', 'on 20 watts 🧠', 'on 20 watts\u00a0🧠'],
    ['the emoji variation selector goes', 'a bolt ⚡️', 'a bolt\u00a0⚡'],
    ['control characters and direction overrides go', 'a\u0007b\u202ec', 'abc'],
  ])('%s', (_, typed, polished) => {
    expect(polishText(typed)).toBe(polished)
  })
})

describe('breaking lines', () => {
  it('balances them instead of filling the first', () => {
    expect(lines('The ocean floor is mapped worse than Mars')).toEqual(['The ocean floor is', 'mapped worse than Mars'])
  })

  it('keeps a number with what it counts', () => {
    expect(lines('Your brain runs on 20 watts 🧠')).toEqual(['Your brain runs', 'on 20 watts\u00a0🧠'])
  })

  it('never ends in a line of one word, even if the letters must shrink', () => {
    for (const title of [
      'Octopuses have three whole hearts',
      'Bananas are slightly radioactive',
      'Lightning strikes twice, repeatedly',
    ]) {
      const last = lines(title).at(-1) ?? ''
      expect(last.split(' ').length, last).toBeGreaterThan(1)
    }
  })

  it('takes a single word as it is', () => {
    expect(lines('Why?')).toEqual(['Why?'])
  })

  it('uses the largest size at which the text fits', () => {
    const [short, long] = [
      setText('Three hearts'),
      setText('A sentence long enough to need rather smaller letters to fit in here'),
    ]
    expect(short.ok && short.block.px).toBe(72)
    expect(long.ok && long.block.px).toBeLessThan(72)
  })
})

describe('refusing what does not fit, in words for the writer', () => {
  it('says how many lines it takes and how short it must become', () => {
    const result = setText('word '.repeat(40))
    expect(result).toEqual({
      ok: false,
      problem: expect.stringMatching(/^needs \d+ lines at 48 px; at most 3 lines: shorten to about \d+ characters$/),
    })
  })

  it('what it suggests does fit', () => {
    const result = setText('some words that go on '.repeat(9))
    const target = Number(/about (\d+)/.exec(result.ok ? '' : result.problem)?.[1])
    expect(setText('some words that go on '.repeat(9).slice(0, target)).ok).toBe(true)
  })

  it('names a word that is wider than the slide', () => {
    const result = setText('Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz')
    expect(result).toEqual({ ok: false, problem: expect.stringContaining('has a word wider than the slide') })
  })

  it('says when only a single last word is in the way', () => {
    const result = setText('Incomprehensibilities notwithstanding', { maxPx: 60, minPx: 60, maxLines: 2 })
    expect(result).toEqual({ ok: false, problem: expect.stringContaining('single word') })
  })
})

describe('drawing only what a font has', () => {
  it.each([
    'Ångström, naïve, señor, Łódź',
    'CO₂ at 10⁻⁹ ✓',
    'E = mc², π ≈ 3.14 → ∞',
    'Ελληνικά',
    'Привет',
    'שלום עולם',
    'مرحبا بالعالم',
    'Tiếng Việt',
  ])('can set %s', (text) => {
    expect(setText(text)).toMatchObject({ ok: true })
  })

  it.each([
    ['黑洞', '"黑" (U+9ED1)'],
    ['हिन्दी', 'U+0939'],
    ['flag 🏳️‍🌈', 'U+1F3F3'],
    ['octopus 🐙', '"🐙" (U+1F419)'],
    ['private \ue000', 'U+E000'],
  ])('refuses %s by name instead of drawing a box', (text, named) => {
    expect(setText(text)).toEqual({ ok: false, problem: expect.stringContaining(named) })
  })

  it('sets Chinese between words once the kit brings a font for it', () => {
    const everything: FontFile = { ...book.roles.title.primary, path: 'cjk.ttf', glyphOf: () => 1, advanceEm: () => 1 }
    const face = { primary: book.roles.title.primary, fallbacks: [everything] }
    const size = { maxPx: 72, minPx: 48, maxLines: 3 }
    const text = '黑洞附近的时间为什么会变慢，科学家这样解释。'
    const result = fitText({ text, face, emoji: book.emoji, size, trackingEm: 0, width: 920 })
    const set = result.ok ? result.block.lines.map((runs) => runs.map((run) => run.text).join('')) : []
    expect(set.length).toBeGreaterThan(1)
    expect(set.join('')).toBe(text)
    for (const line of set) expect(line).not.toMatch(/^[，。]/u)
  })

  it('knows which way a script runs', () => {
    const [hebrew, latin] = [setText('שלום עולם'), setText('Hello שלום')]
    expect([hebrew.ok && hebrew.block.rightToLeft, latin.ok && latin.block.rightToLeft]).toEqual([true, false])
  })
})
