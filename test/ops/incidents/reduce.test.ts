import { describe, expect, it } from 'vitest'
import type { Change } from '../../../ops/incidents/types.ts'
import {
  countMessages,
  createWatch,
  down,
  finding,
  MINUTE,
  muteOf,
  NOON,
  SECOND,
  snoozeOf,
  tellings,
} from './samples.ts'

const later = (ms: number) => new Date(NOON.getTime() + ms)
const STACK = { web: ['api'], api: ['db'], worker: ['db'], cron: ['db'], mail: ['worker'] }

describe('an incident', () => {
  it('is told once, however often it is seen', () => {
    const watch = createWatch()
    expect(tellings(watch.look({ at: 0, findings: [down('web')] }))).toEqual(['opened by message'])
    for (let minute = 1; minute < 30; minute++)
      expect(watch.look({ at: minute * MINUTE, findings: [down('web')] })).toEqual([])
    expect(watch.open()).toHaveLength(1)
  })

  it('is over when all was well for a while, and its end is the time from which it was well', () => {
    const watch = createWatch()
    watch.look({ at: 0, findings: [down('web')] })
    expect(tellings(watch.look({ at: MINUTE }))).toEqual(['cleared by nothing'])
    expect(tellings(watch.look({ at: 2 * MINUTE }))).toEqual(['resolved by edit'])
    expect(watch.all()[0]).toMatchObject({ status: 'resolved', ending: 'recovered', resolvedAt: later(MINUTE) })
  })

  it('has an end that makes itself heard when it lasted, because an edit makes no sound', () => {
    const watch = createWatch()
    watch.look({ at: 0, findings: [down('web')] })
    watch.look({ at: 9 * MINUTE })
    expect(tellings(watch.look({ at: 10 * MINUTE }))).toEqual(['resolved by message'])
  })

  it('is one for all that is wrong with the same container, and for both ways in which a disk is full', () => {
    const watch = createWatch()
    watch.look({ at: 0, findings: [down('web'), finding('container-restarts', 'web'), finding('log-pattern', 'web')] })
    watch.look({ at: MINUTE, findings: [down('web'), finding('disk', '/'), finding('inodes', '/')] })
    expect(watch.open().map(({ rootKey }) => rootKey)).toEqual(['container:web', 'disk:/'])
  })

  it('makes one more message when a warning becomes critical, and only once', () => {
    const watch = createWatch()
    const disk = (severity: 'warning' | 'critical') => [finding('disk', '/', { severity })]
    const all = ['warning', 'critical', 'warning', 'critical', 'warning', 'critical'] as const
    const told = all.flatMap((severity, index) => watch.look({ at: index * MINUTE, findings: disk(severity) }))
    expect(tellings(told).filter((what) => what.endsWith('message'))).toEqual([
      'opened by message',
      'escalated by message',
    ])
  })

  it('stays the same one when it comes back within half an hour, and is a new one later', () => {
    const watch = createWatch()
    const fail = (minute: number) => watch.look({ at: minute * MINUTE, findings: [down('web')] })
    const heal = (minute: number) => [watch.look({ at: minute * MINUTE }), watch.look({ at: (minute + 1) * MINUTE })]
    fail(0)
    heal(2)
    expect(tellings(fail(5))).toEqual(['reopened by message'])
    heal(20)
    expect(tellings(fail(40))).toEqual(['reopened by message'])
    heal(41)
    expect(tellings(fail(80))).toEqual(['opened by message'])
    expect(watch.all()).toHaveLength(2)
  })

  it('is not told anew by a bot that was restarted: nothing but the stored incidents is remembered', () => {
    const before = createWatch()
    const stack = { findings: [down('web'), down('api'), down('db')], dependsOn: STACK }
    before.look({ at: 0, ...stack })
    const after = createWatch()
    for (const incident of before.all()) after.set(structuredClone(incident))
    expect(after.look({ at: 10 * MINUTE, ...stack })).toEqual([])
  })

  it('reminds after an hour and then once a day, while it is critical and nobody has acknowledged it', () => {
    const watch = createWatch()
    const told: Change[] = []
    for (let minute = 0; minute <= 49 * 60; minute++)
      told.push(
        ...watch.look({ at: minute * MINUTE, findings: [down('web'), finding('swap', '', { severity: 'warning' })] }),
      )
    expect(tellings(told).filter((what) => what === 'reminded by message')).toHaveLength(3)
    const [incident] = watch.open()
    if (incident) watch.set({ ...incident, status: 'acknowledged' })
    expect(
      watch.look({ at: 100 * 60 * MINUTE, findings: [down('web'), finding('swap', '', { severity: 'warning' })] }),
    ).toEqual([])
  })
})

