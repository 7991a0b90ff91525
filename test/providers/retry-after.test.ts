import { describe, expect, it } from 'vitest'
import { retryAfterMs } from '../../src/providers/retry-after.ts'

const NOW = Date.parse('Sun, 22 Nov 2026 13:00:00 GMT')

describe('Retry-After', () => {
  it.each([
    ['7', 7_000],
    ['0.25', 250],
    ['0', 0],
    ['Sun, 22 Nov 2026 13:00:09 GMT', 9_000],
    ['Sun, 22 Nov 2026 12:00:00 GMT', 0],
  ])('reads %s', (value, expected) => {
    expect(retryAfterMs(value, NOW)).toBe(expected)
  })

  it.each([null, undefined, '', ' ', 'soon', '-5', '1e9', 'NaN'])('finds nothing in %s', (value) => {
    expect(retryAfterMs(value, NOW)).toBeUndefined()
  })
})
