import { describe, expect, it } from 'vitest'
import { CAUSE_RULES } from '../../../ops/diagnose/causes/index.ts'
import { nameCause } from '../../../ops/diagnose/rank.ts'
import { type Case, check, container, ended, event, facts } from './sample-facts.ts'

/** Containers that need one another: the root has a reason of its own, and what follows follows. */

const name = (given: Case) => nameCause(facts(given), CAUSE_RULES)
const needs = (other: string) => ({ 'nexus.depends-on': other })
const api = container('api', { ...ended(1, 500), labels: needs('app') })
const shown = ({ evidence }: { evidence: readonly { text: string }[] }) => evidence.map(({ text }) => text)

describe('of one that others need', () => {
  it('the reason why it fell is told first, and then who follows', () => {
    const named = name({
      container: ended(1, 5_000),
      log: ['checkpoint complete', 'PANIC: could not write to "pg_wal/31": No space left on device'],
      siblings: [api],
    })
    expect(named).toMatchObject({ cause: 'disk-full', severity: 'critical', confidence: 'high' })
    expect(named.summary).toBe('`app` cannot write: there is no space left.')
    expect(named.rootCause).toContain('`api` needs it and fails without it.')
    expect(shown(named)[0]).toContain('PANIC')
    expect(shown(named).some((text) => text.startsWith('api: exited'))).toBe(true)
  })

  it('its last words are told where no rule knows them, and nobody is sure', () => {
    const named = name({ container: ended(2, 5_000), log: ['PANIC: corrupt page 7'], siblings: [api] })
    expect(named).toMatchObject({ cause: 'dependency-down', confidence: 'medium', severity: 'critical' })
    expect(named.summary).toBe('`app` ended by itself with code 2, after 1 h 23 min, and takes `api` down with it.')
    expect(shown(named)[0]).toBe('PANIC: corrupt page 7')
    expect(named.actions).toMatchObject([{ kind: 'start', containerName: 'app' }])
  })

  it('a stop from outside is a fault as soon as others fail', () => {
    const stop = { events: [event('kill', 31, { signal: 15 }), event('stop', 30)] }
    const others = [api, container('jobs', { health: 'unhealthy', labels: needs('app') })]
    const named = name({ container: ended(0, 5_000), target: stop, siblings: others })
    expect(named).toMatchObject({ cause: 'stopped-by-hand', severity: 'critical', actions: [{ kind: 'start' }] })
    expect(named.rootCause).toContain('`api` and `jobs` need it and fail without it.')
    expect(name({ container: ended(0, 5_000), target: stop }).severity).toBe('info')
  })

  it('work that is done is no end in peace while others wait for it', () => {
    const named = name({ container: ended(0, 80), log: ['bye'], siblings: [api] })
    expect(named.summary).toBe('`app` ended without an error (code 0), and takes `api` down with it.')
    expect(named.severity).toBe('critical')
  })

  it('one that hangs is told with who hangs on it', () => {
    const details = { check: check([[-1, 'Health check exceeded timeout (5s)']]) }
    const named = name({ container: { health: 'unhealthy' }, details, siblings: [api] })
    expect(named).toMatchObject({ cause: 'unhealthy-check', actions: [{ kind: 'restart' }] })
    expect(named.rootCause).toContain('`api` needs it')
  })

  it.each<[string, Case]>([
    ['works', { siblings: [api] }],
    ['is needed by one that works', { container: ended(1), siblings: [container('api', { labels: needs('app') })] }],
    ['is needed by nobody', { container: ended(1), siblings: [container('api', ended(1))] }],
  ])('nobody is said to follow when it %s', (_, given) => {
    expect(name(given).rootCause + name(given).summary).not.toContain('`api`')
  })
})

describe('of one that works while what it needs is away', () => {
  const lonely: Case = { container: { labels: { 'nexus.managed': 'true', ...needs('db') } } }

  it('that is told, with the button for the other one', () => {
    const named = name({ ...lonely, siblings: [container('db', ended(0, 5_000))] })
    expect(named).toMatchObject({ cause: 'dependency-down', severity: 'warning' })
    expect(named.summary).toBe('`app` runs, but `db`, which it needs, is not running.')
    expect(named.actions).toMatchObject([{ kind: 'start', containerName: 'db' }])
    expect(shown(named)[0]).toMatch(/^db: exited at .* with code 0/)
  })

  it('the button is for where it begins', () => {
    const db = container('db', { ...ended(1, 50), labels: needs('disk') })
    const named = name({ ...lonely, siblings: [db, container('disk', ended(1, 50))] })
    expect(named.actions).toMatchObject([{ containerName: 'disk' }])
    expect(named.rootCause).toContain('It waits for `disk` in turn')
  })

  it.each<[string, Case]>([
    ['works', { ...lonely, siblings: [container('db')] }],
    ['is not there at all', lonely],
    ['is needed by nobody', { siblings: [container('db', ended(1))] }],
    [
      'was a task that is done',
      {
        container: { labels: { 'com.docker.compose.depends_on': 'db:service_completed_successfully:false' } },
        siblings: [container('db', ended(0))],
      },
    ],
  ])('nothing is wrong when the other one %s', (_, given) => {
    expect(name(given)).toMatchObject({ cause: 'unknown', severity: 'info' })
  })

  it('a task that failed is missed', () => {
    const labels = { 'com.docker.compose.depends_on': 'db:service_completed_successfully:false' }
    expect(name({ container: { labels }, siblings: [container('db', ended(1))] }).cause).toBe('dependency-down')
  })

  it('a task that is done is no reason of another trouble', () => {
    const labels = { 'com.docker.compose.depends_on': 'db:service_completed_successfully:false' }
    const named = name({ container: { ...ended(1), labels }, log: ['boom'], siblings: [container('db', ended(0))] })
    expect(named.cause).toBe('crash-at-start')
  })
})
