/** Bidi controls and marks that show nothing. Joiners (U+200C, U+200D) stay: Persian words and many emojis need them. */
const UNSEEN =
  /[\u00AD\u061C\u115F\u1160\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u2064\u2066-\u206F\u3164\uFEFF\uFFA0\uFFF9-\uFFFB]/g

/**
 * Text as it may be shown: invisible signs can make one name look like another, or turn the words behind them round, so they
 * are taken out, with all control characters but tab and line feed. Half a surrogate pair becomes U+FFFD.
 */
export function toVisible(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replace(UNSEEN, '')
    .replace(/\p{Cc}/gu, (char) => (char === '\n' || char === '\t' ? char : ''))
}
