/**
 * The readable text of a web page, for looking a fact up in it. Walks the source once, so a hostile page costs no more
 * than its length. It is no HTML parser and need not be: the result is searched, never shown as a page.
 */

/** Elements whose content is not text for people. */
const SKIPPED: ReadonlySet<string> = new Set(['script', 'style', 'noscript', 'template', 'svg', 'head', 'iframe'])

/** More than anybody looks at: what comes behind is left. */
const MAX_TEXT_CHARS = 300_000
const TAG_NAME = /[a-z0-9]{0,20}/y

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  ndash: '–',
  mdash: '—',
  rsquo: '’',
  lsquo: '‘',
  rdquo: '”',
  ldquo: '“',
  hellip: '…',
}

export function htmlToText(html: string): string {
  // Only A–Z: lowering other letters can change the length, and positions are shared between the two strings.
  const lower = html.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
  const pieces: string[] = []
  let at = 0
  let taken = 0
  while (at < html.length && taken < MAX_TEXT_CHARS) {
    const open = html.indexOf('<', at)
    if (open === -1) {
      pieces.push(html.slice(at))
      break
    }
    pieces.push(html.slice(at, open))
    taken += open - at + 1
    if (isTagStart(lower.charCodeAt(open + 1))) {
      pieces.push(' ')
      at = afterTag(lower, open)
    } else {
      pieces.push('<')
      at = open + 1
    }
  }
  return decodeEntities(pieces.join('')).replace(/\s+/g, ' ').trim()
}

/** A letter, '/', '!' or '?': anything else after '<' is a less-than sign. */
function isTagStart(code: number): boolean {
  return (code >= 97 && code <= 122) || code === 47 || code === 33 || code === 63
}

function afterTag(lower: string, open: number): number {
  if (lower.startsWith('<!--', open)) return after(lower, '-->', open + 4)
  TAG_NAME.lastIndex = open + 1
  const name = TAG_NAME.exec(lower)?.[0] ?? ''
  const end = after(lower, '>', open)
  return SKIPPED.has(name) ? after(lower, '>', after(lower, `</${name}`, end)) : end
}

/** The position behind the next `mark`, or the end. */
function after(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from)
  return found === -1 ? text.length : found + mark.length
}

function decodeEntities(text: string): string {
  return text.replace(/&(#x?[0-9a-f]{1,6}|[a-z]{2,8});/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return ENTITIES[name.toLowerCase()] ?? whole
    const code =
      name[1]?.toLowerCase() === 'x' ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10)
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}
