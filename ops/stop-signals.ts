import { constants } from 'node:os'

/** SIGHUP is a request to reload, SIGUSR1 whatever the program likes; these end it. */
export const STOP_SIGNALS: readonly number[] = [2, 3, 9, 15]
/** Of Linux: the two before are the C library's own. */
const REAL_TIME_BEGIN = 34

/** `own`: the signal by which this container wants to be stopped, as Container.stopSignal has it. */
export function isStopSignal(signal: number, own: string): boolean {
  return STOP_SIGNALS.includes(signal) || signal === readSignal(own)
}

/** "SIGQUIT", "quit", "3", "SIGRTMIN+3"; null for anything else. */
function readSignal(text: string): number | null {
  const name = text.trim().toUpperCase()
  if (/^\d{1,2}$/.test(name)) return Number(name)
  const later = /^(?:SIG)?RTMIN(?:\+(\d{1,2}))?$/.exec(name)
  if (later) return REAL_TIME_BEGIN + Number(later[1] ?? 0)
  const known: Readonly<Record<string, number>> = constants.signals
  const full = name.startsWith('SIG') ? name : `SIG${name}`
  return Object.hasOwn(known, full) ? (known[full] ?? null) : null
}
