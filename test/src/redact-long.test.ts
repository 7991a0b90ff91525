import { describe, expect, it } from 'vitest'
import { createRedact } from '../../src/redact.ts'
import { redactLong } from '../../src/redact-long.ts'
import { createRedactAll, redactSecrets } from '../../src/redact-secrets.ts'
import { ORDINARY_LINES, SECRET_LINES } from './secret-samples.ts'

const MARK = 'Xq7'
/** Characters that a generator would make, each three of which are ours. */
const secret = (chars: number) => MARK.repeat(Math.ceil(chars / MARK.length)).slice(0, chars)
const lines = (count: number, line: string) => `${Array.from({ length: count }, () => line).join('\n')}\n`

const key = `-----BEGIN PRIVATE ${'KEY'}-----\n${lines(150, secret(64))}-----END PRIVATE ${'KEY'}-----\n`
const WRITTEN: [string, string][] = [
  ['a private key', key],
  ['a private key without its beginning', key.slice(key.indexOf('\n') + 1)],
  ['a block of YAML', `password: |\n${lines(60, `  ${secret(300)}`)}`],
  ['a list over lines', `"password": ["${secret(80)}",\n${lines(10, `"${secret(80)}",`)}"${secret(80)}"]\n`],
  ['a value that goes on below', `password="${secret(9_000)}\n${secret(300)}"\n`],
  ['a token that was wrapped', `ghp_${secret(30)}\n${secret(30)}\n`],
  ['a value behind an empty line', `"password":\n\n"${secret(20)}"\n`],
]

describe('a long text', () => {
  it.each(WRITTEN)('is redacted as a whole, wherever it holds %s', async (_, written) => {
    const ordinary = lines(400, '2026-11-22 12:00:00 INFO all is well with item 42')
    for (let nth = 0; nth < 12; nth++) {
      // Somewhere across the place where a slice is about to end.
      const before = 128 * 1024 - Math.round((written.length * nth) / 11)
      const text = `${'.'.repeat(before - 1)}\n${written}${ordinary.repeat(12)}`
      const shown = await redactLong(text, redactSecrets)
      expect(shown.includes(MARK)).toBe(false)
      expect(shown).toBe(redactSecrets(text))
    }
  })

  it('is redacted as a whole, also where each line holds a secret', async () => {
    const samples = [...SECRET_LINES.map((line) => line.replace(/[«»]/g, '')), ...ORDINARY_LINES].join('\n')
    const text = samples.repeat(Math.ceil(600_000 / samples.length))
    expect(await redactLong(text, redactSecrets)).toBe(redactSecrets(text))
  })

  it('hides what is known by value where a slice ends', async () => {
    const known = 'first line of it\nsecond line of it'
    const redact = createRedactAll(createRedact([known]))
    const text = `${'.'.repeat(128 * 1024 - 10)}\n${known}\n${lines(6_000, 'some words that nobody minds')}`
    expect(await redactLong(text, redact)).not.toContain('line of it')
  })

  it('lets others have their turn in between', async () => {
    let turns = 0
    let isOver = false
    const wait = () =>
      setImmediate(() => {
        turns++
        if (!isOver) wait()
      })
    wait()
    await redactLong(lines(40_000, 'GET /items?page=3 200 in 12 ms'), redactSecrets)
    isOver = true
    expect(turns).toBeGreaterThan(5)
  })

  it('is the same when it is short, empty or one line', async () => {
    for (const text of ['', 'password=hunter22\n', `token=${secret(400_000)}`])
      expect(await redactLong(text, redactSecrets)).toBe(redactSecrets(text))
  })
})
