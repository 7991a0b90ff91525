import { expect, test } from 'vitest'
import { closingReport, type TestSummary } from '../../scripts/test-summary.ts'

const GREEN: TestSummary = { passed: 12, failed: 0, skipped: [], errors: [] }

function close(
  summary: Partial<TestSummary>,
  ci = false,
): { last: string | undefined; text: string; exitCode: number } {
  const { text, exitCode } = closingReport({ ...GREEN, ...summary }, { ci })
  return { last: text.split('\n').at(-1), text, exitCode }
}

test('the last line is the figures alone', () => {
  expect(close({})).toEqual({ last: '12 passed, 0 failed', text: '12 passed, 0 failed', exitCode: 0 })
})

test('a failed test fails the run', () => {
  expect(close({ failed: 2 })).toMatchObject({ last: '12 passed, 2 failed', exitCode: 1 })
})

test('an error outside of any test counts as a failure and is shown', () => {
  const { last, text, exitCode } = close({ errors: ['unhandled rejection: no'] })
  expect(last).toBe('12 passed, 1 failed')
  expect(text).toContain('error: unhandled rejection: no')
  expect(exitCode).toBe(1)
})

test('what was skipped is named; a person may go on, CI may not', () => {
  const skipped = ['PostgreSQL tests – no server']
  expect(close({ skipped })).toMatchObject({ last: '12 passed, 0 failed, 1 skipped', exitCode: 0 })
  expect(close({ skipped }).text).toContain('skipped: PostgreSQL tests – no server')
  expect(close({ skipped }, true)).toMatchObject({ last: '12 passed, 0 failed, 1 skipped', exitCode: 1 })
})

test('a run without a test is no success', () => {
  expect(close({ passed: 0 })).toMatchObject({ last: '0 passed, 0 failed', exitCode: 1 })
  expect(close({ passed: 0, skipped: ['all'] }).exitCode).toBe(1)
})
