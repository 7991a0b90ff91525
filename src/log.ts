import { pino } from 'pino'
import type { Redact } from './redact.ts'

export type Log = pino.Logger

/** JSON lines on standard output (or `destination`). Every finished line passes the redactor, so nesting cannot hide a secret. */
export function createLog(options: {
  level: string
  redact: Redact
  destination?: { write(line: string): void }
}): Log {
  const destination = options.destination ?? process.stdout
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: serializeError },
    },
    { write: (line: string) => void destination.write(options.redact(line)) },
  )
}

const MAX_CAUSES = 5

/** Message, code and stack of an error and of its causes; nothing else, since SDK errors carry whole requests. */
function serializeError(thrown: unknown, depth = 0): unknown {
  if (!(thrown instanceof Error)) return { message: String(thrown) }
  const code = 'code' in thrown ? thrown.code : undefined
  const cause = thrown.cause === undefined || depth >= MAX_CAUSES ? undefined : serializeError(thrown.cause, depth + 1)
  return { type: thrown.name, code, message: thrown.message, stack: thrown.stack, cause }
}
