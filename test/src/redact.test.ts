import { describe, expect, test } from 'vitest'
import { createRedact, secretsOfUrl } from '../../src/redact.ts'

const TOKEN = '8123456789:AAE-x_9kQ2fLw7tYzR0pVbNcMdSgHjKuE1o'
const AWKWARD = 'p"a\\ss/wörd +&%?=#'

describe('a secret is hidden in every way it can be written', () => {
  const redact = createRedact([TOKEN, AWKWARD])
  const written: [string, string][] = [
    ['in the middle of a sentence', `the token ${AWKWARD} was refused`],
    ['in the path of a request', `https://api.telegram.org/bot${TOKEN}/sendMessage`],
    ['percent-encoded', `https://example.org/?key=${encodeURIComponent(AWKWARD)}`],
    ['percent-encoded in lower case', encodeURIComponent(AWKWARD).replace(/%../g, (octet) => octet.toLowerCase())],
    ['as a whole address', encodeURI(`https://example.org/${AWKWARD}`)],
    ['as a form field', new URLSearchParams({ key: AWKWARD }).toString()],
    ['in JSON', JSON.stringify({ key: AWKWARD })],
    ['in JSON within JSON', JSON.stringify({ body: JSON.stringify({ key: AWKWARD }) })],
    ['in base64', Buffer.from(AWKWARD).toString('base64')],
    ['in base64url', Buffer.from(AWKWARD).toString('base64url')],
    ['in the header of basic authentication', `Basic ${Buffer.from(`me:${AWKWARD}`).toString('base64')}`],
    ['in base64, one byte further', Buffer.from(`me::${AWKWARD}!`).toString('base64')],
    ['in base64, two bytes further', Buffer.from(`me:::${AWKWARD}!!`).toString('base64')],
  ]
  test.each(written)('%s', (_where, text) => {
    const clean = redact(text)
    expect(clean).toContain('[secret]')
    for (const part of pieces(AWKWARD)) expect(clean).not.toContain(part)
    expect(clean).not.toContain(TOKEN)
  })

  test('every occurrence, not only the first', () => {
    expect(redact(`${TOKEN} ${TOKEN}`)).toBe('[secret] [secret]')
  })
})

/** Of each written form, long pieces: what stays must not tell half of the secret. */
function pieces(secret: string): string[] {
  const forms = [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]
  return forms.map((form) => form.slice(2, 12))
}

test('text around a secret stays as it is', () => {
  expect(createRedact(['hunter22'])('a hunter22 b $& $1')).toBe('a [secret] b $& $1')
})

test('a short value is no secret: it would mask ordinary words', () => {
  expect(createRedact(['the'])('the other')).toBe('the other')
})

test('without secrets text passes unchanged', () => {
  expect(createRedact([])('anything')).toBe('anything')
})

test('the password of a database address is hidden alone, decoded, and with the address', () => {
  const url = 'postgres://nexus:c0rrect%2Fhorse@db.example.org:5432/nexus'
  const redact = createRedact(secretsOfUrl(url))
  expect(redact(`cannot connect to ${url}`)).toBe('cannot connect to [secret]')
  expect(redact('password "c0rrect/horse" refused')).toBe('password "[secret]" refused')
  expect(redact('postgres://nexus:c0rrect%2Fhorse@other/db')).toBe('postgres://nexus:[secret]@other/db')
})

test('a password among the parameters of an address is one too', () => {
  const redact = createRedact(secretsOfUrl('postgres://db.example.org/nexus?user=nexus&password=c0rrecthorse'))
  expect(redact('login with c0rrecthorse')).toBe('login with [secret]')
})

test('a stray percent sign in a password is no reason to fail', () => {
  expect(secretsOfUrl('postgres://nexus:50%off-today@db/nexus')).toContain('50%off-today')
})

test('an address without a password holds no secret', () => {
  expect(secretsOfUrl('postgres://localhost/nexus')).toEqual([])
  expect(secretsOfUrl('no address')).toEqual([])
})
