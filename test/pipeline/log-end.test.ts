import { expect, test } from 'vitest'
import { logEnd } from '../../pipeline/log-end.ts'
import { Failure, type FailureCode } from '../../src/failure.ts'
import { createTestLog } from '../support/log.ts'

test.each<FailureCode>(['no_novel_fact', 'cancelled', 'budget_exceeded', 'bad_copy'])(
  'a run that ends with %s is told in one line without a stack, and is no warning',
  (code) => {
    const { log, lines } = createTestLog()
    logEnd(log, new Failure('the reason', { code }))
    expect(lines).toEqual([expect.objectContaining({ level: 'info', code, reason: 'the reason' })])
    expect(JSON.stringify(lines)).not.toContain('stack')
  },
)

test('any other ending is a warning with its cause', () => {
  const { log, lines } = createTestLog()
  logEnd(log, new Failure('broken', { code: 'internal' }))
  expect(lines).toEqual([expect.objectContaining({ level: 'warn', code: 'internal', err: expect.anything() })])
})
