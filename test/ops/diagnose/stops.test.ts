import { describe, expect, it } from 'vitest'
import { CAUSE_RULES } from '../../../ops/diagnose/causes/index.ts'
import { nameCause } from '../../../ops/diagnose/rank.ts'
import { type Case, ended, event, facts } from './sample-facts.ts'

/** Somebody stopped it; the engine tells of that for as long as it remembers, and the watching for as long as it is off. */

const name = (given: Case) => nameCause(facts(given), CAUSE_RULES)
const order = (seconds: number) => [
  event('kill', seconds + 1, { signal: 15 }),
  event('die', seconds, { exitCode: 0 }),
  event('stop', seconds),
]
const STALE = ['PANIC: could not write to file "pg_wal/31"', 'database system is shut down']

describe('one that was stopped', () => {
  it.each<[string, Case]>([
    ['a while ago', { container: ended(0, 5_000, 75), target: { events: order(75) } }],
    ['half an hour ago', { container: ended(0, 5_000, 1_700), target: { events: order(1_700) } }],
    ['and the engine has forgotten it', { container: ended(0, 5_000, 75), target: { wasStopped: true } }],
    ['and did not listen', { container: ended(137, 5_000, 75), target: { wasStopped: true } }],
    ['and ends with a code of its own', { container: ended(1, 5_000, 75), target: { wasStopped: true } }],
    ['right after its start', { container: ended(1, 2, 75), target: { wasStopped: true } }],
    [
      'though what it needs refused it before',
      {
        container: ended(1, 5_000, 75),
        log: ['connect ECONNREFUSED 10.0.0.9:5432', 'Error: DB_URL is not set'],
        target: { wasStopped: true },
      },
    ],
  ])('%s is told so, without old lines of its log', (_, given) => {
    const named = name({ log: STALE, ...given })
    expect(named).toMatchObject({ cause: 'stopped-by-hand', confidence: 'high', severity: 'info' })
    expect(named.summary).toBe('`app` was stopped from outside; it did not fail by itself.')
    expect(named.evidence.filter(({ source }) => source === 'log')).toEqual([])
    expect(named.evidence.length).toBeGreaterThan(1)
  })

  it.each<[string, Case, string]>([
    ['ended in peace, and nobody saw a stop', { container: ended(0, 80) }, 'clean-exit'],
    ['crashed, and nobody saw a stop', { container: ended(42, 2) }, 'crash-at-start'],
    [
      'was killed by the kernel while it was stopped',
      { container: { ...ended(137), oomKilled: true }, target: { wasStopped: true } },
      'oom-kill',
    ],
  ])('is none that %s', (_, given, cause) => expect(name(given).cause).toBe(cause))
})
