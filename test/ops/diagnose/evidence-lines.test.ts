import { describe, expect, it } from 'vitest'
import { describeState, listLines, pickLines } from '../../../ops/diagnose/evidence-lines.ts'
import { describeMoment } from '../../../ops/diagnose/moments.ts'
import { NOW } from '../sample-snapshot.ts'
import { ago, type Case, check, container, ended, event, facts } from './sample-facts.ts'

/** Evidence stands in a message that is read hours later, by somebody who does not know the engine's words. */

const clock = { at: NOW, timeZone: 'Europe/Berlin' }
const said = (given: Case) => new Map(listLines(facts(given)).map(({ key, text }) => [key, text]))
const told = (action: string, more: Parameters<typeof event>[2] = {}) =>
  said({ target: { events: [event(action, 3, more)] } }).get('event:0')

describe('evidence', () => {
  it('says when by the clock of the machine, so that it is still true in the morning', () => {
    const state = (more: Parameters<typeof container>[1]) => describeState(container('app', more), clock)
    expect(state(ended(42, 2, 30))).toBe('exited at 12:59:30 with code 42, after 2.0 s')
    expect(state({ ...ended(137, 90_000, 100_000), oomKilled: true, restarts: 2 })).toBe(
      'exited at 21 Nov 09:13 with code 137 (out of memory), after 1 d 1 h; 2 restarts',
    )
    expect(state({ health: 'unhealthy' })).toBe('running since 12:00:00, unhealthy')
    expect(state({ state: 'created', startedAt: null })).toBe('created, never started')
    expect(describeMoment(ago(400 * 86_400), clock)).toBe('18 Oct 2025')
  })

  it('has nothing in it that is only true for a moment', () => {
    const events = ['kill', 'die', 'stop', 'oom', 'start', 'restart'].map((action) => event(action, 20))
    const given = { container: ended(1), siblings: [container('db', ended(0))], target: { events } }
    for (const text of said(given).values()) expect(text).not.toMatch(/\bago\b|\bfor \d/)
  })

  it.each([
    ['kill', { signal: 15 }, 'it was asked to end (SIGTERM)'],
    ['kill', { signal: 9 }, 'it was killed from outside (SIGKILL)'],
    ['kill', { signal: 10 }, 'somebody sent it SIGUSR1'],
    ['kill', { signal: 37 }, 'somebody sent it the signal 37'],
    ['kill', {}, 'somebody sent it a signal'],
    ['die', { exitCode: 42 }, 'it ended with code 42'],
    ['die', {}, 'it ended'],
    ['oom', {}, 'it ran out of memory, and a process of it was killed'],
    ['stop', {}, 'it was stopped from outside'],
    ['health_status: unhealthy', {}, 'its health check says: unhealthy'],
    ['toString', {}, 'toString'],
  ])('says what “%s” of %o means', (action, more, words) => expect(told(action, more)).toBe(`12:59:57 ${words}`))

  it('says that a health check said nothing, or that it never ended', () => {
    const lines = said({
      details: {
        check: check([
          [1, ' \n'],
          [7, 'refused'],
          [-1, 'exceeded timeout (5s)'],
        ]),
      },
    })
    expect([0, 1, 2].map((index) => lines.get(`check:${index}`))).toEqual([
      'health check ended with code 1 and said nothing',
      'health check ended with code 7: refused',
      'health check failed: exceeded timeout (5s)',
    ])
  })

  it('says the same line of a log once, and each event', () => {
    const lines = ['log:0', 'log:1', 'event:0', 'event:1'].map((key, index) => ({
      key,
      source: index < 2 ? ('log' as const) : ('event' as const),
      text: `12:00:0${index} again`,
    }))
    const picked = pickLines(lines, ['log:1', 'log:0', 'event:0', 'event:1', 'event:1', 'none'])
    expect(picked.map(({ ref, text }) => `${ref} ${text}`)).toEqual([
      'E1 12:00:01 again',
      'E2 12:00:02 again',
      'E3 12:00:03 again',
    ])
  })
})
