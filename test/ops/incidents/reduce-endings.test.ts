import { describe, expect, it } from 'vitest'
import { createWatch, down, finding, MINUTE, NOON, SECOND, tellings } from './samples.ts'

const later = (ms: number) => new Date(NOON.getTime() + ms)
const STACK = { web: ['api'], api: ['db'], worker: ['db'], cron: ['db'], mail: ['worker'] }

describe('an end that people believe', () => {
  it('is taken back by a message, however soon it was: an edit of what is read makes no sound', () => {
    const watch = createWatch()
    watch.look({ at: 0, findings: [down('worker')] })
    watch.look({ at: MINUTE })
    watch.look({ at: 2 * MINUTE })
    expect(tellings(watch.look({ at: 3 * MINUTE, findings: [down('worker')] }))).toEqual(['reopened by message'])
  })

  it('is taken back by an edit when what is back can wait', () => {
    const watch = createWatch()
    const line = [finding('log-pattern', 'mailer', { severity: 'warning' })]
    watch.look({ at: 0, findings: line })
    watch.look({ at: MINUTE })
    watch.look({ at: 2 * MINUTE })
    expect(tellings(watch.look({ at: 3 * MINUTE, findings: line }))).toEqual(['reopened by edit'])
  })

  it('is no recovery when somebody removed the container, and comes at once', () => {
    const watch = createWatch()
    watch.look({ at: 0, findings: [down('vault')] })
    expect(tellings(watch.look({ at: 9 * MINUTE, removed: ['vault'] }))).toEqual(['resolved by edit'])
    expect(watch.all()).toMatchObject([{ status: 'resolved', ending: 'removed' }])
  })

  it('is no recovery when somebody stopped the container, and it is the same one when it fails again', () => {
    const watch = createWatch()
    const sick = [finding('container-unhealthy', 'cache')]
    watch.look({ at: 0, findings: sick })
    watch.look({ at: 9 * MINUTE, stopped: ['cache'] })
    expect(tellings(watch.look({ at: 10 * MINUTE, stopped: ['cache'] }))).toEqual(['resolved by edit'])
    expect(watch.all()).toMatchObject([{ ending: 'stopped', resolvedAt: later(9 * MINUTE) }])
    expect(tellings(watch.look({ at: 12 * MINUTE, findings: sick }))).toEqual(['reopened by message'])
    expect(watch.all()).toHaveLength(1)
  })

  it('is that of what was worst: another one that is off says nothing of it', () => {
    const watch = createWatch()
    watch.look({ at: 0, findings: [down('web')] })
    for (const minute of [1, 2]) watch.look({ at: minute * MINUTE, stopped: ['db'], removed: ['web-2'] })
    expect(watch.all()).toMatchObject([{ ending: 'recovered' }])
  })
})

describe('what was said of a cause', () => {
  const known = (watch: ReturnType<typeof createWatch>) => watch.open().map(({ diagnosis }) => diagnosis !== null)

  it('stays while the same thing is wrong, and while followers come and go', () => {
    const watch = createWatch()
    watch.look({ at: 0, findings: [down('db')], dependsOn: STACK })
    watch.explain()
    watch.look({ at: MINUTE, findings: [down('db'), down('api')], dependsOn: STACK })
    watch.look({ at: 2 * MINUTE, findings: [down('db')], dependsOn: STACK })
    expect(known(watch)).toEqual([true])
  })

  it('is dropped, and the message says so, when the cause is well again and a follower is not', () => {
    const watch = createWatch()
    watch.look({ at: 0, findings: [down('db'), down('api')], dependsOn: STACK })
    watch.explain()
    const told = watch.look({ at: MINUTE, findings: [down('api')], dependsOn: STACK })
    expect([tellings(told), known(watch)]).toEqual([['changed by edit'], [false]])
  })

  it('is dropped when a container made anew fails in the same way', () => {
    const watch = createWatch()
    watch.look({ at: 0, findings: [down('web', { containerId: 'a'.repeat(64) })] })
    watch.explain()
    const told = watch.look({ at: MINUTE, findings: [down('web', { containerId: 'b'.repeat(64) })] })
    expect([tellings(told), known(watch)]).toEqual([['changed by edit'], [false]])
  })

  it('is dropped when it was over, and comes back', () => {
    const watch = createWatch()
    const line = [finding('log-pattern', 'mailer', { severity: 'warning' })]
    watch.look({ at: 0, findings: line })
    watch.explain()
    for (const minute of [1, 2]) watch.look({ at: minute * MINUTE })
    watch.look({ at: 5 * MINUTE, findings: line })
    expect(known(watch)).toEqual([false])
  })

  it('is made anew a few times for what flaps, not fifty times', () => {
    const watch = createWatch()
    let made = 0
    for (let flap = 0; flap < 50; flap++) {
      watch.look({ at: flap * 12 * SECOND, findings: [down('web')] })
      if (watch.open()[0]?.diagnosis === null) made++
      watch.explain()
      watch.look({ at: flap * 12 * SECOND + 6 * SECOND })
    }
    expect(made).toBe(5)
  })
})
