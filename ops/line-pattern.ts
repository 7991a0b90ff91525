/**
 * Which lines of a log somebody means: words, `*` for anything between them, `|` between alternatives, in any case. No regular
 * expression: a label could hold one that takes for ever on the right line. docs/decisions/051-patterns-without-expressions.md
 */
export type LinePattern = {
  /** As it was written, for people. */
  source: string
  /** In time that grows with the line only. */
  matches(line: string): boolean
}

const MAX_SOURCE_CHARS = 500
const MAX_ALTERNATIVES = 20
/** What matters of a line stands at its beginning; a line may be a megabyte. */
const MAX_LINE_CHARS = 4_096
/** Less would be in every line. */
const MIN_WORD_CHARS = 2

/** Null when it is none: empty, too long, or so short that every line would match. */
export function readLinePattern(text: string): LinePattern | null {
  return compile(text, text.split('|'))
}

/** The same without alternatives: for a pattern that was made of a line, in which "|" is a sign like others. */
export function readWholePattern(text: string): LinePattern | null {
  return compile(text, [text])
}

function compile(text: string, alternatives: readonly string[]): LinePattern | null {
  const source = text.trim()
  if (source === '' || source.length > MAX_SOURCE_CHARS || alternatives.length > MAX_ALTERNATIVES) return null
  const parts = alternatives.map(readParts)
  if (parts.some((words) => words.every((word) => word.length < MIN_WORD_CHARS))) return null
  return {
    source,
    matches: (line) => {
      const text = line.slice(0, MAX_LINE_CHARS).toLowerCase()
      return parts.some((words) => hasInOrder(text, words))
    },
  }
}

/** ".*" as well, by which many people mean "*". */
function readParts(alternative: string): string[] {
  return alternative
    .toLowerCase()
    .split(/\.?\*+/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

function hasInOrder(text: string, parts: readonly string[]): boolean {
  let from = 0
  for (const part of parts) {
    const at = text.indexOf(part, from)
    if (at === -1) return false
    from = at + part.length
  }
  return true
}
