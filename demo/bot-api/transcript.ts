import type { ApiError } from './api-error.ts'
import type { ApiCall, BotApiEvent, CallOutcome } from './types.ts'

/** A demo that runs for weeks must not grow; a test never comes near. */
const MAX_CALLS = 50_000

export type Transcript = ReturnType<typeof createTranscript>

/** Every call that the bot made, in order of arrival, with what became of it. */
export function createTranscript(now: () => Date, emit: (event: BotApiEvent) => void) {
  const calls: ApiCall[] = []
  let seq = 0

  function begin(method: string, params: Record<string, unknown>): ApiCall {
    const call: ApiCall = { seq: ++seq, at: now(), method, params, outcome: { kind: 'pending' } }
    calls.push(call)
    if (calls.length > MAX_CALLS) calls.splice(0, calls.length - MAX_CALLS)
    emit({ kind: 'call', call })
    return call
  }

  function end(call: ApiCall, outcome: CallOutcome): void {
    call.outcome = outcome
    emit({ kind: 'call', call })
  }

  function refused(method: string, error: ApiError): void {
    end(begin(method, {}), { kind: 'error', code: error.code, description: error.description })
  }

  return { calls, begin, end, refused }
}
