import type { Span } from './span.ts'

/** Secrets that are known by their shape alone: keys of services, JWT, PEM, hashes of passwords. */

/** Each with the fewest characters that make it one; what follows in the same run belongs to it. */
const TOKENS = [
  // Clouds.
  'A(?:KIA|SIA|GPA|IDA|ROA)[A-Z0-9]{16}',
  'AIza[\\w-]{20}',
  'ya29\\.[\\w-]{16}',
  '1//0[\\w-]{20}',
  'GOCSPX-[\\w-]{16}',
  'do[opr]_v1_[a-f0-9]{20}',
  'dapi[a-f0-9]{28}',
  'tskey-[\\w-]{16}',
  'hvs\\.[\\w-]{16}',
  'AGE-SECRET-KEY-1[A-Z0-9]{20}',
  // Code and packages.
  'gh[opusr]_[A-Za-z0-9]{16}',
  'github_pat_\\w{16}',
  'gl(?:pat|rt|dt|ptt|cbt|soat|ft)-[\\w-]{16}',
  'npm_[A-Za-z0-9]{30}',
  'pypi-[\\w-]{16}',
  'dckr_(?:pat|oat)_[\\w-]{16}',
  // Chats, mail, money, shops.
  'xox[a-z]-[\\w-]{10}',
  'xapp-[\\w-]{10}',
  '\\d{6,12}:[\\w-]{35}(?![\\w-])',
  '[rs]k_(?:live|test)_\\w{10}',
  'whsec_[\\w+/]{16}',
  'SG\\.[\\w-]{16}',
  'SK[0-9a-f]{32}',
  'key-[0-9a-f]{32}',
  'shp(?:at|ss|ca|pa)_[a-fA-F0-9]{20}',
  'EAA[A-Za-z0-9]{40}',
  'IG(?:QV|AA)[\\w-]{40}',
  // Models.
  'sk-[\\w-]{16}',
  'gsk_\\w{16}',
  'xai-\\w{20}',
  'hf_[A-Za-z0-9]{20}',
  'r8_\\w{20}',
  'pplx-\\w{20}',
  'lin_api_\\w{16}',
  'ntn_\\w{20}',
  'sbp_[a-f0-9]{20}',
  // JWT, and base64 of what begins like one.
  'eyJ[\\w-]{17}',
  // Hashes of passwords, as in /etc/shadow and htpasswd.
  '\\$(?:apr1|[156y]|2[abxy]|argon2id?)\\$[^\\s:"\',\\\\]{16}',
].join('|')

const TOKEN = new RegExp(`(?:(?<![A-Za-z0-9])|(?<=/bot))(?:${TOKENS})`, 'g')
const REST = /[\w.+/~-]*={0,2}/y
const REST_OF_HASH = /[^\s:"',\\]*/y
const WORDS_ONLY = /^sk-(?:[a-z]+-)*[a-z]*$/

export function findShapes(text: string): Span[] {
  return [...findTokens(text), ...findJoined(text), ...findWebhooks(text), ...findPem(text)]
}

function findTokens(text: string): Span[] {
  const found: Span[] = []
  TOKEN.lastIndex = 0
  for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) {
    const start = match.index
    const end = findEnd(text, start, TOKEN.lastIndex)
    TOKEN.lastIndex = end
    if (!WORDS_ONLY.test(text.slice(start, Math.min(end, start + 64)))) found.push({ start, end })
  }
  return found
}

function findEnd(text: string, start: number, from: number): number {
  const rest = text.charAt(start) === '$' ? REST_OF_HASH : isTelegram(text, start) ? /[\w-]*/y : REST
  rest.lastIndex = from
  const run = rest.exec(text)?.[0] ?? ''
  const end = from + run.replace(/[./]+$/, '').length
  return end + countContinued(text, end)
}

/** What follows "/bot<token>" in an address says what was asked for. */
function isTelegram(text: string, start: number): boolean {
  return /\d/.test(text.charAt(start))
}

