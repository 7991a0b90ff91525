import { createLog, type Log } from '../../src/log.ts'

export type LogLine = { level: string; msg?: string; [field: string]: unknown }

export type TestLog = {
  log: Log
  /** Every line so far, parsed. */
  lines: LogLine[]
  /**
   * Error and fatal lines that this test must cause, by their message, each any number of times. Any other such line fails
   * the test, and so does a declared one that never comes. Holds until the end of the running test.
   */
  expectErrors(...messages: (string | RegExp)[]): void
}

type Watched = { lines: LogLine[]; checked: number; expected: (string | RegExp)[] }

const watched: Watched[] = []

/** A log whose errors fail the test unless they were declared (checked after each test by test/support/setup.ts). */
export function createTestLog(): TestLog {
  const state: Watched = { lines: [], checked: 0, expected: [] }
  watched.push(state)
  const write = (line: string) => void state.lines.push(JSON.parse(line))
  const log = createLog({ level: 'trace', redact: (text) => text, destination: { write } })
  return { log, lines: state.lines, expectErrors: (...messages) => void state.expected.push(...messages) }
}

/** What the logs hold against the test that just ended; empty when all is well. Starts the next test afresh. */
export function takeLogComplaints(): string[] {
  return watched.flatMap((state) => {
    const errors = state.lines.slice(state.checked).filter((line) => line.level === 'error' || line.level === 'fatal')
    const { expected } = state
    state.checked = state.lines.length
    state.expected = []
    const unexpected = errors.filter((line) => !expected.some((message) => matches(message, line)))
    const missing = expected.filter((message) => !errors.some((line) => matches(message, line)))
    return [
      ...unexpected.map((line) => `unexpected ${line.level} in the log: ${JSON.stringify(line)}`),
      ...missing.map((message) => `expected in the log, but not there: ${message}`),
    ]
  })
}

function matches(message: string | RegExp, line: LogLine): boolean {
  const text = line.msg ?? ''
  return typeof message === 'string' ? text === message : message.test(text)
}
