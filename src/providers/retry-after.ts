/**
 * Milliseconds from a Retry-After value: seconds (also fractions, as some services send) or an HTTP date.
 * Nonsense and dates long past give undefined and 0.
 */
export function retryAfterMs(value: string | null | undefined, nowMs: number): number | undefined {
  const text = value?.trim()
  if (!text) return undefined
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000)
  const at = Date.parse(text)
  // Date.parse takes "-5" for a year; a date of HTTP begins with the day's name.
  if (Number.isNaN(at) || !/^[A-Za-z]{3}/.test(text)) return undefined
  return Math.max(0, at - nowMs)
}
