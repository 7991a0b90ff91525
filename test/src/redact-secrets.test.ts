import { describe, expect, test } from 'vitest'
import { createRedact } from '../../src/redact.ts'
import { createRedactAll, redactSecrets } from '../../src/redact-secrets.ts'
import { measureGrowth } from '../support/growth.ts'
import { ORDINARY_LINES, SECRET_LINES } from './secret-samples.ts'

const hidden = (marked: string) => marked.replace(/«[^»]*»/g, '[secret]')
const unmarked = (marked: string) => marked.replace(/[«»]/g, '')

describe('the line is shown without its secret, and with all the rest', () => {
  test.each(SECRET_LINES.map((line) => [line]))('%s', (line) => {
    expect(redactSecrets(unmarked(line))).toBe(hidden(line))
  })
})

describe('an ordinary line stays as it is', () => {
  test.each(ORDINARY_LINES.map((line) => [line]))('%s', (line) => {
    expect(redactSecrets(line)).toBe(line)
  })
})

test('all lines together, in one text: nothing is hidden too little, nor across lines', () => {
  const between = (line: string) => [line, ...ORDINARY_LINES.slice(0, 3)].join('\n\n')
  const marked = SECRET_LINES.filter((line) => !line.includes('\n'))
    .map(between)
    .join('\n\n')
  expect(redactSecrets(unmarked(marked))).toBe(hidden(marked))
})

test('what is hidden once stays as it is the second time', () => {
  for (const line of SECRET_LINES) {
    const once = redactSecrets(unmarked(line))
    expect(redactSecrets(once)).toBe(once)
  }
})

test('known values are hidden first, then what looks like a secret', () => {
  const redact = createRedactAll(createRedact(['our own value']))
  expect(redact('our own value, and password=theirs')).toBe('[secret], and password=[secret]')
})

test('a line of JSON stays JSON, so that a log can still be read by programs', () => {
  for (const line of [...SECRET_LINES.map(unmarked), ...ORDINARY_LINES]) {
    const json = JSON.stringify({ level: 'info', msg: line, err: { message: JSON.stringify({ line }) }, last: 1 })
    expect(JSON.parse(redactSecrets(json)), line).toMatchObject({ level: 'info', last: 1 })
  }
})

/** Numbers from a seed: the same cases each time. */
function createDice(seed: number) {
  let state = seed
  const roll = (sides: number) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) | 0
    const mixed = Math.imul(state ^ (state >>> 12), 0x297a2d39)
    return ((mixed ^ (mixed >>> 15)) >>> 0) % sides
  }
  const pick = <T>(items: readonly T[]) => items[roll(items.length)] as T
  const chars = (alphabet: string, count: number) => Array.from({ length: count }, () => pick([...alphabet])).join('')
  return { roll, pick, chars }
}
type Dice = ReturnType<typeof createDice>

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const WORD = `${UPPER}${UPPER.toLowerCase()}0123456789`
const SIGNS = `${WORD}!@#%^*+=?~|:.,-_`

/** A secret, and a text that holds it the way such secrets are held. */
const KINDS: readonly ((dice: Dice) => { secret: string; text: string })[] = [
  (dice) => hold(dice.chars(SIGNS, 8 + dice.roll(30)), (secret) => `\nexport APP_DB_PASSWORD=${secret}\n`),
  (dice) =>
    hold(dice.chars(SIGNS, 8 + dice.roll(30)), (secret) => JSON.stringify({ user: 'bob', apiSecret: secret, n: 1 })),
  (dice) => hold(dice.chars(SIGNS, 8 + dice.roll(30)), (secret) => `["PATH=/bin","ADMIN_TOKEN=${secret}","TZ=UTC"]`),
  (dice) => hold(dice.chars(WORD, 8 + dice.roll(30)), (secret) => `\n  password: ${secret}\n`),
  (dice) => hold(dice.chars(WORD, 8 + dice.roll(30)), (secret) => `backup --repo-password ${secret} --verbose`),
  (dice) => hold(dice.chars(WORD, 8 + dice.roll(30)), (secret) => ` postgres://app:${secret}@db:5432/shop `),
  (dice) => hold(dice.chars(`${WORD}-_.`, 20 + dice.roll(60)), (secret) => `\nAuthorization: Bearer ${secret}\n`),
  (dice) => hold(dice.chars(WORD, 20), (secret) => `\nSet-Cookie: sid=${secret}; Path=/; HttpOnly\n`),
  (dice) => hold(dice.chars(WORD, 36), (secret) => ` ghp_${secret} `),
  (dice) => hold(dice.chars(WORD, 60), (secret) => ` sk-ant-api03-${secret} `),
  (dice) => hold(dice.chars(`${UPPER}234567`, 16), (secret) => ` AKIA${secret} `),
  (dice) =>
    hold(
      dice.chars(`${WORD}-_`, 33),
      (secret) => ` https://api.telegram.org/bot${10 ** 9 + dice.roll(10 ** 9)}:AA${secret}/getMe `,
    ),
  (dice) =>
    hold(dice.chars(WORD, 80), (secret) => ` eyJhbGciOiJIUzI1NiJ9.eyJ${secret.slice(0, 40)}.${secret.slice(40)} `),
  (dice) =>
    hold(dice.chars(`${WORD}+/`, 64 * (2 + dice.roll(12))), (secret) => {
      const body = secret.match(/.{64}/g)?.join('\n') ?? ''
      return `\n-----BEGIN PRIVATE ${'KEY'}-----\n${body}\n${dice.pick([`-----END PRIVATE ${'KEY'}-----`, ''])}\n`
    }),
  (dice) => hold(dice.chars(WORD, 12), (secret) => ` <dbPassword>${secret}</dbPassword> `),
]