describe('what comes and goes', () => {
  it('makes three messages at most for fifty flaps in ten minutes, whatever their rhythm', () => {
    for (const [upMs, downMs] of [
      [6, 6],
      [1, 11],
      [11, 1],
    ] as const) {
      const watch = createWatch()
      const told: Change[] = []
      for (let flap = 0; flap < 50; flap++) {
        const at = flap * 12 * SECOND
        told.push(...watch.look({ at, findings: [down('web', { since: later(at) })] }))
        told.push(...watch.look({ at: at + downMs * SECOND }))
        if (upMs > 10) told.push(...watch.look({ at: at + (downMs + 10) * SECOND }))
      }
      for (let minute = 10; minute < 30; minute++) told.push(...watch.look({ at: minute * MINUTE }))
      expect(countMessages(told)).toBeLessThanOrEqual(3)
      expect(told.length - countMessages(told)).toBeLessThan(200)
      expect(watch.all()).toMatchObject([{ status: 'resolved', flaps: 49 }])
    }
  })

  it('needs a longer calm to be over', () => {
    const watch = createWatch()
    for (let flap = 0; flap < 4; flap++) {
      watch.look({ at: flap * 20 * SECOND, findings: [down('web')] })
      watch.look({ at: flap * 20 * SECOND + 10 * SECOND })
    }
    watch.look({ at: 3 * MINUTE })
    expect(watch.open()).toHaveLength(1)
    watch.look({ at: 7 * MINUTE })
    expect(watch.open()).toHaveLength(0)
  })

  it('makes three messages at most when it flaps slowly, beside the reminders of every one', () => {
    const watch = createWatch()
    const told: Change[] = []
    for (let minute = 0; minute < 300; minute++)
      told.push(...watch.look({ at: minute * MINUTE, findings: minute % 20 < 8 ? [down('web')] : [] }))
    expect(watch.all()).toHaveLength(1)
    expect(countMessages(told.filter(({ kind }) => kind !== 'reminded'))).toBe(3)
  })
})

