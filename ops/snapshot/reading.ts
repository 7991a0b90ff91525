import { asFailure } from '../../src/failure.ts'

/** What a probe came to. 'absent': this machine has no such thing, which is no fault. 'failed': it has, and did not answer. */
export type Reading<T> = { kind: 'ok'; value: T } | { kind: 'absent'; why: string } | { kind: 'failed'; why: string }

export type Probe<T> = () => Promise<Reading<T>>

const MAX_WHY_CHARS = 160

export const ok = <T>(value: T): Reading<T> => ({ kind: 'ok', value })
export const absent = (why: string): Reading<never> => ({ kind: 'absent', why })
export const failed = (why: string): Reading<never> => ({ kind: 'failed', why })

/**
 * A probe that is cut off at its limit. What hangs goes on in the background, and the next look waits for that one instead of
 * starting another: a dead network disk holds one thread of the process, not one more with every look.
 */
export function createProbe<T>(limitMs: number, read: () => Promise<Reading<T>>): Probe<T> {
  let pending: Promise<Reading<T>> | null = null
  return () => {
    pending ??= Promise.resolve()
      .then(read)
      .catch((thrown) => failed(explain(thrown)))
      .finally(() => {
        pending = null
      })
    return cutOff(pending, limitMs)
  }
}

async function cutOff<T>(pending: Promise<Reading<T>>, limitMs: number): Promise<Reading<T>> {
  const late = Promise.withResolvers<Reading<T>>()
  const timer = setTimeout(() => late.resolve(failed(`no answer within ${limitMs / 1000} s`)), limitMs)
  try {
    return await Promise.race([pending, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

function explain(thrown: unknown): string {
  const [line = ''] = asFailure(thrown).message.split('\n')
  return line.slice(0, MAX_WHY_CHARS).toWellFormed() || 'unknown error'
}
