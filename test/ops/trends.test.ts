import { describe, expect, it } from 'vitest'
import { type ContainerPast, findTrends, type Past, type PastIncident } from '../../ops/trends.ts'
import { NOW } from './sample-snapshot.ts'

const MINUTE_MS = 60_000
const MB = 1_000_000

const minutesAgo = (minutes: number) => new Date(NOW.getTime() - minutes * MINUTE_MS)

/** A point every ten minutes up to now. */
function past(name: string, memory: readonly (number | null)[], more: Partial<ContainerPast> = {}): ContainerPast[] {
  return memory.map((mb, index) => ({
    name,
    at: minutesAgo((memory.length - 1 - index) * 10),
    memoryBytes: mb === null ? null : mb * MB,
    limitBytes: 100 * MB,
    restarts: 0,
    ...more,
  }))
}

const incident = (parts: Partial<PastIncident> = {}): PastIncident => ({
  rootRule: 'container-died',
  rootKey: 'container:web',
  subject: 'web',
  openedAt: minutesAgo(120),
  resolvedAt: minutesAgo(100),
  ...parts,
})

const trendsOf = (parts: Partial<Past>) =>
  findTrends({ at: NOW, fullInDays: new Map(), containers: [], incidents: [], ...parts }).map(({ rule, subject }) => [
    rule,
    subject,
  ])

const RISING = [60, 61, 62, 64, 65, 66, 68, 69, 70, 72]

describe('where things are going', () => {
  it('a calm machine gives no hint', () => {
    const containers = [...past('web', Array(36).fill(40)), ...past('db', Array(36).fill(95))]
    expect(trendsOf({ containers, fullInDays: new Map([['/', 120]]) })).toEqual([])
  })

  it.each([
    ['in three days', 3, true],
    ['in a little more', 3.1, false],
  ])('a disk that is full %s is worth a word: %s', (_, days, isTold) => {
    expect(trendsOf({ fullInDays: new Map([['/srv', days]]) })).toEqual(isTold ? [['disk', '/srv']] : [])
  })

  it('memory that only grows is told with the time that is left', () => {
    expect(
      findTrends({ at: NOW, fullInDays: new Map(), containers: past('web', RISING), incidents: [] }),
    ).toMatchObject([
      {
        rule: 'container-memory',
        subject: 'web',
        severity: 'warning',
        words: 'Memory of {} only grows (72 MB of 100 MB) and reaches its limit in about 4 h',
      },
    ])
  })

  it.each([
    ['falls back as it breathes', [60, 70, 80, 62, 72, 82, 61, 71, 81, 63]],
    ['is far from its limit', RISING.map((mb) => mb - 40)],
    ['would take more than a day', RISING.map((_, index) => 70 + index * 0.1)],
    ['was looked at too seldom', RISING.slice(0, 8)],
    ['is not known', RISING.map(() => null)],
  ])('memory that %s is none of it', (_, memory) => {
    expect(trendsOf({ containers: past('web', memory) })).toEqual([])
  })

  it('memory without a limit reaches none', () => {
    expect(trendsOf({ containers: past('web', RISING, { limitBytes: null }) })).toEqual([])
  })

  it('memory is looked at since the last restart: what was before is another life', () => {
    const before = past('web', [90, 95, 99, 99, 99]).map((point) => ({ ...point, at: minutesAgo(300) }))
    const after = past('web', RISING, { restarts: 1 })
    expect(trendsOf({ containers: [...before, ...after] })).toEqual([['container-memory', 'web']])
    expect(trendsOf({ containers: [...past('web', RISING), ...past('web', [20, 21], { restarts: 1 })] })).toEqual([])
  })

  it('restarts that creep up are told, unless an incident told them', () => {
    const containers = past('web', Array(10).fill(20)).map((point, index) => ({
      ...point,
      restarts: index < 5 ? 1 : 3,
    }))
    expect(trendsOf({ containers })).toEqual([['container-restarts', 'web']])
    expect(trendsOf({ containers, incidents: [incident()] })).toEqual([])
    expect(trendsOf({ containers: containers.map((point) => ({ ...point, restarts: 3 })) })).toEqual([])
  })

  it('an incident that keeps coming back is told once it is over, and not while it is told as one', () => {
    const three = [300, 200, 100].map((minutes) => incident({ openedAt: minutesAgo(minutes) }))
    expect(trendsOf({ incidents: three })).toEqual([['container-died', 'web']])
    expect(trendsOf({ incidents: three.slice(1) })).toEqual([])
    expect(trendsOf({ incidents: [...three, incident({ resolvedAt: null })] })).toEqual([])
    expect(trendsOf({ incidents: three.map((one) => ({ ...one, rootRule: 'a-rule-of-tomorrow' })) })).toEqual([])
  })

  it('what is an open incident is not told as a hint', () => {
    const open = [incident({ resolvedAt: null }), incident({ subject: '/', rootKey: 'disk:/', resolvedAt: null })]
    const fullInDays = new Map([['/', 1]])
    expect(trendsOf({ containers: past('web', RISING), fullInDays, incidents: open })).toEqual([])
  })
})
