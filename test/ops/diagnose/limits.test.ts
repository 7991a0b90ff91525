import { describe, expect, it } from 'vitest'
import { CAUSE_RULES } from '../../../ops/diagnose/causes/index.ts'
import { nameCause } from '../../../ops/diagnose/rank.ts'
import { ok } from '../../../ops/snapshot/reading.ts'
import { diskAt } from '../sample-snapshot.ts'
import { type Case, ended, facts } from './sample-facts.ts'

/** Figures in an answer are those of the case at hand, and each is said once. */

const name = (given: Case) => nameCause(facts(given), CAUSE_RULES)
const shown = ({ evidence }: { evidence: readonly { text: string }[] }) => evidence.map(({ text }) => text)

function full(mount: string, percent: number, others: readonly string[] = []) {
  const disks = [diskAt(percent, mount), ...others.map((other) => diskAt(20, other))]
  const words = `Disk {} is ${percent} % full`
  return name({
    subject: 'machine',
    findings: [{ rule: 'disk', subject: mount, words }],
    snapshot: { disks: ok({ disks, silent: [] }) },
  })
}

describe('a disk that is full', () => {
  it('is told once, by what is left on it', () => {
    const named = full('/', 93)
    expect(named.summary).toBe('`/` has 7.0 GB left.')
    expect(shown(named)).toEqual(['disk /: 93 % full, 7.0 GB free'])
  })

  it('is not nearly full when nothing is left', () => {
    expect(full('/mnt/x', 100, ['/']).summary).toBe('`/mnt/x` has no room left: what writes there fails.')
  })

  it('is looked through where it is, and not in Docker when Docker lives elsewhere', () => {
    const named = full('/mnt/x', 95, ['/'])
    expect(named.rootCause).toContain('“sudo du -xh --max-depth=2 /mnt/x | sort -h | tail -20”')
    expect(JSON.stringify(named)).not.toMatch(/docker system df|max-size|images/)
    expect(named.actions).toEqual([])
  })

  it.each([
    ['/', ['/mnt/x'], true],
    ['/', ['/var/lib/docker'], false],
    ['/var/lib/docker', ['/'], true],
    ['/var', ['/'], true],
    ['/var/log', ['/'], false],
    ['/var/lib/dock', ['/'], false],
  ] as const)('%s beside %s: Docker lives there is %s', (mount, others, isDockers) => {
    const named = full(mount, 95, others)
    expect(named.rootCause.includes('docker system df')).toBe(isDockers)
    expect(named.actions.length > 0).toBe(isDockers)
  })

  it('with a name that a shell would read in its own way is no part of a command', () => {
    const named = full('/mnt/a b”; rm -rf $HOME', 95, ['/'])
    expect(named.rootCause).toContain('--max-depth=2 FOLDER')
    expect(named.rootCause).not.toContain('rm -rf')
  })

  it('that is not Docker’s is no reason to remove images for a container that cannot write', () => {
    const disks = ok({ disks: [diskAt(20), diskAt(100, '/mnt/x')], silent: [] })
    const given = { container: ended(1, 900), log: ['write: No space left on device'], snapshot: { disks } }
    expect(name(given)).toMatchObject({ cause: 'disk-full', actions: [] })
  })
})

describe('a container that was killed at its limit', () => {
  const killed = (limit: number | null, more: Case['container'] = {}) =>
    name({ container: { ...ended(137), oomKilled: true, ...more }, details: { memoryLimitBytes: limit } }).rootCause

  it('is told the limit that it should get, and the command for it', () => {
    expect(killed(52_428_800)).toContain('“docker update --memory 75m --memory-swap 75m app”')
    expect(killed(536_870_912)).toContain('--memory 768m ')
    expect(killed(6_291_457)).toContain('--memory 10m ')
  })

  it('without a limit is told no figure', () => {
    expect(killed(null)).toContain('Give it a limit of its own')
    expect(killed(null)).not.toContain('docker update')
  })

  it('with an odd name gets no command', () => {
    expect(killed(52_428_800, { name: 'a; rm -rf ”' })).not.toContain('docker update')
  })
})

describe('evidence', () => {
  it('has a line once, however often it was written, and the newest of each kind', () => {
    const log = ['12:00:01 fatal: told to crash', 'serving 1', '12:05:09 fatal: told to crash', 'error: bye']
    expect(shown(name({ container: ended(42, 900), log })).filter((text) => /fatal|error/.test(text))).toEqual([
      '12:05:09 fatal: told to crash',
      'error: bye',
    ])
  })
})
