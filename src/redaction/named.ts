import { findIdentifier, gradeName } from './names.ts'
import type { Span } from './span.ts'
import { readValue } from './values.ts'

/** Secrets that are known by the name beside them: `DB_PASSWORD=…`, `"token": "…"`, `--password …`, `Cookie: …`. */

const KEYWORD =
  /pass(?:w(?:or)?d|phrase|code|wort)?|pwd|contrase[nñ]a|secret|token|credential|key|auth|cookie|jwt|session|sig(?:nature)?|salt|otp|dsn|connection[-_. ]?string|bearer/gi

export function findNamedSecrets(text: string): Span[] {
  const found: Span[] = []
  KEYWORD.lastIndex = 0
  for (let match = KEYWORD.exec(text); match; match = KEYWORD.exec(text)) {
    const name = findIdentifier(text, match.index, KEYWORD.lastIndex)
    KEYWORD.lastIndex = Math.max(KEYWORD.lastIndex, name.end)
    // Our own mask.
    if (text.slice(name.start - 1, name.end + 1) === '[secret]') continue
    const grade = gradeName(name.text, readWordBefore(text, name.start))
    const value = grade === null ? null : readValue(text, name, grade)
    if (!value) continue
    found.push(value)
    KEYWORD.lastIndex = Math.max(KEYWORD.lastIndex, value.end)
  }
  return [...found, ...findInCommands(text)]
}

function readWordBefore(text: string, start: number): string {
  return /([A-Za-z]{1,12}) $/.exec(text.slice(Math.max(0, start - 14), start))?.[1] ?? ''
}

/** A backslash before a quote belongs to the text around. */
const QUOTED_OR_WORD = `(?:"([^"\\n]{1,200})"|'([^'\\n]{1,200})'|([^\\s"'\\\\-](?:[^\\s"'\\\\]|\\\\(?!\\\\{0,7}["'])){0,200}))`
/** What people type: the option alone does not say that a secret follows, the program does. */
const COMMANDS: readonly RegExp[] = [
  `\\b(?:mysql\\w{0,12}|mariadb[\\w-]{0,12}|sshpass|mongo\\w{0,12}|docker login|podman login|7z|smbclient)\\b[^\\n|;&]{0,200}?\\s-p ?`,
  '\\bredis-cli\\b[^\\n|;&]{0,200}?\\s-a ?',
  '\\b(?:curl|http|wget)\\b[^\\n|;&]{0,300}?\\s(?:-u|--user|--proxy-user)[ =]?["\']?[^\\s"\':]{0,100}:',
  '\\bmachine\\s+\\S{1,200}\\s+login\\s+\\S{1,200}\\s+password\\s+',
  '\\bidentified\\s+(?:with\\s+\\w{1,40}\\s+)?(?:by|as)\\s+',
  '\\b(?:requirepass|masterauth)\\s+',
].map((command) => new RegExp(command + QUOTED_OR_WORD, 'gi'))
const BASIC = /\bBasic\s{1,4}([A-Za-z0-9+/_-]{6,512}={0,2})/g

function findInCommands(text: string): Span[] {
  const found = COMMANDS.flatMap((command) =>
    Array.from(text.matchAll(command), ({ 0: whole, 1: double, 2: single, 3: word, index }) => {
      const end = index + whole.length - (word === undefined ? 1 : 0)
      return { start: end - (word ?? single ?? double ?? '').length, end }
    }),
  )
  for (const { 0: whole, 1: encoded = '', index } of text.matchAll(BASIC)) {
    const end = index + whole.length
    if (/^[\x20-\x7e]*:[\x20-\x7e]*$/.test(Buffer.from(encoded, 'base64').toString('latin1')))
      found.push({ start: end - encoded.length, end })
  }
  return found
}
