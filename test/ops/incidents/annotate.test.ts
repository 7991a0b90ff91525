import { describe, expect, it } from 'vitest'
import { annotateFindings } from '../../../ops/incidents/annotate.ts'
import { down, finding, MINUTE, muteOf, NOON } from './samples.ts'

const later = new Date(NOON.getTime() + 4 * MINUTE)

describe('what a look has found', () => {
  it('puts what is muted last and marks it, by whatever word it was muted', () => {
    const looper = [down('looper'), finding('container-restarts', 'looper')]
    const found = annotateFindings([...looper, down('db')], [], [muteOf('container-died', 'looper')])
    expect(found.map(({ subject, isMuted }) => [subject, isMuted ?? false])).toEqual([
      ['db', false],
      ['looper', true],
      ['looper', true],
    ])
  })

  it('has begun when its alert says so, and not with the sample of the minute', () => {
    const members = [finding('container-died', 'web', { since: NOON })]
    const [web, db] = annotateFindings([down('web', { since: later }), down('db', { since: later })], [{ members }], [])
    expect([web?.since, db?.since]).toEqual([NOON, later])
  })
})
