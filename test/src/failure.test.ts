import { describe, expect, test } from 'vitest'
import { asFailure, Failure } from '../../src/failure.ts'

test('a failure carries its code, whether to try again and after how long, and its cause', () => {
  const cause = new Error('429')
  const failure = new Failure('wait', { code: 'rate_limited', retryable: true, retryAfterMs: 1500, cause })
  expect(failure).toMatchObject({ code: 'rate_limited', retryable: true, retryAfterMs: 1500, cause, name: 'Failure' })
})

test('a failure is final unless it says otherwise', () => {
  const failure = new Failure('no', { code: 'bad_input' })
  expect(failure).toMatchObject({ retryable: false, retryAfterMs: undefined })
  expect('cause' in failure).toBe(false)
})

describe('anything thrown becomes a failure', () => {
  test('a failure stays itself', () => {
    const failure = new Failure('no', { code: 'refused' })
    expect(asFailure(failure)).toBe(failure)
  })

  test.each([
    ['ENOSPC', 'no_space'],
    ['EDQUOT', 'no_space'],
    ['EACCES', 'not_writable'],
    ['EPERM', 'not_writable'],
    ['EROFS', 'not_writable'],
    ['EPIPE', 'database'],
    ['ECONNREFUSED', 'database'],
    ['ECONNRESET', 'database'],
    ['ETIMEDOUT', 'database'],
    ['ENOENT', 'internal'],
    ['57P01', 'database'],
    ['08006', 'database'],
    ['53300', 'database'],
    ['42601', 'internal'],
    ['23505', 'internal'],
  ])('a system error %s is %s', (code, expected) => {
    const thrown = Object.assign(new Error('system'), { code })
    expect(asFailure(thrown)).toMatchObject({ code: expected, message: 'system', cause: thrown })
  })

  test.each([
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'timeout exceeded when trying to connect',
  ])('a database that is away says “%s”: the same may be tried again', (message) => {
    expect(asFailure(new Error(message))).toMatchObject({ code: 'database', retryable: true })
  })

  test('an aborted call was cancelled', () => {
    expect(asFailure(AbortSignal.abort().reason).code).toBe('cancelled')
  })

  test.each([
    ['text', 'text'],
    [undefined, 'undefined'],
    [null, 'null'],
    [7, '7'],
  ])('%o too', (thrown, message) => {
    expect(asFailure(thrown)).toMatchObject({ code: 'internal', message })
  })
})