function hold(secret: string, write: (secret: string) => string) {
  return { secret, text: write(secret) }
}

const json = (text: string) => JSON.stringify(text).slice(1, -1)
const WRITINGS: readonly ((text: string, dice: Dice) => string)[] = [
  (text) => text,
  json,
  (text) => json(json(text)),
  encodeURIComponent,
  (text) => json(encodeURIComponent(text)),
  (text) => encodeURIComponent(json(text)),
  (text, dice) =>
    text.replace(/[A-Za-z]/g, (letter) => (dice.roll(4) === 0 ? `${letter}${dice.pick(UNSEEN)}` : letter)),
  (text) => text.replace(/[a-z]/g, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`),
]
const UNSEEN = ['\u200b', '\u200d', '\u2060', '\u00ad', '\u202e', '\ufeff', '\u0000', '\u001b[0m']

/** As a reader with all tools would see it. */
function reveal(text: string): string {
  let plain = text
    .replaceAll('\u001b[0m', '')
    .replaceAll('\u0000', '')
    .replace(/\p{Cf}/gu, '')
  for (let depth = 0; depth < 3; depth++)
    plain = plain
      .replace(/\\u([0-9a-f]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
      .replace(/%([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
      .replaceAll('\\n', '\n')
      .replaceAll('\\"', '"')
      .replaceAll('\\\\', '\\')
  return plain
}

const CASES_EACH = 400
const LEAK_CHARS = 7

describe.each(KINDS.map((kind, nth) => [nth, kind] as const))('a random secret of kind %i', (nth, kind) => {
  test('never survives, wherever it stands and however it is written', () => {
    const dice = createDice(nth + 1)
    for (let i = 0; i < CASES_EACH; i++) {
      const { secret, text } = kind(dice)
      const around = () => Array.from({ length: dice.roll(4) }, () => dice.pick(ORDINARY_LINES)).join('\n')
      const written = dice.pick(WRITINGS)(`${around()}\n${text}\n${around()}`, dice)
      const shown = reveal(redactSecrets(written))
      for (let at = 0; at + LEAK_CHARS <= secret.length; at++)
        if (shown.includes(secret.slice(at, at + LEAK_CHARS)))
          expect.fail(`${secret}\nleaks from\n${written}\nas\n${shown}`)
    }
  })
})

test('every password of a query is hidden, and what stands between them is not', () => {
  expect(redactSecrets('?password=hunter22&page=3&token=9f8e7d6c5b4a&sort=up')).toBe(
    '?password=[secret]&page=3&token=[secret]&sort=up',
  )
})

test('a value is hidden to its end, also when that is far away', () => {
  const long = 'Zx9 '.repeat(20_000)
  for (const [before, after] of [
    ['{"password":"', '","user":"bob"}'],
    ['DB_PASSWORD=', '\nUSER=bob'],
    ['"--password=', '" "user"'],
  ])
    expect(redactSecrets(`${before}${long}${after}`)).toBe(`${before}[secret]${after}`)
})

describe('the work grows with the text, also with one that is made to stop it', () => {
  const PARTS = [
    'x',
    ' ',
    '\n',
    '\\',
    '%25',
    '\u200b',
    'key=',
    'key="',
    'key=“',
    'token: ',
    'token="a',
    'password="',
    'password',
    'password: |\n a\n ',
    'auth: Basic ',
    '"cookie":[',
    'eyJ-',
    'sk-',
    '1234567:',
    'http://a:',
    'a://b:c\n',
    `-----BEGIN PRIVATE ${'KEY'}-----`,
    `A\n-----END PRIVATE ${'KEY'}-----`,
    'mysql -p ',
    'curl -u ',
    'identified by ',
    '\\u0041\\\\',
    'a:b@',
    'authorization: bearer is not ',
    'token=“is not ',
    'auth_token=“bearer is not ',
    'password=//',
    'password=hunter22&',
    '\\"password: is not ',
    'secret=["is not ',
    'token "a b ',
    'key:',
    'session:a/',
  ]
  test.each(PARTS.map((part) => [JSON.stringify(part), part]))('%s, over and over', (_, part) => {
    expect(measureGrowth(part, 100_000, redactSecrets)).toBeLessThan(24)
  })
})
