import type { Failure, FailureCode } from '../src/failure.ts'
import type { Log } from '../src/log.ts'

/** Endings that belong to ordinary days: a stack would say nothing more. */
const EXPECTED: ReadonlySet<FailureCode> = new Set(['no_novel_fact', 'cancelled', 'budget_exceeded', 'bad_copy'])

export function logEnd(log: Log, failure: Failure): void {
  const { code } = failure
  if (EXPECTED.has(code)) log.info({ code, reason: failure.message }, 'run ended without a carousel')
  else log.warn({ err: failure, code }, 'run failed')
}
