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

/** What people type: the option alone does not say that a secret follows, the program does. */
const COMMANDS: readonly RegExp[] = [
  /\b(?:mysql\w{0,12}|mariadb[\w-]{0,12}|sshpass|mongo\w{0,12}|docker login|podman login|7z|smbclient|htpasswd)\b[^\n|;&]{0,200}?\s-p ?(["']?)([^\s"'-][^\s"']{0,200})\1/g,
  /\b(?:redis-cli)\b[^\n|;&]{0,200}?\s-a ?(["']?)([^\s"'-][^\s"']{0,200})\1/g,
  /\b(?:curl|http|wget)\b[^\n|;&]{0,300}?\s(?:-u|--user|--proxy-user) ?=?(["']?)[^\s"':]{0,100}:([^\s"']{1,200})\1/g,
  /\bmachine\s+\S{1,200}\s+login\s+\S{1,200}\s+password\s+()(\S{1,200})/g,
  /\bidentified\s+(?:with\s+\w{1,40}\s+)?(?:by|as)\s+(["'])((?:(?!\1).){1,200})\1/gi,
  /\b(?:requirepass|masterauth)\s+(["']?)([^\s"']{1,200})\1/g,
  /(?<=^|[\r\n>]\s{0,4}|" ")AUTH(?:"? "?)(?:\w{1,32} (?=\S{4}))?(["']?)([^\s"':=]{4,200})\1(?=["']?\s*(?:$|[\r\n]))/g,
]

function findInCommands(text: string): Span[] {
  return COMMANDS.flatMap((command) =>
    Array.from(text.matchAll(command), ({ 0: whole, 1: quote = '', 2: secret = '', index }) => {
      const end = index + whole.length - quote.length
      return { start: end - secret.length, end }
    }),
  )
}