const NEXT_LINE = /\r?\n[ \t]{0,8}([\w.+/~-]{8,512}={0,2})(?=\s|["',;)\]}]|$)/y

/** A line that was wrapped in the middle of a token goes on at once, and as randomly. */
function countContinued(text: string, end: number): number {
  NEXT_LINE.lastIndex = end
  const next = NEXT_LINE.exec(text)
  return next && isMixed(next[1] ?? '') ? next[0].length : 0
}

/** Small, great and digits without the order of a word, a date or a digest. */
function isMixed(run: string): boolean {
  return /[a-z]/.test(run) && /[A-Z]/.test(run) && /\d/.test(run) && !/^\d{4}-\d\d-\d\d/.test(run)
}

/** Those that are wrapped before there is enough of them to be known. */
function findJoined(text: string): Span[] {
  if (!text.includes('\n')) return []
  const found: Span[] = []
  for (const { index, 0: broken } of text.matchAll(/[\w.:$-]{3,48}\r?\n[ \t]{0,8}[\w-]{4,64}/g)) {
    const joined = broken.replace(/\r?\n[ \t]*/, '')
    const cut = broken.search(/\r?\n/)
    TOKEN.lastIndex = 0
    const match = TOKEN.exec(joined)
    if (!match || match.index >= cut - 2 || TOKEN.lastIndex <= cut) continue
    if (isMixed(match[0]) || /\d/.test(match[0].slice(-8)))
      found.push({ start: index + match.index, end: index + broken.length })
  }
  return found
}

const WEBHOOK =
  /(?:hooks\.slack\.com\/(?:services|workflows|triggers)\/|discord(?:app)?\.com\/api\/webhooks\/\d{1,24}\/|webhook\.office\.com\/webhookb2\/)([\w/@.-]{16,300})/g

function findWebhooks(text: string): Span[] {
  return Array.from(text.matchAll(WEBHOOK), ({ 0: found, 1: secret = '', index }) => ({
    start: index + found.length - secret.length,
    end: index + found.length,
  }))
}

const PEM_BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g
const PEM_END = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g
const PEM_BODY =
  /(?:\s{0,9}(?:Proc-Type|DEK-Info|Comment|Version): [^\n\\]{0,200}){0,5}(?:(?:\s|\\[nr]){0,9}[A-Za-z0-9+/]{16,100}={0,2}){0,200}(?:\s{0,9}[A-Za-z0-9+/]{1,76}={0,2}(?=\s*$))?/y
const MAX_PEM_CHARS = 16_000

/** Whole, cut off at its end (up to where the key cannot go on), or cut off at its beginning. */
function findPem(text: string): Span[] {
  if (!text.includes('PRIVATE KEY')) return []
  const begins = Array.from(text.matchAll(PEM_BEGIN), ({ index, 0: mark }) => ({ index, after: index + mark.length }))
  const ends = Array.from(text.matchAll(PEM_END), ({ index, 0: mark }) => ({ index, after: index + mark.length }))
  const found: Span[] = []
  let next = 0
  for (const [nth, begin] of begins.entries()) {
    while ((ends[next]?.index ?? Number.POSITIVE_INFINITY) < begin.after) next++
    const end = ends[next]
    const limit = Math.min(begin.index + MAX_PEM_CHARS, begins[nth + 1]?.index ?? text.length)
    if (end && end.index < limit) found.push({ start: begin.index, end: end.after })
    else found.push({ start: begin.index, end: findPemCut(text, begin.after) })
  }
  for (const end of ends) found.push({ start: findPemStart(text, end.index), end: end.after })
  return found
}

function findPemCut(text: string, from: number): number {
  PEM_BODY.lastIndex = from
  return from + (PEM_BODY.exec(text)?.[0].length ?? 0)
}

const PEM_LINES_BACK = 200

function findPemStart(text: string, end: number): number {
  let start = end
  for (let lines = 0; lines < PEM_LINES_BACK; lines++) {
    const before = text.slice(Math.max(0, start - 80), start)
    const line = /(?:^|\n)([A-Za-z0-9+/]{1,76}={0,2})\r?\n$/.exec(before)?.[1]
    if (line === undefined) return start
    const length = before.length - before.lastIndexOf(line)
    start -= length
  }
  return start
}
