import { describe, expect, it } from 'vitest'
import { CAUSE_RULES } from '../../../ops/diagnose/causes/index.ts'
import { nameCause } from '../../../ops/diagnose/rank.ts'
import { ago, type Case, ended, event, facts } from './sample-facts.ts'

/** Who started it again, how often it ended, and what is known of that. */

const name = (given: Case) => nameCause(facts(given), CAUSE_RULES)
const looping = (value: number | null) => [{ rule: 'container-loop' as const, value }]
const ends = (...seconds: number[]) => ({ events: seconds.map((one) => event('die', one, { exitCode: 1 })) })

describe('one that keeps crashing', () => {
  it.each<[string, Case, string]>([
    [
      'which somebody starts again each time, by whoever watches',
      { container: ended(1), findings: looping(3) },
      '`app` keeps crashing: it ended 3 times in ten minutes, with code 1.',
    ],
    [
      'which somebody starts again each time, by the events',
      { container: ended(1), findings: looping(null), target: ends(500, 300, 100, 30) },
      '`app` keeps crashing: it ended 4 times in ten minutes, with code 1.',
    ],
    [
      'of which the ends are forgotten',
      { container: ended(1), findings: looping(null) },
      '`app` keeps crashing, with code 1.',
    ],
    [
      'whose policy was taken from it',
      { container: { ...ended(1), restarts: 9, restartPolicy: 'no' }, findings: looping(4) },
      '`app` keeps crashing: it ended 4 times in ten minutes, with code 1.',
    ],
    [
      'which the engine brings back',
      { container: { ...ended(1), state: 'restarting', restarts: 7, restartPolicy: 'always' }, findings: looping(3) },
      '`app` keeps crashing: Docker has restarted it 7 times, with code 1.',
    ],
    [
      'which the engine has given up',
      { container: { ...ended(1), restarts: 5, restartPolicy: 'on-failure' } },
      '`app` keeps crashing: Docker has restarted it 5 times, with code 1.',
    ],
  ])('%s, is told so', (_, given, summary) => {
    const named = name(given)
    expect(named).toMatchObject({ cause: 'crash-loop', summary })
    expect(named.prevention === null).toBe(!summary.includes('Docker'))
  })

  it.each<[string, Case, boolean]>([
    ['two ends', { container: ended(1), findings: looping(null), target: ends(300, 30) }, true],
    ['two restarts', { container: { ...ended(1), state: 'restarting', restarts: 2 } }, true],
    ['one end', { container: ended(1), findings: looping(null), target: ends(30) }, false],
    ['one restart', { container: { ...ended(1), state: 'restarting', restarts: 1 }, target: ends(3) }, false],
  ])('of which %s is known: what the starts have in common', (_, given, isKnown) => {
    expect(name(given).rootCause.startsWith('Each start ends like the one before, so')).toBe(isKnown)
  })
})

describe('one that lies down after a restart or two', () => {
  it.each<[string, Case, string, string]>([
    ['after it worked for a while', { container: { ...ended(1, 900), restarts: 1 } }, 'unknown', 'start app'],
    ['which the engine has given up', { container: { ...ended(1, 900), restarts: 2 } }, 'unknown', 'start app'],
    ['and cannot be removed', { container: { ...ended(1, 900), state: 'dead', restarts: 1 } }, 'unknown', 'start app'],
    ['at its start', { container: { ...ended(1), restarts: 1 } }, 'crash-at-start', ''],
  ])('%s, has crashed and is in no loop', (_, given, cause, actions) => {
    const named = name({ ...given, target: ends(900, 30) })
    expect(named.cause).toBe(cause)
    expect(named.actions.map(({ kind, containerName }) => `${kind} ${containerName}`).join()).toBe(actions)
    expect(named.summary).not.toMatch(/Docker|loop/)
  })

  it.each<[string, Case]>([
    ['that runs again', { container: { startedAt: ago(20), restarts: 1 } }],
    ['that is about to', { container: { ...ended(1, 900), state: 'restarting', restarts: 1 } }],
  ])('is not one %s: that may be the beginning of a loop', (_, given) => {
    expect(name(given).summary).toContain('Docker has restarted it; it may be the beginning of a loop')
  })
})
