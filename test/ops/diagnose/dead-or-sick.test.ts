import { describe, expect, it } from 'vitest'
import { CAUSE_RULES } from '../../../ops/diagnose/causes/index.ts'
import { nameCause } from '../../../ops/diagnose/rank.ts'
import { type Case, check, ended, facts } from './sample-facts.ts'

/** A container with a health check that is down: the check has nothing more to say of it. */

const CRASHED = ['fatal: told to crash']
const failing = { check: check([[1, 'wget: server returned error: HTTP/1.1 500']]) }
const name = (given: Case) => nameCause(facts(given), CAUSE_RULES)

describe('of one with a health check', () => {
  it.each<[string, Case]>([
    ['crashed a minute ago', { container: ended(42, 500, 60) }],
    ['crashed at its start', { container: ended(42) }],
    ['is restarted again and again', { container: { ...ended(42, 3), state: 'restarting', restarts: 5 } }],
    ['was unhealthy before it crashed', { container: ended(42, 500), findings: [{ rule: 'container-unhealthy' }] }],
    ['cannot be removed', { container: { ...ended(42, 500), state: 'dead' } }],
  ])('that %s, the end is told and not the check', (_, given) => {
    const named = name({ log: CRASHED, details: failing, ...given })
    expect(named.cause).not.toBe('unhealthy-check')
    expect(named.summary).not.toMatch(/health check|runs, but/)
    expect(named.evidence.map(({ text }) => text)).toContain('fatal: told to crash')
  })

  it('that runs and fails its check, the check is told', () => {
    expect(name({ container: { health: 'unhealthy' }, details: failing }).cause).toBe('unhealthy-check')
  })

  it('that runs again and was unhealthy a moment ago, the check is told', () => {
    const given = {
      container: { health: 'healthy' as const },
      details: failing,
      findings: [{ rule: 'container-unhealthy' as const }],
    }
    expect(name(given).cause).toBe('unhealthy-check')
  })
})
