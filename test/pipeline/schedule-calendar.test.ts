import { DateTime } from 'luxon'
import { describe, expect, test } from 'vitest'
import { dueSlots, instantOf, type PlannedSlot, upcomingSlots } from '../../pipeline/schedule/calendar.ts'
import { parseHumanTimes } from '../../pipeline/schedule/human-times.ts'

const MADRID = 'Europe/Madrid'
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

function schedule(text: string) {
  const read = parseHumanTimes(text)
  if (read.kind !== 'times') throw new Error(read.hint)
  return { times: read.times }
}

/** Repeatable chance, so that a failure can be looked at again. */
function createChance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296
    return state / 4_294_967_296
  }
}

const nameOf = (slot: PlannedSlot) => `${slot.localDate} ${slot.localTime}`

/** What ought to be there, counted on the calendar alone. */
function allNames(times: { time: string; days: number[] }[], firstDate: string, days: number): string[] {
  const names: string[] = []
  for (let index = 0; index < days; index++) {
    const day = DateTime.fromISO(firstDate, { zone: 'utc' }).plus({ days: index })
    for (const { time, days: weekdays } of times) {
      if (weekdays.includes(day.weekday)) names.push(`${day.toFormat('yyyy-MM-dd')} ${time}`)
    }
  }
  return names.sort()
}

