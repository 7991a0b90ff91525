/** What stands beside the name of a secret without being one. */

const STATES =
  /^(?:true|false|yes|no|on|off|null|nil|none|undefined|unset|empty|missing|required|optional|invalid|valid|expired|revoked|rejected|denied|refused|unknown|incorrect|wrong|changed|updated|reset|rotated|created|deleted|removed|found|accepted|verified|enabled|disabled|ok|failed|failure|error|present|absent|set|redacted|hidden|masked|filtered|n\/a|string|number|object|boolean|any|default|basic|bearer|digest|password|passwd|secret|token|key|env|file|stdin|md5|sha\d+|scram-sha-256|trust|peer|ident|cert|prompt|ask|changeme\?|mismatch|matched|match|generated|loaded|refreshed|issued|received|provided|configured|all|amd64|arm64|armhf|i386|latest|stable)[.,;:!?)]*$/i
/** A variable that is filled in elsewhere, a mark, or the code that reads it. */
const REFERENCE =
  /^(?:\$\{[^}]*\}|\$\([^)]*\)|\$[A-Z_][A-Z0-9_]*|\{\{.*\}\}|%\(\w+\)s|%[sdvq]|<[\w -]+>|\*{3,}|x{3,}|\.{3}|…|\[(?:secret|redacted|hidden|filtered|masked)[^\]]*\].*|(?:req|request|process|os|self|this|config|settings|env|ctx|params|body|props|options|opts|args)\.[\w.]+(?:\[.*)?|[\w.]+\(.*)[;,)]*$/i
const FILE = /^(?:[~/.]|[A-Za-z]:\\)/
const RUN_OF_SECRETS = /^\/run\/secrets\/[\w./-]*$/

export function isHarmless(value: string, name: string): boolean {
  if (value === '' || STATES.test(value) || REFERENCE.test(value) || RUN_OF_SECRETS.test(value)) return true
  if (/^(?:old)?pwd$/i.test(name)) return FILE.test(value)
  // Of a test run.
  return /^pass$/i.test(name) && /^\d{1,6}\b/.test(value)
}

const FIRST_OF_PROSE =
  /^(?:must|should|is|was|are|has|have|had|cannot|can|could|will|would|may|not|no|field|please|does|did|for|from|needs?|expected|unexpected|failed|invalid|incorrect|wrong|missing|required|expired|unable)[,.:;]?\s/i
const WORD_OF_PROSE =
  /\s(?:not|failed|fails|error|denied|expired|invalid|incorrect|required|missing|found|is|was|are|has|must|should|cannot|for|of|the)(?:[\s.,;:!]|$)/i

/** Two words at least, the first one plain: "password: user not found". */
export function isProse(text: string): boolean {
  const line = text.split(/[\r\n"'`]/, 1)[0] ?? ''
  if (FIRST_OF_PROSE.test(line)) return true
  return /^[A-Za-z]{1,14}[,.:;]?\s/.test(line) && WORD_OF_PROSE.test(line)
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const DIGEST = /^(?:sha\d{1,3}|md5|blake\d\w?)[:-]/i
const DATE = /^\d{4}-\d\d-\d\d/
export const VERSION_OR_ADDRESS = /^v?\d+(?:\.\d+){1,3}(?:[-+:][\w.]*)?$/

/** As a generator makes it: letters and digits without an order that a word, a date or an id would have. */
export function isRandom(value: string, minChars: number): boolean {
  if (value.length < minChars || !/^[\w+/.~:-]+={0,2}$/.test(value)) return false
  if (value.includes('://')) return false
  if (UUID.test(value) || DIGEST.test(value) || DATE.test(value) || VERSION_OR_ADDRESS.test(value)) return false
  if (!/\d/.test(value) || !/[a-z]/i.test(value))
    return value.length >= 32 && /[a-z]/.test(value) && /[A-Z]/.test(value)
  return !/^(?:[a-z]+[-_./:])*[a-z]+[-_./:]?\d{1,4}$/i.test(value) && !/^[./~]/.test(value)
}
