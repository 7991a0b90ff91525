/**
 * A secret can be written so that no pattern sees it: with characters that show nothing, or escaped for JSON or an address.
 * So the same text is looked at in several ways, each of which knows where its characters come from.
 */

export type View = {
  text: string
  /** Where each character begins in the text that was given, and one more for its end; null when nothing moved. */
  at: Uint32Array | null
}

/** JSON within JSON within a query is escaped three times. */
const MAX_DEPTH = 3
const UNUSUAL = /[^\t\n\r\x20-\x7e]/
/** Colours and cursor movements of a terminal, controls, marks of direction, joiners, spaces without width. */
const ESCAPE = String.fromCharCode(27)
const HIDDEN = new RegExp(
  `${ESCAPE}\\[[0-9;?]{0,20}[A-Za-z]|[[\\p{Cc}\\p{Cf}\\p{Default_Ignorable_Code_Point}]--[\\t\\n\\r]]`,
  'gv',
)
const ESCAPED =
  /\\(?:u[0-9a-f]{4}|x[0-9a-f]{2}|[nrtbf"'\\/])|%e2%80%(?:8[b-f]|a[a-e])|%ef%bb%bf|%[0-9a-f]{2}|&(?:quot|amp|apos|lt|gt|#3[49]|#x2[27]);/gi

export function listViews(text: string): View[] {
  const plain: View = { text, at: null }
  const views = [UNUSUAL.test(text) ? rewrite(plain, HIDDEN, () => '') : plain]
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const last = views.at(-1) ?? plain
    const next = rewrite(last, ESCAPED, decode)
    if (next === last) break
    views.push(next)
  }
  return views
}

/** Each find becomes one character or none. */
function rewrite(view: View, pattern: RegExp, replace: (found: string) => string): View {
  const { text } = view
  const at = new Uint32Array(text.length + 1)
  const parts: string[] = []
  let length = 0
  let done = 0
  const origin = (index: number) => (view.at === null ? index : (view.at[index] ?? index))
  const keep = (end: number) => {
    parts.push(text.slice(done, end))
    for (let i = done; i < end; i++) at[length++] = origin(i)
  }
  for (const { 0: found, index } of text.matchAll(pattern)) {
    keep(index)
    const shown = replace(found)
    if (shown !== '') at[length++] = origin(index)
    parts.push(shown)
    done = index + found.length
  }
  if (done === 0) return view
  keep(text.length)
  at[length] = origin(text.length)
  return { text: parts.join(''), at: at.subarray(0, length + 1) }
}

const LETTERS: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '', f: '' }
const ENTITIES: Record<string, string> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&apos;': "'",
  '&#39;': "'",
  '&#x27;': "'",
}

function decode(found: string): string {
  if (found.startsWith('&')) return ENTITIES[found.toLowerCase()] ?? '"'
  if (found.startsWith('%')) return found.length > 3 ? '' : show(Number.parseInt(found.slice(1), 16))
  const letter = found.charAt(1)
  if (found.length > 2) return show(Number.parseInt(found.slice(2), 16))
  return LETTERS[letter] ?? letter
}

function show(code: number): string {
  const letter = String.fromCharCode(code)
  return UNUSUAL.test(letter) ? letter.replace(HIDDEN, '') : letter
}
