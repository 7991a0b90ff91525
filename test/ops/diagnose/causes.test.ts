import { describe, expect, it } from 'vitest'
import { CAUSE_RULES } from '../../../ops/diagnose/causes/index.ts'
import { listLines } from '../../../ops/diagnose/evidence-lines.ts'
import { nameCause, rankCandidates } from '../../../ops/diagnose/rank.ts'
import { CAUSES } from '../../../ops/diagnose/types.ts'
import { SETTINGS } from './cases/settings.ts'
import { STATES } from './cases/states.ts'
import { SURROUNDINGS } from './cases/surroundings.ts'
import { facts } from './sample-facts.ts'

const ROWS = [...SETTINGS, ...STATES, ...SURROUNDINGS]

describe('by rules', () => {
  it.each(ROWS)('%s: %s', (_, cause, actions, given) => {
    const seen = facts(given)
    const named = nameCause(seen, CAUSE_RULES)
    expect({
      cause: named.cause,
      actions: named.actions
        .map(({ kind, containerName }) => [kind, containerName].filter(Boolean).join(' '))
        .join(', '),
    }).toEqual({ cause, actions })
    if (cause !== 'docker-silent') expect(named.evidence.length).toBeGreaterThan(0)
    expect(named.summary).not.toMatch(/undefined|NaN|null/)
    expect(named.rootCause).not.toMatch(/undefined|NaN|null/)
  })

  it('every cause of the list is named by some case', () => {
    expect(new Set(ROWS.map(([, cause]) => cause))).toEqual(new Set(CAUSES))
  })

  it('each rests on lines that are there, or that this case does not have', () => {
    for (const [what, , , given] of ROWS) {
      const seen = facts(given)
      const [best] = rankCandidates(seen, CAUSE_RULES)
      const keys = new Set(listLines(seen).map(({ key }) => key))
      if (best)
        expect(
          best.rests.some((key) => keys.has(key)),
          what,
        ).toBe(true)
    }
  })
})
