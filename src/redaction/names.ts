/** Which names speak of a secret. `password_changed_at`, `max_tokens` and `primary_key` do not. */

export type Name = {
  /** With the dashes of an option before it. */
  text: string
  start: number
  end: number
}

/**
 * sure      whatever stands there is hidden
 * likely    hidden unless it reads like prose: also parsers and buckets have tokens
 * random    hidden only when it looks random: many harmless things have a key
 */
export type Grade = 'sure' | 'likely' | 'random'

/** Names are never longer; it also bounds the work on one that never ends. */
const MAX_SIDE = 64
const PART = /[\w.-]/

export function findIdentifier(text: string, from: number, to: number): Name {
  let start = from
  while (start > 0 && from - start < MAX_SIDE && PART.test(text.charAt(start - 1))) start--
  let end = to
  while (end < text.length && end - to < MAX_SIDE && PART.test(text.charAt(end))) end++
  while (end > to && /[.-]/.test(text.charAt(end - 1))) end--
  return { text: text.slice(start, end), start, end }
}

/** What may follow the word itself: DB_PASSWORD_2, SECRET_KEY_BASE, tokenValue. */
const AFTER =
  /^(?:\d+|value|base|old|new|current|previous|next|prod|production|dev|staging|test|live|main|default|plain|raw|plaintext|encoded|b64|base64|string|str|hex|hash|txt|text|data|confirm|confirmation|ro|rw)$/
const SURE =
  /^(?:password|passwd|passwort|passphrase|passcode|pwd|contrase[nñ]a|pgpassword|dbpassword|userpassword|rootpassword|mypassword|pass|secret|clientsecret|apisecret|appsecret|credential|credentials|apikey|accesskey|secretkey|privatekey|authorization|cookie|cookies|jwt|otp|dsn)$/
const SURE_BEFORE_KEY =
  /^(?:api|access|secret|private|signing|encryption|master|account|hmac|aes|cipher|webhook|shared|storage|license|deploy|service|auth|jwt|session|subscription|admin|root|app|vapid)$/
const LIKELY = /^(?:token|authtoken|accesstoken|refreshtoken|bottoken|apitoken|usertoken|idtoken|bearer)$/
const RANDOM =
  /^(?:auth|key|keys|sid|session|sessionid|sess|sig|signature|salt|tokens|secrets|sessid|phpsessid|jsessionid)$/
const HARMLESS_BEFORE =
  /^(?:cache|sort|primary|foreign|partition|object|idempotency|lookup|row|public|pub|routing|message|event|group|map|config|index|unique|hash|composite|dictionary|dict|s3|hot|registry|sub|json|arrow|press|pressed|host|known|max|min|num|total|input|output|prompt|completion|unexpected|invalid)$/

/** `before`: the word in front of it, since people write "API key" with a space. */
export function gradeName(text: string, wordBefore: string): Grade | null {
  const words = `${wordBefore}_${text.replace(/([a-z\d])([A-Z])/g, '$1_$2')}`
    .toLowerCase()
    .split(/[_.-]+/)
    .filter((word) => word !== '')
  const own = words.length - (wordBefore === '' ? 0 : 1)
  for (let left = own; left > 1 && AFTER.test(words.at(-1) ?? ''); left--) words.pop()
  const last = words.at(-1) ?? ''
  const before = words.at(-2) ?? ''
  if (last === 'key' && SURE_BEFORE_KEY.test(before)) return 'sure'
  if (last === 'string' && before === 'connection') return 'likely'
  if (last === 'id' && /^(?:session|sess|sid)$/.test(before)) return 'random'
  if (SURE.test(last) || /(?:password|passwd|passphrase|secret|apikey)$/.test(last)) return 'sure'
  if (HARMLESS_BEFORE.test(before)) return last === 'token' ? 'random' : null
  if (LIKELY.test(last) || /token$/.test(last)) return 'likely'
  return RANDOM.test(last) || /(?:key|sess(?:ion)?id)$/.test(last) ? 'random' : null
}
