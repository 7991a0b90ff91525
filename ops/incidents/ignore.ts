import type { Container } from '../../src/docker/container.ts'
import type { FindDocker } from '../../src/docker/open-docker.ts'
import type { Redact } from '../../src/redact.ts'
import { redactLong } from '../../src/redact-long.ts'
import { readWholePattern } from '../line-pattern.ts'
import { readWatchLabels } from '../watch-labels.ts'

/** "Ignore lines like this": a pattern out of one line, and what it would hide. */

export type IgnoreProposal = {
  container: string
  /** `*` stands for anything. */
  pattern: string
  /** Lines of the last day that it would have hidden, and the newest few of them. */
  hidden: number
  examples: string[]
  lookedAt: number
}

const MAX_PATTERN_CHARS = 300
/** Below this, a pattern would hide nearly everything. */
const MIN_FIXED_CHARS = 6
const MAX_LINE_CHARS = 4_000
const DAY_MS = 86_400_000
const MAX_LINES = 20_000
const MAX_BYTES = 2_000_000
const MAX_EXAMPLES = 3

/** What differs from one such line to the next: times, addresses, ids, numbers, and what was hidden as a secret. */
const CHANGING = [
  /\[secret[^\]\n]{0,40}\]/g,
  /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?/g,
  /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi,
  /\b(?=[0-9a-f]*\d)[0-9a-f]{7,128}\b/gi,
  /\d+(?:[.:,]\d+)*/g,
]

/** Null when nothing firm would be left of it. */
export function patternOf(line: string): string | null {
  // What has a star itself becomes wider by it, which the shown examples tell.
  let pattern = line.slice(0, MAX_LINE_CHARS).trim()
  for (const part of CHANGING) pattern = pattern.replace(part, '*')
  if (pattern.length > MAX_PATTERN_CHARS) pattern = `${pattern.slice(0, MAX_PATTERN_CHARS - 1)}*`
  pattern = pattern.replace(/\*{2,}/g, '*')
  const fixed = pattern.replace(/[^\p{L}]/gu, '')
  return fixed.length < MIN_FIXED_CHARS ? null : pattern
}

export type IgnoreDeps = { findDocker: FindDocker; redact: Redact }

/** Out of the newest line that the container's label asks to watch for. Null when there is none. @throws Failure of Docker */
export async function proposeIgnore(
  deps: IgnoreDeps,
  container: Container,
  known: readonly { pattern: string }[],
  now: Date,
  signal: AbortSignal,
): Promise<IgnoreProposal | null> {
  const state = await deps.findDocker()
  const watch = readWatchLabels(container.labels).log
  if (state.kind === 'absent' || watch === null) return null
  const wish = { lines: MAX_LINES, maxBytes: MAX_BYTES, since: new Date(now.getTime() - DAY_MS) }
  const { text } = await state.docker.logs(container, wish, signal)
  const ignored = known.map(({ pattern }) => readWholePattern(pattern))
  const shown = await redactLong(text, deps.redact)
  const lines = shown.split('\n').filter((line) => line.trim() !== '')
  const isNews = (line: string) => watch.pattern.matches(line) && !ignored.some((one) => one?.matches(line))
  const pattern = patternOf(lines.findLast(isNews) ?? '')
  const hides = pattern === null ? null : readWholePattern(pattern)
  if (pattern === null || hides === null) return null
  const hidden = lines.filter((line) => hides.matches(line))
  const examples = [...new Set(hidden.slice(-MAX_EXAMPLES))]
  return { container: container.name, pattern, hidden: hidden.length, examples, lookedAt: lines.length }
}