describe('instants of wall-clock times', () => {
  test.each([
    ['an ordinary winter evening', '2026-01-15', '18:30', MADRID, '2026-01-15T17:30:00.000Z'],
    ['an ordinary summer evening', '2026-07-15', '18:30', MADRID, '2026-07-15T16:30:00.000Z'],
    [
      'a time skipped in spring: the first instant after the gap',
      '2026-03-29',
      '02:30',
      MADRID,
      '2026-03-29T01:00:00.000Z',
    ],
    ['the first minute of the gap', '2026-03-29', '02:00', MADRID, '2026-03-29T01:00:00.000Z'],
    ['the first minute after the gap', '2026-03-29', '03:00', MADRID, '2026-03-29T01:00:00.000Z'],
    ['a time that exists twice in autumn: the first', '2026-10-25', '02:30', MADRID, '2026-10-25T00:30:00.000Z'],
    ['the start of the doubled hour', '2026-10-25', '02:00', MADRID, '2026-10-25T00:00:00.000Z'],
    ['the end of the doubled hour', '2026-10-25', '03:00', MADRID, '2026-10-25T02:00:00.000Z'],
    ['a gap of half an hour', '2026-10-04', '02:15', 'Australia/Lord_Howe', '2026-10-03T15:30:00.000Z'],
    ['a gap at midnight', '2026-04-24', '00:30', 'Africa/Cairo', '2026-04-23T22:00:00.000Z'],
    ['a date that a zone left out', '2011-12-30', '12:00', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'],
    ['no daylight saving at all', '2026-03-29', '02:30', 'UTC', '2026-03-29T02:30:00.000Z'],
  ])('%s', (_name, date, time, zone, instant) => {
    expect(instantOf(date, time, zone).toISOString()).toBe(instant)
  })
})

describe('slots that are due', () => {
  test('the beginning is outside and the end inside, so that ticks in a row never share a slot', () => {
    const at = new Date('2026-07-15T16:30:00Z')
    const daily = schedule('18:30')
    expect(dueSlots(daily, MADRID, at, new Date(at.getTime() - 1))).toHaveLength(1)
    expect(dueSlots(daily, MADRID, new Date(at.getTime() + 1), at)).toHaveLength(0)
    expect(dueSlots(daily, MADRID, new Date(at.getTime() - 1), new Date(at.getTime() - MINUTE_MS))).toHaveLength(0)
  })

  test('a clock that stands before the beginning finds nothing', () => {
    const now = new Date('2026-07-15T16:30:00Z')
    expect(dueSlots(schedule('18:30'), MADRID, now, new Date(now.getTime() + DAY_MS))).toEqual([])
  })

  test.each([
    'Europe/Madrid',
    'America/New_York',
    'Australia/Lord_Howe',
    'Africa/Cairo',
    'Pacific/Auckland',
    'Asia/Kolkata',
  ])('a year in %s, in steps of a minute to a day, gives every slot exactly once and in order', (zone) => {
    const plan = schedule('18:30 weekdays; 02:30 sun sat; 00:00 fri; 23:59 thu sun; 01:15 03:00 sun')
    const chance = createChance(zone.length)
    const start = DateTime.fromISO('2026-01-01T00:00', { zone })
    let since = new Date(start.toMillis() - 1)
    const end = start.plus({ years: 1 }).toMillis() - 1
    const seen: PlannedSlot[] = []
    while (since.getTime() < end) {
      const stepMs = chance() < 0.05 ? chance() * DAY_MS : chance() * 90 * MINUTE_MS
      const now = new Date(Math.min(end, since.getTime() + Math.ceil(stepMs)))
      seen.push(...dueSlots(plan, zone, now, since))
      since = now
    }
    expect(seen.map(nameOf).sort()).toEqual(allNames(plan.times, '2026-01-01', 365))
    expect(seen.map((slot) => slot.dueAt.getTime())).toEqual(
      seen.map((slot) => slot.dueAt.getTime()).sort((a, b) => a - b),
    )
  })

  test('minute by minute over both changes of the clock in Madrid, each slot comes at its own minute', () => {
    const plan = schedule('02:30 18:30')
    for (const [from, firstDate] of [
      ['2026-03-27T00:00', '2026-03-27'],
      ['2026-10-23T00:00', '2026-10-23'],
    ] as const) {
      const start = DateTime.fromISO(from, { zone: MADRID })
      const end = start.plus({ days: 5 }).toMillis()
      const names: string[] = []
      for (let now = start.toMillis(); now < end; now += MINUTE_MS) {
        const due = dueSlots(plan, MADRID, new Date(now), new Date(now - MINUTE_MS))
        for (const slot of due) expect(slot.dueAt.getTime()).toBe(now)
        names.push(...due.map(nameOf))
      }
      expect(names).toEqual(allNames(plan.times, firstDate, 5))
    }
  })

  test('a year of ticks, each minute around the changes, with restarts and two-hour jumps of the clock, claims every slot once', () => {
    const plan = schedule('18:30 weekdays, 19:30 weekends, 02:30 sun')
    const chance = createChance(7)
    const start = DateTime.fromISO('2026-01-01T00:00', { zone: MADRID }).toMillis()
    const end = DateTime.fromISO('2027-01-01T00:00', { zone: MADRID }).toMillis()
    const changes = ['2026-03-29T01:00Z', '2026-10-25T01:00Z'].map((change) => Date.parse(change))
    const claimed = new Set<string>()
    for (let real = start; real < end; ) {
      const jumpMs = chance() < 0.05 ? (chance() < 0.5 ? -120 : 120) * MINUTE_MS : 0
      // As the tick does: it looks back a good while each time, and what is claimed already is not claimed again.
      const due = dueSlots(plan, MADRID, new Date(real + jumpMs), new Date(Math.max(start - 1, real - 2 * DAY_MS)))
      for (const slot of due) {
        if (!claimed.has(nameOf(slot))) expect(slot.dueAt.getTime()).toBeLessThanOrEqual(real + jumpMs)
        claimed.add(nameOf(slot))
      }
      const nearChange = changes.some((change) => Math.abs(change - real) < 1.5 * DAY_MS)
      const restartMs = chance() < 0.01 ? chance() * 20 * 60 * MINUTE_MS : 0
      real += (nearChange ? 1 : 1 + Math.floor(chance() * 60)) * MINUTE_MS + Math.floor(restartMs)
    }
    const caughtUp = dueSlots(plan, MADRID, new Date(end - 1), new Date(end - 2 * DAY_MS)).map(nameOf)
    const ofTheYear = [...new Set([...claimed, ...caughtUp])].filter((name) => name < '2027').sort()
    expect(ofTheYear).toEqual(allNames(plan.times, '2026-01-01', 365))
  })
})

describe('slots to come', () => {
  test('they are the next ones in order, over weekends and changes of the clock', () => {
    const plan = schedule('18:30 weekdays, 02:30 sun')
    const next = upcomingSlots(plan, MADRID, new Date('2026-03-27T12:00:00Z'), 4)
    expect(next.map(nameOf)).toEqual(['2026-03-27 18:30', '2026-03-29 02:30', '2026-03-30 18:30', '2026-03-31 18:30'])
    expect(next[1]?.dueAt.toISOString()).toBe('2026-03-29T01:00:00.000Z')
  })

  test('they agree with what will be due', () => {
    const plan = schedule('18:30 weekdays, 19:30 weekends, 00:10 sun')
    const now = new Date('2026-10-20T10:00:00Z')
    const next = upcomingSlots(plan, 'Africa/Cairo', now, 30)
    expect(next).toHaveLength(30)
    expect(dueSlots(plan, 'Africa/Cairo', next[29]?.dueAt ?? now, now)).toEqual(next)
  })

  test('a schedule without times has none, and the slot of this very minute is not to come any more', () => {
    expect(upcomingSlots({ times: [] }, MADRID, new Date(), 3)).toEqual([])
    const at = new Date('2026-07-15T16:30:00Z')
    expect(upcomingSlots(schedule('18:30'), MADRID, at, 1).map(nameOf)).toEqual(['2026-07-16 18:30'])
  })
})
