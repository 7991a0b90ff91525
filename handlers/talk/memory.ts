import type { ToolTurn } from '../../src/converse.ts'
import type { TalkTurn } from '../../src/messaging/talk.ts'

/** What the bot remembers of a conversation: the last few turns, for half an hour. */

export const MEMORY_TURNS = 6
export const MEMORY_MS = 30 * 60_000
/** All of it together; about 2,000 tokens. */
const MEMORY_CHARS = 8_000
/** Of one sentence or answer: its beginning says what it was about. */
const WORDS_CHARS = 2_000

/** `earlier`: the oldest first. Newer ones are kept when not all of them fit; question and answer stay together. */
export function remember(earlier: readonly Pick<TalkTurn, 'text' | 'answer'>[]): ToolTurn[] {
  const kept: ToolTurn[] = []
  let left = MEMORY_CHARS
  for (const { text, answer } of earlier.slice(-MEMORY_TURNS).reverse()) {
    const [asked, said] = [cut(text), cut(answer ?? '')]
    if (asked.trim() === '' || said.trim() === '') continue
    left -= asked.length + said.length
    if (left < 0) break
    kept.unshift({ role: 'user', text: asked }, { role: 'assistant', text: said, calls: [] })
  }
  return kept
}

function cut(text: string): string {
  return text.length <= WORDS_CHARS ? text : `${text.slice(0, WORDS_CHARS - 1).toWellFormed()}…`
}
