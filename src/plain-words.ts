/** What words for the public must not hold, whoever wrote them. */

/** Characters that nobody sees but that break, hide or reorder text. Direction marks and joiners stay: scripts need them. */
export const INVISIBLE =
  /[\p{Cc}\p{Cs}\p{Co}\u00AD\u200B\u2028\u2029\u202A-\u202E\u2060-\u2069\uFEFF\uFFF9-\uFFFD\u{E0000}-\u{E007F}]/u
/** Marks of HTML and markdown: on a picture they would stand as they are. */
export const MARKUP = /<[a-z/!][^<]*>|&(?:[a-z]+|#\d+);|\*\*|__|`|\]\(|^\s*#{1,6}\s|(?:^|\s)[*_]\S[^*_]*[*_](?=\W|$)/imu
/** An address, a name under a common ending, or any name with a path behind it. */
export const LINK =
  /\b[a-z]{2,10}:\/\/|www\.|\b[a-z0-9-]+\.(?:(?:com|org|net|io|ly|me|co|gg|xyz|info|biz|shop|app|dev|ai|ru|cn|uk|link|store|site|online|top|club)\b|[a-z]{2,10}\/)/iu
/** Both signs also as East Asian keyboards write them: the networks take either. */
export const HASHTAG = /[#＃][\p{L}\p{N}_]/u
export const MENTION = /[@＠][\w.]+/gu

/** A name from outside for a line of thanks: what would link, tag or hide is left out. May be empty; at most `maxChars`. */
export function cleanName(name: string, maxChars: number): string {
  const words = name
    .slice(0, maxChars * 4)
    .replace(/[\p{C}\s]+/gu, ' ')
    .split(' ')
    .filter((word) => !LINK.test(word) && !/[#＃@＠<>`]/u.test(word) && !/\p{Extended_Pictographic}/u.test(word))
  return words
    .join(' ')
    .trim()
    .slice(0, maxChars)
    .toWellFormed()
    .replace(/\uFFFD$/u, '')
    .trim()
}
