import { expect, test } from 'vitest'
import { createTestLog, takeLogComplaints } from './log.ts'

test('an error that nobody declared is a complaint, once, with its line', () => {
  const { log } = createTestLog()
  log.warn('odd')
  log.error({ step: 'fact' }, 'step failed')
  expect(takeLogComplaints()).toEqual([
    expect.stringMatching(/^unexpected error in the log: .*"step":"fact".*step failed/),
  ])
  expect(takeLogComplaints()).toEqual([])
})

test('a fatal line counts as well', () => {
  createTestLog().log.fatal('gone')
  expect(takeLogComplaints()).toHaveLength(1)
})

test('a declared error is none, by its whole message or by a pattern, before or after it is logged', () => {
  const { log, expectErrors } = createTestLog()
  expectErrors('step failed')
  log.error('step failed')
  log.error('upload 7 failed')
  expectErrors(/^upload \d failed$/)
  expect(takeLogComplaints()).toEqual([])
})

test('a declared error that never comes is a complaint: the declaration would hide the next one', () => {
  createTestLog().expectErrors('step failed')
  expect(takeLogComplaints()).toEqual(['expected in the log, but not there: step failed'])
})

test('a declaration holds for one test and one log', () => {
  const first = createTestLog()
  const second = createTestLog()
  first.expectErrors('step failed')
  first.log.error('step failed')
  second.log.error('step failed')
  expect(takeLogComplaints()).toHaveLength(1)
  first.log.error('step failed')
  expect(takeLogComplaints()).toHaveLength(1)
})

test('lines are there to be looked at', () => {
  const { log, lines } = createTestLog()
  log.debug({ attempt: 1 }, 'asked')
  expect(lines).toMatchObject([{ level: 'debug', attempt: 1, msg: 'asked' }])
})
