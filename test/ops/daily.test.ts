import { describe, expect, it } from 'vitest'
import { findDue } from '../../ops/daily.ts'

const ZONE = 'Europe/Madrid'
const LONG_AGO = new Date('2026-01-01T00:00:00Z')
const due = (kind: Parameters<typeof findDue>[0], at: string, since = LONG_AGO) =>
  findDue(kind, new Date(at), ZONE, since)?.localDate

describe('what is due once a day', () => {
  it('is due from its hour on, until it is too late', () => {
    expect(due('report', '2026-11-24T06:59:59Z')).toBeUndefined()
    expect(due('report', '2026-11-24T07:00:00Z')).toBe('2026-11-24')
    expect(due('report', '2026-11-24T11:00:00Z')).toBe('2026-11-24')
    expect(due('report', '2026-11-24T11:00:01Z')).toBeUndefined()
    expect(due('backup', '2026-11-24T21:00:00Z')).toBe('2026-11-24')
    expect(due('backup', '2026-11-24T21:00:01Z')).toBeUndefined()
  })

  it('of the week is due on Mondays only, and takes the place of that of the day', () => {
    expect(due('report', '2026-11-22T07:00:00Z')).toBe('2026-11-22')
    expect(due('report', '2026-11-23T07:00:00Z')).toBeUndefined()
    expect(due('weekly', '2026-11-23T07:00:00Z')).toBe('2026-11-23')
    expect(due('weekly', '2026-11-24T07:00:00Z')).toBeUndefined()
  })

  it('was never due before the bot was there', () => {
    expect(due('report', '2026-11-24T08:00:00Z', new Date('2026-11-24T07:00:01Z'))).toBeUndefined()
    expect(due('report', '2026-11-24T08:00:00Z', new Date('2026-11-24T07:00:00Z'))).toBe('2026-11-24')
  })

  it('is one moment in the night with two of them, and the end of the gap in the night with none', () => {
    expect(findDue('backup', new Date('2026-10-25T03:00:00Z'), ZONE, LONG_AGO)?.dueAt).toEqual(
      new Date('2026-10-25T00:00:00Z'),
    )
    expect(findDue('backup', new Date('2026-03-29T03:00:00Z'), ZONE, LONG_AGO)?.dueAt).toEqual(
      new Date('2026-03-29T01:00:00Z'),
    )
  })

  it('keeps its date in zones that are far from ours', () => {
    const at = (iso: string, zone: string) => findDue('report', new Date(iso), zone, LONG_AGO)?.localDate
    expect(at('2026-11-23T19:00:00Z', 'Pacific/Auckland')).toBe('2026-11-24')
    expect(at('2026-11-24T18:00:00Z', 'Pacific/Honolulu')).toBe('2026-11-24')
  })
})
