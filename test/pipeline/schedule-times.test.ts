import { describe, expect, test } from 'vitest'
import { parseHumanTimes } from '../../pipeline/schedule/human-times.ts'
import { describeTimes, parseCronTimes } from '../../pipeline/schedule/times.ts'

const WEEKDAYS = [1, 2, 3, 4, 5]
const WEEKEND = [6, 7]
const DAILY = [1, 2, 3, 4, 5, 6, 7]

describe('times in the configuration', () => {
  test('the default reads as weekdays and weekends', () => {
    expect(parseCronTimes('30 18 * * 1-5; 30 19 * * 0,6')).toEqual([
      { time: '18:30', days: WEEKDAYS },
      { time: '19:30', days: WEEKEND },
    ])
  })

  test.each([
    ['0 9 * * *', [{ time: '09:00', days: DAILY }]],
    ['0 9 * * 7', [{ time: '09:00', days: [7] }]],
    ['0 9 * jan-dec mon-fri', [{ time: '09:00', days: WEEKDAYS }]],
    [
      '0 9,18 * * 1; 0 9 * * 2;',
      [
        { time: '09:00', days: [1, 2] },
        { time: '18:00', days: [1] },
      ],
    ],
    [
      '0 */12 * * 3',
      [
        { time: '00:00', days: [3] },
        { time: '12:00', days: [3] },
      ],
    ],
    ['off', []],
    [' OFF ', []],
  ])('%s is a weekly schedule', (text, times) => {
    expect(parseCronTimes(text)).toEqual(times)
  })

  test.each([
    ['0 9 1 * *', /days of the month/],
    ['0 9 * 3 *', /months/],
    ['0 9 * * 1#2', /not weekly/],
    ['0 9 * * 5L', /not weekly/],
    ['*/5 * * * *', /more than 24 times/],
    ['0 * * * *; 30 9 * * *', /more than 24 times/],
    ['0 0 9 * * *', /five fields/],
    ['0 9', /five fields/],
    ['18:30', /five fields/],
    ['99 9 * * *', /not a cron expression/],
    ['a b c d e', /not a cron expression/],
    ['', /empty/],
    [' ; ', /empty/],
  ])('%s is refused as bad input, with an example of what works', (text, why) => {
    expect(() => parseCronTimes(text)).toThrow(expect.objectContaining({ code: 'bad_input' }))
    expect(() => parseCronTimes(text)).toThrow(why)
  })
})

describe('times as people type them', () => {
  test.each([
    ['18:30', [{ time: '18:30', days: DAILY }]],
    ['8:05', [{ time: '08:05', days: DAILY }]],
    ['6pm', [{ time: '18:00', days: DAILY }]],
    ['12:30 am', [{ time: '00:30', days: DAILY }]],
    ['12pm sundays', [{ time: '12:00', days: [7] }]],
    [
      '09:00 and 18:30',
      [
        { time: '09:00', days: DAILY },
        { time: '18:30', days: DAILY },
      ],
    ],
    [
      '18:30 weekdays, 19:30 weekends',
      [
        { time: '18:30', days: WEEKDAYS },
        { time: '19:30', days: WEEKEND },
      ],
    ],
    ['mon,wed,fri 09:00', [{ time: '09:00', days: [1, 3, 5] }]],
    [
      'Mon–Fri at 9.00 & 17h30',
      [
        { time: '09:00', days: WEEKDAYS },
        { time: '17:30', days: WEEKDAYS },
      ],
    ],
    ['every Tuesday at 10:00', [{ time: '10:00', days: [2] }]],
    ['every day at 10:00', [{ time: '10:00', days: DAILY }]],
    ['fri - mon 10:00', [{ time: '10:00', days: [1, 5, 6, 7] }]],
    ['monday to thursday 10:00', [{ time: '10:00', days: [1, 2, 3, 4] }]],
    ['18:30 mon, 18:30 tue, 18:30 mon', [{ time: '18:30', days: [1, 2] }]],
    ['off', []],
  ])('"%s" is understood', (text, times) => {
    expect(parseHumanTimes(text)).toEqual({ kind: 'times', times })
  })

  test.each([
    ['', 'I see no time'],
    ['weekdays', 'I see no time'],
    ['18', 'I cannot read “18”'],
    ['24:00', 'I cannot read “24:00”'],
    ['18:60', 'I cannot read “18:60”'],
    ['13pm', 'I cannot read “13pm”'],
    ['tomorrow 18:30', 'I cannot read “tomorrow”'],
    ['mo 18:30', 'I cannot read “mo”'],
    ['constructor 18:30', 'I cannot read “constructor”'],
    ['mon-wed-fri 18:30', 'I cannot read “mon-wed-fri”'],
    ['18:30-19:30', 'I cannot read “18:30-19:30”'],
    ['whenever you like, you', 'I cannot read “whenever”, “you”, “like”.'],
    ['a1 b2 c3 d4 e5 f6 g7 h8 i9 j0', '“h8” and 2 more.'],
    ['18:30 weekdays, 19:30', 'which days'],
    ['mon 09:00 tue', 'which days'],
    ['x'.repeat(10_000), 'too long'],
  ])('"%.30s" is refused with what to write instead', (text, problem) => {
    const read = parseHumanTimes(text)
    expect(read).toEqual({ kind: 'not-understood', hint: expect.stringContaining(problem) })
    expect(read).toEqual({ kind: 'not-understood', hint: expect.stringContaining('18:30 weekdays') })
  })

  test.each([
    'europe',
    '18:30 Europe/Madrid',
    '18:30 utc',
    'GMT+1 18:30',
    'America/New_York',
    'timezone Tokyo',
    '09:00 CEST',
  ])('"%s" names a time zone: it is said where that is changed', (text) => {
    expect(parseHumanTimes(text)).toEqual({
      kind: 'not-understood',
      hint: expect.stringContaining('TZ in the environment'),
    })
  })

  test('more than 24 times on one day are refused', () => {
    const text = Array.from({ length: 25 }, (_, minute) => `10:${String(minute).padStart(2, '0')}`).join(' ')
    expect(parseHumanTimes(text)).toEqual({ kind: 'not-understood', hint: expect.stringContaining('24') })
    expect(parseHumanTimes(text.slice(6))).toMatchObject({ kind: 'times' })
  })
})

describe('the words for a schedule', () => {
  test.each([
    ['18:30 weekdays, 19:30 weekends', '18:30 Mon–Fri, 19:30 Sat–Sun'],
    ['18:30', '18:30 every day'],
    ['mon,wed,fri 9:00', '09:00 Mon, Wed, Fri'],
    ['9:00 18:30 weekdays; 10:00 sat', '09:00 and 18:30 Mon–Fri, 10:00 Sat'],
    ['9:00 mon wed; 10:00 sat', '09:00 Mon, Wed; 10:00 Sat'],
    ['off', 'off'],
  ])('"%s" is shown as "%s"', (text, shown) => {
    const read = parseHumanTimes(text)
    expect(read.kind === 'times' && describeTimes(read.times)).toBe(shown)
  })

  test('what is shown can be typed back and means the same, for any set of days', () => {
    for (let mask = 1; mask < 128; mask++) {
      const days = DAILY.filter((day) => mask & (1 << (day - 1)))
      const others = DAILY.filter((day) => !days.includes(day))
      const times = [{ time: '09:05', days }, ...(others.length > 0 ? [{ time: '21:40', days: others }] : [])]
      const read = parseHumanTimes(describeTimes(times))
      expect(read.kind === 'times' && read.times.toSorted((a, b) => a.time.localeCompare(b.time))).toEqual(times)
    }
  })
})
