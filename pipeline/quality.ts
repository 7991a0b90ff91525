import { ARC, type ArcRole, BODY_MAX_CHARS, type Draft, type SlideCopy, TITLE_MAX_CHARS } from '../src/content.ts'

/** The brand's rules for words, checked on every draft whoever wrote it. Limits: shared facts of the brand, docs/brand.md. */

export const FACT_MAX_WORDS = 15
export const WHY_MAX_WORDS = 30
const HOOK_MAX_WORDS = 12
const TITLE_MAX_WORDS = 10
const BODY_MAX_WORDS = 25
/** Instagram's limit, of which the source line, credits and hashtags need their share. */
export const CAPTION_MAX_CHARS = 2200

export function countWords(text: string): number {
  return text.split(/\s+/u).filter((word) => /[\p{L}\p{N}]/u.test(word)).length
}

/** What is wrong with the words, as sentences for the writer; empty when nothing is. Fit and glyphs are the renderer's part. */
export function checkDraft(draft: Draft, emojis: readonly string[]): string[] {
  const problems = ARC.flatMap((role) => checkSlide(role, draft[role], emojis))
  if (/#\w/u.test(draft.caption)) problems.push('caption: hashtags belong into "hashtags"')
  if (/https?:\/\//i.test(draft.caption)) problems.push('caption: no links; the source is added by itself')
  const titles = new Set(ARC.map((role) => draft[role].title.toLocaleLowerCase('en')))
  if (titles.size < ARC.length) problems.push('two slides have the same title')
  const tags = new Set(draft.hashtags.map((tag) => tag.toLocaleLowerCase('en')))
  if (tags.size < draft.hashtags.length) problems.push('hashtags: the same one twice')
  return problems
}

/** The rules for one slide; also used for a person's edit. */
export function checkSlide(role: ArcRole, slide: SlideCopy, emojis: readonly string[]): string[] {
  const problems: string[] = []
  const say = (problem: string) => problems.push(`${role}: ${problem}`)
  const titleLimit = role === 'hook' ? HOOK_MAX_WORDS : TITLE_MAX_WORDS
  if (slide.title.trim() === '') say('the title is empty')
  if (countWords(slide.title) > titleLimit) say(`the title has ${countWords(slide.title)} words; at most ${titleLimit}`)
  if (countWords(slide.body) > BODY_MAX_WORDS)
    say(`the text has ${countWords(slide.body)} words; at most ${BODY_MAX_WORDS}`)
  if (slide.title.length > TITLE_MAX_CHARS)
    say(`the title has ${slide.title.length} characters; at most ${TITLE_MAX_CHARS}`)
  if (slide.body.length > BODY_MAX_CHARS) say(`the text has ${slide.body.length} characters; at most ${BODY_MAX_CHARS}`)
  if (role === 'hook' && /^\W*what if\b/i.test(slide.title)) say('no "What if": state the paradox')
  if (role !== 'hook' && slide.body.trim() === '') say('the text is empty')
  if (/https?:\/\/|www\.|#\w/iu.test(`${slide.title} ${slide.body}`)) say('no links or hashtags on a slide')
  problems.push(...checkEmojis(role, slide, emojis))
  return problems
}

function checkEmojis(role: ArcRole, slide: SlideCopy, allowed: readonly string[]): string[] {
  const found = `${slide.title} ${slide.body}`.match(/\p{Extended_Pictographic}\uFE0F?/gu) ?? []
  const foreign = found.filter((emoji) => !allowed.includes(emoji.replace('\uFE0F', '')) && !isTextSymbol(emoji))
  if (foreign.length > 0) return [`${role}: ${foreign.join(' ')} is not among the emojis ${allowed.join(' ')}`]
  return found.filter((emoji) => !isTextSymbol(emoji)).length > 1 ? [`${role}: at most one emoji`] : []
}

/** ™ © ↔ and the like are pictographs to Unicode, but text to a reader. */
function isTextSymbol(emoji: string): boolean {
  return (emoji.codePointAt(0) ?? 0) < 0x2600 && !emoji.includes('\uFE0F')
}
