import type { Fact } from '../src/content.ts'
import { cleanName } from '../src/plain-words.ts'
import { CAPTION_MAX_CHARS, HASHTAGS_MAX } from './quality.ts'

const CREDIT_MAX_CHARS = 120

/** The brand's own hashtags are in every caption; the writer's fill the rest. The same word in other letters counts once. */
export function mergeHashtags(written: readonly string[], own: readonly string[]): string[] {
  const fold = (tag: string) => tag.toLocaleLowerCase('en')
  const ours = new Set(own.map(fold))
  const others = written.filter((tag) => !ours.has(fold(tag)))
  return [...others.slice(0, HASHTAGS_MAX - own.length), ...own]
}

/** The caption as it is pasted: text, source, photo credits, hashtags; never longer than Instagram takes. */
export function composeCaption(input: {
  text: string
  /** Without "#". */
  hashtags: readonly string[]
  fact: Pick<Fact, 'sourceName' | 'sourceUrl'>
  credits: readonly string[]
}): string {
  // A picture is worth more than its thanks being whole: what does not belong into a caption is left out.
  const credits = input.credits.map((credit) => cleanName(credit, CREDIT_MAX_CHARS)).filter((credit) => credit !== '')
  const tail = [`Source: ${input.fact.sourceName}, ${input.fact.sourceUrl}`, ...new Set(credits)].join('\n')
  const tags = input.hashtags.map((tag) => `#${tag}`).join(' ')
  const room = CAPTION_MAX_CHARS - tail.length - tags.length - 4
  return [shorten(input.text.trim(), room), tail, tags].join('\n\n')
}

/** Cuts at the end of a sentence where there is one in the second half, else at a word. */
function shorten(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text
  const cut = text.slice(0, maxChars - 1)
  const sentence = Math.max(cut.lastIndexOf('. '), cut.lastIndexOf('.\n'), cut.lastIndexOf('? '), cut.lastIndexOf('! '))
  if (sentence > maxChars / 2) return cut.slice(0, sentence + 1)
  const word = cut.lastIndexOf(' ')
  // Whole characters: half of an emoji is no character.
  return `${(word > maxChars / 2 ? cut.slice(0, word) : cut).toWellFormed().replace(/\uFFFD$/u, '')}…`
}
