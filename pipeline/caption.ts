import type { Draft, Fact } from '../src/content.ts'
import { CAPTION_MAX_CHARS } from './quality.ts'

/** The caption as it is pasted: text, source, photo credits, hashtags; never longer than Instagram takes. */
export function composeCaption(input: {
  draft: Pick<Draft, 'caption' | 'hashtags'>
  fact: Fact
  credits: readonly string[]
}): string {
  const tail = [`Source: ${input.fact.sourceName}, ${input.fact.sourceUrl}`, ...new Set(input.credits)].join('\n')
  const tags = input.draft.hashtags.map((tag) => `#${tag}`).join(' ')
  const room = CAPTION_MAX_CHARS - tail.length - tags.length - 4
  return [shorten(input.draft.caption.trim(), room), tail, tags].join('\n\n')
}

/** Cuts at the end of a sentence where there is one in the second half, else at a word. */
function shorten(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text
  const cut = text.slice(0, maxChars - 1)
  const sentence = Math.max(cut.lastIndexOf('. '), cut.lastIndexOf('.\n'), cut.lastIndexOf('? '), cut.lastIndexOf('! '))
  if (sentence > maxChars / 2) return cut.slice(0, sentence + 1)
  return `${cut.slice(0, cut.lastIndexOf(' '))}…`
}
