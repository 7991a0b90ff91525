import { toVisible } from '../../../src/messaging/visible-text.ts'
import type { Redact } from '../../../src/redact.ts'
import { kindOf } from '../causes/search.ts'
import type { KeyedLine } from '../evidence-lines.ts'
import type { EvidenceLine } from '../types.ts'

/** What the model is shown, each thing once and under a reference by which it can be named. */

export type EvidenceBook = {
  /** The line as it is shown, e.g. "E7 (log) connection refused". The same thing keeps its reference. */
  add(source: EvidenceLine['source'], text: string): string
  find(ref: string): EvidenceLine | null
}

const MAX_LINE_CHARS = 300

/** Secrets are taken out here whatever was done before: nothing gets to the model but through this book. */
export function createEvidenceBook(redact: Redact): EvidenceBook {
  const byRef = new Map<string, EvidenceLine>()
  const refs = new Map<string, string>()
  return {
    add: (source, text) => {
      const line = { source, text: flatten(redact(text), MAX_LINE_CHARS) }
      const key = `${source} ${line.text}`
      const ref = refs.get(key) ?? `E${byRef.size + 1}`
      refs.set(key, ref)
      byRef.set(ref, { ref, ...line })
      return `${ref} (${source}) ${line.text}`
    },
    find: (ref) => byRef.get(ref.trim().toUpperCase()) ?? null,
  }
}

/** One line: what begins a new line could look like a line of ours. */
export function flatten(text: string, maxChars: number): string {
  const flat = toVisible(text).replaceAll(/\s+/g, ' ').trim()
  return flat.length <= maxChars ? flat : `${flat.slice(0, maxChars - 1).toWellFormed()}…`
}

/** Of each kind; together they are a few thousand tokens, which is what a diagnosis may cost. */
const MAX_FACT_BYTES = 4_500
const MAX_LOG_BYTES = 3_500

/** The first lines, since facts come in the order of their weight, and the last of the log, each of it once. */
export function chooseLines(lines: readonly KeyedLine[]): KeyedLine[] {
  const isLog = ({ source }: KeyedLine) => source === 'log'
  const facts = takeBytes(
    lines.filter((line) => !isLog(line)),
    MAX_FACT_BYTES,
  )
  const log = takeBytes(lines.filter(isLog).toReversed().filter(firstOfItsKind()), MAX_LOG_BYTES)
  return [...facts, ...log.toReversed()]
}

function firstOfItsKind(): (line: KeyedLine) => boolean {
  const seen = new Set<string>()
  return ({ text }) => {
    const kind = kindOf(text)
    const isNew = !seen.has(kind)
    seen.add(kind)
    return isNew
  }
}

function takeBytes(lines: readonly KeyedLine[], maxBytes: number): KeyedLine[] {
  let left = maxBytes
  return lines.filter(({ text }) => {
    left -= Buffer.byteLength(text)
    return left >= 0
  })
}
