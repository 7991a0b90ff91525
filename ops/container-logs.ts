import type { Container } from '../src/docker/container.ts'
import type { Docker } from '../src/docker/engine.ts'
import type { Redact } from '../src/redact.ts'
import { redactLong } from '../src/redact-long.ts'

/** The end of a container's log, as somebody asked for it. */

export type LogsWish = { kind: 'last'; lines: number } | { kind: 'errors' }
export type Logs = { container: Container; lines: string[]; cut: boolean }

const DEFAULT_LINES = 50
const MAX_LINES = 2_000
/** What a phone opens at once; the last megabyte says more than the first. */
const MAX_BYTES = 1_000_000
const ERROR_LINE =
  /\b(?:err(?:or)?s?|fatal|panic(?:ked)?|crit(?:ical)?|exception|traceback|fail(?:ed|ure|s)?|denied|refused|timed?[ -]?out|killed|segfault|oom)\b/i
const MAX_ERRORS = 200

/** "/logs name 200", "/logs name error": what stands behind the name. Null when it is neither. */
export function readLogsWish(text: string): LogsWish | null {
  const wish = text.trim().toLowerCase()
  if (wish === '') return { kind: 'last', lines: DEFAULT_LINES }
  if (/^err(or)?s?$/.test(wish)) return { kind: 'errors' }
  if (!/^\d{1,6}$/.test(wish)) return null
  return { kind: 'last', lines: Math.min(MAX_LINES, Math.max(1, Number(wish))) }
}

export async function readContainerLogs(
  deps: { docker: Docker; redact: Redact },
  container: Container,
  wish: LogsWish,
  signal?: AbortSignal,
): Promise<Logs> {
  const asked = { lines: wish.kind === 'last' ? wish.lines : MAX_LINES, maxBytes: MAX_BYTES }
  const { text, cut } = await deps.docker.logs(container, asked, signal)
  const all = (await redactLong(text, deps.redact)).split('\n')
  if (all.at(-1) === '') all.pop()
  const lines =
    wish.kind === 'last' ? all.slice(-wish.lines) : all.filter((line) => ERROR_LINE.test(line)).slice(-MAX_ERRORS)
  return { container, lines, cut }
}