describe('a cause and what follows from it', () => {
  it('a dead database and its five dependants are one incident', () => {
    const watch = createWatch()
    const names = ['web', 'api', 'worker', 'cron', 'mail', 'db']
    const told = watch.look({ at: 0, findings: names.map((name) => down(name)), dependsOn: STACK })
    expect(countMessages(told)).toBe(1)
    expect(watch.open()).toMatchObject([{ rootKey: 'container:db', subject: 'db' }])
    expect(watch.open()[0]?.members[0]?.subject).toBe('db')
    expect(watch.open()[0]?.members).toHaveLength(6)
  })

  it('is one message also when a follower is seen first', () => {
    const watch = createWatch()
    const first = watch.look({ at: 0, findings: [down('web')], dependsOn: STACK })
    const findings = [down('web'), down('db', { since: later(4 * SECOND) })]
    const second = watch.look({ at: 4 * SECOND, findings, dependsOn: STACK })
    expect(countMessages([...first, ...second])).toBe(1)
    expect(tellings(second)).toEqual(['changed by edit'])
    expect(watch.open()).toMatchObject([
      { rootKey: 'container:db', subject: 'db', nodes: ['container:web', 'container:db'] },
    ])
  })

  it('takes in those that were told already, and their messages say where they went', () => {
    const watch = createWatch()
    watch.look({ at: 0, findings: [down('web'), down('cron')], dependsOn: STACK })
    expect(watch.open()).toHaveLength(2)
    const findings = [down('web'), down('cron'), down('db')]
    const told = watch.look({ at: SECOND, findings, dependsOn: STACK })
    expect(tellings(told).toSorted()).toEqual(['changed by edit', 'merged'])
    expect(watch.open()).toHaveLength(1)
    expect(watch.all().find(({ ending }) => ending === 'merged')?.mergedInto).toBe(watch.open()[0]?.id)
  })

  it('reaches through a container that looks well', () => {
    const watch = createWatch()
    watch.look({ at: 0, findings: [down('web'), down('db')], dependsOn: STACK })
    expect(watch.open().map(({ rootKey }) => rootKey)).toEqual(['container:db'])
  })

  it('keeps a follower that is slow to recover, and takes the cause back when it fails again', () => {
    const watch = createWatch()
    const web = down('web')
    watch.look({ at: 0, findings: [web, down('db')], dependsOn: STACK })
    expect(tellings(watch.look({ at: MINUTE, findings: [web], dependsOn: STACK }))).toEqual(['changed by edit'])
    watch.look({ at: 2 * MINUTE, findings: [web, down('db', { since: later(2 * MINUTE) })], dependsOn: STACK })
    expect(watch.all()).toHaveLength(1)
  })

  it('does not blame a cause that failed long after', () => {
    const watch = createWatch()
    watch.look({ at: 0, findings: [down('web')], dependsOn: STACK })
    const findings = [down('web'), down('db', { since: later(20 * MINUTE) })]
    expect(tellings(watch.look({ at: 20 * MINUTE, findings, dependsOn: STACK }))).toEqual(['opened by message'])
    expect(watch.open()).toHaveLength(2)
  })

  it('does not blame others for what a container does to itself', () => {
    const watch = createWatch()
    const findings = [
      finding('container-oom', 'web'),
      finding('container-cpu', 'api', { severity: 'warning' }),
      down('db'),
    ]
    watch.look({ at: 0, findings, dependsOn: STACK })
    expect(watch.open()).toHaveLength(3)
  })

  it('is one for containers that need each other in a circle', () => {
    const watch = createWatch()
    const dependsOn = { a: ['b'], b: ['c'], c: ['a'] }
    expect(countMessages(watch.look({ at: 0, findings: [down('c'), down('a'), down('b')], dependsOn }))).toBe(1)
    expect(watch.open()).toMatchObject([{ rootKey: 'container:a' }])
  })

  it('is a Docker that is silent for what it hides, but not for what was wrong before', () => {
    const watch = createWatch()
    watch.look({ at: 0, findings: [down('old')] })
    const silent = finding('no-answer', 'Docker', { severity: 'warning', since: later(30 * MINUTE) })
    const since = later(30 * MINUTE - SECOND)
    watch.look({ at: 30 * MINUTE, findings: [down('old'), silent, down('web', { since }), down('db', { since })] })
    expect(watch.open().map(({ rootKey, nodes }) => [rootKey, nodes.length])).toEqual([
      ['container:old', 1],
      ['no-answer:Docker', 3],
    ])
  })

  it('is a full disk for what fails after it, and only a full one', () => {
    const full = (value: number) => finding('disk', '/', { value, since: NOON })
    const failed = [down('db', { since: later(MINUTE) }), finding('no-answer', 'Database', { since: later(MINUTE) })]
    const watch = createWatch()
    watch.look({ at: MINUTE, findings: [full(99.5), ...failed] })
    expect(watch.open().map(({ rootKey }) => rootKey)).toEqual(['disk:/'])
    const other = createWatch()
    other.look({ at: MINUTE, findings: [full(93), ...failed] })
    expect(other.open()).toHaveLength(3)
  })
})

