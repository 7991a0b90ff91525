import { describe, expect, it } from 'vitest'
import { meets, ofTries, parseLine, toLine } from '../../bench/support/figures.ts'

describe('a line of a bench', () => {
  it('says the median of the tries, their spread and the target, and reads back as the same figure', () => {
    const line = toLine(ofTries('command to card', [1.31, 1.12, 1.15], { unit: '× the path', target: { atMost: 1.2 } }))
    expect(line).toBe('command to card: 1.15 × the path, 1.12–1.31 over 3 (at most 1.2)')
    expect(parseLine(line)).toEqual({
      what: 'command to card',
      value: 1.15,
      measured: '1.15 × the path, 1.12–1.31 over 3',
      target: { atMost: 1.2 },
    })
  })

  it('has no target when none was promised', () => {
    expect(parseLine(toLine({ what: 'without any key', value: 2345.6, unit: 'ms' }))).toEqual({
      what: 'without any key',
      value: 2346,
      measured: '2346 ms',
    })
  })

  it('is told from other output', () => {
    for (const line of ['', '10 of 200 kills, 5 asked', 'nexus     340 ms  1.00 x nexus', 'ok   approvals lost: none'])
      expect(parseLine(line), line).toBeNull()
  })

  it('meets its target at the very limit, from the right side', () => {
    expect(meets({ value: 1.2, target: { atMost: 1.2 } })).toBe(true)
    expect(meets({ value: 1.21, target: { atMost: 1.2 } })).toBe(false)
    expect(meets({ value: 4, target: { atLeast: 4 } })).toBe(true)
    expect(meets({ value: 3.9, target: { atLeast: 4 } })).toBe(false)
    expect(meets({ value: 9_999 })).toBe(true)
  })
})
