import { describe, expect, it } from 'vitest'
import { type Finding, gradeOf, judge, type LIMITS, type Rule, type Severity } from '../../ops/rules.ts'
import { absent, failed, ok } from '../../ops/snapshot/reading.ts'
import type { Snapshot } from '../../ops/snapshot/snapshot.ts'
import { BOT, diskAt, finding, GB, NOW, snapshotWith } from './sample-snapshot.ts'

/** What the rule says of a value: of everything else all is well. */
const MEASURE: Record<keyof typeof LIMITS, (value: number) => Snapshot> = {
  disk: (value) => snapshotWith({ disks: ok({ disks: [diskAt(value)], silent: [] }) }),
  inodes: (value) => snapshotWith({ disks: ok({ disks: [{ ...diskAt(10), inodesPercent: value }], silent: [] }) }),
  memory: (value) =>
    snapshotWith({
      memory: ok({ totalBytes: 100 * GB, availableBytes: (100 - value) * GB, swapTotalBytes: 0, swapFreeBytes: 0 }),
    }),
  swap: (value) =>
    snapshotWith({
      memory: ok({
        totalBytes: 100 * GB,
        availableBytes: 50 * GB,
        swapTotalBytes: 100 * GB,
        swapFreeBytes: (100 - value) * GB,
      }),
    }),
  temperature: (value) => snapshotWith({ temperature: ok(value) }),
  'generation-slow': (value) => snapshotWith({ bot: ok({ ...BOT, lastGenerationSeconds: value }) }),
  'spend-day': (value) =>
    snapshotWith({ bot: ok({ ...BOT, spend: { ...BOT.spend, dailyCapUsd: 100, todayUsd: value } }) }),
  'spend-month': (value) =>
    snapshotWith({ bot: ok({ ...BOT, spend: { ...BOT.spend, monthlyCapUsd: 100, monthUsd: value } }) }),
}

const grades = (snapshot: Snapshot, earlier: Finding[] = []) =>
  judge(snapshot, earlier).map(({ rule, severity }) => [rule, severity])

describe('thresholds of the product', () => {
  const edges: [keyof typeof LIMITS, number, number][] = [
    ['disk', 80, 90],
    ['inodes', 80, 90],
    ['memory', 85, 92],
    ['swap', 80, 90],
    ['temperature', 70, 80],
    ['generation-slow', 120, 180],
    ['spend-day', 80, 100],
    ['spend-month', 80, 100],
  ]
  it.each(edges)('%s warns from %i and is critical from %i, not before', (rule, warning, critical) => {
    const at = MEASURE[rule]
    expect(grades(at(warning - 0.5))).toEqual([])
    expect(grades(at(warning))).toEqual([[rule, 'warning']])
    expect(grades(at(critical - 0.5))).toEqual([[rule, 'warning']])
    expect(grades(at(critical))).toEqual([[rule, 'critical']])
  })

  it('never show a figure that stands on the other side of the edge', () => {
    const [found] = judge(MEASURE.disk(89.97), [])
    expect(found).toMatchObject({ severity: 'warning', words: 'Disk {} is 89 % full' })
  })

  it('count a disk as df does, without what is kept for root', () => {
    const disk = { ...diskAt(0), usedBytes: 75 * GB, freeBytes: 18 * GB }
    expect(grades(snapshotWith({ disks: ok({ disks: [disk], silent: [] }) }))).toEqual([['disk', 'warning']])
  })
})

describe('hysteresis', () => {
  const limits = { warning: 80, critical: 90, margin: 2 }
  const cases: [number, Severity | null, Severity | null][] = [
    [79.9, null, null],
    [79.9, 'warning', 'warning'],
    [78, 'warning', 'warning'],
    [77.9, 'warning', null],
    [89, 'warning', 'warning'],
    [89, 'critical', 'critical'],
    [88, 'critical', 'critical'],
    [87.9, 'critical', 'warning'],
    [77.9, 'critical', null],
    [90, null, 'critical'],
  ]
  it.each(cases)('%d after %s is %s', (value, before, now) => {
    expect(gradeOf(value, limits, before)).toBe(now)
  })

  it('makes one finding of a value that dances on the edge, with its first moment', () => {
    let state: Finding[] = []
    const seen = [79, 80.2, 79.8, 80.1, 79.5, 80].map((value, minute) => {
      const takenAt = new Date(NOW.getTime() + minute * 60_000)
      state = judge({ ...MEASURE.disk(value), takenAt }, state)
      return state.map(({ severity, since }) => [severity, since.getTime() - NOW.getTime()])
    })
    expect(seen).toEqual([[], ...Array(5).fill([['warning', 60_000]])])
  })

  it('keeps the first moment when it gets worse, and begins anew after it was over', () => {
    const worse = judge(MEASURE.disk(95), [finding()])
    expect(worse[0]).toMatchObject({ severity: 'critical', since: finding().since })
    expect(judge(MEASURE.disk(85), judge(MEASURE.disk(20), worse))[0]?.since).toEqual(NOW)
  })

  it('does not mix up two disks', () => {
    const both = snapshotWith({ disks: ok({ disks: [diskAt(79.5), diskAt(79.5, '/data')], silent: [] }) })
    expect(judge(both, [finding({ subject: '/data' })]).map(({ subject }) => subject)).toEqual(['/data'])
  })
})

