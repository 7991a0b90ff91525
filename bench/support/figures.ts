/**
 * What a bench says. Each figure is one line that both a person and `npm run bench` can read:
 *
 *   command to card, first of a process: 1.14 × the critical path, 1.12–1.21 over 5 (at most 1.2)
 */
export type Figure = {
  what: string
  value: number
  unit: string
  /** Spread, or whatever else belongs to the value. */
  note?: string
  target?: { atMost: number } | { atLeast: number }
}

export function toLine({ what, value, unit, note, target }: Figure): string {
  const limit = !target ? '' : 'atMost' in target ? ` (at most ${target.atMost})` : ` (at least ${target.atLeast})`
  return `${what}: ${round(value)} ${unit}${note ? `, ${note}` : ''}${limit}`
}

const LINE =
  /^(?<what>[^:]+): (?<value>-?\d+(?:\.\d+)?) (?<rest>.*?)(?: \((?<kind>at most|at least) (?<limit>\d+(?:\.\d+)?)\))?$/

/** Null for a line that holds no figure. */
export function parseLine(line: string): (Pick<Figure, 'what' | 'value' | 'target'> & { measured: string }) | null {
  const groups = LINE.exec(line)?.groups
  if (!groups) return null
  const { what = '', value = '', rest = '', kind, limit } = groups
  const measured = `${value} ${rest}`
  if (limit === undefined) return { what, value: Number(value), measured }
  const target = kind === 'at most' ? { atMost: Number(limit) } : { atLeast: Number(limit) }
  return { what, value: Number(value), measured, target }
}

export function meets(figure: Pick<Figure, 'value' | 'target'>): boolean {
  const { value, target } = figure
  if (!target) return true
  return 'atMost' in target ? value <= target.atMost : value >= target.atLeast
}

/** A figure of several tries: the median, with the best and the worst beside it. */
export function ofTries(what: string, tries: readonly number[], rest: Pick<Figure, 'unit' | 'target'>): Figure {
  const sorted = tries.toSorted((a, b) => a - b)
  const value = sorted[sorted.length >> 1] ?? Number.NaN
  const note = `${round(sorted[0] ?? Number.NaN)}–${round(sorted.at(-1) ?? Number.NaN)} over ${tries.length}`
  return { what, value, note, ...rest }
}

function round(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(Math.abs(value) >= 10 ? 1 : 2)
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
