import { describe, expect, it } from 'vitest'
import { CAUSE_RULES } from '../../../ops/diagnose/causes/index.ts'
import { nameCause } from '../../../ops/diagnose/rank.ts'
import { ok } from '../../../ops/snapshot/reading.ts'
import { containerWith, GB } from '../sample-snapshot.ts'
import { BUSY, type Case, check, ended, facts } from './sample-facts.ts'

const SHORT = { memory: ok({ totalBytes: 4 * GB, availableBytes: 0.2 * GB, swapTotalBytes: 0, swapFreeBytes: 0 }) }

describe('the machine’s part', () => {
  const hung: Case = {
    container: { health: 'unhealthy' },
    details: { check: check([[-1, 'Health check exceeded timeout (5s)']]) },
  }
  const explain = (given: Case) => {
    const { summary, rootCause } = nameCause(facts(given), CAUSE_RULES)
    return `${summary} ${rootCause}`
  }

  it('is named where it matters, and memory and load apart', () => {
    expect(explain({ ...hung, snapshot: BUSY })).toContain(
      'has more to do than it can (load 6.8 on 2 cores), which may',
    )
    expect(explain({ ...hung, snapshot: BUSY })).not.toContain('memory')
    expect(explain({ ...hung, snapshot: SHORT })).toContain('is short of memory (95 % used), which may')
    expect(explain(hung)).not.toContain('The machine')
    expect(explain({ container: ended(139), snapshot: { ...BUSY, ...SHORT } })).not.toContain('The machine')
  })

  it('asked about the machine, says which of them is short, and who takes most', () => {
    const containers = ok([
      containerWith({ name: 'hog', cpuPercent: 98, memoryBytes: 9_000_000 }),
      containerWith({ name: 'cache', cpuPercent: 1, memoryBytes: 1.2 * GB }),
    ])
    const busy = explain({ subject: 'machine', snapshot: { ...BUSY, containers } })
    expect(busy).toContain('load 6.8 on 2 cores')
    expect(busy).toContain('`hog` takes most (98 % of a core)')
    expect(busy).not.toMatch(/memory|cache/)
    const short = explain({ subject: 'machine', snapshot: { ...SHORT, containers } })
    expect(short).toContain('The machine is short of memory (95 % used).')
    expect(short).toContain('`cache` takes most (1.2 GB)')
    expect(short).not.toMatch(/hog|load/)
  })
})