describe('containers', () => {
  const base = { name: 'web', state: 'running', health: 'none', restarts: 0, finished: false } as const
  const judged = (parts: object) => grades(snapshotWith({ containers: ok([{ ...base, ...parts }]) }))
  const cases: [string, object, [Rule, Severity][]][] = [
    ['one that runs is well', {}, []],
    ['one that starts is given its time', { health: 'starting' }, []],
    ['an unhealthy one is critical', { health: 'unhealthy' }, [['container-unhealthy', 'critical']]],
    ['one that ended with an error is critical', { state: 'exited' }, [['container-down', 'critical']]],
    ['one that restarts again and again is critical', { state: 'restarting' }, [['container-down', 'critical']]],
    ['one whose work is done is well', { state: 'exited', finished: true }, []],
    ['five restarts are allowed', { restarts: 5 }, []],
    ['six are critical', { restarts: 6 }, [['container-restarts', 'critical']]],
    [
      'one that is down says only that, not its last health',
      { state: 'exited', health: 'unhealthy' },
      [['container-down', 'critical']],
    ],
  ]
  it.each(cases)('%s', (_, parts, expected) => {
    expect(judged(parts)).toEqual(expected)
  })
})

describe('what could not be read', () => {
  it('is said, and what was wrong before stays wrong: not knowing is no recovery', () => {
    const snapshot = snapshotWith({ disks: failed('no answer within 1.3 s') })
    expect(grades(snapshot, [finding({ severity: 'critical' })])).toEqual([
      ['disk', 'critical'],
      ['no-answer', 'warning'],
    ])
  })

  it('keeps what was known of a mount that has stopped answering', () => {
    const snapshot = snapshotWith({ disks: ok({ disks: [diskAt(10)], silent: ['/mnt/nas'] }) })
    const found = judge(snapshot, [finding({ subject: '/mnt/nas' }), finding({ subject: '/gone' })])
    expect(found.map(({ rule, subject }) => [rule, subject])).toEqual([
      ['disk', '/mnt/nas'],
      ['no-answer', '/mnt/nas'],
    ])
  })

  it('is critical when it is the database', () => {
    expect(grades(snapshotWith({ database: failed('connect ECONNREFUSED') }))).toEqual([['no-answer', 'critical']])
  })

  it('is nothing to complain about where the machine does not have it', () => {
    const nothing = absent('not here')
    const bare = { temperature: nothing, units: nothing, containers: nothing, database: nothing, bot: nothing }
    expect(judge(snapshotWith(bare), [])).toEqual([])
  })
})

describe('the bot itself', () => {
  it('a carousel that is too slow right now counts before the last one', () => {
    const bot = ok({ ...BOT, lastGenerationSeconds: 300, openGenerationSeconds: 130 })
    expect(judge(snapshotWith({ bot }), [])[0]).toMatchObject({
      severity: 'warning',
      words: 'A carousel has been in the making for 130 s',
    })
  })

  it('a cap of nothing is not 100 % spent', () => {
    const spend = { todayUsd: 0, monthUsd: 0, dailyCapUsd: 0, monthlyCapUsd: 0 }
    expect(judge(snapshotWith({ bot: ok({ ...BOT, spend }) }), [])).toEqual([])
  })

  it('the worst comes first', () => {
    const snapshot = snapshotWith({ units: ok(['cron.service']), temperature: ok(81) })
    expect(grades(snapshot)).toEqual([
      ['temperature', 'critical'],
      ['unit-failed', 'warning'],
    ])
  })
})
