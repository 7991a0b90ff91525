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
  // Longest first: a DSN before the password inside it.
  const ordered = [...forms].sort((a, b) => b.length - a.length)
  return (text) => ordered.reduce((clean, form) => clean.split(form).join(MASK), text)
}

function writtenForms(secret: string): string[] {
  const forms = [secret, encodeURIComponent(secret), encodeURI(secret), JSON.stringify(secret).slice(1, -1)]
  forms.push(Buffer.from(secret).toString('base64'), Buffer.from(secret).toString('base64url'))
  return forms
}

/** The parts of a DSN or URL that are secret: the whole of it, and its password both as written and decoded. */
export function secretsOfUrl(url: string): string[] {
  const parsed = URL.parse(url)
  if (!parsed?.password) return []
  return [url, parsed.password, decodeURIComponent(parsed.password)]
}
