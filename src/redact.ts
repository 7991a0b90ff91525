/**
 * The one redactor: hides secrets by value, wherever they turn up (URL, JSON-escaped, base64 in a header, nested cause).
 * By value, because a list of field names always misses one.
 */
export type Redact = (text: string) => string

const MASK = '[secret]'
/** Shorter strings would mask ordinary words. */
const MIN_SECRET_CHARS = 6

export function createRedact(secrets: Iterable<string>): Redact {
  const forms = new Set<string>()
  for (const secret of secrets) {
    if (secret.length < MIN_SECRET_CHARS) continue
    for (const form of writtenForms(secret)) forms.add(form)
  }
  if (forms.size === 0) return (text) => text
  // Longest first: a DSN before the password inside it.
  const ordered = [...forms].sort((a, b) => b.length - a.length)
  const pattern = new RegExp(ordered.map((form) => RegExp.escape(form)).join('|'), 'g')
  return (text) => text.replace(pattern, MASK)
}

function writtenForms(secret: string): string[] {
  const percent = [
    encodeURIComponent(secret),
    encodeURI(secret),
    new URLSearchParams([['', secret]]).toString().slice(1),
  ]
  const plain = [secret, ...percent, ...percent.map(lowerCaseEscapes)]
  // Twice: a log line that holds the text of a request body is JSON within JSON.
  const once = plain.map(escapeJson)
  return [...plain, ...once, ...once.map(escapeJson), ...base64Forms(secret)]
}

function lowerCaseEscapes(text: string): string {
  return text.replace(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase())
}

function escapeJson(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

/**
 * A secret inside something longer ("user:secret") is written in one of three ways, by where it falls in base64's groups of
 * three bytes. Characters that also depend on the bytes around the secret are left out.
 */
function base64Forms(secret: string): string[] {
  return [0, 1, 2].flatMap((shift) => {
    const bytes = Buffer.from(' '.repeat(shift) + secret)
    const own = bytes.toString('base64url').slice(shift === 0 ? 0 : shift + 1, bytes.length % 3 === 0 ? undefined : -1)
    return [own, own.replaceAll('-', '+').replaceAll('_', '/')]
  })
}

/** The parts of a DSN or URL that are secret: the whole of it, and its password both as written and decoded. */
export function secretsOfUrl(url: string): string[] {
  const parsed = URL.parse(url)
  if (!parsed) return []
  const written = [parsed.password, parsed.searchParams.get('password') ?? ''].filter((password) => password !== '')
  return written.length === 0 ? [] : [url, ...written, ...written.map(decodePercent)]
}

/** The same for the address of a service, where also a user name alone, or a key in the query, is what lets in. */
export function secretsOfServiceUrl(url: string): string[] {
  const parsed = URL.parse(url)
  if (!parsed) return []
  const { username, password, searchParams } = parsed
  const keys = [...searchParams.values(), ...(password === '' ? [username] : [])].filter((part) => part !== '')
  return [...new Set([...secretsOfUrl(url), ...keys, ...keys.map(decodePercent)])]
}

/** An address as it may be shown: without user name, password and query. */
export function showUrl(url: string): string {
  const parsed = URL.parse(url)
  if (!parsed) return 'the address'
  return `${parsed.origin}${parsed.pathname.replace(/\/$/, '')}`
}

/** A stray "%" is no escape: a password may hold one. */
function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
