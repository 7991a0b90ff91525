import { describe, expect, test } from 'vitest'
import { Failure } from '../../src/failure.ts'
import { createLog } from '../../src/log.ts'
import { createRedact } from '../../src/redact.ts'

const SECRET = 'gsk_9f8e7d6c5b4a39281706'

function collect(level = 'info') {
  const lines: string[] = []
  const redact = createRedact([SECRET])
  const log = createLog({ level, redact, destination: { write: (line) => void lines.push(line) } })
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? 'null') }
}

test('a line is JSON with the level by name, an ISO time, the message and its fields', () => {
  const { log, last } = collect()
  log.child({ runId: 'r1' }).info({ attempt: 2 }, 'slides drafted')
  expect(last()).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    runId: 'r1',
    attempt: 2,
    msg: 'slides drafted',
  })
})

test('lines below the level are not written', () => {
  const { log, lines } = collect('warn')
  log.info('quiet')
  log.warn('loud')
  expect(lines).toHaveLength(1)
})

describe('a secret never reaches the output', () => {
  test.each<[string, (log: ReturnType<typeof createLog>) => void]>([
    ['in the message', (log) => log.error(`refused ${SECRET}`)],
    ['in a field', (log) => log.error({ headers: { authorization: `Bearer ${SECRET}` } }, 'refused')],
    ['in a field of a child log', (log) => log.child({ url: `https://example.org/${SECRET}` }).error('refused')],
    ['as the name of a field', (log) => log.error({ [SECRET]: 1 }, 'refused')],
    ['in an error', (log) => log.error(new Error(`refused ${SECRET}`))],
    ['in the stack of an error', (log) => log.error({ err: withStack(`at ${SECRET}`) }, 'refused')],
    ['in a cause three levels down', (log) => log.error({ err: nested(3) }, 'refused')],
    ['in something thrown that is no error', (log) => log.error({ err: `odd ${SECRET}` }, 'refused')],
    ['in JSON within the message', (log) => log.error(JSON.stringify({ key: SECRET }))],
  ])('%s', (_where, write) => {
    const { log, lines } = collect()
    write(log)
    expect(lines).toHaveLength(1)
    expect(lines[0]).not.toContain(SECRET)
    expect(lines[0]).toContain('[secret]')
    expect(() => JSON.parse(lines[0] ?? '')).not.toThrow()
  })
})

function withStack(stack: string): Error {
  return Object.assign(new Error('refused'), { stack })
}

function nested(depth: number): Error {
  return depth === 0 ? new Error(`key ${SECRET}`) : new Error('outer', { cause: nested(depth - 1) })
}

test('an error is written with its code and its chain of causes', () => {
  const { log, last } = collect()
  const cause = Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' })
  log.error({ err: new Failure('the model does not answer', { code: 'unavailable', cause }) }, 'step failed')
  expect(last().err).toMatchObject({
    type: 'Failure',
    code: 'unavailable',
    message: 'the model does not answer',
    stack: expect.stringContaining('log.test.ts'),
    cause: { message: 'connect refused', code: 'ECONNREFUSED' },
  })
})

test('nothing else of an error is written: clients hang whole requests on theirs', () => {
  const { log, last } = collect()
  log.error({ err: Object.assign(new Error('400'), { request: { body: 'a private topic' } }) }, 'call failed')
  expect(Object.keys(last().err).sort()).toEqual(['message', 'stack', 'type'])
})

test('a circle of causes ends', () => {
  const { log, lines } = collect()
  const first = new Error('first')
  first.cause = new Error('second', { cause: first })
  log.error({ err: first }, 'failed')
  expect(lines).toHaveLength(1)
})
