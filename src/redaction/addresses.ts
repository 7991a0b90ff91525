import type { Span } from './span.ts'

/** Passwords within addresses: `scheme://user:password@host`, and the form that drivers of MySQL take. */

/** Longer names and passwords than this are nobody's. */
const MAX_CHARS = 512
const MARK = '://'
const END_OF_ADDRESS = /[\s"'`<>\\^{}|]/
const LONE_USER = /^[\w-]{16,}$/
const MYSQL = /[\w.-]{1,64}:([^\s"'`@]{1,128})@(?:tcp|unix)\(/g

export function findAddressSecrets(text: string): Span[] {
  const found: Span[] = []
  for (let at = text.indexOf(MARK); at >= 0; at = text.indexOf(MARK, at + MARK.length)) {
    const from = at + MARK.length
    const span = /[a-z0-9+.-]/i.test(text.charAt(at - 1)) ? findInAuthority(text, from) : null
    if (span) found.push(span)
  }
  if (!text.includes('@')) return found
  for (const { 0: whole, 1: password = '', index } of text.matchAll(MYSQL)) {
    const start = index + whole.lastIndexOf(`:${password}@`) + 1
    found.push({ start, end: start + password.length })
  }
  return found
}

function findInAuthority(text: string, from: number): Span | null {
  const window = readAddress(text, from)
  const authority = window.search(/[/?#]/)
  const strict = authority < 0 ? window : window.slice(0, authority)
  const at = strict.lastIndexOf('@')
  if (at >= 0) return readUserInfo(strict.slice(0, at), from)
  // A password that was not escaped: user:p/ss@host. A port, and an @ later in the path, look almost the same.
  const late = window.indexOf('@')
  const colon = window.indexOf(':')
  if (late < 0 || colon < 0 || colon > late || colon > strict.length) return null
  if (/^(?:\d{1,5}(?=[/?#]|\s)|\[)/.test(window.slice(colon + 1)) || window.startsWith('[')) return null
  return readUserInfo(window.slice(0, late), from)
}

function readUserInfo(userInfo: string, from: number): Span | null {
  const colon = userInfo.indexOf(':')
  if (colon >= 0) return colon + 1 < userInfo.length ? { start: from + colon + 1, end: from + userInfo.length } : null
  const isKey = LONE_USER.test(userInfo) && /\d/.test(userInfo)
  return isKey ? { start: from, end: from + userInfo.length } : null
}

/** Up to where an address ends. One that was wrapped within its password goes on in the next line. */
function readAddress(text: string, from: number): string {
  const window = text.slice(from, from + MAX_CHARS)
  const end = window.search(END_OF_ADDRESS)
  const first = end < 0 ? window : window.slice(0, end)
  const wrapped = /^[^\s:/@]{0,64}:(?!\d{0,5}\r?\n)[^\s:/@]{1,128}\r?\n[ \t]{0,8}[^\s:/@]{1,128}@/.exec(window)
  return wrapped && !first.includes('@') ? wrapped[0] : first
}
