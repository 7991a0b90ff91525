import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadBrand } from '../../../pipeline/brand.ts'
import { checkDraft } from '../../../pipeline/quality.ts'
import { createRenderer } from '../../../pipeline/render/renderer.ts'
import { ALLOWED_EMOJIS, ARC, type ArcRole, CATEGORIES } from '../../../src/content.ts'
import { createFactBank } from '../../../src/providers/local/fact-bank.ts'
import type { BankEntry } from '../../../src/providers/ports.ts'
import { createWorkerPool } from '../../../src/worker-pool.ts'
import { createTestLog } from '../../support/log.ts'

const BANK_FOLDER = join(import.meta.dirname, '../../../src/providers/local/bank')
const FILES = readdirSync(BANK_FOLDER).filter((name) => name.endsWith('.json'))
const ENTRIES = FILES.flatMap((file) => JSON.parse(readFileSync(join(BANK_FOLDER, file), 'utf8')) as BankEntry[])

const LIMITS: Record<ArcRole, { titleWords: number; titleChars: number; bodyWords: number; bodyChars: number }> = {
  hook: { titleWords: 12, titleChars: 75, bodyWords: 12, bodyChars: 90 },
  reveal: { titleWords: 10, titleChars: 55, bodyWords: 25, bodyChars: 170 },
  mechanism: { titleWords: 10, titleChars: 55, bodyWords: 25, bodyChars: 170 },
  twist: { titleWords: 10, titleChars: 55, bodyWords: 25, bodyChars: 170 },
}
const EMOJI = /\p{Extended_Pictographic}/gu
const DRAWABLE = /^[\p{Script=Latin}\p{N}\s.,;:!?’“”()&+@/$°%×…–—→=²³'-]*$/u

function countWords(text: string): number {
  return text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length
}

/** Ids of the entries (with the role where there is one) that break a rule, so that a failure names them all. */
function findOffenders(isWrong: (entry: BankEntry, role: ArcRole) => boolean): string[] {
  return ENTRIES.flatMap((entry) =>
    ARC.filter((role) => isWrong(entry, role)).map((role) => `${entry.id} ${role}: ${entry.draft[role].title}`),
  )
}

function findRepeats(values: string[]): string[] {
  const sorted = values.map((value) => value.trim().toLowerCase()).sort()
  return sorted.filter((value, position) => position > 0 && value === sorted[position - 1])
}

function splitSentences(text: string): string[] {
  return text.split(/(?<=[.!?])\s+/).filter((sentence) => countWords(sentence) >= 4)
}

describe('the content of the fact bank', () => {
  it('has at least 150 facts, and 18 in each category', () => {
    const counts = CATEGORIES.map((category) => ENTRIES.filter((entry) => entry.fact.category === category).length)
    expect(Math.min(...counts), CATEGORIES.map((name, i) => `${name} ${counts[i]}`).join(', ')).toBeGreaterThanOrEqual(
      18,
    )
    expect(ENTRIES.length).toBeGreaterThanOrEqual(150)
  })

  it('loads as a whole: schema, categories that match their file, unique ids', () => {
    expect(createFactBank().size).toBe(ENTRIES.length)
  })

  it('states each fact in at most 15 words and its reason in at most 30', () => {
    const long = ENTRIES.filter(({ fact }) => countWords(fact.text) > 15 || countWords(fact.why) > 30)
    expect(long.map((entry) => entry.id)).toEqual([])
  })

  it('keeps titles and bodies within their words and characters', () => {
    const offenders = findOffenders(({ draft }, role) => {
      const { title, body } = draft[role]
      const limit = LIMITS[role]
      const tooMany = countWords(title) > limit.titleWords || countWords(body) > limit.bodyWords
      return tooMany || title.length > limit.titleChars || body.length > limit.bodyChars || body === ''
    })
    expect(offenders).toEqual([])
  })

  it('opens no slide with a question of the "What if" or "Did you know" kind', () => {
    const banned = /^(what if|did you know|have you ever)/i
    expect(findOffenders(({ draft }, role) => banned.test(draft[role].title) || banned.test(draft[role].body))).toEqual(
      [],
    )
    expect(ENTRIES.filter(({ draft }) => draft.hook.title.includes('?')).map(({ id }) => id)).toEqual([])
  })

  it('carries at most one emoji a slide, from the brand’s eight, at the end of the title', () => {
    const allowed: readonly string[] = ALLOWED_EMOJIS
    const offenders = findOffenders(({ draft }, role) => {
      const { title, body } = draft[role]
      const found = `${title} ${body}`.match(EMOJI) ?? []
      const inPlace = found.length === 0 || title.endsWith(` ${found[0]}`)
      return found.length > 1 || !inPlace || found.some((emoji) => !allowed.includes(emoji))
    })
    expect(offenders).toEqual([])
  })

  it('uses letters and signs on slides that the brand’s font can draw', () => {
    const offenders = findOffenders(({ draft }, role) => {
      const { title, body } = draft[role]
      return !DRAWABLE.test(`${title} ${body}`.replace(EMOJI, ''))
    })
    expect(offenders).toEqual([])
  })

  it('asks for pictures in two or three sentences, and never for people, text, logos or cartoons', () => {
    const unwanted = /\b(person|people|man|woman|men|women|child|children|text|letters|logo|cartoon|portrait)s?\b/i
    const offenders = findOffenders(({ draft }, role) => {
      const { imagePrompt } = draft[role]
      const sentences = imagePrompt.split(/[.](?:\s+|$)/).filter((part) => part !== '').length
      const opens = /^(Create|Show|Depict) /.test(imagePrompt)
      return !opens || sentences < 2 || sentences > 3 || unwanted.test(imagePrompt)
    })
    expect(offenders).toEqual([])
  })

  it('passes the quality rules, and every slide fits the first brand kit', async () => {
    const { log } = createTestLog()
    const renderer = createRenderer({ pool: createWorkerPool({ threads: 1 }), log })
    const brand = await loadBrand(join(import.meta.dirname, '../../../templates'), 'factsmind')
    for (const { id, draft } of ENTRIES) {
      expect(checkDraft(draft, ALLOWED_EMOJIS), id).toEqual([])
      for (const role of ARC) expect(await renderer.checkCopy(brand, role, draft[role]), `${id} ${role}`).toEqual([])
    }
  })

  it('never says the same thing twice', () => {
    const slides = ENTRIES.flatMap(({ draft }) => ARC.map((role) => draft[role]))
    expect(findRepeats(slides.map((slide) => slide.title))).toEqual([])
    expect(findRepeats(slides.flatMap((slide) => splitSentences(slide.body)))).toEqual([])
    expect(findRepeats(slides.map((slide) => slide.imagePrompt))).toEqual([])
    expect(findRepeats(ENTRIES.map(({ fact }) => fact.text))).toEqual([])
    expect(findRepeats(ENTRIES.flatMap(({ draft }) => splitSentences(draft.caption)))).toEqual([])
  })

  it('has captions of three to six short paragraphs with one question, that do not quote the slides', () => {
    const offenders = ENTRIES.filter(({ draft }) => {
      const paragraphs = draft.caption.split('\n\n').length
      const quoted = ARC.flatMap((role) => splitSentences(draft[role].body)).some((part) =>
        draft.caption.includes(part),
      )
      const shape = paragraphs >= 3 && paragraphs <= 6 && draft.caption.length <= 900 && draft.caption.includes('?')
      return !shape || quoted || draft.caption.includes('#')
    })
    expect(offenders.map(({ id }) => id)).toEqual([])
    expect(ENTRIES.filter(({ draft }) => draft.hashtags.length < 6 || draft.hashtags.length > 12)).toEqual([])
  })
})
