/** No update of Telegram is a tenth as deep; a deeper one would exhaust the stack of the database. */
const MAX_DEPTH = 64

/**
 * A copy that the database stores as jsonb whatever a stranger put into it: NUL characters go, a half of a surrogate pair
 * becomes U+FFFD, and what lies deeper than 64 levels becomes null. One bad string must not hold up a whole batch.
 */
export function toStorable(value: unknown, depth = MAX_DEPTH): unknown {
  if (typeof value === 'string') return toStorableText(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth === 0) return null
  if (Array.isArray(value)) return value.map((item) => toStorable(item, depth - 1))
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [toStorableText(key), toStorable(item, depth - 1)] as const),
  )
}

export function toStorableText(text: string): string {
  return text.replaceAll('\u0000', '').toWellFormed()
}

/** Any value as the text of what the database stores as json; SQL's null, not JSON's, of nothing. */
export function toStorableJson(value: unknown): string | null {
  if (value === undefined || value === null) return null
  // There and back first: dates and the like become what JSON makes of them.
  return JSON.stringify(toStorable(JSON.parse(JSON.stringify(value))))
}
