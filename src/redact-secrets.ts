import type { Redact } from './redact.ts'
import { findAddressSecrets } from './redaction/addresses.ts'
import { findNamedSecrets } from './redaction/named.ts'
import { findShapes } from './redaction/shapes.ts'
import type { Span } from './redaction/span.ts'
import { listViews, type View } from './redaction/view.ts'

/**
 * Hides what looks like a secret in text that others wrote: logs, labels, health output. Values that are known are hidden by
 * `createRedact`; here only shape and neighbourhood tell. Linear in the length of the text, whatever it holds.
 */

const MASK = '[secret]'

export function redactSecrets(text: string): string {
  const spans = listViews(text).flatMap((view) => findSpans(view))
  if (spans.length === 0) return text
  spans.sort((a, b) => a.start - b.start)
  const parts: string[] = []
  let done = 0
  for (const { start, end } of spans) {
    // Overlapping or touching spans are one secret.
    if (start > done || parts.length === 0) parts.push(text.slice(done, start), MASK)
    done = Math.max(done, end)
  }
  return parts.join('') + text.slice(done)
}

/** What is known by value first, so that a secret of ours is whole when it is looked for; then by pattern. */
export function createRedactAll(redact: Redact): Redact {
  return (text) => redactSecrets(redact(text))
}

function findSpans({ text, at }: View): Span[] {
  const found = [...findShapes(text), ...findAddressSecrets(text), ...findNamedSecrets(text)]
  return at === null ? found : found.map(({ start, end }) => ({ start: at[start] ?? 0, end: at[end] ?? 0 }))
}
