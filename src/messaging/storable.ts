/** No update of Telegram is a tenth as deep; a deeper one would exhaust the stack of the database. */
const MAX_DEPTH = 64

/**
 * A copy that the database stores as jsonb whatever a stranger put into it: NUL characters go, a half of a surrogate pair
 * becomes U+FFFD, and what lies deeper than 64 levels becomes null. One bad string must not hold up a whole batch.
 */
export function toStorable(value: unknown, depth = MAX_DEPTH): unknown {
  if (typeof value === 'string') return cleanString(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth === 0) return null
  if (Array.isArray(value)) return value.map((item) => toStorable(item, depth - 1))
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [cleanString(key), toStorable(item, depth - 1)] as const),
  )
}

function cleanString(text: string): string {
  return text.replaceAll('\u0000', '').toWellFormed()
}
