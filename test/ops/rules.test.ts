import { describe, expect, it } from 'vitest'
import { type Finding, gradeOf, judge, type LIMITS, type Rule, type Severity } from '../../ops/rules.ts'
import { absent, failed, ok } from '../../ops/snapshot/reading.ts'
import type { Snapshot } from '../../ops/snapshot/snapshot.ts'
import { BOT, containerWith, diskAt, finding, GB, NOW, snapshotWith } from './sample-snapshot.ts'

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
  'generation-missing': (value) => {
    const lastReadyAt = new Date(NOW.getTime() - value * BOT.rhythm.periodSeconds * 1000)
    return snapshotWith({ bot: ok({ ...BOT, lastReadyAt }) })
  },
  'backup-old': (value) =>
    snapshotWith({ backup: ok({ at: new Date(NOW.getTime() - value * 86_400_000), verified: true }) }),
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
    ['backup-old', 2, 7],
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

const ago = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000)
const RECENT = { createdAt: ago(30), startedAt: ago(1) }
const DOWN_AND_SICK = { state: 'exited', exitCode: 1, health: 'unhealthy' } as const
const NEAR_LIMIT = { memoryBytes: 86 * GB, memoryLimitBytes: 100 * GB }
const HALF = { 'nexus.memory-percent': '50' }
const BUSY = { 'nexus.cpu-percent': '50%' }

describe('containers', () => {
  const judged = (parts: Parameters<typeof containerWith>[0]) =>
    grades(snapshotWith({ containers: ok([containerWith(parts)]) }))
  const cases: [string, Parameters<typeof containerWith>[0], [Rule, Severity][]][] = [
    ['one that runs is well', {}, []],
    ['one that starts is given its time', { health: 'starting' }, []],
    ['one that was made and never started is nobody’s loss', { state: 'created', startedAt: null }, []],
    ['one that somebody paused is left in peace', { state: 'paused' }, []],
    ['an unhealthy one is critical', { health: 'unhealthy' }, [['container-unhealthy', 'critical']]],
    ['one that ended with an error is critical', { state: 'exited', exitCode: 3 }, [['container-died', 'critical']]],
    [
      'one that the kernel ended says so',
      { state: 'exited', exitCode: 137, oomKilled: true },
      [['container-oom', 'critical']],
    ],
    [
      'one whose program is not there is critical',
      { state: 'created', exitCode: 127, failedToStart: true },
      [['container-down', 'critical']],
    ],
    ['one between two restarts is critical', { state: 'restarting', exitCode: 1 }, [['container-died', 'critical']]],
    ['one that ends in peace and is brought back is well', { state: 'restarting' }, []],
    ['one whose work is done is well', { state: 'exited', finished: true }, []],
    ['one that is down says only that, not its last health', DOWN_AND_SICK, [['container-died', 'critical']]],
    ['five restarts are allowed', { restarts: 5, ...RECENT }, []],
    ['six are critical', { restarts: 6, ...RECENT }, [['container-restarts', 'critical']]],
    ['six that are an hour past are the past', { restarts: 6 }, []],
    ['one that comes back every hour to do its work is well', { restarts: 700, startedAt: ago(60) }, []],
    ['memory well below its limit is fine', { memoryBytes: 84 * GB, memoryLimitBytes: 100 * GB }, []],
    ['near it is a warning', NEAR_LIMIT, [['container-memory', 'warning']]],
    ['at it is critical', { ...NEAR_LIMIT, memoryBytes: 92 * GB }, [['container-memory', 'critical']]],
    ['without a limit nothing is too much', { memoryBytes: 3.9 * GB }, []],
    ['unless a label says how much', { memoryBytes: 3 * GB, labels: HALF }, [['container-memory', 'warning']]],
    ['a label also stands for its limit', { ...NEAR_LIMIT, labels: { 'nexus.memory-percent': '95' } }, []],
    ['one core of four is somebody at work', { cpuPercent: 100 }, []],
    ['all of them is a warning', { cpuPercent: 365 }, [['container-cpu', 'warning']]],
    ['a label says when it is too much', { cpuPercent: 51, labels: BUSY }, [['container-cpu', 'warning']]],
    ['and when it is not yet', { cpuPercent: 49, labels: BUSY }, []],
    ['a label that makes no sense is none', { cpuPercent: 51, labels: { 'nexus.cpu-percent': 'fifty' } }, []],
    ['without a sample nobody complains', { cpuPercent: null, memoryBytes: null, labels: { ...BUSY, ...HALF } }, []],
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
    const bare = {
      temperature: nothing,
      units: nothing,
      containers: nothing,
      database: nothing,
      bot: nothing,
      backup: nothing,
    }
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

  it('two that failed in a row are more than bad luck', () => {
    const graded = (failedInRow: number) => grades(snapshotWith({ bot: ok({ ...BOT, failedInRow }) }))
    expect(graded(1)).toEqual([])
    expect(graded(2)).toEqual([['generation-failing', 'warning']])
  })

  it('a carousel is missing after one and a half periods of the schedule, counted from when that began', () => {
    const at = MEASURE['generation-missing']
    expect(grades(at(1.49))).toEqual([])
    expect(judge(at(1.5), [])[0]).toMatchObject({
      severity: 'warning',
      words: 'No carousel for 36 h, although one is due at least every 24 h',
    })
    const since = new Date(NOW.getTime() - 3_600_000)
    const begun = { ...BOT, lastReadyAt: null, rhythm: { ...BOT.rhythm, since } }
    expect(grades(snapshotWith({ bot: ok(begun) }))).toEqual([])
    expect(grades(snapshotWith({ bot: ok({ ...BOT, lastReadyAt: null, rhythm: null }) }))).toEqual([])
  })

  it('a backup that could not be verified is no backup', () => {
    const backup = ok({ at: new Date(NOW.getTime() - 3_600_000), verified: false })
    expect(judge(snapshotWith({ backup }), [])[0]).toMatchObject({
      rule: 'backup-old',
      words: expect.stringContaining('could not be verified'),
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
