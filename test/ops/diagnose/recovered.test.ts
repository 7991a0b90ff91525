import { describe, expect, it } from 'vitest'
import { CAUSE_RULES } from '../../../ops/diagnose/causes/index.ts'
import { nameCause } from '../../../ops/diagnose/rank.ts'
import type { Cause } from '../../../ops/diagnose/types.ts'
import { ok } from '../../../ops/snapshot/reading.ts'
import { again, ago, BUSY, type Case, event, facts } from './sample-facts.ts'

describe('one that runs again', () => {
  const crash = { events: [event('start', 900), event('die', 61, { exitCode: 42 }), event('start', 60)] }
  const name = (given: Case) => nameCause(facts(given), CAUSE_RULES)

  it('is told as it is now, with its last end beside it', () => {
    const named = name({ container: again(), target: crash, snapshot: BUSY })
    expect(named).toMatchObject({ severity: 'info', cause: 'unknown', actions: [] })
    expect(named.summary).toBe(
      '`app` is healthy, up since 12:59:00; it ended at 12:58:59 with code 42, and was started again.',
    )
    expect(JSON.stringify(named)).not.toMatch(/memory|load/)
  })

  it('shows what it said before its start, and where that explains the end, says so', () => {
    const before = { lines: ['Error: DATABASE_URL is not set'], cut: false }
    const named = name({ container: again(), target: { ...crash, before } })
    expect(named).toMatchObject({ severity: 'info', cause: 'missing-env' })
    expect(named.evidence.map(({ text }) => text)).toContain('before its start: Error: DATABASE_URL is not set')
  })

  it.each<[string, Cause]>([
    ['PANIC: could not write to "pg_wal": No space left on device', 'disk-full'],
    ['cannot open /data/db: Read-only file system', 'read-only'],
    ['Error: DATABASE_URL is not set', 'missing-env'],
    ['open /data/db: permission denied', 'permission-denied'],
  ])('of which nobody knows the code: “%s” at its end tells enough', (line, cause) => {
    const named = name({ container: again(), target: { before: { lines: ['up', line, 'bye'], cut: false } } })
    expect(named).toMatchObject({ severity: 'info', cause, actions: [] })
    expect(named.rootCause).toMatch(/^Before that end it had said so: `app` .* There is nothing to do now\.$/)
    expect(named.evidence.map(({ text }) => text)).toContain(`before its start: ${line}`)
  })

  it('of which nobody knows the code is not explained by what it said long before, or by nothing', () => {
    const lines = ['open /data/db: permission denied', ...Array.from({ length: 9 }, (_, index) => `GET /${index} 200`)]
    for (const before of [{ lines, cut: false }, { lines: ['bye'], cut: false }, null]) {
      const named = name({ container: again(), target: { before } })
      expect(named.cause).toBe('unknown')
      expect(named.rootCause).toContain('Nothing that I know explains that end')
    }
  })

  it('is told of its lack of memory by the engine’s mark, which stays until the next end', () => {
    const named = name({ container: again(60, { oomKilled: true }) })
    expect(named).toMatchObject({ severity: 'info', cause: 'oom-kill' })
    expect(name({ container: again(7_200, { oomKilled: true }) }).cause).toBe('unknown')
  })

  it('went down with the machine, and says no more of it', () => {
    const uptime = ok({ machineSeconds: 90, botSeconds: 80 })
    const named = name({ container: again(60, { finishedAt: ago(100) }), snapshot: { uptime } })
    expect(named).toMatchObject({ severity: 'info' })
    expect(named.rootCause).toContain('It went down with the machine, and came back with it.')
  })

  it('is a warning in the incident that its end has made', () => {
    const findings = [{ rule: 'container-died', severity: 'warning', value: 42 } as const]
    const named = name({ container: again(), findings })
    expect(named).toMatchObject({ severity: 'warning', actions: [] })
    expect(named.summary).toContain('with code 42')
  })

  it.each<[string, Case]>([
    ['it is unhealthy', { container: again(60, { health: 'unhealthy' }), target: crash }],
    ['the engine has just restarted it', { container: again(60, { restarts: 2 }), target: crash }],
    ['that is long ago', { container: again(7_200), target: crash }],
    ['it has another trouble', { container: again(), target: crash, findings: [{ rule: 'log-pattern' }] }],
  ])('is not what counts when %s', (_, given) => {
    expect(name(given).summary).not.toContain('was started again')
  })
})
