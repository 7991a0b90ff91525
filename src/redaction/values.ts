import type { Grade, Name } from './names.ts'
import { isHarmless, isProse, isRandom, VERSION_OR_ADDRESS } from './prose.ts'
import type { Span } from './span.ts'

/** What belongs to a name: where its value begins and ends, in the many ways in which people write one. */

/** Between the name and its value; also `"name": "DB_PASSWORD", "value": "…"` and `<add key="Password" value="…"/>`. */
const SEPARATOR = /(["'`\]]{0,2})(?:\s{0,4},?\s{0,40}["']?value["']?)?[ \t]{0,16}(=>|:=|={1,2}|:(?!:))([ \t]{0,16})/iy
const SCHEME = /(?:basic|bearer|digest|token|apikey|api-key|negotiate|ntlm|bot|aws4-hmac-sha256)[ \t]{1,8}/iy
const SPACED_QUOTE = /[ \t]{1,4}(?=["'`])/y
const AFTER_OPTION = /[ \t]{1,8}(?=[^\s-])/y
const IN_A_SENTENCE = /[ \t]{1,4}(?:(?:is|was|to|of|set to|value)[ \t]{1,4})?(?=[\w+/-])/y
const IN_A_COLUMN = /(?:\t| {2,24})[ \t]{0,24}(?=\S)/y
const BLOCK = /[|>][+-]?\d?[ \t]{0,4}\r?\n((?:[ \t]+[^\n]*\n?|\r?\n)+)/y

type Form = {
  name: Name
  grade: Grade
  /** Of the value, or of the quote before it. */
  at: number
  /** `spaced`: with a space after a colon or around an equals sign, as people and YAML write. */
  sign: '=' | ':' | 'none'
  spaced: boolean
}

export function readValue(text: string, name: Name, grade: Grade): Span | null {
  const form = findForm(text, name, grade)
  if (!form) return null
  if (form.sign === ':') {
    const block = matchAt(BLOCK, text, form.at)
    if (block) return { start: form.at, end: form.at + block[0].length }
  }
  const value = findValue(text, form)
  return value && value.end > value.start && isSecret(text, value, form) ? value : null
}

function findForm(text: string, name: Name, grade: Grade): Form | null {
  const form = { name, grade, sign: 'none', spaced: true } as const
  if (text.charAt(name.start - 1) === '<' && text.charAt(name.end) === '>')
    return { ...form, at: name.end + 1, sign: '=', spaced: false }
  const separator = matchAt(SEPARATOR, text, name.end)
  if (separator) {
    const [whole, quote = '', sign = '', space = ''] = separator
    const at = name.end + whole.length
    const gap = quote === '' ? 0 : (matchAt(/\s{0,40}/y, text, at)?.[0].length ?? 0)
    return { ...form, at: at + gap, sign: sign === ':' ? ':' : '=', spaced: space !== '' && quote === '' }
  }
  const after = (pattern: RegExp) => {
    const match = matchAt(pattern, text, name.end)
    return match ? { ...form, at: name.end + match[0].length } : null
  }
  if (name.text.startsWith('-')) return after(AFTER_OPTION)
  const column = /^[A-Z\d]+_[A-Z\d_]+$/.test(name.text) ? after(IN_A_COLUMN) : null
  if (column) return { ...column, sign: '=' }
  return after(SPACED_QUOTE) ?? asRandom(after(IN_A_SENTENCE))
}

/** Without any sign between them only the look of it tells. */
function asRandom(form: Form | null): Form | null {
  return form && { ...form, grade: 'random' }
}

/** Nothing random is longer; what is not hidden must not be read far, since it will be read again. */
const MAX_RANDOM = 512
const RANDOM_RUN = new RegExp(`["'\`]?([\\w+/.~:-]{1,${MAX_RANDOM}}={0,2})`, 'y')
const MANY_PARTS = /^(?:[^:]{0,30}:){8}/

/**
 * Whether it is one is told as far as possible before its end is looked for: what is hidden is read once, but what is not is
 * passed over by a few characters, and would be read from there again, as often as there are names in it.
 */
function findValue(text: string, form: Form): Span | null {
  const { at, name } = form
  if (form.grade === 'random') return findRandom(text, at)
  const first = text.charAt(at)
  const array = first === '[' ? /^\[\s{0,40}["']/.exec(text.slice(at, at + 42)) : null
  if (array) {
    const start = at + array[0].length
    if (text.startsWith('[secret]', start) || isPlain(text, start, form, true)) return null
    const inner = /^[^\]]{0,4000}(?=["'])/.exec(text.slice(start, start + 4001))
    if (inner) return { start, end: start + inner[0].length }
  }
  const quoted = /["'`“‘]/.test(first)
  const opened = quoted ? at + 1 : at
  const start = skipScheme(text, opened, name)
  if (isPlain(text, start, form, quoted)) return null
  const end = quoted
    ? findClosing(text, opened, closingOf(first), isBare(form) ? MAX_BARE : Number.POSITIVE_INFINITY)
    : findEnd(text, start, form, start > opened)
  return { start, end: Math.max(start, end) }
}

function findRandom(text: string, at: number): Span | null {
  const run = matchAt(RANDOM_RUN, text, at)
  if (!run) return null
  const [whole, value = ''] = run
  // Names upon names, each of which would be read from again: "key:key:key:…".
  if (value.length >= MAX_RANDOM && MANY_PARTS.test(value)) return null
  const end = at + whole.length
  return { start: end - value.length, end: end - (/[.:]+$/.exec(value)?.[0].length ?? 0) }
}

/** No sign between them, and no dashes of an option. */
function isBare({ sign, name }: Form): boolean {
  return sign === 'none' && !name.text.startsWith('-')
}

/** What begins here is no value, wherever it ends. */
function isPlain(text: string, start: number, form: Form, quoted: boolean): boolean {
  if (text.startsWith('//', start)) return true
  if (isBare(form)) {
    // "Pass `--force` to …"
    if (/^pass$/i.test(form.name.text)) return true
    // Only what looks random is hidden there.
    if (!/pass|pwd/i.test(form.name.text)) return false
  }
  return (form.spaced || quoted) && isProse(text.slice(start, start + 160))
}

function closingOf(quote: string): string {
  return quote === '“' ? '”' : quote === '‘' ? '’' : quote
}

function skipScheme(text: string, at: number, name: Name): number {
  if (!/auth/i.test(name.text)) return at
  return at + (matchAt(SCHEME, text, at)?.[0].length ?? 0)
}

/** How far a quote may reach into the lines below. */
const MAX_BELOW = 400
/** Of a quote behind a name without a sign. */
const MAX_BARE = 4_096

/** The quote's end in its line; or soon below it, since a long value is wrapped; else the end of the line. */
function findClosing(text: string, from: number, quote: string, maxChars: number): number {
  const limit = Math.min(text.length, from + maxChars)
  let endOfLine = -1
  for (let i = from; i < limit; i++) {
    const char = text.charAt(i)
    if (char === '\\') i++
    else if (char === quote) return i
    else if (char === '\n' && endOfLine < 0) endOfLine = i
    if (endOfLine >= 0 && i - endOfLine > MAX_BELOW) return endOfLine
  }
  return endOfLine < 0 ? limit : endOfLine
}

const WORD = /[^\s"'`<]*/y
const TO_END_OF_LINE = /(?:(?!["'`]\s{0,8}(?:[,}\])]|$)|\s#)[^\r\n])*/y
const LONGEST_WORD = 64
const SHORT_WORD = new RegExp(`[^\\s"'\`<]{0,${LONGEST_WORD + 1}}`, 'y')
/** Up to the next pair of a query: what is behind it is read for itself. */
const WORD_IN_PAIRS = /[^\s"'`<](?:[^\s"'`<&;,]+|[&;,](?![A-Za-z_][\w.-]{0,64}=))*/y
/** A password may end so; but far more often the sentence does. */
const TRAILING = /[),;\]}.\\]{1,8}$/

function findEnd(text: string, at: number, form: Form, hasScheme: boolean): number {
  const before = text.charAt(form.name.start - 1)
  if (/["'`]/.test(before) && text.charAt(form.name.end) !== before && form.sign !== 'none') {
    const closing = findClosing(text, at, before, Number.POSITIVE_INFINITY)
    if (!text.slice(at, Math.min(closing, at + 4096)).includes('\n')) return closing
  }
  const isRow = hasScheme || isEnvironment(text, form) || isCookie(text, at, form) || isYaml(text, form)
  if (isRow) return at + readLength(TO_END_OF_LINE, text, at)
  const begin = text.slice(at, at + readLength(SHORT_WORD, text, at))
  if (begin.length <= LONGEST_WORD && isHarmless(begin, form.name.text)) return at
  const end = at + readLength(form.sign === '=' ? WORD_IN_PAIRS : WORD, text, at)
  if (form.sign === '=' && /[&;,]/.test(text.charAt(end))) return end
  return at + text.slice(at, end).replace(TRAILING, '').length
}

/** `NAME=value with spaces`, as `env` prints and a file of variables holds it. */
function isEnvironment(text: string, { name, sign, spaced }: Form): boolean {
  if (sign !== '=' || spaced || !/^[A-Z][A-Z\d_]*$/.test(name.text)) return false
  return /(?:^|[\r\n])\s{0,8}(?:export |set |- )?$/.test(text.slice(Math.max(0, name.start - 20), name.start))
}

function isCookie(text: string, at: number, { name }: Form): boolean {
  return /cookies?$/i.test(name.text) && /^[^\s=;,"']{1,100}=/.test(text.slice(at, at + 104))
}

function isYaml(text: string, { name, sign, spaced, grade }: Form): boolean {
  if (sign === 'none' || !spaced || grade === 'random') return false
  return /(?:^|[\r\n])[ \t]{0,32}(?:- )?["']?$/.test(text.slice(Math.max(0, name.start - 40), name.start))
}

function isSecret(text: string, { start, end }: Span, form: Form): boolean {
  const { grade, name } = form
  const value = text.slice(start, end)
  const short = value.length <= LONGEST_WORD
  if (short && isHarmless(value, name.text)) return false
  // The name of a package or image: "vault-secret:1.4.2".
  if (short && form.sign === ':' && !form.spaced && VERSION_OR_ADDRESS.test(value)) return false
  if (grade === 'random') return !value.startsWith('//') && isRandom(value, isEnvironment(text, form) ? 8 : 16)
  if (grade === 'likely' && value.length < 4) return false
  return !isBare(form) || /pass|pwd/i.test(name.text) || isRandom(value, 12)
}

function readLength(pattern: RegExp, text: string, at: number): number {
  return matchAt(pattern, text, at)?.[0].length ?? 0
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}
