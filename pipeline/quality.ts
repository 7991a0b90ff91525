import {
  ARC,
  type ArcRole,
  BODY_MAX_CHARS,
  type Draft,
  type Fact,
  type SlideCopy,
  TITLE_MAX_CHARS,
} from '../src/content.ts'
import { HASHTAG, INVISIBLE, LINK, MARKUP, MENTION } from '../src/plain-words.ts'

/** The brand's rules for words, checked on every draft whoever wrote it. Limits: shared facts of the brand, docs/brand.md. */

const FACT_MAX_WORDS = 15
const WHY_MAX_WORDS = 30
const HOOK_MAX_WORDS = 12
const TITLE_MAX_WORDS = 10
export const BODY_MAX_WORDS = 25
/** Instagram's limit, of which the source line, credits and hashtags need their share. */
export const CAPTION_MAX_CHARS = 2200
export const HASHTAGS_MAX = 15
/** Leaves the caption its share of Instagram's limit; no page that a reader types is longer. */
const SOURCE_URL_MAX_CHARS = 300

export function titleMaxWords(role: ArcRole): number {
  return role === 'hook' ? HOOK_MAX_WORDS : TITLE_MAX_WORDS
}

function countWords(text: string): number {
  return text.split(/\s+/u).filter((word) => /[\p{L}\p{N}]/u.test(word)).length
}

/** What is wrong with a fact that a model found, as sentences for the model. */
export function checkFact(fact: Fact): string[] {
  const problems: string[] = []
  const limit = (field: 'text' | 'why', most: number) => {
    const words = countWords(fact[field])
    if (words > most) problems.push(`${field} has ${words} words; at most ${most}`)
  }
  limit('text', FACT_MAX_WORDS)
  limit('why', WHY_MAX_WORDS)
  if (/\?\s*$/u.test(fact.text)) problems.push('text: a statement, not a question')
  for (const field of ['text', 'why', 'sourceName'] as const) problems.push(...checkPlain(field, fact[field]))
  for (const [field, words] of [
    ['text', fact.text],
    ['why', fact.why],
    // A publisher may be called like its own site: "Phys.org".
    ['sourceName', isNameOfSite(fact) ? '' : fact.sourceName],
  ] as const)
    if (LINK.test(words) || HASHTAG.test(words) || words.search(MENTION) >= 0)
      problems.push(`${field}: no links, hashtags or mentions`)
  if (fact.sourceUrl.length > SOURCE_URL_MAX_CHARS)
    problems.push(`sourceUrl has ${fact.sourceUrl.length} characters; at most ${SOURCE_URL_MAX_CHARS}`)
  if (fact.sourceUrl.includes('@')) problems.push('sourceUrl: an address without "@" in it')
  return problems
}

function isNameOfSite({ sourceName, sourceUrl }: Fact): boolean {
  const host = URL.parse(sourceUrl)?.hostname.replace(/^www\./u, '')
  return (
    sourceName
      .trim()
      .toLowerCase()
      .replace(/^www\./u, '') === host
  )
}

/** What is wrong with the words, as sentences for the writer; empty when nothing is. Fit and glyphs are the renderer's part. */
export function checkDraft(draft: Draft, emojis: readonly string[], handle = ''): string[] {
  const problems = ARC.flatMap((role) => checkSlide(role, draft[role], emojis))
  for (const role of ARC)
    if (!/^(?:Create|Show|Depict)\b/u.test(draft[role].imagePrompt))
      problems.push(`${role}: imagePrompt begins with Create, Show or Depict`)
  problems.push(...checkPlain('caption', draft.caption.replaceAll(/\r?\n/gu, ' ')))
  if (HASHTAG.test(draft.caption)) problems.push('caption: hashtags belong into "hashtags"')
  if (LINK.test(draft.caption)) problems.push('caption: no links; the source is added by itself')
  const foreign = (draft.caption.match(MENTION) ?? []).filter((mention) => mention.replace(/\.$/u, '') !== handle)
  if (foreign.length > 0) problems.push(`caption: no mentions (${foreign.join(' ')})`)
  const titles = new Set(ARC.map((role) => draft[role].title.trim().toLocaleLowerCase('en')))
  if (titles.size < ARC.length) problems.push('two slides have the same title')
  const tags = new Set(draft.hashtags.map((tag) => tag.toLocaleLowerCase('en')))
  if (tags.size < draft.hashtags.length) problems.push('hashtags: the same one twice')
  return problems
}

function checkPlain(name: string, text: string): string[] {
  const problems: string[] = []
  if (INVISIBLE.test(text)) problems.push(`${name}: no line breaks, control or invisible characters`)
  if (MARKUP.test(text)) problems.push(`${name}: plain words, no HTML and no markdown`)
  return problems
}

/** The rules for one slide; also used for a person's edit. */
export function checkSlide(role: ArcRole, slide: SlideCopy, emojis: readonly string[]): string[] {
  const problems: string[] = []
  const say = (problem: string) => problems.push(`${role}: ${problem}`)
  const titleLimit = titleMaxWords(role)
  if (slide.title.trim() === '') say('the title is empty')
  if (countWords(slide.title) > titleLimit) say(`the title has ${countWords(slide.title)} words; at most ${titleLimit}`)
  if (countWords(slide.body) > BODY_MAX_WORDS)
    say(`the text has ${countWords(slide.body)} words; at most ${BODY_MAX_WORDS}`)
  if (slide.title.length > TITLE_MAX_CHARS)
    say(`the title has ${slide.title.length} characters; at most ${TITLE_MAX_CHARS}`)
  if (slide.body.length > BODY_MAX_CHARS) say(`the text has ${slide.body.length} characters; at most ${BODY_MAX_CHARS}`)
  if (role === 'hook' && /^\W*what if\b/i.test(slide.title)) say('no "What if": state the paradox')
  if (role !== 'hook' && slide.body.trim() === '') say('the text is empty')
  // Looking for links in a paste of any length would keep everybody waiting.
  if (problems.length > 0 && slide.title.length + slide.body.length > 2 * (TITLE_MAX_CHARS + BODY_MAX_CHARS))
    return problems
  const words = `${slide.title} ${slide.body}`
  if (LINK.test(words) || HASHTAG.test(words) || words.search(MENTION) >= 0)
    say('no links, hashtags or mentions on a slide')
  problems.push(...checkPlain(role, words))
  problems.push(...checkEmojis(role, slide, emojis))
  return problems
}

function checkEmojis(role: ArcRole, slide: SlideCopy, allowed: readonly string[]): string[] {
  const found = `${slide.title} ${slide.body}`.match(/\p{Extended_Pictographic}\uFE0F?/gu) ?? []
  const foreign = [...new Set(found)].filter(
    (emoji) => !allowed.includes(emoji.replace('\uFE0F', '')) && !isTextSymbol(emoji),
  )
  if (foreign.length > 0)
    return [`${role}: ${foreign.slice(0, 8).join(' ')} is not among the emojis ${allowed.join(' ')}`]
  return found.filter((emoji) => !isTextSymbol(emoji)).length > 1 ? [`${role}: at most one emoji`] : []
}

/** ™ © ↔ and the like are pictographs to Unicode, but text to a reader. */
function isTextSymbol(emoji: string): boolean {
  return (emoji.codePointAt(0) ?? 0) < 0x2600 && !emoji.includes('\uFE0F')
}
