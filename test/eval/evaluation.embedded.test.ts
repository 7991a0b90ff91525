import { beforeAll, describe, expect, it } from 'vitest'
import { findEngineGap } from '../support/containers.ts'
import { total, type Verdict } from './judge.ts'
import { runScenarios } from './run.ts'
import { SCENARIOS } from './scenarios/index.ts'

/** The quick part of `npm run eval`: with shorter looks afterwards, and without what takes minutes. */

const gap = findEngineGap()
const QUICK = SCENARIOS.filter(({ quick }) => quick)
const TIMING = { stableMs: 1_500, suspectStableMs: 5_000, giveUpMs: 15_000, everyMs: 250 }

describe.skipIf(gap !== null)(`real faults on a Docker Engine${gap === null ? '' : ` (${gap})`}`, () => {
  let verdicts: Verdict[] = []

  beforeAll(async () => {
    verdicts = await runScenarios(QUICK, { atOnce: 6, timing: TIMING, holdsMs: 3_000 })
  }, 150_000)

  it.each(QUICK.map(({ name }) => [name]))(
    '%s: told or rightly not told, and the outcome of a tap told as it is',
    (name) => {
      const verdict = verdicts.find((one) => one.name === name)
      expect(verdict).toMatchObject({ detected: true, falseFixed: false })
      expect(verdict?.verified, verdict?.saw.outcome ?? '').not.toBe(false)
    },
  )

  it('the rules name four fifths of the causes, and offer nothing where nothing helps', () => {
    const missed = verdicts.flatMap(({ name, saw }) => saw.why.map((why) => `${name}: ${why}`))
    expect(total(verdicts), missed.join('\n')).toMatchObject({ passed: true, falseFixed: 0 })
  })
})

it('every scenario has a name of its own, and there are enough of them', () => {
  expect(new Set(SCENARIOS.map(({ name }) => name)).size).toBe(SCENARIOS.length)
  expect(SCENARIOS.length).toBeGreaterThanOrEqual(24)
})
