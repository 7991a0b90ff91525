import { describe, expect, it } from 'vitest'
import { patternOf } from '../../../ops/incidents/ignore.ts'
import { readWholePattern } from '../../../ops/line-pattern.ts'

const hides = (pattern: string | null, line: string) => readWholePattern(pattern ?? '')?.matches(line) ?? false

describe('a pattern out of a line', () => {
  it('keeps the words, and lets go of times, addresses, ids and numbers', () => {
    expect(patternOf('2026-11-22T12:00:00.123Z error: connection 4711 from 10.0.0.7:5432 refused')).toBe(
      '* error: connection * from * refused',
    )
    expect(patternOf('job 1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed failed: commit 4f2a9c1e is gone')).toBe(
      'job * failed: commit * is gone',
    )
    expect(patternOf('login with [secret] refused')).toBe('login with * refused')
  })

  it('hides the next such line, and no other', () => {
    const pattern = patternOf('warn: slow query took 812 ms on table users')
    expect(hides(pattern, 'warn: slow query took 9 ms on table users')).toBe(true)
    expect(hides(pattern, 'warn: slow query took 9 ms on table orders')).toBe(false)
    expect(hides(pattern, 'fatal: out of memory')).toBe(false)
  })

  it('is none when nothing firm would be left: it would hide everything', () => {
    for (const line of ['', '   ', '12:00:00 42 7', '*** 5 ***', 'err 5', '[secret]'])
      expect(patternOf(line)).toBeNull()
  })

  it('is short, and quick, whatever the line is', () => {
    const lines = [
      'a'.repeat(1_000_000),
      'error word '.repeat(100_000),
      '*a'.repeat(50_000),
      '1.'.repeat(200_000),
      '\u202Eerror: evil',
    ]
    for (const line of lines) {
      const pattern = patternOf(line)
      expect((pattern ?? '').length).toBeLessThanOrEqual(300)
      if (pattern !== null && !/^\*/.test(line)) expect(hides(pattern, line)).toBe(true)
    }
  })
})
