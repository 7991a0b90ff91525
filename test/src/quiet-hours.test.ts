import { describe, expect, it } from 'vitest'
import { describeQuietHours, isQuietAt, parseQuietHours } from '../../src/quiet-hours.ts'

const at = (time: string) => new Date(time)

describe('quiet hours', () => {
  it('are a span of the clock, or off', () => {
    expect(parseQuietHours('23:00-07:00')).toEqual({ from: 1_380, to: 420 })
    expect(parseQuietHours(' 9:05 – 10:00 ')).toEqual({ from: 545, to: 600 })
    expect(parseQuietHours('OFF')).toBeNull()
    for (const wrong of ['', '23-7', '24:00-01:00', '08:00-08:00', '1:2-3:4', '23:00-07:00 daily'])
      expect(parseQuietHours(wrong)).toBeUndefined()
  })

  it('go over midnight, by the wall clock of the zone, also in the nights when it is changed', () => {
    const night = parseQuietHours('23:00-07:00') ?? null
    const isQuiet = (time: string) => isQuietAt(night, at(time), 'Europe/Madrid')
    expect(
      ['2026-11-22T21:59:00Z', '2026-11-22T22:00:00Z', '2026-11-23T05:59:00Z', '2026-11-23T06:00:00Z'].map(isQuiet),
    ).toEqual([false, true, true, false])
    expect(
      ['2026-03-29T04:59:00Z', '2026-03-29T05:00:00Z', '2026-10-25T05:59:00Z', '2026-10-25T06:00:00Z'].map(isQuiet),
    ).toEqual([true, false, true, false])
  })

  it('within a day have both edges, and none means never', () => {
    const siesta = parseQuietHours('14:00-16:30') ?? null
    const isQuiet = (time: string) => isQuietAt(siesta, at(time), 'UTC')
    expect(['13:59', '14:00', '16:29', '16:30'].map((time) => isQuiet(`2026-11-22T${time}:00Z`))).toEqual([
      false,
      true,
      true,
      false,
    ])
    expect(isQuietAt(null, at('2026-11-22T03:00:00Z'), 'UTC')).toBe(false)
    expect(describeQuietHours({ from: 1_380, to: 425 })).toBe('23:00–07:05')
  })
})