describe('what people do not want to hear of', () => {
  it('is not heard while it is muted, and its followers are', () => {
    const watch = createWatch({ mutes: [muteOf('container-down', 'db')] })
    expect(watch.look({ at: 0, findings: [down('db')] })).toEqual([])
    const told = watch.look({ at: MINUTE, findings: [down('db'), down('web'), down('cron')], dependsOn: STACK })
    expect(countMessages(told)).toBe(1)
    expect(watch.open()[0]?.members.map(({ subject }) => subject)).toEqual(['web', 'cron'])
  })

  it('is heard in no other word for the same: what does not stay up is told of in several ways', () => {
    const watch = createWatch({ mutes: [muteOf('container-died', 'looper')] })
    expect(watch.look({ at: 0, findings: [down('looper'), finding('container-loop', 'looper')] })).toEqual([])
    expect(countMessages(watch.look({ at: MINUTE, findings: [finding('container-oom', 'looper')] }))).toBe(1)
  })

  it('ends without a word of recovery when all that is left of it is muted', () => {
    const watch = createWatch()
    watch.look({ at: 0, findings: [down('db')] })
    watch.state.mutes = [muteOf('container-down', 'db')]
    watch.look({ at: MINUTE, findings: [down('db')] })
    expect(watch.all()).toMatchObject([{ status: 'resolved', ending: 'muted' }])
  })

  it('waits while it is snoozed, and is said once when it is still there', () => {
    const watch = createWatch({ mutes: [snoozeOf('container:db')] })
    expect(tellings(watch.look({ at: 0, findings: [down('db')] }))).toEqual(['opened by nothing'])
    expect(watch.look({ at: 30 * MINUTE, findings: [down('db')] })).toEqual([])
    watch.state.mutes = []
    expect(tellings(watch.look({ at: 60 * MINUTE, findings: [down('db')] }))).toEqual(['opened by message'])
  })

  it('says once that a snoozed one is still there, and nothing when it is over', () => {
    const watch = createWatch()
    watch.look({ at: 0, findings: [down('db'), down('web')] })
    watch.state.mutes = [snoozeOf('container:db'), snoozeOf('container:web')]
    watch.look({ at: MINUTE, findings: [down('db'), down('web')] })
    watch.look({ at: 10 * MINUTE, findings: [down('db')] })
    expect(tellings(watch.look({ at: 11 * MINUTE, findings: [down('db')] }))).toEqual(['resolved by edit'])
    watch.state.mutes = []
    expect(tellings(watch.look({ at: 61 * MINUTE, findings: [down('db')] }))).toEqual(['reminded by message'])
    expect(watch.look({ at: 62 * MINUTE, findings: [down('db')] })).toEqual([])
  })

  it('gets through when it becomes worse than it was when somebody snoozed it', () => {
    const disk = (severity: 'warning' | 'critical') => [finding('disk', '/', { severity })]
    const watch = createWatch()
    watch.look({ at: 0, findings: disk('warning') })
    watch.state.mutes = [snoozeOf('disk:/', 'warning')]
    watch.look({ at: MINUTE, findings: disk('warning') })
    expect(tellings(watch.look({ at: 2 * MINUTE, findings: disk('critical') }))).toEqual(['escalated by message'])
  })
})

describe('quiet hours', () => {
  const swap = finding('swap', '', { severity: 'warning' })
  const unit = finding('unit-failed', 'cron.service', { severity: 'warning' })

  it('hold what is not critical, and let through what is', () => {
    const watch = createWatch({ isQuiet: true })
    expect(countMessages(watch.look({ at: 0, findings: [swap] }))).toBe(0)
    expect(countMessages(watch.look({ at: MINUTE, findings: [swap, down('web')] }))).toBe(1)
    const worse = { ...swap, severity: 'critical' as const }
    expect(tellings(watch.look({ at: 2 * MINUTE, findings: [worse, down('web')] }))).toEqual(['opened by message'])
  })

  it('end with one digest, in which what came and went has its line', () => {
    const watch = createWatch({ isQuiet: true })
    watch.look({ at: 0, findings: [swap, unit] })
    watch.look({ at: 60 * MINUTE, findings: [unit] })
    watch.look({ at: 61 * MINUTE, findings: [unit] })
    watch.look({ at: 200 * MINUTE, findings: [unit] })
    watch.state.isQuiet = false
    const told = watch.look({ at: 400 * MINUTE, findings: [unit] })
    expect(tellings(told)).toEqual(['digest'])
    expect(watch.all().map(({ messageRef, held }) => [messageRef, held])).toEqual([
      ['digest:id-3', null],
      ['digest:id-3', null],
    ])
    expect(watch.look({ at: 401 * MINUTE, findings: [unit] })).toEqual([])
  })

  it('end with the alert itself when there is only one', () => {
    const watch = createWatch({ isQuiet: true })
    watch.look({ at: 0, findings: [swap] })
    watch.state.isQuiet = false
    expect(tellings(watch.look({ at: 60 * MINUTE, findings: [swap] }))).toEqual(['opened by message'])
  })
})
