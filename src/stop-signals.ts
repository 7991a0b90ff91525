/**
 * Ctrl+C reaches a program that npm started twice at once: from the terminal and from npm. Only a second wish after this
 * long is a person who does not want to wait.
 */
const SAME_WISH_MS = 1_000

/** Calls `stop` at the first SIGTERM or SIGINT and `insist` when one comes again later. Returns what takes that back. */
export function onStopSignal(
  stop: (signal: NodeJS.Signals) => void,
  insist: (signal: NodeJS.Signals) => void,
): () => void {
  let firstAt: number | null = null
  const hear = (signal: NodeJS.Signals) => {
    if (firstAt === null) {
      firstAt = performance.now()
      stop(signal)
    } else if (performance.now() - firstAt > SAME_WISH_MS) insist(signal)
  }
  process.on('SIGTERM', hear)
  process.on('SIGINT', hear)
  return () => {
    process.off('SIGTERM', hear)
    process.off('SIGINT', hear)
  }
}
